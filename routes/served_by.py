"""What is served of a collection, made by workers: a row group of its GeoParquet each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from routes import arrowfiles
from routes.schema import Collection
from routes.serving import Served, served
from routes.workers import Workers

# What passes between processes: the columns, then six bounds and four sides of boxes.
SERVED = pa.schema([
    ("ids", pa.string()), ("fragments", pa.large_binary()), ("wkb", pa.binary()),
    *((f"bound-{number}", pa.int64()) for number in range(6)),
    *((f"side-{number}", pa.float64()) for number in range(4)),
])  # fmt: skip


def served_by(
    workers: Workers, collection: Collection, parquet: Path, folder: Path
) -> Iterator[Served]:
    """Let workers make what `served` gives; it passes through files in `folder`.

    Of lost workers something may stay there.
    """
    if workers.is_here:
        yield from served(collection, parquet)
        return
    groups = range(pq.ParquetFile(parquet).num_row_groups)
    for path in workers.each(partial(_write, collection, parquet, folder), groups):
        yield from _read(path)
        path.unlink()


def _write(collection: Collection, parquet: Path, folder: Path, group: int) -> Path:
    """Write what is served of one row group into a file, which is there when all went well."""
    path = folder / f"served-{group:06}.arrow"
    with arrowfiles.writing(path, SERVED) as writer:
        for one in served(collection, parquet, [group]):
            columns = (one.ids, one.fragments, one.wkb, *one.bounds, *one.boxes.T)
            arrays = [pa.array(column, kind.type)
                      for column, kind in zip(columns, SERVED, strict=True)]  # fmt: skip
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SERVED))
    return path


def _read(path: Path) -> Iterator[Served]:
    for batch in arrowfiles.reading(path):
        ids, fragments, wkb, *numbers = batch.columns
        arrays = [one.to_numpy() for one in numbers]
        yield Served(ids, fragments, wkb, np.stack(arrays[:6]), np.column_stack(arrays[6:]))
