"""What the map page carries: an edition as plain data for the modules in the browser.

Pure: the same edition gives the same state, byte for byte, so that the page's ETag can stand.
How a row of each collection is carried, and its times, is in `service.maps.features`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import geopandas as gpd
import numpy as np

from geo import dates
from geo.times import BEGINNING, Bounds
from routes import axis
from routes.index import CollectionIndex
from service.maps import disputed, features, naming, shapes
from service.maps.changes import changes
from service.maps.counted import counted
from service.maps.days import opening_day
from service.maps.features import NEVER_BEFORE, Row
from service.maps.words import Words, speech, words

State = dict[str, Any]

COLLECTIONS = ("routes", "crossings", "shifts", "events", "roles", "boundaries", "borders")
"""What the map can show; an atlas may lack any of them but the routes."""

MOST_CARRIED = 2_000
"""So many features of a collection travel in the page. Of more, the routes come as tiles, and the
map leaves out others: a page of some hundred kilobytes opens at once, one of 100,000 never."""
DRAWN_ALWAYS = ("boundaries", "borders")
"""The ground, without which there is no map; it is cut to the region."""


class ShownEdition(Protocol):
    """What the map asks of an edition (`routes.Edition` has it)."""

    def __hash__(self) -> int:
        """Tell editions apart, so that what one shows is built once."""

    @property
    def number(self) -> int:
        """Its number."""

    @property
    def atlas(self) -> Mapping[str, Any]:
        """The atlas: title, byline, view, opening_date, knowledge_ends."""

    @property
    def sources(self) -> Mapping[str, Mapping[str, Any]]:
        """Source id to what is known of it."""

    @property
    def collections(self) -> tuple[str, ...]:
        """The names of its collections."""

    def count(self, collection: str) -> int:
        """How many features a collection has."""

    def index(self, collection: str) -> CollectionIndex:
        """The query index of a collection; asked for a large one only."""

    def frame(self, collection: str) -> gpd.GeoDataFrame:
        """All rows of a collection."""


def build(edition: ShownEdition, lang: str = "en") -> State:
    """Give all that the page shows, ready for JSON; raises KeyError for an unknown language.

    Of a collection of more than `MOST_CARRIED` features it holds none: `left_out` says how many
    there are. Where those are the routes, `counts` says how many hold when.
    """
    said = words(lang)
    left_out = _left_out(edition)
    shown = [name for name in COLLECTIONS if name in edition.collections and name not in left_out]
    frames = {name: naming.said_in(lang, name, edition.frame(name)) for name in shown}
    view = view_of(edition)
    for name in frames.keys() & {"routes", "crossings", "events"}:
        middle = (view[0] + view[2]) / 2
        frames[name] = frames[name].set_geometry(_near(frames[name], middle))
    box = shapes.region(view)
    outlines = shapes.Shapes(box)
    ground = list(features.rows(frames.get("boundaries"), "exact"))
    state: State = {
        "edition": edition.number,
        "atlas": _atlas(edition.atlas, view),
        "sources": {key: _source(value, said) for key, value in edition.sources.items()},
        "routes": features.routes(features.rows(frames.get("routes"))),
        "crossings": features.crossings(features.rows(frames.get("crossings")), outlines),
        "shifts": features.shifts(features.rows(frames.get("shifts")), speech(lang)),
        "events": features.events(features.rows(frames.get("events"))),
        "boundaries": features.boundaries(ground, outlines),
        "disputed": disputed.borders(ground, box),
        "borders": features.borders(features.rows(frames.get("borders"), "exact"), box),
    }
    features.name_members(state["borders"], frames.get("boundaries"), lang)
    roles = features.rows(frames.get("roles"))
    state["roles"] = features.roles(roles, outlines, state["boundaries"], lang)
    state["outlines"] = outlines.coordinates
    state["routes"] = _in_telling_order(state["routes"], state["shifts"])
    seen = axis.in_view(frames["boundaries"], view) if "boundaries" in frames else set()
    many = edition.index("routes").bounds if "routes" in left_out else None
    state["axis"] = _axis(state, seen, [] if many is None else [_earliest(many)])
    if left_out:
        state["left_out"] = left_out
    if many is not None:
        state["counts"] = counted(many, state["axis"]["first"], state["axis"]["last"])
    told = changes(state, seen, said)
    state["changes"] = [change for change in told if change["at"] > state["axis"]["first"]]
    return state


def is_large(edition: ShownEdition) -> bool:
    """Tell whether an edition has more versions than a page carries."""
    return edition.count("routes") > MOST_CARRIED


def _left_out(edition: ShownEdition) -> dict[str, int]:
    optional = [name for name in COLLECTIONS if name not in DRAWN_ALWAYS]
    counts = {name: edition.count(name) for name in optional if name in edition.collections}
    return {name: count for name, count in counts.items() if count > MOST_CARRIED}


def view_of(edition: ShownEdition) -> shapes.Box:
    """Give the opening view as (west, south, east, north), degrees: the atlas's, or all routes."""
    view = edition.atlas.get("view")
    if view is None:
        sides = shapes.region(_extent(edition), margin=0.1)
    elif isinstance(view, Mapping):
        sides = tuple(view[side] for side in ("west", "south", "east", "north"))
    else:
        sides = tuple(view)
    west, south, east, north = (float(side) for side in sides)
    return west, south, east, north


