"""GeoParquet 1.1, row group by row group, with a covering box for each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
from numpy.typing import NDArray

from geo.batches import gathered
from geo.formats.table import GEOMETRY, LON_LAT, About, Table
from geo.linestrings import boxes_of

ROWS_A_GROUP, BYTES_A_GROUP = 20_000, 2**24
BOX = "bbox"
SIDES = ("xmin", "ymin", "xmax", "ymax")
BOX_TYPE = pa.struct([(side, pa.float64()) for side in SIDES])


def write(table: Table, about: About, path: Path) -> None:
    """Write GeoParquet 1.1.0; without geometry plain Parquet. Lists stay lists, moments moments.

    What is said of the file stands in its key-value metadata, each name after `routeshift:`.
    """
    said = {f"routeshift:{name}": text for name, text in about.texts().items()}
    write_batches(table.batches(), table.schema, path, table.geometry_types, table.crs, said)


def write_batches(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    path: Path,
    geometry_types: Iterable[str | None],
    crs: str = LON_LAT,
    said: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write record batches with what is said of them; GEOMETRY, where they have it, is WKB."""
    has_geometry = GEOMETRY in schema.names
    extent = np.array([np.inf, np.inf, -np.inf, -np.inf])
    written = schema.append(pa.field(BOX, BOX_TYPE)) if has_geometry else schema
    with pq.ParquetWriter(path, written, compression="zstd") as writer:
        # Many small row groups would make a large file slow to read.
        join = partial(pa.Table.from_batches, schema=schema)
        for group in gathered(batches, join, BYTES_A_GROUP, ROWS_A_GROUP):
            if has_geometry:
                boxes = boxes_of(group[GEOMETRY])
                group = group.append_column(BOX, _covering(boxes))
                extent = _widened(extent, boxes)
            writer.write_table(group)
            del group  # before the next one is made
        geo = {"geo": _geo(geometry_types, crs, extent)} if has_geometry else {}
        writer.add_key_value_metadata({**said, **geo})


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


def _geo(geometry_types: Iterable[str | None], crs: str, extent: NDArray[np.float64]) -> str:
    """Give the `geo` metadata (GeoParquet 1.1.0, "File metadata" and "Column metadata")."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted(kind for kind in geometry_types if kind is not None),
        "crs": pyproj.CRS.from_user_input(crs).to_json_dict(),
        "covering": {BOX: {side: [BOX, side] for side in SIDES}},
    }
    if np.isfinite(extent).all():
        column["bbox"] = extent.tolist()
    about = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    return orjson.dumps(about).decode()
