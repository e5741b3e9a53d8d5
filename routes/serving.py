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

FORMAT = 3
"""Of these files; others are left alone and built anew. 1 had all columns in an Arrow file, 2 had
an R-tree over space alone."""

ROWS_AT_ONCE = 2_000


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
    batches = recorded.batches(collection, parquet, rows=ROWS_AT_ONCE, groups=groups)
    return map(partial(_served, collection), batches)


def _served(collection: Collection, batch: pa.RecordBatch) -> Served:
    wkb = batch.column(GEOMETRY)
    shapes = Shapes.of(wkb)
    said = dict(zip(batch.schema.names, batch.columns, strict=True))
    return Served(
        said["id"],
        fragments(collection, said, shapes.geojson()),
        wkb,
        recorded.bounds_of(collection, said).to_array(),
        shapes.boxes(),
    )


def build(
    collection: Collection, parquet: Path, folder: Path, made: Iterable[Served] | None = None
) -> None:
    """Write the serving files of one collection, a batch at a time, into `folder`.

    `made`: what others have made of it already, as `served` does.
    """
    columns = [ColumnWriter(folder, name) for name in ("ids", "fragments", "wkb")]
    count = pq.read_metadata(parquet).num_rows
    bounds, boxes = np.empty((6, count), np.int64), np.empty((count, 4))
    hashes, end = np.empty(count, np.uint64), 0
    for batch in made or served(collection, parquet):
        for column, values in zip(columns, (batch.ids, batch.fragments, batch.wkb), strict=True):
            column.append(values)
        begin, end = end, end + len(batch.boxes)
        bounds[:, begin:end], boxes[begin:end] = batch.bounds, batch.boxes
        hashes[begin:end] = hashed(recorded.listed(batch.ids.cast(pa.binary())))
        del batch  # before the next one is made
    for column in columns:
        column.close()
    np.save(folder / "bounds.npy", bounds)
    np.save(folder / "boxes.npy", boxes)
    tree.save(folder, boxes, Bounds.from_array(bounds))
    order = np.argsort(hashes, kind="stable")
    np.save(folder / "hashes.npy", hashes[order])
    np.save(folder / "hashed.npy", order.astype(np.uint32))


def hashed(ids: Iterable[bytes]) -> NDArray[np.uint64]:
    """Give the hashes of some ids in UTF-8, as `id_hash` gives that of one."""
    digests = b"".join([hashlib.blake2b(name, digest_size=8).digest() for name in ids])
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def id_hash(name: str) -> int:
    """Give 64 bits of the id's BLAKE2b hash: the same in every process, unlike `hash`."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
