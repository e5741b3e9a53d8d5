"""Rows of an edition as the map's page carries them: plain data, one kind of feature at a time.

Times are the six bounds of `geo.times.Bounds`, in seconds since 1970, in the order of
`BOUND_ORDER`; static/time.js repeats the rules on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo.times import BEGINNING, END, Bounds, Reading
from geo.words import Speech, spread
from routes.index import CollectionIndex
from service.maps import naming, shapes
from service.maps.words import in_order

Row = dict[str, Any]
Rows = Iterable[tuple[Row, list[int]]]

BOUND_ORDER = (
    *("start_earliest", "start_latest", "end_earliest", "end_latest"),
    *("attested_from", "attested_until"),
)
NEVER_BEFORE, NEVER_AFTER = -(2**53 - 1), 2**53 - 1
"""`BEGINNING` and `END` as numbers that JavaScript holds exactly (ECMA-262, 21.1.2.6)."""

TEXTS = ("when", "end", "precision", "source", "locator", "editor_note", "caveat", "description")


def routes(rows: Rows) -> list[Row]:
    """Give versions of routes with their lines."""
    told = []
    for row, bounds in rows:
        told.append(
            _common(row, bounds)
            | {
                "route": row["route"],
                "mode": row["mode"],
                "implied": text(row.get("implied")),
                "lines": shapes.lines(row["geometry"]),
            }
        )
    return told


def versions(index: CollectionIndex, rows: NDArray[np.intp]) -> list[Row]:
    """Give some versions as a state holds them, out of many that it does not hold."""
    bounds = index.bounds.take(rows)
    columns = np.stack([getattr(bounds, name) for name in BOUND_ORDER], axis=1)
    placed = zip(index.properties(rows), index.geometries(rows), columns, strict=True)
    return routes(
        (record | {"geometry": geometry}, [seconds(bound) for bound in held])
        for record, geometry, held in placed
    )


def crossings(rows: Rows, outlines: shapes.Shapes) -> list[Row]:
    """Give the crossings, each as a point or with an outline."""
    told = []
    for row, bounds in rows:
        is_point = row["geometry"].geom_type == "Point"
        where = (
            {"point": shapes.point(row["geometry"])}
            if is_point
            else {"outline": outlines.add(row["geometry"])}
        )
        more = {"kind": row["kind"], "also": _texts(row.get("also")), "water": text(row["water"])}
        told.append(_common(row, bounds) | more | where)
    return told


def shifts(rows: Rows, told_in: Speech) -> list[Row]:
    """Give the shifts, with the years between which a date in doubt lies."""
    told = []
    for row, bounds in rows:
        more = {
            "from": _texts(row["from_versions"]),
            "to": _texts(row["to_versions"]),
            "cause": text(row["cause"]),
            "spread": spread(row["valid"] or "", told_in),
        }
        told.append(_common(row, bounds) | more)
    return told


def events(rows: Rows) -> list[Row]:
    """Give the events; their figures count persons and stay off the map."""
    told = []
    for row, bounds in rows:
        place = None if shapes.is_missing(row["geometry"]) else shapes.point(row["geometry"])
        more = {"kind": row["kind"], "place": text(row["place_name"]), "point": place}
        more["undated"] = bounds[0] == NEVER_BEFORE
        told.append(_common(row, bounds) | more)
    return told


def boundaries(rows: Rows, outlines: shapes.Shapes) -> list[Row]:
    """Give the states and territories that are drawn, with their outlines."""
    told = []
    for row, bounds in rows:
        outline = outlines.add(row["geometry"])
        if outline is None or row["kind"] == "constituent":
            continue
        more = {"entity": row["entity"], "kind": row["kind"], "status": row["status"]}
        more |= {"members": _texts(row["members"]), "outline": outline}
        more |= {"within": _texts(row.get("within"))}
        told.append(_common(row, bounds) | more)
    return told


def borders(rows: Rows, box: shapes.Box) -> list[Row]:
    """Give the border of the European Union for each of its times, cut to a box."""
    told = []
    for row, bounds in rows:
        if row["membership"] == "eu":
            more = {"members": _texts(row["members"])}
            more |= {"lines": shapes.lines(row["geometry"], box, shapes.DECIMALS)}
            told.append({"id": row["id"], "name": row["name"], "bounds": bounds} | more)
    return told


def name_members(borders: list[Row], boundaries: gpd.GeoDataFrame | None, lang: str) -> None:
    """Add the names of a union's members, also of those outside the region."""
    known = {} if boundaries is None else dict(zip(boundaries.entity, boundaries.name, strict=True))
    for row in borders:
        names = (known.get(one) or naming.country(one, lang) for one in row["members"])
        row["names"] = in_order(names)


def roles(rows: Rows, outlines: shapes.Shapes, boundaries: Sequence[Row], lang: str) -> list[Row]:
    """Give the roles, each with the outline of its country and that country's plain name."""
    # Of a backdrop nothing is claimed, and its name says so.
    named = [row for row in boundaries if row["kind"] != "backdrop"]
    names = {row["outline"]: row["name"] for row in named}
    told = []
    for row, bounds in rows:
        outline = outlines.add(row["geometry"])
        country = names.get(outline) or naming.country(str(row["country"]), lang)
        more = {"country": country, "role": row["role"], "outline": outline}
        told.append(_common(row, bounds) | more)
    return told


def rows(frame: gpd.GeoDataFrame | None, reading: Reading = "span") -> Rows:
    """Give each row as a dict with its six bounds; nothing for a collection that is not there."""
    if frame is None:
        return
    attested = _column(frame, "attested") if "attested" in frame else None
    parsed = Bounds.parse(_column(frame, "valid"), reading, attested)
    columns = np.stack([getattr(parsed, name) for name in BOUND_ORDER], axis=1)
    for record, bounds in zip(frame.to_dict("records"), columns, strict=True):
        yield cast(Row, record), [seconds(bound) for bound in bounds]


def _column(frame: gpd.GeoDataFrame, name: str) -> list[str | None]:
    return [text(value) for value in frame[name]]


def _common(row: Row, bounds: list[int]) -> Row:
    """Give what every feature has; empty texts are left out."""
    texts = {key: text(row.get(key)) for key in TEXTS}
    known = {key: value for key, value in texts.items() if value is not None}
    return {"id": row["id"], "name": row["name"], "bounds": bounds} | known


def seconds(moment: np.datetime64) -> int:
    """Give a moment in seconds since 1970; `NEVER_BEFORE` and `NEVER_AFTER` for no bound."""
    if moment == BEGINNING:
        return NEVER_BEFORE
    return NEVER_AFTER if moment == END else int(moment.astype("datetime64[s]").astype(np.int64))


def text(value: object) -> str | None:
    """Give a text; None for None, NaN and nothing."""
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> list[str]:
    """Give a list of texts, however the frame holds it (list, array, none)."""
    if value is None or isinstance(value, float):
        return []
    return [str(item) for item in cast(Sequence[object], value)]
