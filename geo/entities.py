"""Rows of dated entities: from what entities.toml says to columns with valid time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.times import Bounds, Window
from geo.words import describe

Day = str | date | np.datetime64
Row = dict[str, Any]

CRS = "EPSG:4326"
KINDS = ("backdrop", "state", "constituent", "administered-territory", "disputed-part")
"""Kinds of entities in the order in which they are drawn, each over those before it."""
NO_CLAIM_THEN = "Backdrop: no claim is made about whose land this was on these days."
NO_CLAIM = "Backdrop: a present-day polygon without dates; no claim about its status on any day."
ALWAYS = (date.min, date.max)


def holding(frame: gpd.GeoDataFrame, day: Day) -> gpd.GeoDataFrame:
    """Give the rows of a dated frame that hold on a day; `valid` is read as exact."""
    bounds = Bounds.parse(frame["valid"].tolist(), "exact")
    return frame[bounds.possible(window_of(day))].reset_index(drop=True)


def window_of(day: Day) -> Window:
    """Read a day, a coarser EDTF date or an interval as the span of time that it names."""
    if isinstance(day, np.datetime64):
        return Window.parse(np.datetime_as_string(day))
    return Window.parse(day if isinstance(day, str) else day.isoformat())


def dated(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    """Make a frame of rows with `first`, `until` (half-open days) and the other columns.

    The two become `valid`, the four bounds, `when` and `end`, in the order of the collections.
    Text is of dtype `str`, NaN where there is none.
    """
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
    valid = [edtf(row["first"], row["until"]) for row in rows]
    columns = {
        "valid": pd.Series(valid, dtype="str"),
        **Bounds.parse(valid, "exact").to_columns(),
        "when": [describe(text, reading="exact") for text in valid],
        "end": pd.Series([_end(row["until"]) for row in rows], dtype="str"),
    }
    frame = frame.drop(columns=["first", "until"])
    for position, (name, values) in enumerate(columns.items(), start=2):
        frame.insert(position, name, values)
    return frame.astype({"editor_note": "str", "caveat": "str"})


def edtf(first: date, until: date) -> str | None:
    """Write half-open days as EDTF, whose end is the last day on which it holds.

    `date.min` and `date.max` stand for an open side; None for no time at all.
    """
    if (first, until) == ALWAYS:
        return None
    begin = ".." if first == date.min else first.isoformat()
    return f"{begin}/{'..' if until == date.max else (until - timedelta(days=1)).isoformat()}"


def listed(entity: Mapping[str, Any]) -> Row:
    """Give the row of an entity of entities.toml. Raises ValueError where it contradicts itself."""
    first, until = entity["from"], entity.get("to", date.max)
    kind = entity.get("kind", "state")
    if first >= until or kind not in KINDS:
        raise ValueError(f"entities.toml: {entity['id']}: from {first} to {until}, kind {kind!r}")
    return _row(
        id=f"{entity['id']}.{first}",
        name=entity["name"],
        first=first,
        until=until,
        editor_note=entity.get("note"),
        entity=entity["id"],
        kind=kind,
        within=entity.get("within", []),
        # Of a territory under administration the status is what is open.
        status=entity.get("status", None if kind == "administered-territory" else "undisputed"),
        members=entity["members"],
    )


def backdrop(polygon: str, first: date, until: date) -> Row:
    """Give the row of a polygon on the half-open days on which nothing is claimed about it."""
    entity = f"backdrop.{_slug(polygon)}"
    dateless = (first, until) == ALWAYS
    since = f".{first}" if first > date.min else f".before-{until}"
    return _row(
        id=entity if dateless else entity + since,
        name=f"{polygon} (backdrop)" if dateless else f"{polygon} (backdrop, no claim then)",
        first=first,
        until=until,
        caveat=NO_CLAIM if dateless else NO_CLAIM_THEN,
        entity=entity,
        kind="backdrop",
        members=[polygon],
    )


def _row(**said: Any) -> Row:  # noqa: ANN401
    columns = (
        *("id", "name", "first", "until", "precision", "source", "locator", "editor_note"),
        *("caveat", "entity", "kind", "within", "status", "members"),
    )
    return dict.fromkeys(columns) | {"precision": "generalised-area", "within": []} | said


def gaps(states: Sequence[Row]) -> Iterator[tuple[str, date, date]]:
    """Give each polygon with the half-open days on which no state holds it."""
    for polygon in sorted({member for row in states for member in row["members"]}):
        held = sorted((row for row in states if polygon in row["members"]), key=itemgetter("first"))
        at = date.min
        for row in held:
            if row["first"] < at:
                raise ValueError(f"entities.toml: two states hold {polygon} on {row['first']}")
            if row["first"] > at:
                yield polygon, at, row["first"]
            at = row["until"]
        if at < date.max:
            yield polygon, at, date.max


def _end(until: date) -> str | None:
    return "ended" if until < date.max else None


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
