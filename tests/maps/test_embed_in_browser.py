"""The embed on another site, and the page that makes its code, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.maps.conftest import Newsroom, Opener, opened
from tests.maps.test_map_in_browser import violations

pytestmark = pytest.mark.browser

DAY = "2003-12-01"


def code(address: str, name: str = "code", **asked: str) -> str:
    """The code that the service writes for a map."""
    params = {"f": "json", "date": DAY, **asked}
    made: str = httpx.get(f"{address}/embed/builder", params=params, timeout=30).json()[name]
    return made


@contextmanager
def reading(
    browser: Browser, room: Newsroom, width: int = 1200
) -> Iterator[tuple[Page, list[str]]]:
    """The newsroom's page as a reader has it, and what its console says."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.goto(room.address, wait_until="networkidle")
    yield page, said
    context.close()


def height(page: Page) -> float:
    box = page.locator("iframe").bounding_box()
    assert box
    return box["height"]


def overflow(page: Page) -> list[int]:
    """By how much what stands in the frame is higher and wider than the frame."""
    inner = next(one for one in page.frames if "/embed" in one.url)
    found: list[int] = inner.evaluate(
        "(({ scrollHeight, scrollWidth }) =>"
        " [scrollHeight - innerHeight, scrollWidth - innerWidth])(document.documentElement)"
    )
    return found


def test_the_frame_is_as_high_as_its_map_wants_at_any_width(
    chromium: Browser, live_server: str, newsroom: Newsroom
) -> None:
    newsroom.story = code(live_server)
    with reading(chromium, newsroom) as (page, said):
        frame = page.frame_locator("iframe")
        expect(frame.locator("#date")).to_have_text("1 December 2003")
        expect(page.locator("img")).to_be_hidden()
        expect(page.locator("iframe")).not_to_have_css("min-height", "520px")
        wide = height(page)
        page.set_viewport_size({"width": 400, "height": 900})
        page.wait_for_function(f"document.querySelector('iframe').offsetHeight < {wide - 100}")
        narrow = height(page)
        assert 400 <= narrow < wide <= 900
        assert overflow(page) == [0, 0]
        page.set_viewport_size({"width": 1200, "height": 900})
        page.wait_for_function(f"document.querySelector('iframe').offsetHeight === {wide}")
        page.wait_for_timeout(500)
        assert height(page) == wide
        assert page.evaluate("document.documentElement.scrollWidth") <= 1200
        assert said == []


def test_a_frame_that_was_there_before_the_script_gets_its_height_too(
    chromium: Browser, live_server: str, newsroom: Newsroom
) -> None:
    newsroom.story = re.sub("<script.*?</script>", "", code(live_server))
    with reading(chromium, newsroom, 400) as (page, _):
        assert height(page) == 520
        page.add_script_tag(url=f"{live_server}/embed.js")
        expect(page.locator("iframe")).to_have_css("min-height", "0px")
        assert height(page) != 520


def test_the_script_listens_to_no_other_frame_and_within_bounds(
    chromium: Browser, live_server: str, newsroom: Newsroom
) -> None:
    newsroom.story = code(live_server) + '<iframe id="other" srcdoc="<p>Other"></iframe>'
    with reading(chromium, newsroom) as (page, _):
        expect(page.locator("img")).to_be_hidden()
        before = page.locator("iframe").first.bounding_box()
        say = "parent.postMessage({ type: 'routeshift:height', height: 1234 }, '*')"
        other = page.frames[-1]
        other.evaluate(say)
        page.evaluate("postMessage({ type: 'routeshift:height', height: 1234 }, '*')")
        page.wait_for_timeout(300)
        assert page.locator("iframe").first.bounding_box() == before
        inner = next(one for one in page.frames if "/embed" in one.url)
        inner.evaluate(say.replace("1234", "1e9"))
        page.wait_for_function("document.querySelector('iframe').offsetHeight === 2000")
        for wrong in ("'9'", "NaN", "null"):
            inner.evaluate(say.replace("1234", wrong))
        page.wait_for_timeout(300)
        box = page.locator("iframe").first.bounding_box()
        assert box
        assert box["height"] == 2000


def test_an_embed_far_down_is_not_loaded_before_it_is_near(
    chromium: Browser, live_server: str, newsroom: Newsroom
) -> None:
    newsroom.story = f'<div style="height:20000px"></div>{code(live_server)}'
    asked: list[str] = []
    context = chromium.new_context()
    page = context.new_page()
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(newsroom.address, wait_until="networkidle")
    assert "/embed.js" in asked
    assert "/embed" not in asked
    assert "/picture.png" not in asked
    page.locator("figcaption").scroll_into_view_if_needed()
    expect(page.frame_locator("iframe").locator("#date")).to_have_text("1 December 2003")
    context.close()


