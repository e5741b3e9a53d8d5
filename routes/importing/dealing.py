"""Rows on files, dealt out by their place in an order, and each stretch of it put together again.

A file is dealt to another one, whose record batches each hold rows of one stretch, so that who
makes a stretch reads no others. No more than some rows are in memory at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.batches import gathered
from geo.formats.table import GEOMETRY
from routes import arrowfiles, frames, recorded
from routes.recorded import ROWS_A_GROUP
from routes.schema import Collection

RANK = "_rank"
"""The place of a row in the order; a row that has none is left out."""
BYTES_JOINED = 2**23
BYTES_A_STRETCH = 2**17
"""So many are joined for each stretch at least: to handle less takes longer than to write it."""


@dataclass(frozen=True)
class Dealt:
    """Rows that were dealt out: of which stretch each record batch of a file is."""

    path: Path
    stretches: NDArray[np.int64]

    def of(self, stretch: int) -> Iterator[pa.RecordBatch]:
        """Give the rows of one stretch."""
        numbers = np.flatnonzero(self.stretches == stretch).tolist()
        # Of no rows there is no file.
        return arrowfiles.reading(self.path, numbers) if numbers else iter(())


@dataclass(frozen=True)
class Deal:
    """Rows to be dealt out: `batches` gives them, with RANK; they go to a file at `place`.

    `joined`: how many bytes of them are dealt at once.
    """

    batches: Callable[[], Iterable[pa.RecordBatch]]
    place: Path
    joined: int


def bytes_joined(rank: NDArray[np.int64]) -> int:
    """Tell how many bytes to deal at once, of rows with places up to the last of `rank`."""
    return max(BYTES_JOINED, BYTES_A_STRETCH * (int(rank.max(initial=0)) // ROWS_A_GROUP))


def dealt(deal: Deal) -> Dealt:
    """Deal rows out to a file, which is there when all went well; of no rows there is none."""
    batches = gathered(deal.batches(), pa.concat_batches, deal.joined)
    first = next(batches, None)
    if first is None:
        return Dealt(deal.place, np.empty(0, np.int64))
    with arrowfiles.writing(deal.place, first.schema) as writer:
        every = chain([first], batches)
        del first  # before the next one is made, as `map` does with the others
        stretches = list(map(partial(_write, writer), every))
    return Dealt(deal.place, np.concatenate(stretches))


def _write(writer: Any, rows: pa.RecordBatch) -> NDArray[np.int64]:  # noqa: ANN401 (pyarrow has no types)
    """Write a batch of rows for each stretch that there are some of; give the stretches."""
    rank = rows.column(RANK).to_numpy()
    order = np.argsort(rank // ROWS_A_GROUP, kind="stable")
    order = order[rank[order] >= 0]
    stretches, begins = np.unique(rank[order] // ROWS_A_GROUP, return_index=True)
    for part in np.split(order, begins)[1:]:
        writer.write_batch(rows.take(pa.array(part)))
    return stretches


@dataclass(frozen=True)
class Stretch:
    """A stretch of the order that is to be made, of rows that were dealt to some files.

    `multi`: what geometries become; see `routes.frames.to_multi`.
    """

    number: int
    collection: Collection
    dealt: tuple[Dealt, ...]
    multi: str | None
    place: Path


def made(stretch: Stretch) -> Path:
    """Write the rows of a stretch, in order and complete, into a file."""
    said = _in_order(chain.from_iterable(one.of(stretch.number) for one in stretch.dealt))
    if stretch.multi:
        said[GEOMETRY] = _unified(said[GEOMETRY], stretch.multi)
    completed = recorded.completed(stretch.collection, said)
    with arrowfiles.writing(stretch.place, completed.schema) as writer:
        writer.write_batch(completed)
    return stretch.place


def _in_order(batches: Iterable[pa.RecordBatch]) -> dict[str, Any]:
    """Give the columns of rows in the order of their RANK, without it."""
    table = pa.Table.from_batches(batches)
    ordered = table.take(pc.sort_indices(table[RANK])).drop_columns(RANK).combine_chunks()
    return {name: ordered[name].chunk(0) for name in ordered.column_names}


def taken(path: Path) -> pa.RecordBatch:
    """Give the rows of a stretch, and remove its file."""
    (batch,) = arrowfiles.reading(path)
    path.unlink()
    return batch


def _unified(wkb: Any, multi: str) -> Any:  # noqa: ANN401 (pyarrow has no types)
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    return pa.array(shapely.to_wkb(frames.unified(shapes, multi)), wkb.type)