def _extent(edition: ShownEdition) -> shapes.Box:
    if is_large(edition):
        west, south, east, north = edition.index("routes").boxes.T
        return np.nanmin(west), np.nanmin(south), np.nanmax(east), np.nanmax(north)
    west, south, east, north = edition.frame("routes").total_bounds
    return west, south, east, north


def _near(frame: gpd.GeoDataFrame, middle: float) -> gpd.GeoSeries:
    turned = shapes.near(frame.geometry.to_numpy(), middle)
    return gpd.GeoSeries(turned, index=frame.index, crs=frame.crs)


def _atlas(atlas: Mapping[str, Any], view: shapes.Box) -> Row:
    known = dates.span_of(str(atlas["knowledge_ends"]))
    return {
        "id": atlas["id"],
        "lang": str(atlas.get("lang") or "en"),
        "title": atlas["title"],
        "byline": str(atlas.get("byline") or ""),
        "view": view,
        "opening": opening_day(atlas),
        "knowledge_ends": {
            "year": str(atlas["knowledge_ends"]),
            "at": features.seconds(known.after),
        },
        "notes": {key: str(text) for key, text in dict(atlas.get("notes") or {}).items()},
    }


def _source(source: Mapping[str, Any], said: Words) -> Row:
    """Give a source as a line to print and its address, if it has one."""
    author = source.get("author") or source.get("publisher")
    parts = [
        str(author) if author else "",
        f"“{source['title']}”" if source.get("title") else "",
        str(source.get("container") or ""),
        str(source.get("year") or ""),
    ]
    inferred = [str(part) for part in source.get("inferred") or []]
    note = said["panel"]["inferred"].format(what=", ".join(inferred)) if inferred else None
    short = str(author or source.get("title") or "")
    return {
        "text": ", ".join(part for part in parts if part),
        "short": f"{short} {source.get('year') or ''}".strip(),
        "inferred": note,
        "url": _web_address(source.get("url")),
    }


def _in_telling_order(routes: list[Row], shifts: Sequence[Row]) -> list[Row]:
    """Put the routes of a shift together and first: before it, then after it."""
    told = [version for shift in shifts for version in (*shift["from"], *shift["to"])]
    rank = {version: place for place, version in reversed(list(enumerate(told)))}
    return sorted(routes, key=lambda route: rank.get(route["id"], len(told)))


def _earliest(bounds: Bounds) -> int:
    """Give the earliest start that is dated; `NEVER_BEFORE` where none is."""
    starts = bounds.start_earliest
    return features.seconds(min(starts[starts > BEGINNING], default=BEGINNING))


def _axis(state: State, seen: set[str], more: list[int]) -> Row:
    """Give the axis of time, see `routes.axis`; `told` is the span that the source dates
    anything in. `more`: starts of what the state does not hold."""
    ends = state["atlas"]["knowledge_ends"]["at"]
    bounds = [row["bounds"][0] for row in (*state["routes"], *state["shifts"], *state["events"])]
    dated = [at for at in (*bounds, *more) if at != NEVER_BEFORE]
    named = [row for row in state["boundaries"] if row["id"] in seen and row["kind"] != "backdrop"]
    first, last = axis.years(dated, [row["bounds"][0] for row in named], ends)
    return {
        "first": features.seconds(np.datetime64(f"{first:04d}", "s")),
        "last": features.seconds(np.datetime64(f"{last + 1:04d}", "s")),
        "told": [min(dated, default=ends), ends],
    }


def _web_address(value: object) -> str | None:
    """Give an address that is safe to link: `javascript:` and its like are left out."""
    text = features.text(value)
    return text if text and text.startswith(("https://", "http://")) else None
