"""What the styles have to know of an edition: its opening day, who stood when, where rings are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson
import shapely

from geo.dates import span_of
from geo.times import BEGINNING, END
from routes import Edition
from service.maps import disputed, shapes
from service.ogc.parameters import WORLD
from service.qgis.moments import Span

_NAMED = ("state", "administered-territory", "disputed-part")


@dataclass(frozen=True)
class Membership:
    """Who was in the European Union for some time."""

    span: Span
    entities: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """That an entity bears a name of its own on the map for some time."""

    span: Span
    entity: str


@dataclass(frozen=True)
class Dispute:
    """A border of disputed status: its line as WKT, the id of a boundary that has it, its time."""

    span: Span
    bearer: str
    line: str


@dataclass(frozen=True)
class Inner:
    """A territory with a name of its own, as WKT, and the entities that it lies in."""

    within: tuple[str, ...]
    area: str


@dataclass(frozen=True)
class Facts:
    """All of it. `crossings`: the crossing places, as WKT."""

    opening: date
    notes: Mapping[str, str]
    union: Sequence[Membership]
    standing: Sequence[Standing]
    crossings: Sequence[str]
    disputes: Sequence[Dispute]
    inner: Sequence[Inner]


def facts_of(edition: Edition) -> Facts:
    """Gather them from the collections that the edition has."""
    atlas = edition.atlas
    opening = span_of(str(atlas.get("opening_date") or atlas["knowledge_ends"])).first
    return Facts(
        opening=date.fromisoformat(str(opening)[:10]),
        notes={key: str(text).strip() for key, text in dict(atlas.get("notes") or {}).items()},
        union=list(_union(edition)),
        standing=list(_standing(edition)),
        crossings=list(_crossings(edition)),
        disputes=list(_disputes(edition)),
        inner=list(_inner(edition)),
    )


def _union(edition: Edition) -> Iterator[Membership]:
    for feature in _features(edition, "borders"):
        row = feature["properties"]
        if row["membership"] == "eu":
            yield Membership(_held(row), tuple(row["members"]))


def _standing(edition: Edition) -> Iterator[Standing]:
    """Give when the countries that have roles bore a name of their own."""
    countries = {one["properties"]["country"] for one in _features(edition, "roles")}
    for feature in _features(edition, "boundaries"):
        row = feature["properties"]
        if row["entity"] in countries and row["kind"] in _NAMED:
            yield Standing(_held(row), row["entity"])


def _crossings(edition: Edition) -> Iterator[str]:
    for feature in _features(edition, "crossings"):
        if feature["geometry"]["type"] == "Point":
            yield shapely.Point(feature["geometry"]["coordinates"]).wkt


def _disputes(edition: Edition) -> Iterator[Dispute]:
    """Give the borders of disputed status that the map draws, too."""
    if "boundaries" not in edition.collections:
        return
    records = edition.frame("boundaries").to_dict("records")
    bounds = edition.index("boundaries").bounds.to_array().T.tolist()
    for row in disputed.borders(zip(records, bounds, strict=True), WORLD):
        first, _, _, after, *_ = row["bounds"]
        lines = shapely.multilinestrings([shapely.LineString(path) for path in row["lines"]])
        written = shapely.to_wkt(lines, rounding_precision=shapes.DECIMALS)
        yield Dispute(Span(_date(first), _date(after)), row["id"].split()[0], written)


def _inner(edition: Edition) -> Iterator[Inner]:
    for feature in _features(edition, "boundaries"):
        row = feature["properties"]
        if row["kind"] == "administered-territory" and row["within"]:
            area = shapely.from_geojson(orjson.dumps(feature["geometry"]))
            # A tenth of a degree is enough to keep a name out.
            coarse = shapely.to_wkt(shapely.simplify(area, 0.1), rounding_precision=2)
            yield Inner(tuple(row["within"]), coarse)


def _features(edition: Edition, collection: str) -> Iterator[dict[str, Any]]:
    if collection not in edition.collections:
        return
    index = edition.index(collection)
    for row in range(len(index)):
        yield orjson.loads(index.fragment(row))


def _held(row: dict[str, Any]) -> Span:
    return Span(_day(row["start_earliest"]), _day(row["end_latest"]))


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said[:10]) if said else None


def _date(seconds: int) -> date | None:
    """Give the day of a bound in seconds since 1970; None for "no bound"."""
    moment = np.datetime64(seconds, "s")
    return None if moment in (BEGINNING, END) else date.fromisoformat(str(moment)[:10])
