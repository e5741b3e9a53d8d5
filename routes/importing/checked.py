"""All rows of a file, checked and settled: what is wrong with them, and those that are sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo.times import Bounds
from routes import arrowfiles
from routes.importing import scratch
from routes.importing.arranging import Part
from routes.importing.dealing import RANK, Deal, bytes_joined
from routes.importing.scratch import BOX, Mask, Scratch
from routes.importing.settling import Settled
from routes.recorded import schema_of
from routes.report import Fault
from routes.schema import Collection
from routes.workers import Workers

BYTES_AT_ONCE = 2**25


@dataclass(frozen=True)
class Checked:
    """All rows of a file, checked: every fault, and the rows that have one.

    `workers` checked them, and make what is published of them.
    """

    faults: tuple[Fault, ...]
    faulty: Mask
    settled: Settled
    scratch: Scratch
    workers: Workers

    @property
    def sound(self) -> int:
        """How many rows have no fault."""
        return int((~self.faulty).sum())

    def part(self, collection: Collection) -> Part:
        """Give the rows without a fault, with the columns that all rows together settled."""
        kept = ~self.faulty
        table = self.scratch.table([*BOX, "_type"])
        boxes = np.column_stack([table[side].to_numpy() for side in BOX])[kept]
        types = frozenset(table["_type"].filter(pa.array(kept)).unique().to_pylist())
        ids = pa.array(self.settled.columns["id"][kept], pa.string(), from_pandas=True)
        return Part(partial(self._deals, collection), ids, boxes, types, is_apart=True)

    def bounds(self, collection: Collection) -> Bounds:
        """Give when the rows without a fault hold."""
        valid = self.settled.columns.get("valid")
        if valid is None:
            valid = self.scratch.table(["valid"])["valid"].to_pandas()
        return Bounds.parse(valid[~self.faulty], collection.reading)

    def _deals(
        self, collection: Collection, rank: NDArray[np.int64], place: Path
    ) -> Iterator[Deal]:
        """Give the rows to be dealt out, some files at a time; what was settled goes by a file."""
        every = np.full(len(self.faulty), -1, np.int64)
        every[~self.faulty] = rank
        columns = self.settled.columns
        start, joined = 0, bytes_joined(rank)
        for number, (pieces, rows) in enumerate(_runs(self.scratch, joined)):
            settled = place.with_name(f"{place.name}-{number:05}.settled")
            part = slice(start, start + rows)
            _write(settled, {name: columns[name].iloc[part] for name in columns}, every[part],
                   schema_of(collection))  # fmt: skip
            batches = partial(_settled, pieces, collection, settled)
            yield Deal(batches, settled.with_suffix(".arrow"), joined)
            start += rows


def _runs(rows: Scratch, joined: int) -> Iterator[tuple[list[Path], int]]:
    """Give files that follow each other, so many that they are worth a journey, and their rows."""
    pieces, count, size = list[Path](), 0, 0
    for piece, sized in zip(rows.pieces, rows.sizes, strict=True):
        pieces.append(piece)
        count += sized
        size += piece.stat().st_size
        if size >= max(BYTES_AT_ONCE, joined):
            yield pieces, count
            pieces, count, size = [], 0, 0
    if pieces:
        yield pieces, count


def _write(path: Path, columns: dict[str, pd.Series], rank: NDArray[np.int64], schema: Any) -> None:  # noqa: ANN401 (pyarrow has no types)
    arrays = {
        name: pa.array(values, schema.field(name).type, from_pandas=True)
        for name, values in columns.items()
    }
    table = pa.table(arrays | {RANK: pa.array(rank)})
    (batch,) = table.combine_chunks().to_batches()
    with arrowfiles.writing(path, batch.schema) as writer:
        writer.write_batch(batch)


def _settled(
    pieces: Sequence[Path], collection: Collection, settled: Path
) -> Iterator[pa.RecordBatch]:
    """Give the rows of some files with the columns that were settled, and RANK."""
    (said,) = arrowfiles.reading(settled)
    start = 0
    for piece in pieces:
        for batch in scratch.batches(piece, collection):
            part = said.slice(start, len(batch))
            for name in part.schema.names[:-1]:
                at = batch.schema.get_field_index(name)
                batch = batch.set_column(at, name, part.column(name))
            yield batch.append_column(RANK, part.column(RANK))
            start += len(batch)
