"""Frames of a collection: complete, typed, sorted; to GeoParquet and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely

from geo.times import Bounds
from geo.words import ENGLISH, Speech, describe
from routes.schema import Collection, Kind


def complete(collection: Collection, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Add the computed columns, type all, and sort along the Hilbert curve, then by id.

    Takes and gives EPSG:4326. Rows without geometry come last.
    """
    frame = frame.reset_index(drop=True).copy()
    attested = frame["attested"].tolist() if "attested" in frame else None
    bounds = Bounds.parse(frame["valid"].tolist(), collection.reading, attested)
    for name, column in bounds.to_columns().items():
        frame[name] = column
    frame["when"] = when(collection, frame)
    frame["geometry"] = _one_type(frame.geometry)
    return typed(collection, frame.iloc[_order(frame)])


def when(collection: Collection, frame: pd.DataFrame, speech: Speech = ENGLISH) -> list[str]:
    """Say when each row holds."""
    written = pd.DataFrame(frame).reindex(columns=["valid", "end"]).astype(object)
    written = written.where(written.notna(), None)
    return [
        describe(valid, end, collection.reading, speech)
        for valid, end in zip(written["valid"], written["end"], strict=True)
    ]


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
        field.name: _column(field.kind, frame[field.name]) if field.name in frame else None
        for field in collection.fields
    }
    geometry = frame.geometry.to_numpy()
    made = geopandas.GeoDataFrame(
        {name: None if column is None else column.to_numpy() for name, column in columns.items()},
        geometry=geometry,
        crs="EPSG:4326",
    )
    for field in collection.fields:
        made[field.name] = _column(field.kind, made[field.name])
    return made


def extent(
    collection: Collection, frame: geopandas.GeoDataFrame
) -> tuple[tuple[float, float, float, float] | None, tuple[str | None, str | None]]:
    """Give the box of all geometries, and the possible extent in time of those that have one."""
    west, south, east, north = (float(side) for side in frame.total_bounds)
    bbox = None if np.isnan(west) else (west, south, east, north)
    bounds = Bounds.parse(frame["valid"].tolist(), collection.reading)
    whole = bounds.stretches(most=1)
    return bbox, whole[0].written() if whole else (None, None)


def write_parquet(collection: Collection, frame: geopandas.GeoDataFrame, path: Path) -> None:
    """Write GeoParquet 1.1 with a covering bbox column, zstd."""
    typed(collection, frame).to_parquet(
        path,
        index=False,
        compression="zstd",
        schema_version="1.1.0",
        write_covering_bbox=len(frame) > 0,
    )


def read_parquet(collection: Collection, path: Path) -> geopandas.GeoDataFrame:
    """Read what `write_parquet` wrote."""
    return typed(collection, geopandas.read_parquet(path))


def _column(kind: Kind, column: pd.Series) -> pd.Series:
    if kind == "datetime":
        return column.astype("datetime64[s]")
    if kind == "integer":
        return column.astype("int64")
    if kind == "number":
        return column.astype("float64")
    if kind == "list":
        lists = [[] if not _is_list(value) else [str(one) for one in value] for value in column]
        return pd.Series(lists, index=column.index, dtype=object)
    return column.where(column.notna(), None).astype("str")


def _one_type(geometry: geopandas.GeoSeries) -> geopandas.GeoSeries:
    """Make single geometries multi where both stand side by side.

    Layers of GIS programs have one type; a mixture is shown in part or not at all.
    """
    kinds = set(geometry.geom_type.dropna())
    for kind in ("Point", "LineString", "Polygon"):
        if kinds == {kind, f"Multi{kind}"}:
            single = (geometry.geom_type == kind).to_numpy()
            made = _multi(geometry[single].to_numpy(), kind)
            geometry = geometry.copy()
            geometry[single] = geopandas.GeoSeries(made, index=geometry.index[single])
    return geometry


def _multi(single: np.ndarray[Any, Any], kind: str) -> np.ndarray[Any, Any]:
    makers: dict[str, Callable[..., Any]] = {
        "Point": shapely.multipoints,
        "LineString": shapely.multilinestrings,
        "Polygon": shapely.multipolygons,
    }
    made: np.ndarray[Any, Any] = makers[kind](single, indices=np.arange(len(single)))
    return made


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple, np.ndarray))


def _order(frame: geopandas.GeoDataFrame) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    geometry = frame.geometry.to_numpy()
    drawn = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    distance = np.full(len(frame), np.iinfo(np.int64).max)
    if drawn.any():
        distance[drawn] = frame.geometry[drawn].hilbert_distance().to_numpy()
    return np.lexsort((frame["id"].to_numpy(), distance))
