"""QGIS opens /downloads/routeshift.qlr: every layer, its features, and its times on a day."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from clients.conftest import Qgis, features, ids, saved

COLLECTION = {
    "Shifts": "shifts",
    "Events": "events",
    "Crossings": "crossings",
    "Crossing areas": "crossings",
    "Routes": "routes",
    "Routes, course schematic": "routes",
    "Country roles, simplified": "roles",
    "Borders": "borders",
    "Boundaries": "boundaries",
    "Sea": "boundaries",
}
SPLIT = {"Crossings", "Crossing areas"}
OLD, NEW = "vlora-italy.v1", ["durres-sea.v1", "montenegro-sea.v1", "overland-greece-macedonia.v1"]


@pytest.fixture(scope="module")
def layers(qgis: Qgis, definition: Path) -> dict[str, Any]:
    return {layer["name"]: layer for layer in qgis("layers", definition)}


def test_layers_lie_in_drawing_order_with_the_ground_at_the_bottom(layers: dict[str, Any]) -> None:
    assert list(layers) == list(COLLECTION)


def test_every_layer_is_valid_in_degrees_and_of_one_geometry(layers: dict[str, Any]) -> None:
    assert {name for name, layer in layers.items() if not layer["valid"]} == set()
    assert {layer["crs"] for layer in layers.values()} == {"EPSG:4326"}
    kinds = {name: layer["geometry"] for name, layer in layers.items()}
    assert kinds["Crossings"] == kinds["Shifts"] == "Point"
    assert kinds["Routes"] == kinds["Borders"] == "Line"
    assert kinds["Crossing areas"] == kinds["Boundaries"] == "Polygon"


def test_layers_come_by_the_ogc_api_unless_points_and_areas_are_mixed(
    layers: dict[str, Any], live_server: str
) -> None:
    providers = {name: layer["provider"] for name, layer in layers.items()}
    assert {name for name, provider in providers.items() if provider != "OAPIF"} == SPLIT
    for layer in layers.values():
        assert live_server in layer["source"]


def test_every_layer_has_the_features_that_the_service_counts(
    layers: dict[str, Any], live_server: str
) -> None:
    counted: Counter[str] = Counter()
    for name, layer in layers.items():
        matched = features(live_server, COLLECTION[name])["numberMatched"]
        if name in SPLIT:
            counted[COLLECTION[name]] += layer["count"]
        else:
            assert layer["count"] == matched, name
    assert counted["crossings"] == features(live_server, "crossings")["numberMatched"]


def test_the_temporal_controller_finds_start_and_end_set_without_the_end(
    layers: dict[str, Any],
) -> None:
    # 2: start and end from fields; 0: the end does not belong to the time.
    wanted = {"active": True, "fields": ["start_earliest", "end_latest"], "mode": 2, "limit": 0}
    assert [layer["time"] for layer in layers.values()] == [wanted] * len(layers)


@pytest.mark.parametrize("name", ["Routes", "Boundaries", "Borders", "Shifts"])
def test_bounds_of_time_arrive_as_dates_with_time(layers: dict[str, Any], name: str) -> None:
    types = layers[name]["types"]
    assert (types["start_earliest"], types["end_latest"]) == ("DateTime", "DateTime")


def test_every_layer_says_how_far_it_is_known_and_on_whose_word(
    layers: dict[str, Any], live_server: str
) -> None:
    for name, layer in layers.items():
        assert "described until" in layer["abstract"]
        assert layer["licenses"] == ["CC-BY-4.0"]
        assert "Lindstrom" in layer["rights"][0]
        assert f"{live_server}/collections/{COLLECTION[name]}/items" in layer["links"]
    assert "schematic" in layers["Routes, course schematic"]["abstract"]
    assert (
        "One role a country is a simplification" in layers["Country roles, simplified"]["abstract"]
    )


@pytest.mark.parametrize(
    ("day", "shown"),
    [("2001-06-01", [OLD]), ("2003-12-01", sorted([OLD, *NEW])), ("2010-01-01", [])],
)
def test_on_a_day_the_clock_shows_the_sea_route_or_what_replaced_it(
    qgis: Qgis, definition: Path, live_server: str, day: str, shown: list[str]
) -> None:
    held = qgis("holding", definition, day)[day]
    assert [one for one in held["Routes"] if one in (OLD, *NEW)] == shown
    for name in COLLECTION.keys() - SPLIT:
        assert held[name] == ids(features(live_server, COLLECTION[name], datetime=day)), name
    both = sorted(held["Crossings"] + held["Crossing areas"])
    assert both == ids(features(live_server, "crossings", datetime=day))


def test_a_route_is_marked_certain_where_the_service_says_so_and_never_twice(
    qgis: Qgis, definition: Path, live_server: str
) -> None:
    days = ("2001-06-01", "2002-07-01", "2003-12-01", "2004-06-01", "2010-01-01")
    for day, under in qgis("marks", definition, "Routes", *days).items():
        possible = ids(features(live_server, "routes", datetime=day))
        certain = features(live_server, "routes", datetime=day, certainty="certain")
        del under["too short here: a dot"]
        marked = [one for held in under.values() for one in held if one in possible]
        assert sorted(marked) == possible
        assert sorted(set(under["certain at this date"]) & set(possible)) == ids(certain)


def test_the_marks_of_december_2003_are_those_of_the_map(qgis: Qgis, definition: Path) -> None:
    under = qgis("marks", definition, "Routes", "2003-12-01")["2003-12-01"]
    assert under["ending about this date"] == [OLD]
    assert sorted(under["possible at this date"]) == NEW
    assert under["lighter: knowledge is ending"] == []


def test_without_the_clock_no_route_is_said_to_be_certain(qgis: Qgis, definition: Path) -> None:
    under = qgis("marks", definition, "Routes", "off")["off"]
    assert under["certain at this date"] == []
    assert len(under["temporal controller is off: all times"]) == 7


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_state_ends_on_its_day_in_every_time_zone(
    qgis: Qgis, definition: Path, zone: str
) -> None:
    states = {"fr-yugoslavia.1992-04-27", "serbia-and-montenegro.2003-02-04"}
    days = ("2003-02-03", "2003-02-04")
    held = qgis("holding", definition, *days, TZ=zone)
    assert [states & set(held[day]["Boundaries"]) for day in days] == [
        {"fr-yugoslavia.1992-04-27"},
        {"serbia-and-montenegro.2003-02-04"},
    ]


def test_the_definition_of_an_edition_asks_that_edition(
    qgis: Qgis, live_server: str, tmp_path: Path
) -> None:
    for layer in qgis("layers", saved(f"{live_server}/editions/1", tmp_path)):
        assert layer["valid"]
        assert layer["count"] > 0
        assert f"{live_server}/editions/1" in layer["source"]
