"""What the map page carries: an edition as plain data for the modules in the browser.

Pure: the same edition gives the same state, byte for byte, so that the page's ETag can stand.
Times are the six bounds of `geo.times.Bounds`, in seconds since 1970, in the order of
`BOUND_ORDER`; static/time.js repeats the rules on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo import dates
from geo.times import BEGINNING, END, Bounds, Reading
from geo.words import Speech, spread
from routes import axis
from routes.index import CollectionIndex
from service.maps import disputed, naming, shapes
from service.maps.changes import changes
from service.maps.counted import counted
from service.maps.days import opening_day
from service.maps.words import Words, in_order, speech, words

State = dict[str, Any]
Row = dict[str, Any]
Rows = Iterator[tuple[Row, list[int]]]

COLLECTIONS = ("routes", "crossings", "shifts", "events", "roles", "boundaries", "borders")
"""What the map can show; an atlas may lack any of them but the routes."""

BOUND_ORDER = (
    *("start_earliest", "start_latest", "end_earliest", "end_latest"),
    *("attested_from", "attested_until"),
)
NEVER_BEFORE, NEVER_AFTER = -(2**53 - 1), 2**53 - 1
"""`BEGINNING` and `END` as numbers that JavaScript holds exactly (ECMA-262, 21.1.2.6)."""

TEXTS = ("when", "end", "precision", "source", "locator", "editor_note", "caveat", "description")

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
    outlines = shapes.Shapes(shapes.region(view))
    state: State = {
        "edition": edition.number,
        "atlas": _atlas(edition.atlas, view),
        "sources": {key: _source(value, said) for key, value in edition.sources.items()},
        "routes": _routes(_rows(frames.get("routes"))),
        "crossings": _crossings(_rows(frames.get("crossings")), outlines),
        "shifts": _shifts(_rows(frames.get("shifts")), speech(lang)),
        "events": _events(_rows(frames.get("events"))),
        "boundaries": _boundaries(_rows(frames.get("boundaries"), "exact"), outlines),
        "disputed": disputed.borders(_rows(frames.get("boundaries"), "exact"), shapes.region(view)),
        "borders": _borders(_rows(frames.get("borders"), "exact"), shapes.region(view)),
    }
    _name_members(state["borders"], frames.get("boundaries"), lang)
    state["roles"] = _roles(_rows(frames.get("roles")), outlines, state["boundaries"], lang)
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
        "knowledge_ends": {"year": str(atlas["knowledge_ends"]), "at": _seconds(known.after)},
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


def _routes(rows: Rows) -> list[Row]:
    told = []
    for row, bounds in rows:
        told.append(
            _common(row, bounds)
            | {
                "route": row["route"],
                "mode": row["mode"],
                "implied": _text(row.get("implied")),
                "lines": shapes.lines(row["geometry"]),
            }
        )
    return told


def versions(index: CollectionIndex, rows: NDArray[np.intp]) -> list[Row]:
    """Give some versions as a state holds them, out of many that it does not hold."""
    bounds = index.bounds.take(rows)
    columns = np.stack([getattr(bounds, name) for name in BOUND_ORDER], axis=1)
    placed = zip(index.properties(rows), index.geometries(rows), columns, strict=True)
    return _routes(
        (record | {"geometry": geometry}, [_seconds(bound) for bound in held])
        for record, geometry, held in placed
    )


def _crossings(rows: Rows, outlines: shapes.Shapes) -> list[Row]:
    told = []
    for row, bounds in rows:
        is_point = row["geometry"].geom_type == "Point"
        where = (
            {"point": shapes.point(row["geometry"])}
            if is_point
            else {"outline": outlines.add(row["geometry"])}
        )
        more = {"kind": row["kind"], "also": _texts(row.get("also")), "water": _text(row["water"])}
        told.append(_common(row, bounds) | more | where)
    return told


def _shifts(rows: Rows, told_in: Speech) -> list[Row]:
    told = []
    for row, bounds in rows:
        more = {
            "from": _texts(row["from_versions"]),
            "to": _texts(row["to_versions"]),
            "cause": _text(row["cause"]),
            "spread": spread(row["valid"] or "", told_in),
        }
        told.append(_common(row, bounds) | more)
    return told


def _events(rows: Rows) -> list[Row]:
    """Give the events; their figures count persons and stay off the map."""
    told = []
    for row, bounds in rows:
        place = None if shapes.is_missing(row["geometry"]) else shapes.point(row["geometry"])
        more = {"kind": row["kind"], "place": _text(row["place_name"]), "point": place}
        more["undated"] = bounds[0] == NEVER_BEFORE
        told.append(_common(row, bounds) | more)
    return told


def _boundaries(rows: Rows, outlines: shapes.Shapes) -> list[Row]:
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


def _borders(rows: Rows, box: shapes.Box) -> list[Row]:
    told = []
    for row, bounds in rows:
        if row["membership"] == "eu":
            more = {"members": _texts(row["members"])}
            more |= {"lines": shapes.lines(row["geometry"], box, shapes.DECIMALS)}
            told.append({"id": row["id"], "name": row["name"], "bounds": bounds} | more)
    return told


def _name_members(borders: list[Row], boundaries: gpd.GeoDataFrame | None, lang: str) -> None:
    """Add the names of a union's members, also of those outside the region."""
    known = {} if boundaries is None else dict(zip(boundaries.entity, boundaries.name, strict=True))
    for row in borders:
        names = (known.get(one) or naming.country(one, lang) for one in row["members"])
        row["names"] = in_order(names)


