"""The strip of time as a reader handles it, by mouse, finger and key: a day, a range, play."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import routes
from service.maps.moment import moment_of
from service.maps.page import state_of
from tests.maps.conftest import Opener, Visit

pytestmark = pytest.mark.browser

RANGE = "/map?date=2000-01&to=2003-12"
TOUCH = {"has_touch": True, "is_mobile": True}
# The browser's own positions of the two handles, in the page's pixels.
HANDLES = """() => [...document.querySelectorAll("#chart .playhead")].map((line) => {
  const { left, top, height } = line.getBoundingClientRect();
  return [left, top + height / 2];
})"""
FADING = """() => {
  const found = { coming: 0, leaving: 0, courses: [] };
  for (const path of document.querySelectorAll(".leaflet-lines-pane path.route")) {
    found.coming += path.classList.contains("is-coming");
    found.leaving += path.classList.contains("is-leaving");
    found.courses.push(path.getAttribute("d"));
  }
  return found;
}"""
# Before a frame is drawn after the step: a fade has begun, and on a slow machine is not over.
STEPPED = f"""() => {{
  document.getElementById("next").click();
  return ({FADING})();
}}"""
OPACITIES = """() => [...document.querySelectorAll(".leaflet-lines-pane path.route")]
  .map((path) => Number(getComputedStyle(path).opacity))"""
# Wait until every line is at least so opaque.
SEEN = f"""(least) => new Promise((done) => {{
  const look = () =>
    Math.min(...({OPACITIES})()) >= least ? done(true) : requestAnimationFrame(look);
  look();
}})"""
SPOKEN = """() => {
  window.spoken = [];
  const announcer = document.getElementById("announcer");
  new MutationObserver(() => window.spoken.push(announcer.textContent))
    .observe(announcer, { childList: true, characterData: true, subtree: true });
}"""


def handles(page: Page) -> list[list[float]]:
    found: list[list[float]] = page.evaluate(HANDLES)
    return found


def days(page: Page) -> list[str | None]:
    return [
        page.locator(f"#{one}").get_attribute("aria-valuetext") for one in ("slider", "slider-to")
    ]


def swipe(page: Page, begin: list[float], by: float) -> None:
    """Draw a finger along the strip."""
    session = page.context.new_cdp_session(page)
    x, y = begin
    for kind, at in (("touchStart", 0.0), ("touchMove", by / 2), ("touchMove", by)):
        points = [{"x": x + at, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize(
    ("date", "to"),
    [
        ("2000-01-01", "2003-12-31"),
        ("2003-02-03", "2003-02-04"),
        ("1991-06-01", "1991-12-31"),
        ("2004-06-01", "2006-06-30"),
        ("2001-01-01", "2005-12-31"),
        ("2007-01-01", "2008-01-01"),
    ],
)
def test_the_map_of_a_range_is_that_of_the_service(
    visit: Opener, edition: routes.Edition, date: str, to: str
) -> None:
    seen = visit(f"/map?date={date}&to={to}")
    moment = moment_of(state_of(edition, "en"), date, to)
    assert seen.drawn() == {entry.row["id"]: entry.mark for entry in moment.routes}
    events = {entry.row["name"] for entry in moment.events} if not moment.is_beyond else set()
    listed = seen.page.locator("#panel .bullet + div :is(.row-button, .row-name)")
    assert set(listed.all_inner_texts()) == events
    assert seen.page.locator("path.ground.member").count() == sum(
        row["kind"] == "state" and row["entity"] in moment.members for row in moment.boundaries
    )
    told = seen.page.locator("#panel .dated li span").all_inner_texts()
    assert told == [" ".join(change["words"]) for change in moment.changes if not moment.is_beyond]


def test_the_panel_of_a_range_says_what_the_table_says(visit: Opener, live_server: str) -> None:
    page = visit(RANGE).page
    panel = page.locator("#panel .story").first
    title, words = panel.locator("h2").inner_text(), panel.locator("> p").all_inner_texts()
    assert title == "From 1 January 2000 to 31 December 2003: 7 routes"
    page.goto(f"{live_server}/map/table?date=2000-01&to=2003-12")
    assert page.locator(".day-story > h2").inner_text() == title
    assert page.locator(".day-story > p").all_inner_texts()[: len(words)] == words


def test_a_switch_makes_a_day_a_range_and_a_range_a_day(visit: Opener) -> None:
    page = visit("/map?date=2003-12-01").page
    expect(page.locator("#slider-to")).to_be_hidden()
    page.get_by_label("A range").click()
    assert page.locator("#date").inner_text() == "1 December 2002 – 1 December 2003"
    expect(page.locator("#chart .chosen")).to_be_visible()
    assert page.locator("#legend").inner_text().count("in the range") == 2
    page.keyboard.press("ArrowLeft")
    assert page.locator("#date").inner_text() == "1 December 2003"
    expect(page.locator("#slider-to")).to_be_hidden()
    assert "certain at this date" in page.locator("#legend").inner_text()


def test_each_handle_has_a_name_and_all_keys(visit: Opener) -> None:
    page = visit(RANGE).page
    goes = {
        "ArrowRight": ("1 February 2000", "31 January 2004"),
        "Shift+ArrowLeft": ("31 December 1999", "30 December 2003"),
        "PageUp": ("1 January 2001", "31 December 2004"),
        "PageDown": ("1 January 1999", "31 December 2002"),
    }
    for place, name in enumerate(("First day of the range", "Last day of the range")):
        for key, to in goes.items():
            page.goto(page.url.split("?")[0] + RANGE.removeprefix("/map"))
            page.get_by_role("slider", name=name).focus()
            page.keyboard.press(key)
            assert days(page)[place] == to[place]
            assert days(page)[1 - place] == ("31 December 2003", "1 January 2000")[place]


def test_no_handle_passes_the_other(visit: Opener) -> None:
    page = visit(RANGE).page
    page.get_by_role("slider", name="First day of the range").focus()
    page.keyboard.press("End")
    assert days(page) == ["31 December 2003", "31 December 2003"]
    page.get_by_role("slider", name="Last day of the range").focus()
    page.keyboard.press("Home")
    assert days(page) == ["31 December 2003", "31 December 2003"]
    page.keyboard.press("End")
    assert days(page) == ["31 December 2003", "31 December 2010"]


@pytest.mark.parametrize("path", [RANGE, RANGE.replace("/map", "/embed")])
@pytest.mark.parametrize("place", [0, 1])
def test_a_mouse_drags_either_handle(visit: Opener, path: str, place: int) -> None:
    page = visit(path).page
    before, found = days(page), handles(page)
    x, y = found[place]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + (-60, 60)[place], y, steps=4)
    page.mouse.up()
    after = days(page)
    assert after[1 - place] == before[1 - place]
    assert abs(handles(page)[place][0] - x - (-60, 60)[place]) < 2
    assert page.locator(("#slider", "#slider-to")[place]).evaluate(
        "(n) => n === document.activeElement"
    )


@pytest.mark.parametrize("place", [0, 1])
def test_a_finger_drags_either_handle_and_a_tap_brings_the_nearer(
    visit: Opener, place: int
) -> None:
    page = visit(RANGE, 360, 780, **TOUCH).page
    page.locator("#chart").scroll_into_view_if_needed()
    before, found = days(page), handles(page)
    swipe(page, found[place], (-40, 40)[place])
    moved = handles(page)
    assert abs(moved[place][0] - found[place][0] - (-40, 40)[place]) < 2
    assert days(page)[1 - place] == before[1 - place]
    page.touchscreen.tap(moved[place][0] + (-15, 15)[place], moved[place][1])
    assert abs(handles(page)[place][0] - moved[place][0] - (-15, 15)[place]) < 2


def test_two_handles_on_one_day_can_be_drawn_apart_to_either_side(visit: Opener) -> None:
    for by, place in ((-80, 0), (80, 1)):
        page = visit("/map?date=2000-06-01&to=2000-06-02").page
        x, y = handles(page)[place]
        page.mouse.click(x + by, y)
        assert abs(handles(page)[place][0] - x - by) < 2


def test_the_address_of_a_range_shows_it_again_and_all_links_know_it(visit: Opener) -> None:
    page = visit("/map?date=2003-12-01").page
    page.get_by_label("A range").check()
    page.wait_for_url("**/map?date=2002-12-01&to=2003-12-01")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("#date").inner_text() == "1 December 2002 – 1 December 2003"
    expect(page.get_by_label("A range")).to_be_checked()
    page.get_by_text("Download", exact=True).click()
    links = {
        "#table": "map/table?date=2002-12-01&to=2003-12-01",
        "#compare": "compare?to=2003-12-01&from=2002-12-01",
        "#downloads a >> nth=0": "datetime=2002-12-01/2003-12-01",
    }
    for name, part in links.items():
        address = page.locator(name).evaluate("link => link.href")
        assert part in address
        assert page.request.get(address).status == 200
    page.get_by_role("button", name="Embed").click()
    code = re.compile("/embed\\?date=2002-12-01&amp;to=2003-12-01")
    expect(page.locator("#code")).to_have_value(code)
    page.keyboard.press("Escape")
    page.get_by_label("One day").check()
    page.wait_for_url("**/map?date=2003-12-01")


def test_steps_move_a_range_and_keep_its_length(visit: Opener) -> None:
    page = visit("/map?date=2001-01-01&to=2001-01-31").page
    page.get_by_role("button", name="Next change").click()
    assert days(page) == ["2 December 2001", "1 January 2002"]
    page.keyboard.press("]")
    assert days(page) == ["5 January 2003", "4 February 2003"]
    page.keyboard.press("[")
    page.get_by_role("button", name="Previous change").click()
    assert days(page) == ["11 May 1999", "10 June 1999"]
    assert page.locator("#panel .dated li").count() == 1


def test_play_moves_a_range_and_keeps_its_length(visit: Opener) -> None:
    page = visit("/map?date=1995-02-01&to=1995-02-10", still=True).page
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(200)
    assert days(page) == ["1 March 1995", "10 March 1995"]


def test_a_faster_speed_goes_farther_in_the_same_time(visit: Opener) -> None:
    reached = []
    for keys in (["ArrowUp"], [], ["ArrowDown"]):
        seen = visit("/map?date=1996-01-01", still=True)
        seen.page.get_by_label("Speed").focus()
        for key in keys:
            seen.page.keyboard.press(key)
        seen.page.get_by_role("button", name="Play").click()
        seen.page.clock.run_for(1600)
        reached.append(seen.page.locator("#slider").input_value())
    assert int(reached[0]) < int(reached[1]) < int(reached[2])


def test_play_rests_on_a_shift_until_it_can_be_read(visit: Opener) -> None:
    page = visit("/map?date=2001-12-15", still=True).page
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(300)
    assert page.locator("#date").inner_text() == "1 January 2002"
    page.clock.run_for(3000)
    assert page.locator("#date").inner_text() == "1 January 2002"
    assert "Police action" in page.locator("#announcer").inner_text()
    page.clock.run_for(2000)
    assert page.locator("#date").inner_text() != "1 January 2002"


def test_play_stops_at_the_end(visit: Opener) -> None:
    page = visit("/map?date=2010-10-01", still=True).page
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(2000)
    assert page.locator("#date").inner_text() == "31 December 2010"
    assert page.locator("#play").get_attribute("aria-pressed") == "false"


def test_play_pauses_when_the_page_is_hidden(visit: Opener) -> None:
    page = visit("/map?date=1995-01-01", still=True).page
    page.get_by_role("button", name="Play").click()
    page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { value: true, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    date = page.locator("#date").inner_text()
    page.clock.run_for(3000)
    assert page.locator("#date").inner_text() == date
    assert page.locator("#play").get_attribute("aria-pressed") == "false"


def test_what_replaces_a_route_fades_in_and_nothing_moves(visit: Opener) -> None:
    page = visit("/map?date=2001-12-15").page
    page.evaluate(SEEN, 1)
    before = page.evaluate(FADING)["courses"]
    begun = page.evaluate(STEPPED)
    assert begun["coming"] > 0
    assert set(before) <= set(begun["courses"])
    page.evaluate(SEEN, 0.39)
    assert page.evaluate(FADING) == begun | {"coming": 0}
    assert "Police action" in page.locator("#panel .story").first.inner_text()


def test_what_ends_fades_out_and_goes(visit: Opener) -> None:
    page = visit("/map?date=2004-12-15").page
    held = page.locator(".leaflet-lines-pane path.route").count()
    assert page.evaluate(STEPPED)["leaving"] == held > 0
    expect(page.locator(".leaflet-lines-pane path.route")).to_have_count(0)


def test_a_step_back_in_the_middle_of_a_fade_leaves_nothing_behind(visit: Opener) -> None:
    page = visit("/map?date=2004-12-15").page
    held = page.locator(".leaflet-lines-pane path.route").count()
    page.evaluate('for (const id of ["next", "previous"]) document.getElementById(id).click()')
    page.wait_for_timeout(900)
    assert page.locator(".leaflet-lines-pane path.route").count() == held
    assert page.evaluate(FADING)["leaving"] == 0


def test_nothing_fades_for_those_who_asked_for_less_motion(visit: Opener) -> None:
    page = visit("/map?date=2004-12-15", calm=True).page
    assert page.evaluate(STEPPED) == {"coming": 0, "leaving": 0, "courses": []}


def test_a_drag_shows_each_day_as_it_is(visit: Opener) -> None:
    seen = visit("/map?date=2004-12-15")
    seen.go_to("2005-02-01")
    assert seen.strokes() == {}


def parts_of_a_shift(text: str) -> dict[str, bool]:
    """Whether a text says what happened, when and how surely, why, and on whose word."""
    said = {
        "what": "The sea route from Vlora gives way to three others",
        "when": "about 2003",
        "sure": "between 2002 and 2004",
        "why": "Police action against speedboats at Vlora",
        "source": "Nicole Lindstrom 2004",
        "locator": "regional-context, par. 1",
    }
    return {part: words in text for part, words in said.items()}


@pytest.mark.parametrize(("path", "place"), [("/map", "#panel .story"), ("/embed", "#told")])
def test_a_shift_says_what_when_why_and_on_whose_word_and_is_spoken_once(
    visit: Opener, path: str, place: str
) -> None:
    page = visit(f"{path}?date=2001-12-15", 600, 620).page
    page.wait_for_timeout(500)
    page.evaluate(SPOKEN)
    page.get_by_role("button", name="Next change").click()
    page.wait_for_timeout(900)
    assert all(parts_of_a_shift(page.locator(place).first.inner_text()).values())
    spoken = page.evaluate("window.spoken")
    assert len(spoken) == 1
    assert spoken[0].startswith("1 January 2002.")
    assert all(parts_of_a_shift(spoken[0]).values())


def test_the_words_of_a_shift_fit_a_small_frame(visit: Opener) -> None:
    page = visit("/embed?date=2003-12-01", 360, 400).page
    sizes: dict[str, Any] = page.locator("#told").evaluate(
        "(node) => ({ full: node.scrollHeight, seen: node.clientHeight })"
    )
    assert sizes["full"] <= sizes["seen"] + 1
    assert page.evaluate("document.documentElement.scrollHeight") <= 400
    assert (page.locator("#map").bounding_box() or {"height": 0})["height"] > 150


def test_a_range_in_the_embed_has_both_handles_and_its_words(visit: Opener) -> None:
    seen: Visit = visit(RANGE.replace("/map", "/embed"), 360, 400)
    page = seen.page
    assert seen.date() == "1 January 2000 – 31 December 2003"
    assert (
        "From 1 January 2000 to 31 December 2003: 7 routes." in page.locator("#told").inner_text()
    )
    page.get_by_role("slider", name="Last day of the range").focus()
    page.keyboard.press("ArrowRight")
    assert seen.date() == "1 January 2000 – 31 January 2004"
    assert page.evaluate("document.documentElement.scrollHeight") <= 400
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
