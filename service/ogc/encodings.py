"""The forms in which programs get features: GeoJSON and JSON-FG."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from geo.crs import CRS84_URI
from geo.dates import SECOND
from geo.geojson import geojson_geometries
from geo.times import BEGINNING, END, Mask, Times
from routes.index import CollectionIndex
from routes.query import Shape
from routes.tree import Rows
from service.ogc.selection import Selection
from service.problems import BadParameter

JSONFG_CORE = "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"
JSONFG_TYPES = "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas"
EPOCH = np.datetime64(0, "s")


@dataclass(frozen=True)
class Found:
    """Features that a request selected; `schema` is the address of their JSON Schema."""

    collection: str
    index: CollectionIndex
    rows: Rows
    selection: Selection
    schema: str


def geojson(found: Found) -> Iterable[bytes | memoryview]:
    """Give each feature as GeoJSON (RFC 7946; in another CRS by OGC 18-058r1)."""
    return _shaped(found, found.selection.shape)


def geojson_head(_: Found) -> dict[str, Any]:
    """Give what GeoJSON says before the features: nothing of its own."""
    return {}


def jsonfg(found: Found) -> Iterable[bytes | memoryview]:
    """Give each feature as JSON-FG (OGC 21-045r1): with its time, and its place in the CRS.

    `time` is the whole time in which the feature may have held, as an interval of closed ends.
    """
    shape = found.selection.shape
    features = [orjson.loads(one) for one in _shaped(found, Shape(None, shape.columns))]
    times = _times(found)
    places: list[Any] = [None] * len(features)
    if shape.geometry and shape.crs is not None:
        places = [orjson.Fragment(one) for one in _projected(found)]
    for feature, time, place in zip(features, times, places, strict=True):
        feature["time"] = time
        feature["place"] = place
        if not shape.geometry:
            feature["geometry"] = None
    return [orjson.dumps(feature) for feature in features]


def jsonfg_head(found: Found) -> dict[str, Any]:
    """Give what JSON-FG says once, at the root of the document."""
    return {
        "conformsTo": [JSONFG_CORE, JSONFG_TYPES],
        "featureType": found.collection,
        "featureSchema": found.schema,
        "coordRefSys": found.selection.crs.uri,
    }


HEADS: dict[str, Callable[[Found], dict[str, Any]]] = {"json": geojson_head, "jsonfg": jsonfg_head}
FEATURES: dict[str, Callable[[Found], Iterable[bytes | memoryview]]] = {
    "json": geojson,
    "jsonfg": jsonfg,
}


def _shaped(found: Found, shape: Shape) -> Iterable[bytes | memoryview]:
    try:
        return found.index.shaped(found.rows, shape)
    except ValueError as error:
        raise BadParameter(str(error), "crs", CRS84_URI) from None


def _projected(found: Found) -> list[bytes]:
    try:
        return geojson_geometries(found.index.geometries(found.rows), found.selection.crs)
    except ValueError as error:
        raise BadParameter(str(error), "crs", CRS84_URI) from None


def _times(found: Found) -> list[dict[str, Any] | None]:
    """Give the JSON-FG `time` of each feature: dates where it goes by whole days."""
    bounds = found.index.bounds.take(found.rows)
    first, last = bounds.start_earliest, bounds.end_latest
    starts, stops = first != BEGINNING, last != END
    by_days = (_at_midnight(first) | ~starts) & (_at_midnight(last) | ~stops)
    # The end is excluded here, and belongs to the interval there.
    written = (_written(first, starts, by_days), _written(last - SECOND, stops, by_days))
    return [
        None if start is None and end is None else _time(start, end)
        for start, end in zip(*written, strict=True)
    ]


def _time(start: str | None, end: str | None) -> dict[str, Any]:
    if start == end and start is not None:
        return {"timestamp" if "T" in start else "date": start}
    return {"interval": [start or "..", end or ".."]}


def _at_midnight(moments: Times) -> Mask:
    midnight: Mask = moments == moments.astype("datetime64[D]")
    return midnight


def _written(moments: Times, bounded: Mask, by_days: Mask) -> list[str | None]:
    """Write moments as dates or timestamps; None for no bound."""
    texts = np.datetime_as_string(np.where(bounded, moments, EPOCH), unit="s")
    return [
        None if not has else text[: text.index("T")] if days else f"{text}Z"
        for text, has, days in zip(texts.tolist(), bounded, by_days, strict=True)
    ]
