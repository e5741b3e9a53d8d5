"""The map as a reader meets it: a real Chromium on the real service."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.maps.conftest import AXE, Opener

pytestmark = pytest.mark.browser

WIDTHS = (1280, 600, 360)
BOXES = """(selector) => [...document.querySelectorAll(selector)].map((node) => {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  return { text: node.textContent.trim(), left, top, right, bottom };
}).filter((box) => box.right > box.left)"""
LINES = """() => {
  const found = [];
  for (const path of document.querySelectorAll(".leaflet-lines-pane path.route")) {
    const matrix = path.getScreenCTM();
    const length = path.getTotalLength();
    for (let at = 0; at <= length; at += 4) {
      const { x, y } = path.getPointAtLength(at).matrixTransform(matrix);
      found.push([x, y]);
    }
  }
  return found;
}"""


def overlap(a: dict[str, Any], b: dict[str, Any]) -> bool:
    apart = (
        a["right"] <= b["left"]
        or b["right"] <= a["left"]
        or a["bottom"] <= b["top"]
        or b["bottom"] <= a["top"]
    )
    return not apart


def violations(page: Page) -> list[tuple[str, Any]]:
    """What axe calls serious or critical once the page has come to rest: a popup that still fades
    in has no contrast yet. It runs beside the page's policy, as a tester may.
    """
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [
        (fault["id"], [node["target"] for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("path", ["/map", "/embed", "/editions/1/map"])
def test_nothing_is_asked_of_others_and_nothing_goes_wrong(
    visit: Opener, live_server: str, path: str
) -> None:
    seen = visit(path)
    assert len(seen.requests) > 5
    assert {urlsplit(url).netloc for url in seen.requests} == {urlsplit(live_server).netloc}
    assert seen.messages == []


def test_keys_move_the_date_the_routes_and_the_words(visit: Opener) -> None:
    seen = visit("/map?date=2001-12-15")
    assert seen.drawn()["vlora-italy.v1"] == "certain"
    assert "durres-sea.v1" not in seen.drawn()
    words = seen.page.locator("#panel .story").inner_text()
    strokes = seen.strokes()
    seen.page.locator("#slider").focus()
    seen.page.keyboard.press("ArrowRight")
    assert seen.date() == "15 January 2002"
    assert seen.drawn()["vlora-italy.v1"] == "ending"
    assert seen.drawn()["durres-sea.v1"] == "possible"
    assert seen.page.locator("#panel .story").inner_text() != words
    assert seen.strokes() != strokes


def test_each_key_goes_where_it_says(visit: Opener) -> None:
    seen = visit("/map?date=2003-12-01")
    goes = {
        "ArrowLeft": "1 November 2003",
        "Shift+ArrowRight": "2 December 2003",
        "PageUp": "1 December 2004",
        "PageDown": "1 December 2002",
        "Home": "1 January 1990",
        "End": "31 December 2010",
        "]": "1 January 2004",
        "[": "4 February 2003",
    }
    for key, date in goes.items():
        seen.go_to("2003-12-01")
        seen.page.locator("#slider").focus()
        seen.page.keyboard.press(key)
        assert seen.date() == date
        assert seen.page.locator("#slider").get_attribute("aria-valuetext") == date


def test_a_step_to_a_change_says_what_changed(visit: Opener) -> None:
    seen = visit("/map?date=2003-12-01")
    seen.page.get_by_role("button", name="Next change").click()
    seen.page.get_by_role("button", name="Next change").click()
    assert seen.date() == "1 May 2004"
    assert "grows to 25 members" in seen.page.locator("#panel h2").inner_text()
    expect(seen.page.locator("#announcer")).to_contain_text("grows to 25 members")


def test_in_december_2003_all_four_are_possible_and_none_is_certain(visit: Opener) -> None:
    drawn = visit("/map?date=2003-12-01").drawn()
    assert drawn["vlora-italy.v1"] == "ending"
    for route in ("durres-sea", "montenegro-sea", "overland-greece-macedonia"):
        assert drawn[f"{route}.v1"] == "possible"


def test_in_june_2004_they_are_described_until_2004(visit: Opener) -> None:
    seen = visit("/map?date=2004-06-01")
    row = seen.page.locator("[data-route='durres-sea.v1']")
    assert "described until 2004" in row.inner_text()
    assert seen.strokes()["lighter"] > 0


@pytest.mark.parametrize("width", WIDTHS)
def test_in_2010_no_route_is_drawn_and_the_map_says_why(visit: Opener, width: int) -> None:
    seen = visit("/map?date=2010-01-01", width)
    assert seen.strokes() == {}
    expect(seen.page.locator("#notice")).to_be_visible()
    expect(seen.page.locator("#notice")).to_contain_text("knowledge ends in 2004")
    assert "does not mean that the routes ended" in seen.page.locator("#panel").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_labels_meet_no_other_label_no_control_and_no_route(visit: Opener, width: int) -> None:
    seen = visit("/map?date=2003-12-01", width)
    for date in ("2003-12-01", "1991-01-01", "2001-06-01", "2004-06-01", "2010-01-01"):
        seen.go_to(date)
        labels = seen.page.evaluate(BOXES, ".leaflet-labels-pane .label")
        controls = seen.page.evaluate(BOXES, ".map-frame .legend, .leaflet-control, .notice")
        assert len(labels) > 8
        pairs = [*combinations(labels, 2), *((a, b) for a in labels for b in controls)]
        assert [(date, a["text"], b["text"]) for a, b in pairs if overlap(a, b)] == []
        met = {
            (date, label["text"])
            for x, y in seen.page.evaluate(LINES)
            for label in labels
            if label["left"] < x < label["right"] and label["top"] < y < label["bottom"]
        }
        assert met == set()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(visit: Opener, width: int) -> None:
    page = visit("/map", width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_states_and_the_unions_members_are_those_of_the_day(visit: Opener) -> None:
    seen = visit("/map")
    labels = seen.page.locator(".leaflet-labels-pane .label.state")

    def named(date: str) -> list[str]:
        seen.go_to(date)
        names = labels.evaluate_all("nodes => nodes.map((n) => n.querySelector('.name').innerText)")
        return [" ".join(name.split()) for name in names]

    def members(date: str) -> int:
        seen.go_to(date)
        return seen.page.locator("path.ground.member").count()

    assert "Federal Republic of Yugoslavia" in named("2003-02-03")
    assert "Serbia and Montenegro" in named("2003-02-04")
    assert {"Serbia", "Montenegro"} <= set(named("2007-01-01"))
    assert members("1993-10-31") == 0
    assert 0 < members("2004-04-30") < members("2004-05-01") < members("2007-01-01")


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_serious_fault_on_the_map(visit: Opener, width: int) -> None:
    assert violations(visit("/map", width).page) == []


def test_axe_finds_no_serious_fault_with_a_popup_a_dialog_or_in_the_embed(visit: Opener) -> None:
    page = visit("/map").page
    page.get_by_role("button", name="Vlora to Italy").click()
    assert violations(page) == []
    page.get_by_role("button", name="Embed").click()
    assert violations(page) == []
    assert violations(visit("/embed", 360, 400).page) == []


def test_a_route_opens_by_keyboard_and_says_on_whose_word(visit: Opener) -> None:
    page = visit("/map").page
    page.get_by_role("button", name="Vlora to Italy").focus()
    page.keyboard.press("Enter")
    popup = page.get_by_role("dialog", name="Vlora to Italy")
    expect(popup).to_contain_text("until about 2003")
    expect(popup).to_contain_text("possibly ended by this date")
    expect(popup).to_contain_text("Nicole Lindstrom 2004, regional-context, par. 1")
    history = popup.get_by_role("link", name="History of this route")
    assert history.get_attribute("href") == "/routes/vlora-italy"
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    expect(page.get_by_role("button", name="Vlora to Italy")).to_be_focused()


def test_a_crossing_opens_by_keyboard_with_its_other_names(visit: Opener) -> None:
    page = visit("/map").page
    page.locator(".mark.ring[title='Tekija']").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Tekija")).to_contain_text("Текија")


def test_links_of_a_popup_lead_somewhere(visit: Opener, live_server: str) -> None:
    page = visit("/map").page
    page.get_by_role("button", name="Vlora to Italy").click()
    for link in page.locator(".leaflet-popup .links a").all():
        address = link.get_attribute("href")
        assert page.request.get(f"{live_server}{address}").status == 200
    address = page.locator("#table").get_attribute("href")
    assert page.request.get(str(address)).status == 200


def test_a_name_with_markup_stays_a_name(chromium: Browser, live_server: str) -> None:
    evil = "<img src=x onerror=\"document.title='broken'\"><script>document.title='x'</script>"
    page = chromium.new_page(viewport={"width": 1280, "height": 860})

    def altered(route: Any) -> None:  # noqa: ANN401
        answer = route.fetch()
        name = json.dumps(evil)[1:-1].replace("<", "\\u003c")
        text = answer.text()
        for plain in ("Vlora to Italy", "Tekija", "Austria"):
            text = text.replace(f'"name":"{plain}"', f'"name":"{name}"')
        route.fulfill(response=answer, body=text)

    page.route("**/map*", altered)
    page.goto(f"{live_server}/map")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("#panel .row-button").first.click()
    assert page.locator("#panel .row-button").first.inner_text() == evil
    assert page.locator(".card h3").inner_text() == evil
    assert page.locator("img[src=x]").count() == 0
    assert page.title().startswith("Routes through the Balkans")
    page.close()


def test_the_address_holds_what_is_shown_and_shows_it_again(visit: Opener) -> None:
    seen = visit("/map?date=2003-12-01")
    seen.page.locator("#layers [name=roles]").uncheck()
    seen.page.locator("#map").focus()
    seen.page.keyboard.press("+")
    seen.page.locator("#slider").focus()
    seen.page.keyboard.press("PageDown")
    seen.page.wait_for_url("**/map?date=2002-12-01&lat=*&lon=*&zoom=*")
    address = urlsplit(seen.page.url)
    assert "layers=routes,crossings,events,eu" in address.query
    again = visit(f"{address.path}?{address.query}")
    assert again.date() == "1 December 2002"
    assert not again.page.locator("#layers [name=roles]").is_checked()
    assert again.page.locator(".leaflet-labels-pane .chip").count() == 0
    again.page.wait_for_timeout(500)
    assert urlsplit(again.page.url).query == address.query


def test_a_pinned_address_stays_pinned(visit: Opener) -> None:
    seen = visit("/editions/1/map?date=2003-12-01")
    seen.page.locator("#slider").focus()
    seen.page.keyboard.press("PageDown")
    seen.page.wait_for_url("**/map?date=2002-12-01")
    assert urlsplit(seen.page.url).path == "/editions/1/map"
    assert "/editions/1/map/table?date=2002-12-01" in str(
        seen.page.locator("#table").get_attribute("href")
    )


def test_play_moves_and_pauses(visit: Opener) -> None:
    page = visit("/map?date=1995-01-01").page
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#date")).not_to_have_text("1 January 1995")
    page.get_by_role("button", name="Pause").click()
    date = page.locator("#date").inner_text()
    page.wait_for_timeout(600)
    assert page.locator("#date").inner_text() == date


def test_a_reader_who_asked_for_less_motion_is_not_hurried(visit: Opener) -> None:
    page = visit("/map?date=1995-06-01", calm=True).page
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1200)
    assert page.locator("#date").inner_text() == "1 June 1995"


def test_the_strip_takes_a_pointer(visit: Opener) -> None:
    page = visit("/map?date=2003-12-01").page
    box = page.locator("#chart").bounding_box()
    assert box
    page.mouse.click(box["x"] + 210, box["y"] + 80)
    assert page.locator("#date").inner_text().endswith("1990")


def test_without_scripts_the_routes_stand_in_a_table(chromium: Browser, live_server: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server}/map")
    expect(page.get_by_role("rowheader", name="Vlora to Italy")).to_be_visible()
    context.close()