def test_without_scripts_anywhere_the_frame_shows_picture_link_and_table(
    scriptless: Browser, live_server: str, newsroom: Newsroom
) -> None:
    newsroom.story = code(live_server)
    with reading(scriptless, newsroom, 600) as (page, _):
        frame = page.frame_locator("iframe")
        picture = frame.locator("noscript a img, a img.still")
        expect(picture).to_be_visible()
        box = picture.bounding_box()
        assert box
        assert box["width"] > 400
        assert box["height"] > 250
        expect(frame.get_by_role("rowheader", name="Vlora to Italy")).to_be_visible()
        expect(frame.get_by_role("link", name="Full map")).to_be_visible()
        expect(frame.locator("#map")).to_be_hidden()
        expect(page.locator("figcaption a")).to_be_visible()
        assert height(page) == 520


@pytest.mark.parametrize("policy", ["frame-src 'none'", "frame-src https://video.example"])
def test_where_a_policy_blocks_frames_the_picture_and_the_link_stay(
    chromium: Browser, live_server: str, newsroom: Newsroom, policy: str
) -> None:
    newsroom.story, newsroom.policy = code(live_server), policy
    with reading(chromium, newsroom, 600) as (page, said):
        expect(page.locator("iframe")).to_have_count(0)
        assert page.locator("img").evaluate("(picture) => picture.naturalWidth") == 800
        expect(page.locator("img")).to_be_visible()
        expect(page.locator("figcaption a")).to_be_visible()
        assert any("frame-src" in text for text in said)


def test_where_frames_and_scripts_are_taken_out_the_picture_and_the_link_stay(
    chromium: Browser, live_server: str, newsroom: Newsroom
) -> None:
    whole = code(live_server)
    newsroom.story = re.sub(r"<iframe.*?</iframe>|<script.*?</script>", "", whole)
    assert "<iframe" not in newsroom.story
    with reading(chromium, newsroom, 600) as (page, said):
        picture = page.locator("img").bounding_box()
        link = page.locator("figcaption a").bounding_box()
        assert picture
        assert link
        assert page.locator("img").evaluate("(picture) => picture.naturalWidth") == 800
        assert link["y"] == pytest.approx(picture["y"] + picture["height"], abs=4)
        assert said == []


def test_where_styles_and_scripts_are_taken_out_the_map_still_works(
    chromium: Browser, live_server: str, newsroom: Newsroom
) -> None:
    newsroom.story, newsroom.policy = code(live_server), "style-src 'none'; script-src 'none'"
    with reading(chromium, newsroom, 600) as (page, _):
        expect(page.frame_locator("iframe").locator("#date")).to_have_text("1 December 2003")
        assert height(page) >= 520


def test_a_frame_alone_fits_a_small_page_and_works_in_its_sandbox(
    chromium: Browser, live_server: str, newsroom: Newsroom
) -> None:
    frame_code = code(live_server, "frame")
    newsroom.story = frame_code.replace('width="100%" height="520"', 'width="360" height="400"')
    with reading(chromium, newsroom, 420) as (page, said):
        frame = page.frame_locator("iframe")
        expect(frame.locator("#date")).to_have_text("1 December 2003")
        frame.get_by_role("button", name="Next change").click()
        expect(frame.locator("#date")).to_have_text("1 January 2004")
        expect(frame.locator("#chart svg")).to_be_visible()
        assert overflow(page) == [0, 0]
        assert frame.locator(".leaflet-lines-pane path.route").count() > 5
        assert said == []


def test_an_embed_without_strip_and_legend_and_in_a_colour(visit: Opener) -> None:
    seen = visit(f"/embed?date={DAY}&strip=no&legend=no&scheme=light&accent=c8102e", 600, 500)
    page = seen.page
    for hidden in ("#strip", "#legend", ".steps"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator("#date")).to_have_text("1 December 2003")
    page.keyboard.press("]")
    expect(page.locator("#date")).to_have_text("1 December 2003")
    route = page.locator("path.route.water").first
    expect(route).to_have_css("stroke", "rgb(200, 16, 46)")
    full = str(page.locator("#full").get_attribute("href"))
    assert "scheme=light" in full
    assert "accent=c8102e" in full
    assert seen.messages == []
    assert violations(page) == []


def test_a_map_says_on_the_page_that_it_was_corrected(chromium: Browser, corrected: str) -> None:
    with opened(chromium, f"{corrected}/embed?since=1&date=2001-06-01", 360, 420) as page:
        said = page.locator("#corrected a")
        expect(said).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate("document.documentElement.scrollHeight") <= 420
        with page.context.expect_page() as told:
            said.click()
        expect(told.value.locator("h1")).to_contain_text("What edition 2 corrected")
        told.value.close()


def shown_code(page: Page) -> str:
    return page.locator("#code").inner_text()


