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

ALL = "true"


class Condition(NamedTuple):
    """A condition on a row, and the values that stand in it by name."""

    sql: str
    values: dict[str, Any]


NONE = Condition(ALL, {})
"""What holds for every row."""


def meets(query: Query) -> Condition:
    """Tell that a row's box meets a box of the query, and that it may hold in its time."""
    parts, values = list[str](), dict[str, Any]()
    if query.boxes:
        said = "west <= {e} AND east >= {w} AND south <= {n} AND north >= {s}"
        parts.append(_any_box(query.boxes, said, values))
    if query.window is not None:
        parts.append(_holds(query.window, query.certainty, values))
    return Condition(" AND ".join(parts) or ALL, values)


def matches(query: Query) -> Condition:
    """Tell that a row answers a query: its geometry meets the area of it, too.

    (OGC 17-069r4 /req/core/fc-bbox-response.) That of a box inside a box of the query does.
    """
    near = meets(query)
    if not query.boxes:
        return near
    values = dict(near.values)
    # Selected once, and not made anew for each row.
    said = "ST_Intersects(geom, (SELECT {}))"
    if query.shape is not None:
        values["area"] = shapely.to_wkb(query.shape)
        exact = said.format("ST_GeomFromWKB(%(area)s, 4326)")
    else:
        inside = _any_box(
            query.boxes, "west >= {w} AND east <= {e} AND south >= {s} AND north <= {n}", values
        )
        areas = [said.format(_area(at, box, values)) for at, box in enumerate(query.boxes)]
        exact = " OR ".join([inside, *areas])
    return Condition(f"{near.sql} AND ({exact})", values)


def _area(at: int, box: Box, values: dict[str, Any]) -> str:
    """Say a box as a geometry, whose sides are among the values."""
    if box.west < box.east and box.south < box.north:
        return f"ST_MakeEnvelope(%(w{at})s, %(s{at})s, %(e{at})s, %(n{at})s, 4326)"
    values[f"area{at}"] = shapely.to_wkb(area_of(box))
    return f"ST_GeomFromWKB(%(area{at})s, 4326)"


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
