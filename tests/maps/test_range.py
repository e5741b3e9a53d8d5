"""A range of days: what held at some time of it, in addresses, words, tables and pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import routes
from service.app import create_app
from service.maps.moment import Moment, moment_of
from service.maps.page import state_of
from service.settings import Settings

RANGE = {"date": "2000-01", "to": "2003-12"}
FIRST, LAST = np.datetime64("1990-01-01"), np.datetime64("2010-12-31")
DAYS = st.integers(0, int((LAST - FIRST).astype(int))).map(lambda days: str(FIRST + days))


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store))) as client:
        yield client


def marks(moment: Moment, collection: str) -> dict[str, str]:
    return {entry.row["id"]: entry.mark for entry in getattr(moment, collection)}


@given(days=st.lists(DAYS, min_size=3, max_size=3).map(sorted))
def test_a_range_holds_all_that_holds_on_a_day_of_it_and_is_as_sure_of_it(
    edition: routes.Edition, days: list[str]
) -> None:
    state = state_of(edition, "en")
    first, day, last = days
    of_range, of_day = moment_of(state, first, last), moment_of(state, day)
    for collection in ("routes", "crossings", "roles"):
        held, sure = marks(of_range, collection), marks(of_day, collection)
        assert sure.keys() <= held.keys()
        assert all(held[one] == "certain" for one, mark in sure.items() if mark == "certain")


@given(day=DAYS)
def test_a_range_of_one_day_holds_what_the_day_holds(edition: routes.Edition, day: str) -> None:
    state = state_of(edition, "en")
    of_range, of_day = moment_of(state, day, day), moment_of(state, day)
    for collection in ("routes", "crossings", "roles", "boundaries", "union", "shifts", "latest"):
        assert getattr(of_range, collection) == getattr(of_day, collection)


def test_from_2000_to_2003_the_old_route_is_certain_and_the_new_ones_possible(
    edition: routes.Edition,
) -> None:
    found = marks(moment_of(state_of(edition, "en"), "2000-01-01", "2003-12-31"), "routes")
    assert found["vlora-italy.v1"] == "certain"
    assert {found[f"{one}.v1"] for one in ("durres-sea", "montenegro-sea")} == {"possible"}


def test_the_states_of_a_range_are_those_of_its_last_day(edition: routes.Edition) -> None:
    moment = moment_of(state_of(edition, "en"), "2003-02-03", "2003-02-04")
    names = {row["name"] for row in moment.boundaries}
    assert "Serbia and Montenegro" in names
    assert "Federal Republic of Yugoslavia" not in names
    assert [change["kinds"] for change in moment.changes] == [["boundary"]]


def test_a_change_on_the_first_day_is_not_one_within_the_range(edition: routes.Edition) -> None:
    state = state_of(edition, "en")
    assert moment_of(state, "2003-02-04", "2003-03-01").changes == []
    assert moment_of(state, "2003-02-04").changes == []


@pytest.mark.parametrize("path", ["/map", "/embed", "/map/table", "/picture.svg"])
@pytest.mark.parametrize(
    ("asked", "parameter", "said"),
    [
        ({"date": "2003", "to": "2002-12"}, "to", "lies before 2003-01-01"),
        ({"to": "2003"}, "to", "`date` is missing"),
        ({"date": "2003", "to": "soon"}, "to", "not a date"),
    ],
)
def test_a_range_that_is_none_is_told_so(
    client: TestClient, path: str, asked: dict[str, str], parameter: str, said: str
) -> None:
    answer = client.get(path, params=asked, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter
    assert said in answer.text


def test_a_month_or_a_year_ends_on_its_last_day(client: TestClient) -> None:
    for to, last in (("2004-02", "2004-02-29"), ("2003", "2003-12-31"), ("2003-05-06",) * 2):
        page = client.get("/map", params={"date": "2000", "to": to}).text
        found = re.search(r'id="routeshift-view">(.*?)</script>', page, re.DOTALL)
        assert found
        settings = json.loads(found[1])
        assert (settings["date"], settings["to"]) == ("2000-01-01", last)


def test_a_shared_range_is_a_range_for_others(client: TestClient) -> None:
    page = client.get("/map", params=RANGE).text
    assert "picture.png?date=2000-01-01&amp;to=2003-12-31" in page
    assert "1 January 2000 – 31 December 2003" in page
    url = "http://testserver/map?date=2000-01&to=2003-12"
    told = client.get("/oembed", params={"url": url}).json()
    assert "/embed?date=2000-01-01&amp;to=2003-12-31" in told["html"]
    assert "to=2003-12-31" in told["thumbnail_url"]
    assert told["title"].endswith("1 January 2000 – 31 December 2003")


def test_the_table_of_a_range_tells_it_in_words(client: TestClient) -> None:
    page = client.get("/map/table", params=RANGE).text
    for words in (
        "From 1 January 2000 to 31 December 2003: 7 routes",
        "Certain at some time of it: 4. Only possible: 3.",
        "States and borders are those of its last day, 31 December 2003",
        "certain at some time of this range",
        "<dt>4 February 2003</dt>",
        "Federal Republic of Yugoslavia becomes Serbia and Montenegro.",
        "On whose word: Nicole Lindstrom 2004, regional-context, par. 1.",
        "datetime=2000-01-01%2F2003-12-31",
        "/map?date=2000-01-01&amp;to=2003-12-31",
    ):
        assert words in page


def test_a_range_beyond_knowledge_says_what_it_does_not_know(client: TestClient) -> None:
    partly = client.get("/map/table", params={"date": "2004", "to": "2006"}).text
    assert "knowledge ends in 2004: of the time after it no route is drawn" in partly
    wholly = client.get("/map/table", params={"date": "2006", "to": "2007"}).text
    assert "does not mean that the routes ended" in wholly


def test_a_picture_of_a_range_says_its_days_and_of_when_its_borders_are(
    client: TestClient,
) -> None:
    drawn = client.get("/picture.svg", params=RANGE)
    assert "1 January 2000 – 31 December 2003" in drawn.text
    assert "States and borders of 31 December 2003" in drawn.text
    assert "2000-01-01-to-2003-12-31" in drawn.headers["content-disposition"]
    beyond = client.get("/picture.svg", params={"date": "2000", "to": "2033"},
                        headers={"Accept": "application/json"})  # fmt: skip
    assert (beyond.status_code, beyond.json()["parameter"]) == (400, "to")


def test_the_later_day_of_a_comparison_is_still_its_own(client: TestClient) -> None:
    assert client.get("/compare", params={"from": "2001", "to": "2003-12"}).status_code == 200
