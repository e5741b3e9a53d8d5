"""Two days, and two editions, as a reader compares them: a real Chromium on the real service."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import serving
from tests.maps.conftest import Opener, opened
from tests.maps.test_map_in_browser import BOXES, overlap, violations

pytestmark = pytest.mark.browser

DAYS = "/compare?from=2001-06-01&to=2003-12-01"
BEYOND = "/compare?from=2001-06-01&to=2010-01-01&maps=one"
# Where a place of the ground stands in the frame of its map: equal on maps that are linked.
PLACES = """() => ["first", "second"].map((side) => {
  const frame = document.getElementById(`map-${side}`).getBoundingClientRect();
  const mark = document.querySelector(`#map-${side} .mark.ring`).getBoundingClientRect();
  return [Math.round(mark.left - frame.left), Math.round(mark.top - frame.top)];
})"""
DRAWN = """() => {
  const drawn = {};
  for (const path of document.querySelectorAll("#map-one path.route")) {
    const kind = [...path.classList].find((name) => name.startsWith("is-")).slice(3);
    const { strokeDasharray, strokeWidth } = getComputedStyle(path);
    drawn[kind] = [strokeDasharray, strokeWidth];
  }
  return drawn;
}"""


def kinds(page: Page) -> dict[str, list[str]]:
    """The kinds of change that the list beside the one map names, and the routes of each."""
    found: dict[str, list[str]] = page.locator("#kinds [data-kind]").evaluate_all(
        """(groups) => Object.fromEntries(groups.map((group) =>
          [group.dataset.kind, [...group.querySelectorAll("dd")].map((dd) => dd.textContent)]))"""
    )
    return found


def near(places: list[list[int]]) -> bool:
    return all(abs(a - b) <= 1 for a, b in zip(*places, strict=True))


@pytest.mark.parametrize("path", [DAYS, f"/editions/1{DAYS}&maps=one"])
def test_nothing_is_asked_of_others_and_nothing_goes_wrong(
    visit: Opener, live_server: str, path: str
) -> None:
    seen = visit(path)
    seen.page.wait_for_timeout(300)
    assert {urlsplit(url).netloc for url in seen.requests} == {urlsplit(live_server).netloc}
    assert seen.messages == []


def test_each_map_draws_its_day(visit: Opener) -> None:
    page = visit(DAYS).page
    assert page.locator("h2.date").all_inner_texts() == ["1 June 2001", "1 December 2003"]
    assert page.locator("#map-first path.route.possible").count() == 0
    assert page.locator("#map-second path.route.possible").count() > 0
    later = page.get_by_label("The later day", exact=True)
    later.fill("2004-06-01")
    later.blur()
    first, second = (page.locator(f"#map-{one} path.ground.member") for one in ("first", "second"))
    assert second.count() > first.count() > 0


def test_where_one_map_is_moved_the_other_follows(visit: Opener) -> None:
    page = visit(DAYS).page
    before = page.evaluate(PLACES)
    assert near(before)
    box: Any = page.locator("#map-first").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 40, steps=4)
    page.mouse.up()
    after = page.evaluate(PLACES)
    assert near(after)
    assert [a - b for a, b in zip(after[1], before[1], strict=True)] == [60, -40]
    page.locator("#map-second .leaflet-control-zoom-in").click()
    page.wait_for_url("**&zoom=*")
    closer = page.evaluate(PLACES)
    assert near(closer)
    assert not near([after[0], closer[0]])
    page.locator("#map-second").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(500)
    assert near(page.evaluate(PLACES))
    assert not near([closer[0], page.evaluate(PLACES)[0]])


def test_the_address_holds_days_view_and_arrangement(visit: Opener) -> None:
    page = visit(DAYS).page
    page.locator("#map-first .leaflet-control-zoom-in").click()
    page.get_by_label("One map").check()
    page.wait_for_url("**/compare?from=2001-06-01&to=2003-12-01&maps=one&lat=*&lon=*&zoom=*")
    address = urlsplit(page.url)
    again = visit(f"{address.path}?{address.query}").page
    expect(again.locator("#map-one")).to_be_visible()
    expect(again.locator("#map-first")).to_be_hidden()
    again.get_by_role("button", name="Earlier day: to the change before").click()
    again.wait_for_url(f"**{address.query.partition('&to=')[2]}")


def test_ended_new_and_lasting_are_told_apart_by_line_mark_and_word(visit: Opener) -> None:
    page = visit(f"{DAYS}&maps=one").page
    found = kinds(page)
    assert found["maybe-ended"] == ["Vlora to Italy"]
    assert "Dürres, by sea" in found["maybe-new"]
    assert "Across the Danube at Tekija" in found["lasting"]
    drawn = page.evaluate(DRAWN)
    assert set(drawn) == {"maybe-ended", "maybe-new", "lasting"}
    assert len({str(line) for line in drawn.values()}) == 3
    marks = page.locator("#map-one .kind-mark").all_inner_texts()
    assert sorted(marks) == ["+?", "+?", "+?", "×?"]
    words = page.locator("#kinds").inner_text()
    assert all(word in words for word in ("May have ended", "May have begun", "On both days"))
    title = page.locator("#map-one .kind-mark.kind-ended").get_attribute("title")
    assert title == "Vlora to Italy: May have ended"


def test_what_is_no_longer_described_is_not_called_ended(visit: Opener) -> None:
    page = visit(BEYOND).page
    found = kinds(page)
    assert found["ended"] == ["Vlora to Italy"]
    assert len(found["undescribed"]) == 3
    assert "lasting" not in found
    assert "not that it ended" in page.locator("#kinds").inner_text()
    assert "has not thereby ended" in page.locator("#words").inner_text()
    drawn = page.evaluate(DRAWN)
    assert drawn["ended"] != drawn["undescribed"]


def test_a_step_moves_one_day_and_is_told_and_spoken(visit: Opener) -> None:
    page = visit(DAYS).page
    button = page.get_by_role("button", name="Later day: to the next change")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#name-second")).to_have_text("1 January 2004")
    expect(page.locator("#announcer")).to_contain_text("1 June 2001 and 1 January 2004.")
    expect(page.locator("#announcer")).to_contain_text("otherwise")
    expect(page.locator("#told")).to_contain_text("On 1 January 2004")
    assert str(page.locator("#more").get_attribute("href")).endswith(
        "/changes?from=2001-06-01&to=2004-01-01"
    )
    assert page.evaluate("document.activeElement.id") == "next-second"


def test_a_step_is_told_in_the_language_of_the_page(visit: Opener) -> None:
    page = visit(f"{DAYS}&lang=de").page
    expect(page.locator("#told")).to_contain_text("Am 1. Dezember 2003")
    page.locator("#next-second").click()
    expect(page.locator("#told")).to_contain_text("Am 1. Januar 2004")
    expect(page.locator("#announcer")).to_contain_text("gelten anders")
    assert str(page.locator("#more").get_attribute("href")).endswith(
        "/changes?from=2001-06-01&to=2004-01-01&lang=de"
    )
    assert page.locator("#told-here").get_attribute("lang") is None


def test_a_day_that_is_typed_moves_its_map_and_a_wrong_one_is_refused(visit: Opener) -> None:
    page = visit(DAYS).page
    field = page.get_by_label("The earlier day", exact=True)
    field.fill("1995-05-01")
    field.blur()
    expect(page.locator("#name-first")).to_have_text("1 May 1995")
    page.wait_for_url("**/compare?from=1995-05-01&to=2003-12-01")
    field.fill("2005-05-01")
    field.blur()
    expect(page.get_by_role("alert")).to_have_text(
        "The earlier day cannot lie after the later one."
    )
    expect(page.locator("#name-first")).to_have_text("1 May 1995")
    field.fill("1812-05-01")
    field.blur()
    expect(page.get_by_role("alert")).to_contain_text("from 1 January 1990")


def test_words_that_do_not_come_leave_the_way_to_their_own_page(visit: Opener) -> None:
    page = visit(DAYS).page
    page.route("**/changes?*", lambda route: route.abort())
    page.get_by_role("button", name="Earlier day: to the next change").click()
    expect(page.locator("#told-here")).to_contain_text("could not be loaded")
    expect(page.locator("#announcer")).to_contain_text("could not be loaded")
    assert "from=2001-06-01" not in str(page.locator("#more").get_attribute("href"))


def test_the_keyboard_reaches_everything_and_opens_a_route(visit: Opener) -> None:
    page = visit(f"{DAYS}&maps=one").page
    page.locator("#kinds button").first.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="Vlora to Italy")
    expect(card).to_contain_text("1 June 2001: certain at this date.")
    expect(card).to_contain_text("1 December 2003: possibly ended by this date.")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Vlora to Italy"


@pytest.mark.parametrize("width", [1280, 600, 360])
@pytest.mark.parametrize("more", ["", "&maps=one"])
def test_axe_finds_no_serious_fault_and_nothing_is_wider_than_the_screen(
    visit: Opener, width: int, more: str
) -> None:
    page = visit(DAYS + more, width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width != 600:
        assert violations(page) == []
    maps = page.evaluate(BOXES, ".map-frame:has(> .map)")
    assert len(maps) == (1 if more else 2)
    if not more:
        beside = maps[0]["top"] == maps[1]["top"]
        assert beside == (width > 700)
        assert not overlap(*maps)


def test_the_header_of_the_map_has_room_for_its_buttons_on_a_phone(visit: Opener) -> None:
    page = visit("/map?date=2001-06-01", 360).page
    tops = {round(box["top"]) for box in page.evaluate(BOXES, ".actions > *")}
    assert len(tops) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("#name-second")).to_have_text("1 June 2001")
    expect(page.locator("#name-first")).to_have_text("1 January 1999")


def test_two_editions_stand_beside_each_other_with_what_was_corrected(
    chromium: Browser, corrected: str
) -> None:
    address = f"{corrected}/compare?from-edition=1&to-edition=2&date=1999-07-20"
    with opened(chromium, address) as page:
        assert page.locator("h2.date").all_inner_texts() == ["Edition 1", "Edition 2"]
        first, second = (page.locator(f"#map-{side} path.route") for side in ("first", "second"))
        assert second.count() > first.count() > 0
        assert "until about 2003" in page.locator("#words").inner_text()
        page.get_by_label("One map").check()
        found = kinds(page)
        assert found["corrected"] == ["Vlora to Italy"]
        assert "Dürres, by sea" in found["added"]
        assert "From the east to Western Europe" in found["same"]
        assert violations(page) == []
        page.get_by_label("on", exact=True).fill("2003-12-01")
        page.get_by_role("button", name="Show").click()
        page.wait_for_url("**from-edition=1&to-edition=2&date=2003-12-01*")
        expect(page.locator("#ground-day")).to_have_text("1 December 2003")
    with opened(chromium, f"{corrected}/compare") as page:
        page.get_by_role("link", name="Compare editions").click()
        expect(page.locator("#name-first")).to_have_text("Edition 1")


def test_an_atlas_of_routes_in_another_century_is_compared(
    chromium: Browser, ferries: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    with serving(ferries, tmp_path / "log.txt") as address, opened(chromium) as page:
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{address}/compare?from=1480-01-01&to=1500-01-01&maps=one")
        page.wait_for_selector("html[data-ready]", state="attached")
        assert kinds(page) == {"new": ["Night ferry"], "lasting": ["Moon ferry"]}
        page.get_by_label("Two maps").check()
        assert page.locator("#map-second path.route").count() > 0
        assert page.locator("#map-first path.route").count() > 0
    assert said == []
