"""What is shown, taken away from the page; and what a page weighs on its way to a reader."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.maps.conftest import Opener

pytestmark = pytest.mark.browser

MOST_BYTES = 350_000
"""What a reader with a phone may be asked to load for a map: page, scripts, sheets, fonts, data."""


def test_downloads_follow_date_layers_view_and_edition(visit: Opener) -> None:
    seen = visit("/map?lat=42&lon=20&zoom=7")
    page = seen.page
    page.locator("#download summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#downloads .menu-title")).to_have_text("What is shown on 1 December 2003")
    seen.go_to("2001-06-15")
    expect(page.locator("#downloads .menu-title")).to_have_text("What is shown on 15 June 2001")
    rows = page.locator("#downloads li")
    expect(rows).to_have_count(6)
    events = page.get_by_role("link", name="Events: CSV").get_attribute("href")
    assert "datetime=2001-01-01/2001-12-31" in str(events)
    links = page.locator("#downloads a").evaluate_all("all => all.map(a => a.href)")
    names = []
    for link in links:
        assert "/editions/1/" in link
        answer = page.request.get(link)
        assert answer.status == 200, link
        names.append(answer.headers.get("content-disposition", "").partition("filename=")[2])
    assert '"balkans-routes-2001-06-15-edition-1-part.csv"' in names
    assert '"balkans-2001-06-15-edition-1.pdf"' in names
    asked = parse_qs(urlsplit(links[0]).query)
    west, south, east, north = (float(side) for side in asked["bbox"][0].split(","))
    assert west < 20 < east
    assert south < 42 < north
    page.get_by_label("Only what lies in view").uncheck()
    assert "bbox" not in str(page.get_by_role("link", name="Routes: GeoJSON").get_attribute("href"))
    page.locator("#downloads input").focus()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.locator("#layers input[name=routes]").uncheck()
    page.locator("#download summary").click()
    expect(rows).to_have_count(5)
    assert seen.messages == []


@pytest.mark.parametrize("width", [1280, 360])
def test_the_menu_lies_within_the_page_with_room_for_fingers(visit: Opener, width: int) -> None:
    page = visit("/map", width, 760).page
    page.locator("#download summary").click()
    expect(page.locator("#downloads li")).to_have_count(6)
    box = page.locator("#downloads").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    for control in page.locator("#downloads a, #downloads label").all():
        found = control.bounding_box()
        assert found
        assert found["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ["/map", "/embed"])
def test_a_page_is_light_and_asks_little(chromium: Browser, live_server: str, path: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    loaded: dict[str, float] = {}
    wire.on("Network.loadingFinished", lambda one: loaded.update({
        one["requestId"]: one["encodedDataLength"]}))  # fmt: skip
    page.goto(live_server + path, wait_until="load")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_timeout(300)
    # The page, a sheet, two scripts, the icon, and the fonts of its letters.
    assert 5 < len(loaded) <= 14
    print(f"{path}: {sum(loaded.values()):.0f} bytes in {len(loaded)} answers")
    context.close()
    assert sum(loaded.values()) <= MOST_BYTES
