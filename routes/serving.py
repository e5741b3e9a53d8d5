"""What the service maps into memory: built once from a collection's GeoParquet, at publication.

A folder holds three columns of bytes (`ids`, `fragments`: each feature as GeoJSON, `wkb`),
`boxes.npy`, `bounds.npy` (the six time arrays), what `routes.tree` makes of both, and `hashes.npy`
with `hashed.npy`: the hashes of all ids, ascending, and the row of each. Rows are in the order of
the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geo.formats.table import GEOMETRY
from geo.linestrings import Shapes
from geo.times import Bounds
from routes import recorded, tree
from routes.fragments import fragments
from routes.mapped import ColumnWriter
from routes.schema import Collection
from routes.workers import Workers

FORMAT = 3
"""Of these files; others are left alone and built anew. 1 had all columns in an Arrow file, 2 had
an R-tree over space alone."""

ROWS_AT_ONCE = 4_000
# What passes between processes: the columns, then six bounds and four sides of boxes.
SERVED = pa.schema([
    ("ids", pa.string()), ("fragments", pa.large_binary()), ("wkb", pa.binary()),
    *((f"bound-{number}", pa.int64()) for number in range(6)),
    *((f"side-{number}", pa.float64()) for number in range(4)),
])  # fmt: skip


class Served(NamedTuple):
    """Some rows as they are served: Arrow arrays of n values, and bounds (6, n), boxes (n, 4)."""

    ids: Any
    fragments: Any
    wkb: Any
    bounds: NDArray[np.int64]
    boxes: NDArray[np.float64]


def served(
    collection: Collection, parquet: Path, groups: Sequence[int] | None = None
) -> Iterator[Served]:
    """Make what is served of a collection from its GeoParquet, a batch at a time.

    Of all its row groups, or of some.
    """
    # Rows as GeoJSON take several times the memory that they have in columns.
    for batch in recorded.batches(collection, parquet, rows=ROWS_AT_ONCE, groups=groups):
        wkb = batch.column(GEOMETRY)
        shapes = Shapes.of(wkb)
        said = dict(zip(batch.schema.names, batch.columns, strict=True))
        yield Served(
            said["id"],
            fragments(collection, said, shapes.geojson()),
            wkb,
            recorded.bounds_of(collection, said).to_array(),
            shapes.boxes(),
        )


def served_by(
    workers: Workers, collection: Collection, parquet: Path, folder: Path
) -> Iterator[Served]:
    """Let workers make what `served` gives; it passes through files in `folder`."""
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
    unfinished = path.with_suffix(".unfinished")
    with pa.ipc.new_file(str(unfinished), SERVED) as writer:
        for one in served(collection, parquet, [group]):
            columns = (one.ids, one.fragments, one.wkb, *one.bounds, *one.boxes.T)
            arrays = [pa.array(column, kind.type)
                      for column, kind in zip(columns, SERVED, strict=True)]  # fmt: skip
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SERVED))
    return unfinished.replace(path)


def _read(path: Path) -> Iterator[Served]:
    with pa.OSFile(str(path)) as file:
        reader: Any = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches):
            ids, fragments, wkb, *numbers = reader.get_batch(number).columns
            arrays = [one.to_numpy() for one in numbers]
            yield Served(ids, fragments, wkb, np.stack(arrays[:6]), np.column_stack(arrays[6:]))


def build(
    collection: Collection, parquet: Path, folder: Path, workers: Workers | None = None
) -> None:
    """Write the serving files of one collection, a batch at a time, into `folder`."""
    workers = workers or Workers()
    columns = [ColumnWriter(folder, name) for name in ("ids", "fragments", "wkb")]
    bounds, boxes, hashes = [np.empty((6, 0), np.int64)], [np.empty((0, 4))], [hashed([])]
    for batch in served_by(workers, collection, parquet, folder):
        for column, values in zip(columns, (batch.ids, batch.fragments, batch.wkb), strict=True):
            column.append(values)
        bounds.append(batch.bounds)
        hashes.append(hashed(recorded.listed(batch.ids.cast(pa.binary()))))
        boxes.append(batch.boxes)
    for column in columns:
        column.close()
    every_bound, every_box = np.concatenate(bounds, axis=1), np.concatenate(boxes)
    np.save(folder / "bounds.npy", every_bound)
    np.save(folder / "boxes.npy", every_box)
    tree.save(folder, every_box, Bounds.from_array(every_bound))
    every_hash = np.concatenate(hashes)
    order = np.argsort(every_hash, kind="stable")
    np.save(folder / "hashes.npy", every_hash[order])
    np.save(folder / "hashed.npy", order.astype(np.uint32))


def hashed(ids: Iterable[bytes]) -> NDArray[np.uint64]:
    """Give the hashes of some ids in UTF-8, as `id_hash` gives that of one."""
    digests = b"".join([hashlib.blake2b(name, digest_size=8).digest() for name in ids])
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def id_hash(name: str) -> int:
    """Give 64 bits of the id's BLAKE2b hash: the same in every process, unlike `hash`."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
