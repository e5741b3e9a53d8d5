"""The shipped atlas as drawn and as printed: what its lines touch, and what its tables sum to."""

from __future__ import annotations

import csv
import functools
import importlib.util
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo import boundaries, lines
from geo.boundaries import Scale

DATA = Path(__file__).parents[1] / "data"
ATLAS = DATA / "balkans"
SCALES: tuple[Scale, ...] = ("50m", "10m")

ROUTES: dict[str, dict[str, Any]] = {
    feature["properties"]["route"]: feature
    for feature in json.loads((ATLAS / "routes.geojson").read_text(encoding="utf-8"))["features"]
}
SEA = ("vlora-italy", "durres-sea", "montenegro-sea")
LAND = ("east-to-western-europe", "east-to-balkan-destinations", "overland-greece-macedonia")
RIVER = "danube-at-tekija"

WESTERN_EUROPE = ("Austria", "Italy")
"""The source does not locate Western Europe; the drawing ends just inside these."""
PORTS_OF_APULIA = {
    "Otranto": (18.49, 40.15),
    "Brindisi": (17.95, 40.64),
    "Monopoli": (17.30, 40.95),
    "Bari": (16.87, 41.13),
    "Barletta": (16.28, 41.32),
}


def test_the_routes_of_the_atlas_are_those_that_are_tested_here() -> None:
    assert set(ROUTES) == {*SEA, *LAND, RIVER}


@pytest.mark.parametrize("route", SEA)
@pytest.mark.parametrize("scale", SCALES)
def test_a_sea_route_touches_no_land(route: str, scale: Scale) -> None:
    assert not shapely.intersects(line(route), land(scale))


@pytest.mark.parametrize("route", SEA)
def test_a_sea_route_starts_in_the_water_off_its_port(route: str) -> None:
    [[crossing], _] = stages(route)
    start = shapely.Point(parts(route)[0].coords[0])
    assert distance_km(start, points()[crossing]) < 5


@pytest.mark.parametrize("route", SEA)
@pytest.mark.parametrize("scale", SCALES)
def test_a_sea_route_stops_short_of_italy(route: str, scale: Scale) -> None:
    end = shapely.Point(parts(route)[-1].coords[-1])
    assert 5 < distance_km(end, country("italy", scale)) < 25


@pytest.mark.parametrize("route", SEA)
def test_a_sea_route_points_at_no_port_of_italy(route: str) -> None:
    before, end = np.array(parts(route)[-1].coords[-2:])
    ahead = shapely.LineString([end, end + 0.4 * (end - before) / np.hypot(*(end - before))])
    landfall = shapely.Point(shapely.intersection(ahead, country("italy", "10m")).coords[0])
    near = {
        name: distance_km(landfall, shapely.Point(port)) for name, port in PORTS_OF_APULIA.items()
    }
    assert min(near.values()) > 5, near


@pytest.mark.parametrize("route", LAND)
@pytest.mark.parametrize("scale", SCALES)
def test_a_land_route_leaves_no_land(route: str, scale: Scale) -> None:
    assert shapely.difference(line(route), land(scale)).length == 0


@pytest.mark.parametrize("route", LAND)
@pytest.mark.parametrize("scale", SCALES)
def test_a_land_route_passes_the_countries_that_its_stages_name_and_no_other(
    route: str, scale: Scale
) -> None:
    named = {name: stage_area(name, scale) for stage in stages(route) for name in stage}
    assert shapely.difference(line(route), shapely.union_all([*named.values()])).length == 0
    assert all(shapely.intersection(line(route), area).length for area in named.values())


def test_a_route_to_western_europe_ends_just_inside_it() -> None:
    inside = shapely.intersection(
        line("east-to-western-europe"), stage_area("western-europe", "10m")
    )
    assert shapely.get_num_geometries(inside) == len(WESTERN_EUROPE)
    assert lines.length_m(shapely.get_parts(inside)).max() < 60_000


@pytest.mark.parametrize("route", LAND)
def test_a_land_route_keeps_away_from_every_place_that_the_source_does_not_put_on_it(
    route: str,
) -> None:
    near = {name: distance_km(line(route), point) for name, point in points().items()}
    assert near.pop("tekija") >= 40
    assert min(near.values()) >= 25, near


