"""What the page carries, from the shipped atlas and from a small one made here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import orjson
import pytest
import shapely

import routes
from geo.boundaries import load
from geo.times import Bounds
from service.maps import shapes
from service.maps.features import BOUND_ORDER, NEVER_AFTER, NEVER_BEFORE
from service.maps.state import build
from tests.helpers import complete, versions


def seconds(day: str) -> int:
    return int(np.datetime64(day, "s").astype(np.int64))


@pytest.fixture(scope="module")
def state(edition: routes.Edition) -> dict[str, Any]:
    return build(edition)


class SmallEdition(SimpleNamespace):
    __hash__ = object.__hash__


def small(**columns: list[str]) -> SmallEdition:
    """An edition of one collection, without a view, an opening date or boundaries."""
    line = shapely.LineString([(19, 40), (18, 41)])
    frame = complete(versions([line], ["2003/2004"], **columns))
    atlas = {"id": "small", "title": "Small", "knowledge_ends": "2004"}
    sources = {"somebody": {"author": "Somebody"}}
    return SmallEdition(
        number=7, atlas=atlas, sources=sources, collections=("routes",), frame=lambda _: frame,
        count=lambda _: len(frame),
    )  # fmt: skip


def change_at(state: dict[str, Any], day: str) -> dict[str, Any]:
    found = [change for change in state["changes"] if change["at"] == seconds(day)]
    assert len(found) == 1, f"no change on {day}"
    change: dict[str, Any] = found[0]
    return change


def test_the_same_edition_gives_the_same_state_byte_for_byte(edition: routes.Edition) -> None:
    assert orjson.dumps(build(edition)) == orjson.dumps(build(edition))


def test_every_route_says_when_how_sure_and_on_whose_word(state: dict[str, Any]) -> None:
    assert len(state["routes"]) == 7
    for route in state["routes"]:
        assert route["when"]
        assert route["locator"]
        assert route["precision"] == "schematic"
        assert state["sources"][route["source"]]["text"]


def test_bounds_are_those_of_geo_times_with_numbers_that_javascript_holds(
    edition: routes.Edition, state: dict[str, Any]
) -> None:
    frame = edition.frame("routes")
    parsed = Bounds.parse(frame["valid"].tolist(), "span", frame["attested"].tolist())
    by_id = {route["id"]: route["bounds"] for route in state["routes"]}
    for row, name in enumerate(frame["id"]):
        for place, bound in enumerate(BOUND_ORDER):
            expected = getattr(parsed, bound)[row].astype(np.int64)
            held = by_id[name][place]
            assert abs(held) < 2**53
            assert held in (expected, NEVER_BEFORE, NEVER_AFTER)
            assert (held == expected) == (abs(int(expected)) < 2**53)


def test_the_routes_of_a_shift_stand_together_and_first(state: dict[str, Any]) -> None:
    names = [route["route"] for route in state["routes"]]
    assert names[0] == "vlora-italy"
    assert set(names[1:4]) == {"durres-sea", "montenegro-sea", "overland-greece-macedonia"}


def test_goals_that_the_source_only_implies_are_marked(state: dict[str, Any]) -> None:
    implied = {route["route"] for route in state["routes"] if route["implied"]}
    assert implied == {"durres-sea", "montenegro-sea"}


def test_the_axis_runs_over_whole_years_to_some_after_the_source(state: dict[str, Any]) -> None:
    assert state["axis"]["first"] == seconds("1990-01-01")
    assert state["axis"]["last"] == seconds("2011-01-01")
    assert state["atlas"]["knowledge_ends"] == {"year": "2004", "at": seconds("2005-01-01")}


def test_changes_are_told_in_order_and_after_the_beginning(state: dict[str, Any]) -> None:
    moments = [change["at"] for change in state["changes"]]
    assert moments == sorted(set(moments))
    assert moments[0] > state["axis"]["first"]
    assert all(change["words"] for change in state["changes"])


def test_one_state_in_place_of_another_is_said_so(state: dict[str, Any]) -> None:
    assert change_at(state, "2003-02-04")["words"] == [
        "Federal Republic of Yugoslavia becomes Serbia and Montenegro."
    ]
    assert change_at(state, "2006-06-03")["words"] == [
        "In place of Serbia and Montenegro: Montenegro and Serbia."
    ]


def test_the_union_grows_by_those_who_join(state: dict[str, Any]) -> None:
    grown = change_at(state, "2004-05-01")
    assert grown["words"][0] == "The European Union grows to 25 members."
    assert "Hungary" in grown["words"][1]
    assert "Austria" not in grown["words"][1]


def test_a_shift_is_told_where_it_may_begin(state: dict[str, Any]) -> None:
    told = change_at(state, "2002-01-01")
    assert told["kinds"] == ["shift", "route"]
    assert state["shifts"][0]["spread"] == "between 2002 and 2004"


def test_no_number_of_persons_is_on_the_map(state: dict[str, Any]) -> None:
    assert not any("figures" in event for event in state["events"])
    assert b"237" not in orjson.dumps(state["events"])


def test_crimea_is_drawn_as_ukraines_in_2003(state: dict[str, Any]) -> None:
    ukraine = next(
        row
        for row in state["boundaries"]
        if row["entity"] == "ukraine"
        and row["kind"] == "state"
        and row["bounds"][0] <= seconds("2003-06-01") < row["bounds"][3]
    )
    shape = shapely.multipolygons(
        [shapely.Polygon(rings[0], rings[1:]) for rings in state["outlines"][ukraine["outline"]]]
    )
    assert shapely.contains_xy(shape, 34.1, 45.1)


def test_equal_shapes_travel_once(state: dict[str, Any]) -> None:
    by_entity = {row["entity"]: row["outline"] for row in state["boundaries"]}
    assert by_entity["fr-yugoslavia"] == by_entity["serbia-and-montenegro"]
    assert len(state["outlines"]) < len(load().entities("50m"))


def test_an_atlas_of_routes_alone_opens_on_them() -> None:
    state = build(small())
    west, south, east, north = state["atlas"]["view"]
    assert west < 18 < 19 < east
    assert south < 40 < 41 < north
    assert state["atlas"]["opening"] == "2004-01-01"
    assert state["boundaries"] == state["events"] == []


def test_an_address_that_is_no_web_address_is_not_linked() -> None:
    edition = small()
    edition.sources["somebody"]["url"] = "javascript:alert(1)"
    assert build(edition)["sources"]["somebody"]["url"] is None


def test_a_language_that_we_do_not_have_is_refused() -> None:
    with pytest.raises(KeyError):
        build(small(), "xx")


def test_only_the_border_between_the_parties_to_a_dispute_is_drawn_as_disputed(
    state: dict[str, Any],
) -> None:
    (border,) = state["disputed"]
    assert border["id"] == "kosovo.2008-02-17 serbia.2008-02-17"
    assert border["bounds"][0] == border["bounds"][1] == seconds("2008-02-17")
    points = [point for line in border["lines"] for point in line]
    # Between the two, and not along Serbia's border with Bosnia or Romania.
    assert all(20.0 < lon < 22.0 and 42.0 < lat < 43.5 for lon, lat in points)


def test_what_lies_beyond_the_antimeridian_stands_beside_the_view() -> None:
    cut = shapely.MultiLineString([[(178, -18), (180, -17.5)], [(-180, -17.5), (-172, -14)]])
    geometry = np.array([cut, shapely.Point(-171, -14), None, shapely.Point(20, 40)], dtype=object)
    turned = shapes.near(geometry, 175.0)
    assert shapely.total_bounds(turned[:1]).tolist() == [178, -18, 188, -14]
    assert shapely.line_merge(turned[0]).geom_type == "LineString"
    assert turned[1] == shapely.Point(189, -14)
    assert turned[2] is None
    assert shapes.near(geometry, 0.0).tolist() == geometry.tolist()