@contextmanager
def building(
    browser: Browser, address: str, width: int = 1280, query: str = f"?date={DAY}"
) -> Iterator[tuple[Page, list[str]]]:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/embed/builder{query}", wait_until="load")
    yield page, said
    context.close()


def test_the_builder_makes_the_code_by_keyboard_alone(chromium: Browser, live_server: str) -> None:
    with building(chromium, live_server) as (page, said):
        assert f"{live_server}/embed?date={DAY}&amp;since=1" in shown_code(page)
        for label, keys in (
            ("Events", ["Space"]),
            ("Light or dark", ["ArrowDown"]),
            ("Your colour", ["#", "c", "8", "1", "0", "2", "e"]),
            ("Without the strip of time", ["Space"]),
            ("It follows corrections", ["ArrowDown"]),
        ):
            page.get_by_label(label).focus()
            for key in keys:
                page.keyboard.press(key)
        expect(page.locator("#code")).to_contain_text(f"{live_server}/editions/1/embed?")
        address = re.search(r'<iframe src="([^"]+)"', shown_code(page))
        assert address
        asked = parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)
        assert asked == {
            "date": [DAY], "layers": ["routes,crossings,events,eu"], "scheme": ["light"],
            "accent": ["c8102e"], "strip": ["no"],
        }  # fmt: skip
        frame = page.frame_locator(".preview-1200")
        expect(frame.locator("path.route.water").first).to_have_css("stroke", "rgb(200, 16, 46)")
        expect(frame.locator("#strip")).to_be_hidden()
        page.get_by_role("button", name="Copy code of the map").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#copied")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == shown_code(page)
        assert said == []


def test_the_builder_says_what_is_wrong_with_a_colour(chromium: Browser, live_server: str) -> None:
    with building(chromium, live_server) as (page, _):
        before = shown_code(page)
        page.get_by_label("Your colour").fill("ffffff")
        expect(page.get_by_role("alert")).to_contain_text("a contrast of 1.10 to 1")
        assert shown_code(page) == before
        page.get_by_label("Your colour").fill("d9600f")
        expect(page.locator("#fault")).to_be_hidden()
        expect(page.locator("#code")).to_contain_text("accent=d9600f")


def test_the_builder_takes_what_the_first_map_shows(chromium: Browser, live_server: str) -> None:
    with building(chromium, live_server) as (page, _):
        frame = page.frame_locator(".preview-1200")
        page.locator(".preview-1200").scroll_into_view_if_needed()
        frame.get_by_role("button", name="Next change").click()
        frame.locator("#map").focus()
        page.keyboard.press("+")
        expect(frame.locator("#full")).to_have_attribute("href", re.compile("zoom="))
        page.get_by_role("button", name="Take the day and the part").click()
        expect(page.locator("#date")).to_have_value("2004-01-01")
        box = [float(side) for side in page.locator("#bbox").input_value().split(",")]
        west, south, east, north = box
        assert 0 < west < 20 < east < 35
        assert 35 < south < 43 < north < 52
        expect(page.locator("#code")).to_contain_text("date=2004-01-01&amp;bbox=")


@pytest.mark.parametrize("width", [1280, 600, 360])
def test_the_builder_shows_three_widths_and_has_room_in_each(
    chromium: Browser, live_server: str, width: int
) -> None:
    with building(chromium, live_server, width) as (page, said):
        for wide in (1200, 600, 360):
            frame = page.locator(f".preview-{wide}")
            frame.scroll_into_view_if_needed()
            expect(page.frame_locator(f".preview-{wide}").locator("#date")).to_have_text(
                "1 December 2003"
            )
            assert frame.evaluate("(one) => one.clientWidth") == wide
            box = frame.bounding_box()
            assert box
            assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert said == []
        assert violations(page) == []


def test_the_maps_own_dialog_gives_the_same_code(visit: Opener, live_server: str) -> None:
    page = visit(f"/map?date={DAY}").page
    page.get_by_role("button", name="Embed").click()
    field = page.locator("#code")
    expect(field).to_have_value(code(live_server))
    page.get_by_label("Stay as it is now").check()
    expect(field).to_have_value(code(live_server, edition="1"))
    picture = page.locator("#png").get_attribute("href") or ""
    assert picture.startswith(f"{live_server}/editions/1/picture.png?date=")
    assert page.request.get(picture).headers["content-type"] == "image/png"
    page.locator("#build").click()
    expect(page.get_by_label("It stays as it is now")).to_be_checked()
    expect(page.locator("#date")).to_have_value(DAY)


def test_the_front_page_leads_to_the_builder(visit: Opener, live_server: str) -> None:
    page = visit(f"/map?date={DAY}").page
    page.goto(f"{live_server}/")
    page.get_by_role("link", name="Choose day, layers, language and colours").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Put the map on your page")