@pytest.mark.parametrize("route", SEA)
def test_a_sea_route_keeps_away_from_tekija(route: str) -> None:
    assert distance_km(line(route), points()["tekija"]) >= 40


def test_the_danube_crossing_is_a_short_line_from_the_romanian_bank_to_tekija() -> None:
    [crossing] = parts(RIVER)
    start, end = (shapely.Point(crossing.coords[at]) for at in (0, -1))
    assert end == points()["tekija"]
    assert 1 < distance_km(start, end) < 2
    assert shapely.intersects(start, country("romania", "50m"))
    assert shapely.intersects(end, country("serbia", "50m"))


@pytest.mark.parametrize("route", LAND)
def test_the_parts_of_a_route_join_at_the_same_coordinates_and_make_one_network(route: str) -> None:
    starts, ends = part_ends(route)
    reached = {next(iter(starts))}
    for _ in parts(route):
        for start, end in pairs(route):
            if reached & {start, end}:
                reached |= {start, end}
    assert reached == starts | ends
    # An end that nearly joins another would be a gap on the map and a false arrowhead.
    corners = [shapely.Point(corner) for corner in starts | ends]
    assert min(distance_km(a, b) for a in corners for b in corners if a != b) > 20


@pytest.mark.parametrize("route", LAND)
def test_the_parts_of_a_route_run_from_its_first_stage_to_its_last(route: str) -> None:
    starts, ends = part_ends(route)
    first, *_, last = stages(route)
    beginning = shapely.union_all([stage_area(name, "50m") for name in first])
    goal = shapely.union_all([stage_area(name, "50m") for name in last])
    assert all(shapely.intersects(beginning, shapely.Point(start)) for start in starts - ends)
    assert all(shapely.intersects(goal, shapely.Point(end)) for end in ends - starts)
    assert len(ends - starts) == max(len(last), 2)


@pytest.mark.parametrize("route", ["east-to-balkan-destinations", "overland-greece-macedonia"])
@pytest.mark.parametrize("scale", SCALES)
def test_no_part_of_a_route_passes_one_of_its_last_countries_to_reach_another(
    route: str, scale: Scale
) -> None:
    goals = [country(name, scale) for name in stages(route)[-1]]
    for part in parts(route):
        assert np.count_nonzero(shapely.intersects(part, goals)) <= 1


@pytest.mark.parametrize("route", LAND)
def test_the_parts_of_a_route_meet_nowhere_but_at_their_ends(route: str) -> None:
    assert shapely.is_simple(line(route))


def test_the_two_routes_from_the_east_share_their_beginning() -> None:
    western, balkan = parts(LAND[0]), parts(LAND[1])
    assert western[:3] == balkan[:3]
    assert len({part.coords[0] for part in western[:3]}) == 3
    [junction] = {part.coords[-1] for part in western[:3]}
    assert shapely.intersects(shapely.Point(junction), country("serbia", "10m"))
    assert shapely.intersects(line(LAND[0]), line(LAND[1]))


@pytest.mark.parametrize("route", [*SEA, *LAND])
def test_a_line_is_a_gentle_curve_of_few_points(route: str) -> None:
    for part in parts(route):
        points_of_part = np.array(part.coords)
        assert 8 <= len(points_of_part) <= 20
        turns = np.diff(np.unwrap(np.arctan2(*np.diff(points_of_part, axis=0).T)))
        assert np.abs(np.degrees(turns)).max() < 25
        assert np.array_equal(points_of_part, points_of_part.round(3))


@pytest.mark.parametrize("scale", SCALES)
def test_the_coast_area_lies_along_montenegro_alone(scale: Scale) -> None:
    area, montenegro = coast_area(), country("montenegro", scale)
    ashore = shapely.intersection(area, land(scale))
    foreign = shapely.difference(ashore, shapely.buffer(montenegro, 1e-9))
    assert shapely.is_valid(area)
    assert ashore.area < area.area / 2
    assert foreign.area < area.area / 100  # the border lies elsewhere by a little at each scale
    corners = [shapely.Point(corner) for corner in shapely.get_coordinates(area)]
    assert len(corners) < 120
    assert max(distance_km(corner, montenegro) for corner in corners) < 12


