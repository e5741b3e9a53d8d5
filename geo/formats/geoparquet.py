"""GeoParquet 1.1, row group by row group, with a covering box for each row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely
from numpy.typing import NDArray

from geo.formats.table import GEOMETRY, About, Table

BATCHES_A_GROUP = 20
BOX = "bbox"
SIDES = ("xmin", "ymin", "xmax", "ymax")
BOX_TYPE = pa.struct([(side, pa.float64()) for side in SIDES])


def write(table: Table, about: About, path: Path) -> None:
    """Write GeoParquet 1.1.0; without geometry plain Parquet. Lists stay lists, moments moments.

    What is said of the file stands in its key-value metadata, each name after `routeshift:`.
    """
    schema = table.schema
    if table.has_geometry:
        schema = schema.append(pa.field(BOX, BOX_TYPE))
    extent = np.array([np.inf, np.inf, -np.inf, -np.inf])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(table):
            if table.has_geometry:
                boxes = shapely.bounds(shapely.from_wkb(group[GEOMETRY].to_pylist()))
                group = group.append_column(BOX, _covering(boxes))
                extent = _widened(extent, boxes)
            writer.write_table(group)
        said = {f"routeshift:{name}": text for name, text in about.texts().items()}
        if table.has_geometry:
            said["geo"] = orjson.dumps(_geo(table, extent)).decode()
        writer.add_key_value_metadata(said)


def _groups(table: Table) -> Iterator[pa.Table]:
    """Join batches to row groups: many small ones would make a large file slow to read."""
    waiting: list[pa.RecordBatch] = []
    for batch in table.batches():
        waiting.append(batch)
        if len(waiting) == BATCHES_A_GROUP:
            yield pa.Table.from_batches(waiting, table.schema)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting, table.schema)


def _covering(boxes: NDArray[np.float64]) -> pa.Array:
    sides = [pa.array(side) for side in np.ascontiguousarray(boxes.T)]
    missing = pa.array(np.isnan(boxes[:, 0]))
    return pa.StructArray.from_arrays(sides, fields=list(BOX_TYPE), mask=missing)


def _widened(extent: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    placed = boxes[~np.isnan(boxes[:, 0])]
    if len(placed) == 0:
        return extent
    lower = np.minimum(extent[:2], placed[:, :2].min(axis=0))
    upper = np.maximum(extent[2:], placed[:, 2:].max(axis=0))
    return np.concatenate([lower, upper])


def _geo(table: Table, extent: NDArray[np.float64]) -> dict[str, Any]:
    """Give the `geo` metadata (GeoParquet 1.1.0, "File metadata" and "Column metadata")."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted(kind for kind in table.geometry_types if kind is not None),
        "crs": pyproj.CRS.from_user_input(table.crs).to_json_dict(),
        "covering": {BOX: {side: [BOX, side] for side in SIDES}},
    }
    if np.isfinite(extent).all():
        column["bbox"] = extent.tolist()
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
