"""Memberships of entities, the European Union and the Schengen area, and their outer borders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.boundaries import Boundaries, Scale, load
from geo.entities import Day, Row, dated, edtf, holding, window_of
from geo.times import Bounds

CAVEAT = "Only land borders; a border at sea is not drawn."


@dataclass(frozen=True)
class Period:
    """The half-open days between two changes of a membership or of its members' land."""

    first: date
    until: date
    members: tuple[str, ...]
    polygons: tuple[str, ...]


def as_of(
    membership: str, day: Day, scale: Scale = "50m", boundaries: Boundaries | None = None
) -> gpd.GeoDataFrame:
    """Give the entities that are members on a day, as rows of `Boundaries.as_of`.

    Members of "eu" or "schengen"; on a coarser date all that were at some moment of it. Raises
    ValueError for an unknown membership, geo.dates.EdtfError for a day that cannot be read.
    """
    boundaries = boundaries or load()
    window = window_of(day)
    accessions = _membership(boundaries, membership)["accession"]
    valid = [edtf(*_ends(said)) for said in accessions]
    joined = Bounds.parse(valid, "exact").possible(window)
    members = {
        member
        for said, holds in zip(accessions, joined, strict=True)
        if holds
        for member in said["members"]
    }
    frame = boundaries.as_of(day, scale)
    return frame[frame["entity"].isin(members) & (frame["kind"] == "state")].reset_index(drop=True)


def external_border(
    membership: str, day: Day, scale: Scale = "50m", boundaries: Boundaries | None = None
) -> gpd.GeoDataFrame:
    """Give the land border of a membership against all other land on a day: rows of `borders`.

    One row on a day, several on a coarser date with a change in it, none before the membership
    begins. Raises ValueError for an unknown membership.
    """
    boundaries = boundaries or load()
    _membership(boundaries, membership)
    frame = borders(boundaries, scale)
    return holding(frame[frame["membership"] == membership], day)


def borders(boundaries: Boundaries, scale: Scale = "50m") -> gpd.GeoDataFrame:
    """Give the external land border of every membership for each period between changes.

    Columns of the collection `borders`: `membership`, `members` (entity ids), MultiLineStrings in
    EPSG:4326, `valid` read as exact. A border is where the land of members meets other land.
    """
    return _borders(boundaries, scale).copy()


@cache
def _borders(boundaries: Boundaries, scale: Scale) -> gpd.GeoDataFrame:
    shared = boundaries.shared_borders(scale)
    rows = []
    for membership in boundaries.table["membership"]:
        said = _membership(boundaries, membership)
        for period in _periods(said, boundaries.table["entity"]):
            inside = shared["a"].isin(period.polygons) ^ shared["b"].isin(period.polygons)
            line = _merged(shared.geometry[inside])
            rows.append(_row(membership, said, period, line, boundaries.table["source"], scale))
    return dated(rows)


def _row(
    membership: str,
    said: Mapping[str, Any],
    period: Period,
    line: BaseGeometry,
    source: str,
    scale: Scale,
) -> Row:
    notes = [
        accession["note"]
        for accession in said["accession"]
        if "note" in accession and accession["from"] == period.first
    ]
    return {
        "id": f"{membership}-external.{period.first}",
        "name": f"External land border, {said['name']}",
        "first": period.first,
        "until": period.until,
        "precision": "generalised-area",
        "source": source,
        "locator": f"countries, 1:{scale}: borders of {', '.join(period.polygons)}",
        "editor_note": " ".join(notes) or None,
        "caveat": f"{CAVEAT} {said['note']}" if "note" in said else CAVEAT,
        "membership": membership,
        "members": list(period.members),
        "geometry": line,
    }


def _membership(boundaries: Boundaries, membership: str) -> Mapping[str, Any]:
    known = boundaries.table["membership"]
    if membership not in known:
        raise ValueError(f"no membership {membership!r}; there are {', '.join(known)}")
    found: Mapping[str, Any] = known[membership]
    return found


def _periods(said: Mapping[str, Any], entities: list[Mapping[str, Any]]) -> Iterator[Period]:
    """Give the periods in which neither the members nor their land change."""
    states = [entity for entity in entities if entity.get("kind", "state") == "state"]
    changes = {end for row in (*said["accession"], *states) for end in _ends(row)}
    begun = min(accession["from"] for accession in said["accession"])
    days = [day for day in sorted(changes | {date.max}) if day >= begun]
    open_period: Period | None = None
    for first, until in pairwise(days):
        members = _names(said["accession"], first)
        held = [entity for entity in states if entity["id"] in members]
        polygons = _names(held, first)
        if open_period and (open_period.members, open_period.polygons) == (members, polygons):
            open_period = Period(open_period.first, until, members, polygons)
            continue
        if open_period:
            yield open_period
        open_period = Period(first, until, members, polygons)
    if open_period:
        yield open_period


def _ends(row: Mapping[str, Any]) -> tuple[date, date]:
    """Give the half-open days of a row of entities.toml; without `to` it still holds."""
    return row["from"], row.get("to", date.max)


def _names(rows: list[Mapping[str, Any]], day: date) -> tuple[str, ...]:
    """Give the members that rows of entities.toml name on a day, sorted."""
    on_day = [row for row in rows if row["from"] <= day < row.get("to", date.max)]
    return tuple(sorted({member for row in on_day for member in row["members"]}))


def _merged(lines: gpd.GeoSeries) -> BaseGeometry:
    merged = shapely.line_merge(shapely.MultiLineString(list(shapely.get_parts(lines.to_numpy()))))
    return shapely.MultiLineString(list(shapely.get_parts(shapely.normalize(merged))))
