"""How a route came to be where it is, and what changed in the world between two days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from geo import words
from geo.times import Bounds, Mask, Window
from geo.words import ENGLISH, Speech
from routes.editions import Edition
from routes.errors import NotFound

State = Literal["absent", "possible", "certain"]
STATES: tuple[State, ...] = ("absent", "possible", "certain")
ChangeKind = Literal["appeared", "ended", "no-longer-described", "more-certain", "less-certain"]
DATED = ("routes", "crossings", "roles", "boundaries", "borders")
Properties = dict[str, Any]
# Routes that are named to who asks for one that is not there.
FEW = 20


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
    columns = edition.columns("routes")
    rows = np.flatnonzero((columns["route"] == route).to_numpy(dtype=bool))
    if not len(rows):
        known = sorted(columns["route"].unique())
        raise NotFound("route", route, ", ".join(known[:FEW]) + (", …" if known[FEW:] else ""))
    rows = rows[np.argsort(columns["version"].to_numpy()[rows], kind="stable")]
    versions = tuple(edition.index("routes").properties(rows))
    ids = {properties["id"] for properties in versions}
    every = shifts(edition)
    into = tuple(one for one in every if ids & {link.id for link in one.to_versions})
    out = tuple(one for one in every if ids & {link.id for link in one.from_versions})
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
    index = edition.index("shifts")
    chosen = np.arange(len(index)) if rows is None else np.flatnonzero(rows)
    return tuple(
        Shift(
            properties,
            _links(edition, properties["from_versions"]),
            _links(edition, properties["to_versions"]),
            date_in_words(properties["valid"]),
        )
        for properties in index.properties(chosen)
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


def date_in_words(valid: str | None, speech: Speech = ENGLISH) -> str:
    """Say a date and, where it is in doubt, how wide: "about 2003 (between 2002 and 2004)"."""
    said, spread = words.describe(valid, speech=speech), words.spread(valid or "", speech)
    return f"{said} ({spread})" if spread else said


def _changes(edition: Edition, collection: str, earlier: Window, later: Window) -> Iterable[Change]:
    index = edition.index(collection)
    before, after = _states(index.bounds, earlier), _states(index.bounds, later)
    rows = np.flatnonzero(before != after)
    for row, properties in zip(rows.tolist(), index.properties(rows), strict=True):
        yield _change(collection, properties, int(before[row]), int(after[row]))


def _states(bounds: Bounds, window: Window) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Give 0 for absent, 1 for possible, 2 for certain; int8 of shape (n,)."""
    return bounds.possible(window).astype(np.int8) + bounds.certain(window).astype(np.int8)


def _change(collection: str, row: Properties, before: int, after: int) -> Change:
    kind: Any
    if before == 0:
        kind = "appeared"
    elif after == 0:
        kind = "no-longer-described" if row["end"] == "source-ends" else "ended"
    else:
        kind = "more-certain" if after > before else "less-certain"
    name = row["name"] or ""
    return Change(collection, row["id"], name, kind, STATES[before], STATES[after], row["when"])


def _links(edition: Edition, ids: list[str]) -> tuple[Link, ...]:
    index = edition.index("routes")
    rows = [row for one in ids if (row := index.row_of(one)) is not None]
    said = index.properties(np.array(rows, np.intp))
    return tuple(Link(one["id"], one["route"], one["name"]) for one in said)
