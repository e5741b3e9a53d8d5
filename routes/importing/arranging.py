"""Rows of a file, and those that an edition has already, in the order of an edition.

No more than some row groups of them are in memory: what is known of all rows is where they lie and
what their ids are. The rows themselves are dealt out to files on disk by stretches of the order,
and each stretch is sorted by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.formats.table import GEOMETRY
from routes import frames
from routes.importing.dealing import RANK, Deal, Dealt, Stretch, bytes_joined, dealt, made, taken
from routes.recorded import ROWS_A_GROUP, Recorded
from routes.schema import Collection
from routes.workers import Workers

Batches = Callable[[], Iterable[pa.RecordBatch]]
Change = Callable[[pa.RecordBatch], pa.RecordBatch]
Deals = Callable[[NDArray[np.int64], Path], Iterable[Deal]]

POINTS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Part:
    """Rows in any order. `deals` gives them to be dealt out, of each its rank and where to.

    They have the columns that people write, and GEOMETRY as WKB. `ids` is an Arrow array of
    strings, `boxes` float64 of shape (n, 4), NaN without geometry, `geometry_types` as
    `routes.recorded.Recorded` has them. `is_apart`: any process can deal them.
    """

    deals: Deals
    ids: Any
    boxes: NDArray[np.float64]
    geometry_types: frozenset[str | None]
    is_apart: bool = False

    @classmethod
    def of_batches(
        cls,
        batches: Batches,
        ids: Any,  # noqa: ANN401 (pyarrow has no types)
        boxes: NDArray[np.float64],
        geometry_types: frozenset[str | None],
    ) -> Self:
        """Take rows as they come."""
        return cls(partial(_deals, batches), ids, boxes, geometry_types)

    @classmethod
    def of_frame(
        cls, collection: Collection, frame: geopandas.GeoDataFrame, change: Change
    ) -> Self:
        """Take a frame that `routes.frames.complete` gave, each batch of it changed."""
        whole = Recorded.of(collection, frame)
        columns = [*(one.name for one in collection.written), GEOMETRY]
        return cls.of_batches(
            lambda: (change(batch.select(columns)) for batch in whole.batches()),
            pa.array(frame["id"].tolist(), pa.string()),
            shapely.bounds(frame.geometry.to_numpy()),
            whole.geometry_types,
        )


def arranged(collection: Collection, parts: list[Part], folder: Path, workers: Workers) -> Recorded:
    """Give the rows of all parts complete and in order, as `routes.frames.complete` does.

    `folder` is for files that are needed while they are read; all workers have to see it.
    """
    kinds = frozenset[str | None]().union(*(part.geometry_types for part in parts))
    multi = frames.to_multi(kinds)
    rank = _ranks(parts)
    # What is known of all rows is not needed any more.
    counted = [(part.deals, len(part.boxes), part.is_apart) for part in parts]
    del parts

    def batches() -> Iterator[pa.RecordBatch]:
        files = tuple(_dealt(counted, rank, folder, workers))
        stretches = (
            Stretch(number, collection, files, multi, folder / f"stretch-{number:06}.arrow")
            for number in range(-(-len(rank) // ROWS_A_GROUP))
        )
        for path in workers.each(made, stretches):
            yield taken(path)
        for file in files:
            file.path.unlink(missing_ok=True)

    types = kinds - {multi} | {f"Multi{multi}"} if multi else kinds
    return Recorded(collection, batches, frozenset(types))


def _ranks(parts: list[Part]) -> NDArray[np.int64]:
    """Give each row its place in the order: along the Hilbert curve, then by id."""
    boxes = np.concatenate([part.boxes for part in parts])
    ids = pa.chunked_array([chunk for part in parts for chunk in _chunks(part.ids)], pa.string())
    keys = pa.table({"distance": pa.array(_distances(boxes)), "id": ids})
    order = pc.sort_indices(keys, [("distance", "ascending"), ("id", "ascending")])
    rank = np.empty(len(boxes), np.int64)
    rank[order.to_numpy()] = np.arange(len(boxes))
    return rank


def _distances(boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give how far along the curve the middle of each box lies; what has none comes last."""
    distances = np.full(len(boxes), np.iinfo(np.int64).max)
    drawn = np.flatnonzero(~np.isnan(boxes[:, 0]))
    middles = (boxes[drawn, :2] + boxes[drawn, 2:]) / 2
    if not len(middles):
        return distances
    extent = (*middles.min(axis=0), *middles.max(axis=0))
    for start in range(0, len(drawn), POINTS_AT_ONCE):
        part = slice(start, start + POINTS_AT_ONCE)
        points = geopandas.GeoSeries(shapely.points(middles[part]))
        distances[drawn[part]] = points.hilbert_distance(total_bounds=extent).to_numpy()
    return distances


def _dealt(
    parts: list[tuple[Deals, int, bool]], rank: NDArray[np.int64], folder: Path, workers: Workers
) -> Iterator[Dealt]:
    """Deal the rows of all parts out to files by their rank.

    Of each part its `deals`, how many rows it has, and its `is_apart`.
    """
    start = 0
    for number, (deals, count, is_apart) in enumerate(parts):
        ranked = deals(rank[start : start + count], folder / f"dealt-{number}")
        yield from (workers if is_apart else Workers()).each(dealt, ranked)
        start += count


def _deals(batches: Batches, rank: NDArray[np.int64], place: Path) -> Iterator[Deal]:
    def ranked() -> Iterator[pa.RecordBatch]:
        start = 0
        for batch in batches():
            yield batch.append_column(RANK, pa.array(rank[start : start + len(batch)]))
            start += len(batch)

    yield Deal(ranked, place.with_suffix(".arrow"), bytes_joined(rank))


def _chunks(ids: Any) -> list[Any]:  # noqa: ANN401
    return list(ids.chunks) if isinstance(ids, pa.ChunkedArray) else [ids]
