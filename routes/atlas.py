"""A folder like data/balkans, as people edit it -> the validated content of an edition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas

from geo import boundaries as dated
from geo import dates, intervals, memberships, times
from geo.boundaries import Boundaries
from geo.times import Bounds
from routes import axis, frames, rules, statistics, stories
from routes.fitting import is_box
from routes.reading import Draft, read_collection, read_toml, shown
from routes.report import AtlasRefused, Fault
from routes.schema import COLLECTIONS
from routes.stores.base import Content

FILES = {
    "routes": "routes.geojson",
    "crossings": "crossings.geojson",
    "shifts": "shifts.csv",
    "events": "events.geojson",
    "roles": "roles.csv",
}
NEEDED = ("id", "title", "summary", "byline", "knowledge_ends", "licence", "opening_date", "view")
DATES = ("knowledge_ends", "opening_date")
# The clip of data/boundaries: outside it there is no land to check against.
DEFAULT_EXTENT = (-15.0, 30.0, 65.0, 72.0)


def read(folder: Path, boundaries: Boundaries | None = None) -> Content:
    """Read, validate and complete an atlas.

    Raises AtlasRefused with every fault at once; then there is nothing to publish.
    """
    if not folder.is_dir():
        remedy = "Give the folder that holds atlas.toml"
        raise AtlasRefused([Fault(str(folder), "", "the folder", "", "is missing", remedy)])
    boundaries = boundaries or dated.load()
    atlas, faults = _read_atlas(folder)
    sources, broken = _read_sources(folder)
    faults += broken
    drafts = {
        name: read_collection(folder / file, COLLECTIONS[name]) for name, file in FILES.items()
    }
    drafts["statistics"] = statistics.read(folder / "statistics", boundaries, sources)
    faults += [fault for draft in drafts.values() for fault in draft.faults]
    extent = tuple(atlas["extent"]) if is_box(atlas.get("extent")) else DEFAULT_EXTENT
    known = None if broken else sources
    faults += rules.check(rules.Context(drafts, known, boundaries, extent))
    told, broken = stories.read(folder, _named_by_stories(atlas, known, drafts, boundaries, extent))
    faults += broken
    if faults:
        raise AtlasRefused(dict.fromkeys(faults))
    _place(drafts, boundaries)
    own = {name: draft.frame for name, draft in drafts.items()}
    derived = {"boundaries": boundaries.entities(), "borders": memberships.borders(boundaries)}
    complete = {
        name: frames.complete(collection, (own | derived)[name])
        for name, collection in COLLECTIONS.items()
    }
    return Content(atlas, sources, complete, stories=told)


def _read_atlas(folder: Path) -> tuple[dict[str, Any], list[Fault]]:
    atlas, faults = read_toml(folder / "atlas.toml")
    return atlas, faults or list(_atlas_faults(atlas))


def _atlas_faults(atlas: dict[str, Any]) -> Iterator[Fault]:
    for name in NEEDED:
        if name not in atlas:
            yield _fault(atlas, name, "is missing", "Add it; see README.md beside it")
    for name in atlas.keys() & {*NEEDED, *DATES, "lang"} - {"view"}:
        if not isinstance(atlas[name], str):
            yield _fault(atlas, name, "is not text", "Put it in double quotes")
        elif name in DATES:
            for error in intervals.faults([atlas[name]]).values():
                yield _fault(atlas, name, error.fault, f"Write it like {error.example}")
    for name in atlas.keys() & {"view", "extent"}:
        if not is_box(atlas[name]):
            remedy = "Write [west, south, east, north] in degrees"
            yield _fault(atlas, name, "is not a box", remedy)
    notes = atlas.get("notes", {})
    if not isinstance(notes, dict) or not all(isinstance(note, str) for note in notes.values()):
        yield _fault(atlas, "notes", "is not a table of texts", "Begin it by [notes]")


def _fault(atlas: dict[str, Any], name: str, problem: str, remedy: str) -> Fault:
    return Fault("atlas.toml", "", name, shown(atlas.get(name)), problem, remedy)


def _read_sources(folder: Path) -> tuple[dict[str, Any], list[Fault]]:
    sources, faults = read_toml(folder / "sources.toml")
    remedy = "Begin it by its id in square brackets, like [lindstrom-2004], and give a title"
    faults += [
        Fault("sources.toml", name, "", "", "is not a source with a title", remedy)
        for name, source in sources.items()
        if not isinstance(source, dict) or not isinstance(source.get("title"), str)
    ]
    return sources, faults


def _named_by_stories(
    atlas: dict[str, Any],
    sources: dict[str, Any] | None,
    drafts: dict[str, Draft],
    boundaries: Boundaries,
    extent: tuple[float, float, float, float],
) -> stories.Context:
    """Give what stories may name: sources, routes and their versions, days of the map."""
    routes = drafts["routes"]
    named = {*routes.frame["route"].dropna(), *routes.frame["id"].dropna()}
    return stories.Context(
        sources, sorted(named) if routes.is_whole else None, _years(atlas, drafts, boundaries),
        extent,
    )  # fmt: skip


def _years(
    atlas: dict[str, Any], drafts: dict[str, Draft], boundaries: Boundaries
) -> tuple[int, int] | None:
    """Give the years that the map of this atlas shows; None where they cannot be told."""
    if not is_box(atlas.get("view")) or intervals.faults([str(atlas.get("knowledge_ends"))]):
        return None
    ends = dates.span_of(str(atlas["knowledge_ends"])).after.astype("datetime64[s]")
    written = [
        text
        for name in ("routes", "shifts", "events")
        for text in drafts[name].frame["valid"].dropna()
        if not intervals.faults([text])
    ]
    begun = Bounds.parse(written).start_earliest
    shown = boundaries.entities()
    shown = shown[shown["id"].isin(axis.in_view(shown, tuple(atlas["view"])))]
    floors = Bounds.parse(
        shown["valid"][~shown["kind"].isin(["backdrop", "constituent"])].tolist(), "exact"
    )
    return axis.years(
        begun[begun != times.BEGINNING].astype("int64").tolist(),
        floors.start_earliest.astype("int64").tolist(),
        int(ends.astype("int64")),
    )


def _place(drafts: dict[str, Draft], boundaries: Boundaries) -> None:
    """Give shifts the point of their place, and roles the area of their country."""
    crossings = drafts["crossings"].frame.set_index("id").geometry
    countries = boundaries.countries().geometry
    _locate(drafts["shifts"].frame, "place", crossings)
    _locate(drafts["roles"].frame, "country", countries)


def _locate(frame: geopandas.GeoDataFrame, name: str, places: geopandas.GeoSeries) -> None:
    shapes = [places.get(place) for place in frame[name]]
    frame["geometry"] = geopandas.GeoSeries(shapes, index=frame.index, crs="EPSG:4326")
