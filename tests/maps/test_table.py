"""The map of a day as a table: what the map draws, in the map's words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from tests.maps.conftest import Opener
from tests.maps.test_map_in_browser import violations

DAYS = ("1991-01-01", "2003-02-10", "2004-06-01", "2010-01-01")
WORDS = """(part) => [...document.querySelectorAll(part)].map((node) => node.textContent.trim())"""


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store))) as client:
        yield client


def cells(page: Page, table: str, column: str) -> list[str]:
    """The texts of a column of one of the page's tables."""
    return page.locator(f".day-{table} .is-{column} .cell-value").all_inner_texts()


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "sr-Latn"])
@pytest.mark.parametrize("day", DAYS)
def test_the_table_says_of_a_day_what_the_map_says(
    visit: Opener, live_server: str, day: str, lang: str
) -> None:
    page = visit(f"/map?date={day}&lang={lang}").page
    panel = "#panel .story:not(.story .story) > "
    story = page.evaluate(WORDS, f"{panel}.kicker, {panel}h2")
    routes = page.evaluate(WORDS, "#panel [data-route] .row-button")
    sure = page.evaluate(WORDS, "#panel [data-route] .when + .sure")
    page.goto(f"{live_server}/map/table?date={day}&lang={lang}")
    told = page.evaluate(WORDS, ".day-story > .quiet:first-child, .day-story > h2")
    assert told == story
    assert page.evaluate(WORDS, ".day-routes tbody th") == routes
    assert cells(page, "routes", "sure") == sure


def test_a_day_has_routes_crossings_shifts_events_roles_and_states(client: TestClient) -> None:
    page = client.get("/map/table", params={"date": "2003-12-01"}).text
    for part in ("routes", "shifts", "crossings", "events", "roles", "states", "members"):
        assert f'<h2 id="{part}">' in page
    for words in ("possibly ended by this date", "Vlora → Italy", "schematic course",
                  "described until 2004", "EU member", "Slovenia",
                  "/routes/vlora-italy", "#source-"):  # fmt: skip
        assert words in page


def test_after_the_sources_knowledge_the_table_says_so(client: TestClient) -> None:
    page = client.get("/map/table", params={"date": "2010-01-01"}).text
    assert "The source’s knowledge ends in 2004" in page
    assert "this does not mean that the routes ended" in page
    assert 'class="records day-routes"' not in page


def test_a_pinned_table_links_within_its_edition(client: TestClient) -> None:
    answer = client.get("/editions/1/map/table", params={"date": "2003"})
    assert "/editions/1/routes/vlora-italy" in answer.text
    assert "immutable" in answer.headers["cache-control"]
    assert "on 1 January 2003" in answer.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("date=soon", ["date", "soon", "2003-12-01"]),
        ("day=2003-12-01", ["day", "date"]),
        ("date=2003&date=2004", ["date", "twice"]),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(
    client: TestClient, query: str, words: list[str]
) -> None:
    answer = client.get(f"/map/table?{query}")
    assert answer.status_code == 400
    assert all(word in answer.json()["detail"] for word in words)


def test_an_atlas_of_routes_only_has_a_table_of_them(ferries: Path) -> None:
    with TestClient(create_app(Settings(store=ferries))) as client:
        page = client.get("/map/table", params={"date": "1500-01-01"}).text
    assert "Night ferry" in page
    assert 'id="crossings"' not in page
    assert "Balkan" not in page


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_no_serious_fault_and_nothing_is_wider_than_the_screen(
    visit: Opener, live_server: str, width: int
) -> None:
    seen = visit("/map?date=2003-12-01", width)
    page = seen.page
    page.get_by_role("link", name="Table").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("on 1 December 2003")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    assert seen.messages == []
