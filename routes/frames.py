"""Frames of a collection: complete, typed, sorted; to GeoParquet and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.words import ENGLISH, Speech
from routes import recorded
from routes.schema import Collection, Kind

Geometries = NDArray[np.object_]

_MULTI: dict[str, Callable[..., Any]] = {
    "Point": shapely.multipoints,
    "LineString": shapely.multilinestrings,
    "Polygon": shapely.multipolygons,
}


def complete(collection: Collection, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Add the computed columns, type all, and sort along the Hilbert curve, then by id.

    Takes and gives EPSG:4326. Rows without geometry come last.
    """
    frame = frame.reset_index(drop=True).copy()
    written = frame.reindex(columns=["valid", "end"]).astype(object)
    written = written.where(written.notna(), None)
    authored = {name: written[name].tolist() for name in written}
    if "attested" in frame:
        authored["attested"] = frame["attested"].tolist()
    for name, column in recorded.derived(collection, authored).items():
        frame[name] = column
    multi = to_multi(frame.geom_type.dropna())
    if multi:
        made = unified(frame.geometry.to_numpy(), multi)
        frame["geometry"] = geopandas.GeoSeries(made, index=frame.index, crs=frame.crs)
    return typed(collection, frame.iloc[_order(frame)])


def when(collection: Collection, frame: pd.DataFrame, speech: Speech = ENGLISH) -> list[str]:
    """Say when each row holds."""
    written = pd.DataFrame(frame).reindex(columns=["valid", "end"]).astype(object)
    written = written.where(written.notna(), None)
    said: list[str] = recorded.when(collection, written["valid"], written["end"], speech).tolist()
    return said


def empty(collection: Collection) -> geopandas.GeoDataFrame:
    """Give a collection without rows, complete, EPSG:4326."""
    columns = {field.name: pd.Series(dtype=object) for field in collection.fields}
    return typed(collection, geopandas.GeoDataFrame(columns, geometry=[], crs="EPSG:4326"))


def typed(collection: Collection, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Give every column of the collection, in order, with its dtype.

    text `str` (NaN where missing), integer `int64`, number `float64`, datetime `datetime64[s]`
    (NaT for no bound), list: lists of str.
    """
    columns = {
        field.name: column(field.kind, frame[field.name]) if field.name in frame else None
        for field in collection.fields
    }
    geometry = frame.geometry.to_numpy()
    made = geopandas.GeoDataFrame(
        {name: None if column is None else column.to_numpy() for name, column in columns.items()},
        geometry=geometry,
        crs="EPSG:4326",
    )
    for field in collection.fields:
        made[field.name] = column(field.kind, made[field.name])
    return made


def read_parquet(collection: Collection, path: Path) -> geopandas.GeoDataFrame:
    """Read a collection as it was recorded."""
    return typed(collection, geopandas.read_parquet(path))


def to_multi(kinds: Iterable[str | None]) -> str | None:
    """Tell which single type of geometry has to become multi, as both stand side by side.

    Layers of GIS programs have one type; a mixture is shown in part or not at all.
    """
    there = {kind for kind in kinds if kind is not None}
    return next((kind for kind in _MULTI if there == {kind, f"Multi{kind}"}), None)


def unified(geometry: Geometries, kind: str) -> Geometries:
    """Make geometries of a single type multi, and leave the others."""
    single = shapely.get_type_id(geometry) == shapely.GeometryType[kind.upper()].value
    made = geometry.copy()
    made[single] = _MULTI[kind](geometry[single], indices=np.arange(np.count_nonzero(single)))
    return made


def column(kind: Kind, values: pd.Series) -> pd.Series:
    """Give a column with the dtype of its kind; see `typed`."""
    if kind == "datetime":
        # Recorded times say that they are UTC; the axis of `geo.times` needs not to be told.
        plain = values.dt.tz_localize(None) if hasattr(values.dtype, "tz") else values
        return plain.astype("datetime64[s]")
    if kind == "integer":
        return values.astype("int64")
    if kind == "number":
        return values.astype("float64")
    if kind == "list":
        lists = [[] if not _is_list(value) else [str(one) for one in value] for value in values]
        return pd.Series(lists, index=values.index, dtype=object)
    return values.where(values.notna(), None).astype("str")


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple, np.ndarray))


def _order(frame: geopandas.GeoDataFrame) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    geometry = frame.geometry.to_numpy()
    drawn = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    distance = np.full(len(frame), np.iinfo(np.int64).max)
    if drawn.any():
        distance[drawn] = frame.geometry[drawn].hilbert_distance().to_numpy()
    return np.lexsort((frame["id"].to_numpy(), distance))
