"""Rows on their way from a file into an edition, kept in a temporary file a batch at a time."""

from __future__ import annotations

from collections.abc import Collection as Names
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from routes.reading import Draft
from routes.schema import Collection

Mask = NDArray[np.bool_]
_TYPES: dict[str, Any] = {
    "integer": pa.int64(), "number": pa.float64(), "list": pa.list_(pa.string()),
}  # fmt: skip
# Beside the collection's columns: the row's name for the report, the place of its geometry, what
# its route is called in the file, and whether it has a fault.
EXTRA = {"_row": pa.string(), "_lon": pa.float64(), "_lat": pa.float64(), "_said": pa.string(),
         "_faulty": pa.bool_(), "_wkb": pa.large_binary()}  # fmt: skip


class Scratch:
    """The rows of one file, all of them, in the order of the file."""

    def __init__(self, folder: Path, collection: Collection) -> None:
        self._path = folder / "rows.parquet"
        own = {
            field.name: _TYPES.get(field.kind, pa.string())
            for field in collection.fields
            if not field.computed
        }
        self._schema = pa.schema(own | EXTRA)
        self._writer = pq.ParquetWriter(self._path, self._schema, compression="zstd")

    def append(self, draft: Draft, faulty: Names[str]) -> None:
        """Write the rows of a draft; `faulty` names those that have a fault."""
        frame = draft.frame
        geometry = frame.geometry.to_numpy()
        points = shapely.get_coordinates(shapely.point_on_surface(geometry), return_index=True)
        place = np.full((len(frame), 2), np.nan)
        place[points[1]] = points[0]
        extra = {
            "_row": draft.rows,
            "_lon": place[:, 0],
            "_lat": place[:, 1],
            "_said": frame["_said"].tolist() if "_said" in frame else [None] * len(frame),
            "_faulty": [row in faulty for row in draft.rows],
            "_wkb": shapely.to_wkb(geometry),
        }
        arrays = [
            pa.array(extra[name] if name in extra else frame[name].tolist(), type=kind)
            for name, kind in zip(self._schema.names, self._schema.types, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        """Write no more."""
        self._writer.close()

    def columns(self, names: list[str]) -> pd.DataFrame:
        """Give some columns of all rows, objects, None where missing."""
        return _objects(pq.read_table(self._path, columns=names))

    def frame(self, kept: Mask, instead: dict[str, list[Any]]) -> geopandas.GeoDataFrame:
        """Give the rows that are kept, with other columns in place of what was written."""
        own = [name for name in self._schema.names if name not in EXTRA]
        table = pq.read_table(self._path, columns=[*own, "_wkb"]).filter(pa.array(kept))
        geometry = shapely.from_wkb(table.column("_wkb").to_numpy())
        frame = _objects(table.drop_columns(["_wkb"]))
        for name, values in instead.items():
            frame[name] = pd.Series(values, dtype=object)[kept].to_numpy()
        return geopandas.GeoDataFrame(frame, geometry=geometry, crs="EPSG:4326")


def _objects(table: Any) -> pd.DataFrame:  # noqa: ANN401 (pyarrow has no types)
    return pd.DataFrame(
        {name: pd.Series(table.column(name).to_pylist(), dtype=object)
         for name in table.column_names}
    )  # fmt: skip
