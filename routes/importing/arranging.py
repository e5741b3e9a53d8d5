"""Rows of a file, and those that an edition has already, in the order of an edition.

No more than some row groups of them are in memory: what is known of all rows is where they lie and
what their ids are. The rows themselves are dealt out to files on disk, each of which holds the rows
of a stretch of the order, and sorted there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.formats.table import GEOMETRY
from routes import frames, recorded
from routes.recorded import ROWS_A_GROUP, Recorded
from routes.schema import Collection

Batches = Callable[[], Iterator[pa.RecordBatch]]

MOST_FILES = 200
"""How many files are open at once; with more rows each takes more of them."""


@dataclass(frozen=True)
class Part:
    """Rows in any order. `batches` gives the columns that people write, and GEOMETRY as WKB.

    `ids` is an Arrow array of strings, `boxes` float64 of shape (n, 4), NaN without geometry,
    `geometry_types` as `routes.recorded.Recorded` has them.
    """

    batches: Batches
    ids: Any
    boxes: NDArray[np.float64]
    geometry_types: frozenset[str | None]

    @classmethod
    def of_frame(cls, collection: Collection, frame: geopandas.GeoDataFrame) -> Part:
        """Take a frame that `routes.frames.complete` gave."""
        whole = Recorded.of(collection, frame)
        columns = [*(one.name for one in collection.written), GEOMETRY]
        return cls(
            lambda: (batch.select(columns) for batch in whole.batches()),
            pa.array(frame["id"].tolist(), pa.string()),
            shapely.bounds(frame.geometry.to_numpy()),
            whole.geometry_types,
        )

    def changed(self, change: Callable[[pa.RecordBatch], pa.RecordBatch]) -> Part:
        """Give the same rows with other values in columns that are neither id nor geometry."""
        return replace(self, batches=lambda: map(change, self.batches()))


def arranged(collection: Collection, parts: Iterable[Part], folder: Path) -> Recorded:
    """Give the rows of all parts complete and in order, as `routes.frames.complete` does.

    `folder` is for files that are needed while they are read.
    """
    parts = list(parts)
    kinds = frozenset[str | None]().union(*(part.geometry_types for part in parts))
    multi = frames.to_multi(kinds)
    rank = _ranks(parts)

    def batches() -> Iterator[pa.RecordBatch]:
        for path in _dealt(parts, rank, folder):
            yield from _completed(collection, path, multi)
            path.unlink()

    made = kinds - {multi} | {f"Multi{multi}"} if multi else kinds
    return Recorded(collection, batches, frozenset(made))


def _ranks(parts: list[Part]) -> NDArray[np.int64]:
    """Give each row its place in the order: along the Hilbert curve, then by id."""
    boxes = np.concatenate([part.boxes for part in parts])
    drawn = ~np.isnan(boxes[:, 0])
    distance = np.full(len(boxes), np.iinfo(np.int64).max)
    if drawn.any():
        placed = boxes[drawn]
        middles = geopandas.GeoSeries(shapely.points((placed[:, :2] + placed[:, 2:]) / 2))
        distance[drawn] = middles.hilbert_distance().to_numpy()
    ids = pa.chunked_array([chunk for part in parts for chunk in _chunks(part.ids)], pa.string())
    keys = pa.table({"distance": pa.array(distance), "id": ids})
    order = pc.sort_indices(keys, [("distance", "ascending"), ("id", "ascending")])
    rank = np.empty(len(boxes), np.int64)
    rank[order.to_numpy()] = np.arange(len(boxes))
    return rank


def _dealt(parts: list[Part], rank: NDArray[np.int64], folder: Path) -> list[Path]:
    """Deal rows out to files by their rank, which they keep beside them."""
    groups = -(-len(rank) // ROWS_A_GROUP)
    rows_a_file = ROWS_A_GROUP * max(1, -(-groups // MOST_FILES))
    paths = [folder / f"{number}.arrow" for number in range(-(-len(rank) // rows_a_file))]
    with ExitStack() as stack:
        writers: dict[int, Any] = {}
        for batch, ranks in _ranked(parts, rank):
            files = ranks // rows_a_file
            for number in np.unique(files).tolist():
                if number not in writers:
                    writer = pa.ipc.new_stream(str(paths[number]), batch.schema)
                    writers[number] = stack.enter_context(writer)
                writers[number].write_batch(batch.filter(pa.array(files == number)))
    return paths


def _ranked(
    parts: list[Part], rank: NDArray[np.int64]
) -> Iterator[tuple[pa.RecordBatch, NDArray[np.int64]]]:
    start = 0
    for part in parts:
        for batch in part.batches():
            ranks = rank[start : start + len(batch)]
            yield batch.append_column("_rank", pa.array(ranks)), ranks
            start += len(batch)


def _completed(collection: Collection, path: Path, multi: str | None) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
        table = reader.read_all()
    ordered = table.take(pc.sort_indices(table["_rank"])).drop_columns("_rank").combine_chunks()
    for start in range(0, len(ordered), ROWS_A_GROUP):
        (batch,) = ordered.slice(start, ROWS_A_GROUP).to_batches()
        said = dict(zip(batch.schema.names, batch.columns, strict=True))
        if multi:
            said[GEOMETRY] = _unified(said[GEOMETRY], multi)
        yield recorded.completed(collection, said)


def _unified(wkb: Any, multi: str) -> Any:  # noqa: ANN401 (pyarrow has no types)
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    return pa.array(shapely.to_wkb(frames.unified(shapes, multi)), wkb.type)


def _chunks(ids: Any) -> list[Any]:  # noqa: ANN401
    return list(ids.chunks) if isinstance(ids, pa.ChunkedArray) else [ids]
