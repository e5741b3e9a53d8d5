"""What a query asks of rows, as SQL with bound values: what `routes.index` asks of arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely

from geo.dates import SECOND
from geo.times import Window
from routes.index import area_of
from routes.query import Certainty, Query
from routes.tree import Box

LASTING = "int8range(start_earliest, end_latest)"
"""When a row may hold, as the index over space and time has it."""


class Condition(NamedTuple):
    """A condition on a row, and the values that stand in it by name."""

    sql: str
    values: dict[str, Any]


def meets(query: Query) -> Condition:
    """Tell that a row's box meets a box of the query, and that it holds in its time."""
    parts, values = ["true"], dict[str, Any]()
    if query.boxes:
        said = "west <= {e} AND east >= {w} AND south <= {n} AND north >= {s}"
        parts.append(_any_box(query.boxes, said, values))
    if query.window is not None:
        parts.append(_holds(query.window, query.certainty, values))
    return Condition(" AND ".join(parts), values)


def near(query: Query) -> Condition:
    """Tell that a row may meet a query with boxes, in the terms of the index over space and time.

    It holds boxes in single precision, widened: `meets` has to hold, too.
    """
    values: dict[str, Any] = {}
    envelope = "geom && ST_MakeEnvelope({w}, {s}, {e}, {n}, 4326)"
    parts = [_any_box(query.boxes, envelope, values)]
    if query.window is not None:
        values |= _first_and_last(query.window)
        parts.append(f"{LASTING} && int8range(%(first)s, %(last)s)")
    return Condition(" AND ".join(parts), values)


def within(query: Query) -> Condition:
    """Tell that a row's box lies in a box of the query; of a query without any, that all do."""
    if not query.boxes:
        return Condition("true", {})
    if query.shape is not None:
        return Condition("false", {})
    values: dict[str, Any] = {}
    said = "west >= {w} AND east <= {e} AND south >= {s} AND north <= {n}"
    return Condition(_any_box(query.boxes, said, values), values)


def intersects(query: Query) -> Condition:
    """Tell that a row's geometry meets the query's (OGC 17-069r4 /req/core/fc-bbox-response).

    Of a query without boxes, all do.
    """
    if not query.boxes:
        return Condition("true", {})
    areas = [query.shape] if query.shape is not None else [area_of(box) for box in query.boxes]
    values = {f"area{at}": shapely.to_wkb(area) for at, area in enumerate(areas)}
    said = [f"ST_Intersects(geom, ST_GeomFromWKB(%({name})s, 4326))" for name in values]
    return Condition(f"({' OR '.join(said)})", values)


def _any_box(boxes: tuple[Box, ...], said: str, values: dict[str, Any]) -> str:
    parts = []
    for at, box in enumerate(boxes):
        names = {side: f"%({side}{at})s" for side in "wsen"}
        values |= {f"{side}{at}": number for side, number in zip("wsen", box, strict=True)}
        parts.append(f"({said.format(**names)})")
    return f"({' OR '.join(parts)})"


def _holds(window: Window, certainty: Certainty, values: dict[str, Any]) -> str:
    """Tell that a row holds in a window; see `geo.times.Bounds.possible` and `certain`."""
    values |= _first_and_last(window)
    possible = "start_earliest < %(last)s AND end_latest > %(first)s"
    if certainty == "possible":
        return possible
    values |= {"sure_start": _seconds(window.sure_start), "second": int(SECOND.astype(np.int64))}
    return (
        f"{possible} AND ((start_latest <= %(sure_start)s"
        " AND greatest(end_earliest, start_earliest + %(second)s) > %(first)s)"
        " OR (attested_from < %(last)s AND attested_until > %(first)s))"
    )


def _first_and_last(window: Window) -> dict[str, Any]:
    return {"first": _seconds(window.first), "last": _seconds(window.last)}


def _seconds(moment: np.datetime64) -> int:
    return int(moment.astype(np.int64))
