"""The rules that an atlas has to keep, beyond the form of its files. Each gives its faults."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pandera.errors
import shapely

from geo import crossings, times
from geo.boundaries import Boundaries
from routes.fitting import LIST_SEPARATOR
from routes.reading import Draft
from routes.report import Fault
from routes.schema import values_schema

# A crossing is placed by settlement, so it may lie this far from the border or coast it crosses.
FARTHEST_CROSSING_M = 10_000


@dataclass(frozen=True)
class Context:
    """What single collections are checked against. `sources` is None where none could be read."""

    drafts: Mapping[str, Draft]
    sources: Collection[str] | None
    boundaries: Boundaries
    extent: tuple[float, float, float, float]

    def ids(self, collection: str) -> set[str] | None:
        """Give the ids that a collection has as written; None if its file could not be read."""
        draft = self.drafts.get(collection)
        if draft is None or not draft.is_whole:
            return None
        return {str(name) for name in draft.frame["id"].dropna()}


def check(context: Context) -> Iterator[Fault]:
    """Find every fault of the collections that people write."""
    for draft in context.drafts.values():
        if len(draft.frame):
            yield from _values(draft)
            yield from _shapes(draft)
            yield from _times(draft)
            yield from _geometries(draft, context.extent)
            yield from _references(draft, context)
    if "routes" in context.drafts:
        yield from _overlaps(context.drafts["routes"])
    if "crossings" in context.drafts:
        yield from _crossings(context.drafts["crossings"], context)


def _values(draft: Draft) -> Iterator[Fault]:
    """Check presence, uniqueness and choices through pandera."""
    try:
        values_schema(draft.collection).validate(pd.DataFrame(draft.frame), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        for name, check, row in zip(cases["column"], cases["check"], cases["index"], strict=True):
            position = int(row)
            missing = draft.frame[name].iloc[position] is None
            # A version has its id from its route and number: these are missing. What is missing
            # twice is not the same. And some was said when it was read.
            of_parts = name == "id" and missing and "route" in draft.frame
            unsaid = not draft.is_faulty(position, name) and not of_parts
            if unsaid and (check == "not_nullable" or not missing):
                yield _value_fault(draft, position, name, str(check))


def _value_fault(draft: Draft, position: int, name: str, check: str) -> Fault:
    field = draft.collection.field(name)
    if check == "not_nullable":
        return draft.fault(position, name, "is missing", f"Give it: {field.description}")
    if check == "field_uniqueness":
        same = np.flatnonzero(draft.frame[name] == draft.frame[name].iloc[position])
        others = ", ".join(draft.rows[other] for other in same if other != position)
        return draft.fault(position, name, f"stands in {others} too", "Give each its own")
    choices = ", ".join(field.choices)
    return draft.fault(position, name, "is not one of the known ones", f"Use one of {choices}")


def _shapes(draft: Draft) -> Iterator[Fault]:
    """Check that ids can stand in an address, and that JSON has the form that its column says."""
    for position, name in enumerate(draft.frame["id"]):
        if name is not None and not _ID.fullmatch(name):
            yield draft.fault(position, "id", "holds a character that an address cannot",
                              "Use letters, digits, and . _ ~ -")  # fmt: skip
    for name in _FORMS.keys() & set(draft.frame.columns):
        is_right, remedy = _FORMS[name]
        for position, written in enumerate(draft.frame[name]):
            if written is not None and not is_right(json.loads(written)):
                yield draft.fault(position, name, "has not the form of its column", remedy)


def _times(draft: Draft) -> Iterator[Fault]:
    for field in draft.collection.fields:
        if field.kind != "edtf" or field.computed:
            continue
        reading = "attested" if field.name == "attested" else draft.collection.reading
        texts = draft.frame[field.name].tolist()
        for position, error in times.faults(texts, reading).items():
            yield draft.fault(position, field.name, error.fault, f"Write it like {error.example}")


def _geometries(draft: Draft, extent: tuple[float, float, float, float]) -> Iterator[Fault]:
    """Check presence, type, validity and place, the whole column at a time.

    Only of what people drew: a CSV file has its geometry from the countries or the crossings.
    """
    if not draft.file.endswith(".geojson"):
        return
    geometry = draft.frame.geometry.to_numpy()
    missing = np.array([shape is None for shape in geometry])
    bare = missing | shapely.is_empty(geometry)
    if draft.collection.geometry_required:
        read = np.array([not draft.is_faulty(row, "geometry") for row in range(len(geometry))])
        yield from _at(bare & read, draft, "is missing", "Draw it")
    else:
        yield from _at(bare & ~missing, draft, "has no point", "Write null where there is none")
    for position in np.flatnonzero(~bare & draft.frame["precision"].isna().to_numpy()):
        if not draft.is_faulty(int(position), "precision"):
            choices = ", ".join(draft.collection.field("precision").choices)
            yield draft.fault(int(position), "precision", "is missing, and there is a geometry",
                              f"Use one of {choices}")  # fmt: skip
    kinds = np.array([shape.geom_type if shape else "" for shape in geometry])
    wrong_kind = ~bare & ~np.isin(kinds, draft.collection.geometry)
    yield from _at(wrong_kind, draft, "is of the wrong type",
                   f"Use {' or '.join(draft.collection.geometry)}")  # fmt: skip
    broken = ~missing & ~shapely.is_valid(geometry)
    for position in np.flatnonzero(broken):
        place = shapely.is_valid_reason(geometry[position])
        yield draft.fault(int(position), "geometry", f"is not valid: {place}", "Redraw it there")
    swapped, outside = _misplaced(geometry, extent)
    yield from _at(~missing & swapped, draft, "seems to have latitude and longitude swapped",
                   "Write longitude first, then latitude (RFC 7946)")  # fmt: skip
    west, south, east, north = extent
    yield from _at(~missing & outside & ~swapped, draft, "lies outside the atlas",
                   f"Keep to {west:g} to {east:g} east and {south:g} to {north:g} north, "
                   "or widen the extent in atlas.toml")  # fmt: skip


def _at(mask: np.ndarray[Any, Any], draft: Draft, problem: str, remedy: str) -> Iterator[Fault]:
    for position in np.flatnonzero(mask):
        yield draft.fault(int(position), "geometry", problem, remedy)


def _misplaced(
    geometry: np.ndarray[Any, Any], extent: tuple[float, float, float, float]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Tell which geometries lie outside the extent, and which of them would not if swapped."""
    west, south, east, north = extent
    boxes = shapely.bounds(geometry)

    def outside(boxes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        low_x, low_y, high_x, high_y = boxes.T
        return np.asarray((low_x < west) | (low_y < south) | (high_x > east) | (high_y > north))

    out = outside(boxes)
    return out & ~outside(boxes[:, [1, 0, 3, 2]]), out


def _references(draft: Draft, context: Context) -> Iterator[Fault]:
    """Check that every id that is named exists, where the file that would have it could be read."""
    countries = set(context.boundaries.countries().index)
    versions, of_entities = context.ids("routes"), "the countries of data/boundaries/entities.toml"
    targets: dict[str, tuple[Collection[str] | None, str]] = {
        "source": (context.sources, "sources.toml"),
        "from_versions": (versions, "the routes' versions"),
        "to_versions": (versions, "the routes' versions"),
        "place": (context.ids("crossings"), "crossings.geojson"),
        "country": (countries, of_entities),
        "between": (countries, of_entities),
    }
    for name in [one for one in draft.frame.columns if one in targets]:
        known, home = targets[name]
        if known is None:
            continue
        for position, value in enumerate(draft.frame[name]):
            named = value if isinstance(value, list) else [value] if value else []
            for unknown in dict.fromkeys(one for one in named if one not in known):
                remedy = f"Known ones are {_few(known)}"
                yield draft.fault(position, name, f"names {unknown!r}, not in {home}", remedy)


def _overlaps(routes: Draft) -> Iterator[Fault]:
    """Refuse two versions of one route that both certainly hold at the same time."""
    frame = routes.frame
    unreadable = times.faults(frame["valid"].tolist())
    read = frame[~frame.index.isin(list(unreadable)) & frame["route"].notna()]
    bounds = times.Bounds.parse(read["valid"].tolist())
    table = pd.DataFrame(
        {
            "route": read["route"].to_numpy(),
            "start": bounds.start_latest.astype(np.int64),
            "end": bounds.end_earliest.astype(np.int64),
        },
        index=read.index,
    )
    table = table[table["start"] < table["end"]].sort_values(["route", "start"], kind="stable")
    latest = table.groupby("route")["end"].cummax()
    before = latest.groupby(table["route"]).shift()
    for position in sorted(table.index[before > table["start"]]):
        problem = "overlaps another version of this route"
        yield routes.fault(int(position), "valid", problem, "Let one end before the next begins")


def _crossings(draft: Draft, context: Context) -> Iterator[Fault]:
    """Refuse a crossing that lies far from the border or coast that it claims to cross."""
    known = set(context.boundaries.countries().index)
    pairs = np.array([_is_pair(between) for between in draft.frame["between"]], dtype=bool)
    for row in np.flatnonzero(~pairs & draft.frame["between"].notna().to_numpy()):
        yield draft.fault(int(row), "between", "is not two countries", "Name two")
    geometry = draft.frame.geometry.to_numpy()
    _, outside = _misplaced(geometry, context.extent)
    usable = pairs & ~(shapely.is_missing(geometry) | shapely.is_empty(geometry) | outside)
    usable &= np.array([_is_pair(one) and known >= {*one} for one in draft.frame["between"]], bool)
    frame = geopandas.GeoDataFrame(draft.frame[usable])
    if frame.empty:
        return
    distances = np.asarray(crossings.distance_to_border_m(frame, context.boundaries))
    for position, distance_m in zip(np.flatnonzero(usable).tolist(), distances, strict=True):
        between = LIST_SEPARATOR.join(draft.frame["between"].iloc[position])
        if np.isnan(distance_m):
            yield draft.fault(position, "between", "are not two countries that have such a border",
                              "Check `between` and `crossing`")  # fmt: skip
        elif distance_m > FARTHEST_CROSSING_M:
            problem = f"lies {distance_m / 1000:.0f} km from the border or coast it crosses"
            yield draft.fault(position, "geometry", problem,
                              f"Check the place and `between` ({between})")  # fmt: skip


def _few(names: Collection[str]) -> str:
    first = sorted(names)[:12]
    return (", ".join(first) or "none") + (", ..." if len(names) > len(first) else "")


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(set(value)) == len(value) == 2


def _is_stages(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_stage, value))


def _is_stage(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


_ID = re.compile(r"[\w.~-]+")
_FORMS: dict[str, tuple[Callable[[object], bool], str]] = {
    "stages": (_is_stages, 'Write it like [["albania"], ["greece", "macedonia"]]'),
    "figures": (lambda value: isinstance(value, dict), 'Write it like {"interviews": 13000}'),
}
