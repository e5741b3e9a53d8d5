"""How a route came to be where it is, and what changed in the world between two days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import geopandas
import numpy as np
import pandas as pd

from geo import words
from geo.times import Bounds, Mask, Window
from routes.editions import Edition
from routes.errors import NotFound

State = Literal["absent", "possible", "certain"]
STATES: tuple[State, ...] = ("absent", "possible", "certain")
ChangeKind = Literal["appeared", "ended", "no-longer-described", "more-certain", "less-certain"]
DATED = ("routes", "crossings", "roles", "boundaries", "borders")
Properties = dict[str, Any]


@dataclass(frozen=True)
class Link:
    """A version as a shift names it."""

    id: str
    route: str
    name: str


@dataclass(frozen=True)
class Shift:
    """One shift with the versions it joins. The many in `to` have no order."""

    properties: Properties
    from_versions: tuple[Link, ...]
    to_versions: tuple[Link, ...]
    date_in_words: str


@dataclass(frozen=True)
class RouteHistory:
    """One route: its versions in order of time, the shifts that led to it and away from it."""

    route: str
    name: str
    versions: tuple[Properties, ...]
    shifts_in: tuple[Shift, ...]
    shifts_out: tuple[Shift, ...]
    sources: dict[str, Properties]


@dataclass(frozen=True)
class Change:
    """One feature that holds otherwise on the later day than on the earlier one."""

    collection: str
    id: str
    name: str
    change: ChangeKind
    before: State
    after: State
    when: str


@dataclass(frozen=True)
class Changes:
    """What changed in the world, and the shifts that may have done it."""

    changes: tuple[Change, ...]
    shifts: tuple[Shift, ...]


def of_route(edition: Edition, route: str) -> RouteHistory:
    """Give the history of one route. Raises NotFound."""
    frame = edition.frame("routes")
    own = frame[frame["route"] == route].sort_values("version")
    if own.empty:
        raise NotFound("route", route, ", ".join(sorted(frame["route"].unique())))
    ids = set(own["id"])
    every = shifts(edition)
    into = tuple(one for one in every if ids & {link.id for link in one.to_versions})
    out = tuple(one for one in every if ids & {link.id for link in one.from_versions})
    versions = tuple(edition.index("routes").properties(own.index.to_numpy()))
    cited = {
        properties["source"] for properties in (*versions, *(one.properties for one in into + out))
    }
    return RouteHistory(
        route=route,
        name=versions[-1]["name"],
        versions=versions,
        shifts_in=into,
        shifts_out=out,
        sources={name: edition.sources[name] for name in sorted(cited)},
    )


def shifts(edition: Edition, rows: Mask | None = None) -> tuple[Shift, ...]:
    """Give all shifts, or those in a mask over the rows of the collection `shifts`.

    An atlas may have no such collection.
    """
    if "shifts" not in edition.collections:
        return ()
    versions = edition.frame("routes").set_index("id")
    frame = edition.frame("shifts")
    chosen = frame if rows is None else frame[rows]
    return tuple(
        Shift(
            properties,
            _links(versions, properties["from_versions"]),
            _links(versions, properties["to_versions"]),
            date_in_words(properties["valid"]),
        )
        for properties in edition.index("shifts").properties(chosen.index.to_numpy())
    )


def between(edition: Edition, earlier: Window, later: Window) -> Changes:
    """Give what holds otherwise in the window `later` than in `earlier`, collection by collection.

    Shifts are those that possibly lie between the two, their windows included.
    """
    found = [
        change
        for collection in DATED
        if collection in edition.collections
        for change in _changes(edition, collection, earlier, later)
    ]
    span = Window(min(earlier.first, later.first), max(earlier.last, later.last))
    if "shifts" not in edition.collections:
        return Changes(tuple(found), ())
    possible = edition.index("shifts").bounds.possible(span)
    return Changes(tuple(found), shifts(edition, possible))


def date_in_words(valid: str | None) -> str:
    """Say a date and, where it is in doubt, how wide: "about 2003 (between 2002 and 2004)"."""
    said, spread = words.describe(valid), words.spread(valid or "")
    return f"{said} ({spread})" if spread else said


def _changes(edition: Edition, collection: str, earlier: Window, later: Window) -> Iterable[Change]:
    bounds = edition.index(collection).bounds
    before, after = _states(bounds, earlier), _states(bounds, later)
    frame = edition.frame(collection)
    for row in np.flatnonzero(before != after).tolist():
        yield _change(collection, frame.iloc[row], int(before[row]), int(after[row]))


def _states(bounds: Bounds, window: Window) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Give 0 for absent, 1 for possible, 2 for certain; int8 of shape (n,)."""
    return bounds.possible(window).astype(np.int8) + bounds.certain(window).astype(np.int8)


def _change(collection: str, row: pd.Series, before: int, after: int) -> Change:
    kind: Any
    if before == 0:
        kind = "appeared"
    elif after == 0:
        kind = "no-longer-described" if row["end"] == "source-ends" else "ended"
    else:
        kind = "more-certain" if after > before else "less-certain"
    name = str(row["name"]) if isinstance(row["name"], str) else ""
    return Change(
        collection, str(row["id"]), name, kind, STATES[before], STATES[after], str(row["when"])
    )


def _links(versions: geopandas.GeoDataFrame, ids: list[str]) -> tuple[Link, ...]:
    return tuple(Link(one, str(versions["route"][one]), str(versions["name"][one])) for one in ids)
