"""The map of an atlas with more versions than a page carries: in Chromium, from tiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import routes
from benchmarks import synthetic
from geo.times import Window
from routes.query import Query
from service.maps.state import MOST_CARRIED, build
from tests.conftest import serving
from tests.maps.test_map_in_browser import violations
from tests.maps.test_page import carried

COUNT = 3_000
LAT, LON, ZOOM = 44.0, 21.0, 10.0
NEAR = f"lat={LAT}&lon={LON}&zoom={ZOOM}"
DAYS = ("1993-07-01", "1999-07-01", "2003-07-01")
INK = """() => [...document.querySelectorAll(".route-lines")].reduce((sum, sheet) => {
  const { data } = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height);
  let count = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) count += 1;
  return sum + count;
}, 0)"""
STILL = """async (tip) => {
  let [before, now] = [null, tip.getBoundingClientRect()];
  for (let same = 0; same < 10; same = before.x === now.x && before.y === now.y ? same + 1 : 0) {
    await new Promise(requestAnimationFrame);
    [before, now] = [now, tip.getBoundingClientRect()];
  }
  return [now.x + now.width / 2, now.bottom];
}"""
GO_TO = """([day, first]) => {
  const slider = document.getElementById("slider");
  slider.value = String((Date.parse(day) / 1000 - first) / 86400);
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""

browser = pytest.mark.browser


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of made-up routes, more than a page carries."""
    folder = tmp_path_factory.mktemp("large") / "store"
    routes.open_store(folder).publish(synthetic.content(COUNT), "made up", "The tests")
    return folder


@pytest.fixture(scope="module")
def address(large: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(large, tmp_path_factory.mktemp("large-service") / "log.txt") as found:
        yield found


@dataclass(eq=False)
class Seen:
    page: Page
    first: int
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def go_to(self, day: str) -> None:
        self.page.evaluate(GO_TO, [day, self.first])

    def listed(self) -> set[str]:
        rows = self.page.locator("#panel [data-route]")
        return set(rows.evaluate_all("rows => rows.map((row) => row.dataset.route)"))


@contextmanager
def seen(browser: Browser, address: str, path: str, width: int = 1280) -> Iterator[Seen]:
    page = browser.new_page(viewport={"width": width, "height": 860})
    found = Seen(page, 0)
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("console", lambda said: found.messages.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: found.messages.append(f"error: {error}"))
    page.goto(address + path, wait_until="load")
    page.wait_for_selector("html[data-ready][data-tiles=all]", state="attached")
    state = page.locator("#routeshift-data").evaluate("node => JSON.parse(node.textContent)")
    found.first = state["axis"]["first"]
    yield found
    page.close()


def get(address: str, params: dict[str, str] | None = None) -> httpx.Response:
    return httpx.get(address, params=params, timeout=60)


def is_no_icon(url: str) -> bool:
    """Chromium may ask for the page's icon again when its address is rewritten."""
    return not url.endswith("icon.svg")


def items(address: str, day: str, margin: float, size: tuple[float, float]) -> set[str]:
    """What the API says holds on a day in the view and a margin, in degrees."""
    world = 256 * 2**ZOOM
    middle = np.arcsinh(np.tan(np.radians(LAT))) / np.pi / 2

    def latitude(pixels: float) -> float:
        return float(np.degrees(np.arctan(np.sinh(2 * np.pi * (middle + pixels / world)))))

    across = size[0] / 2 / world * 360 + margin
    south, north = latitude(-size[1] / 2) - margin, latitude(size[1] / 2) + margin
    box = f"{LON - across},{south},{LON + across},{north}"
    query = {"bbox": box, "datetime": day, "limit": "1000", "f": "json"}
    answer = get(f"{address}/collections/routes/items", params=query).json()
    return {feature["id"] for feature in answer["features"]}


def test_the_page_carries_no_version_and_says_how_many_there_are(large: Path) -> None:
    edition = routes.open(large)
    state = build(edition)
    assert state["routes"] == []
    assert state["left_out"] == {"routes": COUNT}
    assert state["boundaries"]
    assert state["crossings"]
    first, counts = state["axis"]["first"], state["counts"]
    assert state["axis"]["last"] <= first + counts["step"] * len(counts["possible"])
    index = edition.index("routes")
    for place in range(0, len(counts["possible"]), 17):
        day = str(np.datetime64(first + place * counts["step"], "s"))[:10]
        window = Window.parse(day)
        for certainty in ("possible", "certain"):
            query = Query(window=window, certainty=certainty)  # type: ignore[arg-type]
            assert counts[certainty][place] == len(index.rows(query))


def test_what_is_not_more_than_a_page_carries_travels_in_it(tmp_path: Path, large: Path) -> None:
    store = routes.open_store(tmp_path)
    store.publish(synthetic.content(MOST_CARRIED), "", "")
    state = build(routes.open(tmp_path))
    assert len(state["routes"]) == MOST_CARRIED
    assert not {"counts", "left_out"} & set(state)


def test_the_page_is_not_much_larger_than_that_of_a_small_atlas(
    address: str, live_server: str
) -> None:
    large, small = (get(f"{base}/map").text for base in (address, live_server))
    assert len(large) < 1.1 * len(small)
    assert "route-1.v1" not in large
    assert carried(large, "routeshift-data")["routes"] == []


@browser
@pytest.mark.parametrize("path", [f"/map?{NEAR}", f"/embed?{NEAR}", "/editions/1/map"])
def test_nothing_is_asked_of_others_and_nothing_goes_wrong(
    chromium: Browser, address: str, path: str
) -> None:
    with seen(chromium, address, path) as found:
        assert any("/tiles/WebMercatorQuad/" in url for url in found.requests)
        assert {urlsplit(url).netloc for url in found.requests} == {urlsplit(address).netloc}
        assert found.messages == []
        assert found.page.evaluate(INK) > 1000


@browser
def test_the_date_moves_without_a_request_and_draws_what_the_items_say(
    chromium: Browser, address: str
) -> None:
    with seen(chromium, address, f"/map?{NEAR}&date=1996-01-01") as found:
        size = found.page.locator("#map").evaluate("map => [map.clientWidth, map.clientHeight]")
        before = list(filter(is_no_icon, found.requests))
        for day in DAYS:
            found.go_to(day)
            drawn = found.listed()
            # A step of the grid of a tile here is less than a thousandth of a degree.
            assert items(address, day, -0.01, size) <= drawn <= items(address, day, 0.01, size)
            assert 3 < len(drawn) < 50
        assert list(filter(is_no_icon, found.requests)) == before


@browser
def test_a_version_opens_from_the_list_and_by_a_click_on_its_line(
    chromium: Browser, address: str
) -> None:
    with seen(chromium, address, f"/map?{NEAR}&date=1999-07-01") as found:
        page = found.page
        button = page.locator("#panel .row-button").first
        name = button.inner_text()
        button.focus()
        page.keyboard.press("Enter")
        popup = page.locator(".leaflet-popup")
        expect(popup.get_by_role("heading", name=name)).to_be_visible()
        # What the record says, and the tile does not.
        expect(popup).to_contain_text(re.compile(r"from \d{4} to \d{4}|\d{4}"))
        expect(popup).to_contain_text("nobody ever took it")
        # The map moves to make room for the popup.
        x, y = popup.locator(".leaflet-popup-tip-container").evaluate(STILL)
        page.keyboard.press("Escape")
        expect(popup).to_have_count(0)
        # And the list moved with it: the button is another one.
        expect(page.locator("#panel").get_by_role("button", name=name, exact=True)).to_be_focused()
        page.mouse.click(x, y + 1)
        expect(popup.locator("h3")).to_have_text(re.compile("Made-up route"))
        expect(popup.get_by_role("link", name="History of this route")).to_be_visible()
        assert found.messages == []


@browser
def test_where_not_all_can_be_drawn_the_map_and_the_list_say_so(
    chromium: Browser, address: str
) -> None:
    with seen(chromium, address, "/map?date=1999-07-01") as found:
        expect(found.page.locator(".tiles-note")).to_contain_text("Too many to draw at this scale")
        expect(found.page.locator("#panel .care").first).to_contain_text("Listed: the 50 nearest")
        assert len(found.listed()) == 50
        found.page.locator("#layers input[name=routes]").uncheck()
        assert found.page.evaluate(INK) == 0
        assert found.listed() == set()
        expect(found.page.locator(".tiles-note")).to_be_hidden()
    with seen(chromium, address, f"/map?{NEAR}&date=1999-07-01") as found:
        expect(found.page.locator(".tiles-note")).to_be_hidden()


@browser
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_serious(chromium: Browser, address: str, width: int) -> None:
    with seen(chromium, address, "/map?date=1999-07-01", width) as found:
        assert violations(found.page) == []


@browser
def test_tiles_that_do_not_come_are_not_taken_for_an_empty_map(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    page.route("**/tiles/WebMercatorQuad/**", lambda route: route.abort())
    page.goto(f"{address}/map?{NEAR}", wait_until="load")
    expect(page.locator(".tiles-note")).to_contain_text("could not be loaded")
    page.unroute("**/tiles/WebMercatorQuad/**")
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tiles-note")).to_be_hidden()
    expect(page.locator("#panel [data-route]")).not_to_have_count(0)
    page.close()


def test_the_table_goes_on_from_page_to_page_until_every_route_was_there(address: str) -> None:
    day, found = "1999-07-01", []
    target = f"{address}/map/table?date={day}"
    while target:
        page = get(target).text
        assert day in page
        rows = re.search(r'<table class="records day-routes">(.*?)</table>', page, re.S)
        assert rows
        found.append(re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)', rows[1]))
        following = re.search(r'rel="next" href="([^"]*)"', page)
        target = following[1].replace("&amp;", "&") if following else ""
    assert all(0 < len(names) <= 100 for names in found)
    query = {"datetime": day, "limit": "3000", "f": "json"}
    answer = get(f"{address}/collections/routes/items", params=query).json()
    names = [feature["properties"]["name"] for feature in answer["features"]]
    assert [name for names in found for name in names] == names
    assert len(names) > 500


def test_a_table_of_one_page_knows_no_other(live_server: str) -> None:
    answer = get(f"{live_server}/map/table?cursor=MS4w")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "cursor"


def test_two_maps_of_a_large_atlas_are_refused_with_what_does_it_instead(address: str) -> None:
    for query in ("", "?from-edition=1&to-edition=1"):
        answer = get(f"{address}/compare{query}")
        assert answer.status_code == 422
        assert "3,000 route versions" in answer.json()["detail"]
        assert f"{address}/changes" in answer.json()["detail"]
    assert 'id="compare"' not in get(f"{address}/map").text


def test_a_picture_shows_a_small_view_and_refuses_one_with_too_much(address: str) -> None:
    refused = get(f"{address}/picture.svg?date=1999-07-01")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "bbox")
    assert "a picture draws at most 200" in refused.json()["fault"]
    for view in ("bbox=20.8,43.9,21.2,44.1", "lat=44&lon=21&zoom=10"):
        drawn = get(f"{address}/picture.svg?date=1999-07-01&{view}")
        assert drawn.status_code == 200
        assert "Made-up route" in drawn.text
    assert "og:image" not in get(f"{address}/map").text
