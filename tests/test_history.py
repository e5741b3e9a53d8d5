"""How a route came to be where it is, and what changed between two days."""

from __future__ import annotations

import pytest

import routes
from geo.times import Window
from routes import history
from routes.errors import NotFound

REPLACEMENTS = {"durres-sea", "montenegro-sea", "overland-greece-macedonia"}


def changes(edition: routes.Edition, earlier: str, later: str) -> history.Changes:
    return history.between(edition, Window.parse(earlier), Window.parse(later))


def by_collection(found: history.Changes, collection: str) -> dict[str, history.Change]:
    return {one.id: one for one in found.changes if one.collection == collection}


def test_the_route_from_vlora_gives_way_to_three_others(edition: routes.Edition) -> None:
    found = history.of_route(edition, "vlora-italy")
    assert [version["id"] for version in found.versions] == ["vlora-italy.v1"]
    assert found.shifts_in == ()
    (shift,) = found.shifts_out
    assert {link.route for link in shift.to_versions} == REPLACEMENTS
    assert [link.route for link in shift.from_versions] == ["vlora-italy"]
    assert all(link.name for link in shift.to_versions)
    assert "speedboats" in shift.properties["cause"]
    assert shift.properties["cause_kind"] == "law-enforcement"
    assert shift.properties["place"] == "vlora"
    assert shift.properties["source"] == "lindstrom-2004"
    assert found.sources["lindstrom-2004"]["author"] == "Nicole Lindstrom"
    assert "editor's reading" in shift.properties["caveat"]
    assert shift.date_in_words == "about 2003 (between 2002 and 2004)"


@pytest.mark.parametrize("route", sorted(REPLACEMENTS))
def test_each_successor_knows_where_it_came_from(edition: routes.Edition, route: str) -> None:
    found = history.of_route(edition, route)
    (shift,) = found.shifts_in
    assert [link.id for link in shift.from_versions] == ["vlora-italy.v1"]
    assert found.shifts_out == ()


def test_a_route_without_shifts_has_a_history_too(edition: routes.Edition) -> None:
    found = history.of_route(edition, "danube-at-tekija")
    assert (found.shifts_in, found.shifts_out) == ((), ())
    assert found.versions[0]["when"] == "described until 2004"


def test_an_unknown_route_is_named_with_those_that_are_there(edition: routes.Edition) -> None:
    with pytest.raises(NotFound, match=r"no route 'vlora'; there is .*vlora-italy"):
        history.of_route(edition, "vlora")


def test_between_2001_and_2003_three_routes_appear_and_one_is_less_certain(
    edition: routes.Edition,
) -> None:
    found = changes(edition, "2001-06-01", "2003-12-01")
    said = by_collection(found, "routes")
    assert {one.id.partition(".")[0] for one in said.values() if one.change == "appeared"} == (
        REPLACEMENTS
    )
    gone = said["vlora-italy.v1"]
    assert (gone.change, gone.before, gone.after) == ("less-certain", "certain", "possible")
    assert [shift.properties["id"] for shift in found.shifts] == ["vlora-disruption"]
    assert "Serbia and Montenegro" in {one.name for one in found.changes}


def test_on_4_february_2003_one_state_ends_and_one_appears(edition: routes.Edition) -> None:
    found = changes(edition, "2003-02-03", "2003-02-04")
    said = {(one.name, one.change) for one in found.changes if one.collection == "boundaries"}
    assert said == {
        ("Federal Republic of Yugoslavia", "ended"), ("Serbia and Montenegro", "appeared"),
    }  # fmt: skip
    assert {one.collection for one in found.changes} == {"boundaries"}


def test_on_1_may_2004_the_union_has_another_border(edition: routes.Edition) -> None:
    found = changes(edition, "2004-04-30", "2004-05-01")
    assert {one.collection for one in found.changes} == {"borders"}
    said = {one.id: one.change for one in found.changes if one.id.startswith("eu-")}
    assert said["eu-external.2004-05-01"] == "appeared"
    assert sorted(said.values()) == ["appeared", "ended"]


def test_where_only_the_knowledge_ends_nothing_ended(edition: routes.Edition) -> None:
    said = by_collection(changes(edition, "2004-06-01", "2010-01-01"), "routes")
    assert said["durres-sea.v1"].change == "no-longer-described"
    assert said["vlora-italy.v1"].change == "ended"
    assert said["durres-sea.v1"].after == "absent"


def test_between_a_day_and_itself_nothing_changed(edition: routes.Edition) -> None:
    found = changes(edition, "2003-12-01", "2003-12-01")
    assert found.changes == ()


def test_backwards_the_same_changes_are_told_the_other_way_round(edition: routes.Edition) -> None:
    forth = changes(edition, "2001-06-01", "2003-12-01")
    back = changes(edition, "2003-12-01", "2001-06-01")
    assert {(one.id, one.before, one.after) for one in forth.changes} == {
        (one.id, one.after, one.before) for one in back.changes
    }
    assert forth.shifts == back.shifts