def test_the_coast_area_is_what_its_script_derives() -> None:
    spec = importlib.util.spec_from_file_location("coast", ATLAS / "montenegro_coast.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    derived = script.coast_area()
    assert shapely.symmetric_difference(derived, coast_area()).area < coast_area().area / 1000


@pytest.mark.parametrize("table", ["assisted-women", "cards-jha-share"])
def test_printed_sums_differ_from_computed_ones_exactly_where_a_discrepancy_says_so(
    table: str,
) -> None:
    about = {entry["id"]: entry for entry in tables()}[table]
    rows = printed(table)
    periods = [name for name in rows[0] if name[:1].isdigit()]
    pairs_of_sums = {
        row["country"]: (sum(int(row[period]) for period in periods), int(row["printed_total"]))
        for row in rows
        if row["printed_total"]
    }
    if "printed_grand_total" in about:
        total = sum(total for _, total in pairs_of_sums.values())
        pairs_of_sums["grand-total"] = (total, about["printed_grand_total"])
    differing = {name: sums for name, sums in pairs_of_sums.items() if sums[0] != sums[1]}
    assert differing == {
        entry["of"]: (entry["computed"], entry["printed"]) for entry in about["discrepancies"]
    }
    for entry in about["discrepancies"]:
        assert f"{entry['computed']:,}" in entry["says"]
        assert f"{entry['printed']:,}" in entry["says"]


def test_a_figure_that_is_not_printed_is_empty_and_never_zero() -> None:
    rows = {row["country"]: row for row in printed("assisted-women")}
    assert len(rows) == 14
    assert rows["macedonia"] == dict.fromkeys(rows["macedonia"], "") | {
        "country": "macedonia",
        "printed_as": "n/a",
    }


# The files as they are written, and the ground that they are held against.


def stages(route: str) -> list[list[str]]:
    return ROUTES[route]["properties"]["stages"]  # type: ignore[no-any-return]


@functools.cache
def line(route: str) -> BaseGeometry:
    return shapely.from_geojson(json.dumps(ROUTES[route]["geometry"]))


def parts(route: str) -> list[shapely.LineString]:
    return list(shapely.get_parts(line(route)))


def pairs(route: str) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    return [(part.coords[0], part.coords[-1]) for part in parts(route)]


def part_ends(route: str) -> tuple[set[tuple[float, ...]], set[tuple[float, ...]]]:
    return {start for start, _ in pairs(route)}, {end for _, end in pairs(route)}


@functools.cache
def points() -> dict[str, BaseGeometry]:
    """Give every place of the atlas, the area among them, by its id."""
    return {
        feature["properties"]["id"]: shapely.from_geojson(json.dumps(feature["geometry"]))
        for file in ("crossings.geojson", "events.geojson")
        for feature in json.loads((ATLAS / file).read_text(encoding="utf-8"))["features"]
        if feature["geometry"] and not feature["properties"]["id"].startswith("tekija-")
    }


def coast_area() -> BaseGeometry:
    return points()["montenegro-adriatic-ports"]


def tables() -> list[dict[str, Any]]:
    text = (ATLAS / "statistics" / "tables.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["tables"]  # type: ignore[no-any-return]


def printed(table: str) -> list[dict[str, str]]:
    with (ATLAS / "statistics" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert max(Counter(row["country"] for row in rows).values()) == 1
    return rows


@functools.cache
def land(scale: Scale) -> BaseGeometry:
    """Give the land around the atlas: cut to its surroundings, which makes the tests quick."""
    return shapely.intersection(boundaries.load().land(scale), shapely.box(8, 36, 34, 53))


@functools.cache
def country(name: str, scale: Scale) -> BaseGeometry:
    area: BaseGeometry = boundaries.load().countries(scale).geometry[name]
    return area


@functools.cache
def stage_area(name: str, scale: Scale) -> BaseGeometry:
    if name != "western-europe":
        return country(name, scale)
    polygons = pyogrio.read_dataframe(DATA / "boundaries" / f"polygons-{scale}.geojson")
    area: BaseGeometry = shapely.union_all(
        polygons.geometry[polygons["name"].isin(WESTERN_EUROPE)].to_numpy()
    )
    return area


def distance_km(one: BaseGeometry, other: BaseGeometry) -> float:
    return float(shapely.distance(*lines.to_metric([one, other]))) / 1000