def _roles(rows: Rows, outlines: shapes.Shapes, boundaries: Sequence[Row], lang: str) -> list[Row]:
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


def _rows(frame: gpd.GeoDataFrame | None, reading: Reading = "span") -> Rows:
    """Give each row as a dict with its six bounds; nothing for a collection that is not there."""
    if frame is None:
        return
    attested = _column(frame, "attested") if "attested" in frame else None
    parsed = Bounds.parse(_column(frame, "valid"), reading, attested)
    columns = np.stack([getattr(parsed, name) for name in BOUND_ORDER], axis=1)
    for record, bounds in zip(frame.to_dict("records"), columns, strict=True):
        yield cast(Row, record), [_seconds(bound) for bound in bounds]


def _column(frame: gpd.GeoDataFrame, name: str) -> list[str | None]:
    return [_text(value) for value in frame[name]]


def _common(row: Row, bounds: list[int]) -> Row:
    """Give what every feature has; empty texts are left out."""
    texts = {key: _text(row.get(key)) for key in TEXTS}
    known = {key: value for key, value in texts.items() if value is not None}
    return {"id": row["id"], "name": row["name"], "bounds": bounds} | known


def _in_telling_order(routes: list[Row], shifts: Sequence[Row]) -> list[Row]:
    """Put the routes of a shift together and first: before it, then after it."""
    told = [version for shift in shifts for version in (*shift["from"], *shift["to"])]
    rank = {version: place for place, version in reversed(list(enumerate(told)))}
    return sorted(routes, key=lambda route: rank.get(route["id"], len(told)))


def _earliest(bounds: Bounds) -> int:
    """Give the earliest start that is dated; `NEVER_BEFORE` where none is."""
    starts = bounds.start_earliest
    return _seconds(min(starts[starts > BEGINNING], default=BEGINNING))


def _axis(state: State, seen: set[str], more: list[int]) -> Row:
    """Give the axis of time, see `routes.axis`; `told` is the span that the source dates
    anything in. `more`: starts of what the state does not hold."""
    ends = state["atlas"]["knowledge_ends"]["at"]
    bounds = [row["bounds"][0] for row in (*state["routes"], *state["shifts"], *state["events"])]
    dated = [at for at in (*bounds, *more) if at != NEVER_BEFORE]
    named = [row for row in state["boundaries"] if row["id"] in seen and row["kind"] != "backdrop"]
    first, last = axis.years(dated, [row["bounds"][0] for row in named], ends)
    return {
        "first": _seconds(np.datetime64(f"{first:04d}", "s")),
        "last": _seconds(np.datetime64(f"{last + 1:04d}", "s")),
        "told": [min(dated, default=ends), ends],
    }


def _seconds(moment: np.datetime64) -> int:
    if moment == BEGINNING:
        return NEVER_BEFORE
    return NEVER_AFTER if moment == END else int(moment.astype("datetime64[s]").astype(np.int64))


def _text(value: object) -> str | None:
    """Give a text; None for None, NaN and nothing."""
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> list[str]:
    """Give a list of texts, however the frame holds it (list, array, none)."""
    if value is None or isinstance(value, float):
        return []
    return [str(item) for item in cast(Sequence[object], value)]


def _web_address(value: object) -> str | None:
    """Give an address that is safe to link: `javascript:` and its like are left out."""
    text = _text(value)
    return text if text and text.startswith(("https://", "http://")) else None
