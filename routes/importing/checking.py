"""Rows of a file, checked piece by piece: each into a file of its own, with the faults of its rows.

What a piece needs is told by a file that all workers see, its rows are read by who checks them
where the format lets one begin in the middle, and its result is small.
"""

from __future__ import annotations

import pickle
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routes import rules
from routes.importing import scratch
from routes.importing.candidates import Candidates
from routes.importing.mapping import Mapping
from routes.importing.projection import Projection, guessed, placed
from routes.importing.reading import Batch, Piece, Source
from routes.importing.shapes import decode, mended, wrapped
from routes.reading import Draft
from routes.report import Fault
from routes.schema import Collection
from routes.workers import Workers

CHECKER = "checker.pickle"
PIECE = ".piece"


@dataclass(frozen=True)
class Found:
    """What was found in the rows of one piece of `file`, which are in a file at `place`.

    `rows`: how many there are. `projection`: how their geometries were placed, None where there
    was none.
    """

    file: str
    place: Path
    rows: int
    faults: list[Fault]
    projection: Projection | None


@dataclass(frozen=True)
class Checker:
    """Checks rows of one file; any process can, from a copy.

    `path`: the file, for what is said of it as a whole. `is_folder`: it is a folder of files, and
    a row is not told from others without its file.
    """

    path: Path
    collection: Collection
    mapping: Mapping
    candidates: Candidates
    context: rules.Context
    mend_areas: bool
    is_folder: bool

    def check(self, piece: Piece, projection: Projection | None, place: Path) -> Found:
        """Check the rows of a piece, and write them to `place`.

        `projection` is None as long as no geometry of the file was seen, and it names none.
        """
        rows, faults = 0, list[Fault]()
        candidates = replace(self.candidates, file=piece.file)
        with scratch.writing(place, self.collection) as written:
            for batch in piece.batches():
                draft, projection = self._draft(candidates, batch, projection)
                found = [*draft.faults, *rules.check_rows(draft, self.context)]
                found = list(dict.fromkeys(map(candidates.named, found)))
                faults += found
                names = _named(draft.rows, piece.file if self.is_folder else None)
                written.append(draft, names, _faulty(draft.rows, found))
                rows += len(batch.rows)
        return Found(piece.file, place, rows, faults, projection)

    def _draft(
        self, candidates: Candidates, batch: Batch, projection: Projection | None
    ) -> tuple[Draft, Projection | None]:
        shapes, wrong = decode(batch.geometry, batch.values, self.mapping)
        if projection is None:
            projection = guessed(self.path, shapes)
        if projection is not None:
            shapes, wrong = placed(projection, shapes, wrong)
            shapes = wrapped(shapes)
        if self.mend_areas:
            shapes = mended(shapes)
        return candidates.draft(batch, shapes, wrong), projection


@dataclass(frozen=True)
class _Task:
    """A piece, how its geometries are placed, and where its rows go; the checker lies beside."""

    piece: Piece
    projection: Projection | None
    place: Path


def checked(checker: Checker, source: Source, folder: Path, workers: Workers) -> Generator[Found]:
    """Check all rows of a source, and tell what was found in each piece, in order.

    All workers have to see `folder`. Raises AtlasRefused for a file that breaks off.
    """
    (folder / CHECKER).write_bytes(pickle.dumps(checker))
    said = checker.mapping.crs or source.crs
    projection = None if said is None else Projection.of(said)
    pieces = ((piece, folder / f"rows-{number:06}.arrow")
              for number, piece in enumerate(source.pieces()))  # fmt: skip
    if projection is None:
        # Of coordinates whose CRS nobody names the first ones tell; the others wait for them.
        for piece, place in pieces:
            found = checker.check(piece, projection, place)
            yield found
            projection = found.projection
            if projection is not None:
                break
    tasks = (_Task(_handed(piece, place, workers), projection, place) for piece, place in pieces)
    for found in workers.each(_check, tasks):
        found.place.with_suffix(PIECE).unlink(missing_ok=True)
        yield found


def _named(rows: Sequence[str], file: str | None) -> Sequence[str]:
    """Name rows in a report on all files, of a folder with the file that they are in."""
    return rows if file is None else [f"{file}, {row}" for row in rows]


def _faulty(rows: Sequence[str], faults: list[Fault]) -> NDArray[np.bool_]:
    """Tell which rows have a fault; shape (n,)."""
    if not faults:
        # Then no row has to be named.
        return np.zeros(len(rows), dtype=bool)
    bad = {fault.row for fault in faults}
    return np.array([row in bad for row in rows])


def _check(task: _Task) -> Found:
    checker = _checker(task.place.with_name(CHECKER))
    return checker.check(task.piece, task.projection, task.place)


@lru_cache(maxsize=1)
def _checker(path: Path) -> Checker:
    made: Checker = pickle.loads(path.read_bytes())
    return made


def _handed(piece: Piece, place: Path, workers: Workers) -> Piece:
    """Give a piece as it is told to workers: rows that were read go by a file."""
    if workers.is_here or not piece.is_read:
        return piece
    path = place.with_suffix(PIECE)
    with path.open("wb") as file:
        pickle.dump(piece, file, protocol=5)
    return replace(piece, batches=partial(_fetched, path), is_read=False)


def _fetched(path: Path) -> Iterator[Batch]:
    with path.open("rb") as file:
        piece: Piece = pickle.load(file)
    yield from piece.batches()
