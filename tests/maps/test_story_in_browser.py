"""A story as a reader goes through it: a real Chromium on the real service."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.maps.conftest import Opener
from tests.maps.test_map_in_browser import violations

pytestmark = pytest.mark.browser

STORY = "/stories/one-route-becomes-three"
CENTRE = """() => {
  const ring = document.querySelector(".mark.ring").getBoundingClientRect();
  return [Math.round(ring.x), Math.round(ring.y)];
}"""


def scroll_to(page: Page | Frame, section: str) -> None:
    """Scroll as a wheel would, until a section fills the window."""
    page.locator(f"#{section}").evaluate("(one) => one.scrollIntoView()")


@pytest.mark.parametrize("path", [STORY, f"/editions/1{STORY}/embed"])
def test_nothing_is_asked_of_others_and_nothing_goes_wrong(
    visit: Opener, live_server: str, path: str
) -> None:
    seen = visit(path)
    scroll_to(seen.page, "silence")
    expect(seen.page.locator("#date")).to_have_text("1 January 2005")
    assert {urlsplit(url).netloc for url in seen.requests} == {urlsplit(live_server).netloc}
    assert not [url for url in seen.requests if "picture" in url]
    assert seen.messages == []


@pytest.mark.parametrize(("width", "height"), [(1280, 860), (600, 900), (360, 740)])
def test_the_map_goes_where_the_text_is(visit: Opener, width: int, height: int) -> None:
    page = visit(STORY, width, height).page
    expect(page.locator("#date")).to_have_text("1 June 2001")
    before = page.evaluate(CENTRE)
    expect(page.locator("path.route.possible")).to_have_count(0)
    scroll_to(page, "displaced")
    expect(page.locator("html")).to_have_attribute("data-section", "displaced")
    expect(page.locator("#days button[aria-pressed=true]")).to_have_text("1 December 2003")
    expect(page.locator("path.route.ending")).to_have_count(1)
    page.wait_for_function(f"() => String(({CENTRE})()) !== '{','.join(map(str, before))}'")
    expect(page.locator("#announcer")).to_have_text(
        "The map shows 1 December 2003. 7 routes drawn."
    )
    scroll_to(page, "silence")
    expect(page.locator("#notice-story")).to_be_visible()
    assert page.locator("path.route").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_of_two_days_the_reader_chooses(visit: Opener) -> None:
    page = visit(f"{STORY}#displaced").page
    expect(page.locator("path.route.ending")).to_have_count(1)
    page.get_by_role("button", name="1 June 2001").click()
    expect(page.locator("path.route.ending")).to_have_count(0)
    expect(page.locator("#announcer")).to_have_text("The map shows 1 June 2001. 4 routes drawn.")
    link = page.locator("#displaced").get_by_role("link", name="These two days compared")
    link.click()
    expect(page.get_by_role("heading", name="Two days compared")).to_be_visible()


def test_what_the_text_speaks_of_stands_out_by_breadth(visit: Opener) -> None:
    page = visit(f"{STORY}#vlora").page
    expect(page.locator("path.band.named")).to_have_count(1)
    widths = page.locator("path.band").evaluate_all(
        "(bands) => bands.map((band) => parseFloat(getComputedStyle(band).strokeWidth))"
    )
    assert sorted(widths)[-1] > 1.5 * sorted(widths)[-2]


def test_the_keyboard_alone_goes_from_section_to_section(visit: Opener) -> None:
    page = visit(STORY, calm=True).page
    page.get_by_role("link", name="Next section").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-section", "vlora")
    expect(page).to_have_url(page.url.split("#")[0] + "#vlora")
    page.get_by_role("link", name="Next section").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-section", "displaced")
    page.get_by_role("link", name="Previous section").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-section", "vlora")
    page.get_by_role("link", name="A few minutes across the Danube").focus()
    expect(page.locator("html")).to_have_attribute("data-section", "tekija")
    page.get_by_role("link", name="Where the source falls silent").press("Enter")
    expect(page.locator("#date")).to_have_text("1 January 2005")


def test_nothing_moves_for_those_who_asked_for_less(visit: Opener) -> None:
    page = visit(STORY, calm=True).page
    page.evaluate(
        """() => {
          const map = document.getElementById("map-story");
          window.faded = false;
          const look = () => (window.faded ||= map.classList.contains("changing"));
          new MutationObserver(look).observe(map, { attributeFilter: ["class"] });
        }"""
    )
    scroll_to(page, "adriatic")
    expect(page.locator("html")).to_have_attribute("data-section", "adriatic")
    first = page.evaluate(CENTRE)
    page.wait_for_timeout(400)
    assert page.evaluate(CENTRE) == first
    assert page.evaluate("window.faded") is False


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", [STORY, f"{STORY}/embed", "/stories"])
def test_axe_finds_nothing_serious(
    chromium: Browser, live_server: str, path: str, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(live_server + path)
    if path != "/stories":
        page.wait_for_selector("html[data-ready]", state="attached")
    assert violations(page) == []
    page.close()


def test_without_scripts_it_reads_as_an_illustrated_article(
    chromium: Browser, live_server: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server + STORY)
    expect(page.get_by_role("heading", name="One route becomes three")).to_be_visible()
    expect(page.locator("#map-story")).to_be_hidden()
    pictures = page.locator(".still img")
    expect(pictures).to_have_count(9)
    for index in range(9):
        pictures.nth(index).scroll_into_view_if_needed()
        expect(pictures.nth(index)).to_be_visible()
        expect(pictures.nth(index)).to_have_js_property("naturalWidth", 720)
    context.close()


def test_on_paper_each_section_has_its_picture_and_the_map_is_gone(visit: Opener) -> None:
    page = visit(STORY).page
    expect(page.locator(".still").first).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".still").first).to_be_visible()
    expect(page.locator("#map-story")).to_be_hidden()


def test_who_prints_waits_for_the_pictures(visit: Opener) -> None:
    page = visit(STORY).page
    pictures = page.locator(".still img")
    expect(pictures.last).to_have_js_property("naturalWidth", 0)
    page.evaluate("addEventListener('beforeprint', () => (document.title = 'printing'))")
    page.get_by_role("button", name="Print, with a picture of each state").click()
    expect(page).to_have_title(
        "printing", timeout=60_000
    )  # nine pictures, drawn for the first time
    for index in range(9):
        expect(pictures.nth(index)).to_have_js_property("naturalWidth", 720)


@pytest.fixture
def newsroom(live_server: str, visit: Opener) -> Iterator[str]:
    """A page of another origin, with the code that the story's own page gives to paste."""
    own = visit(STORY).page
    own.locator("details.code summary").click()
    pasted = own.locator("#code").input_value()

    class Article(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<!doctype html><h1>An article</h1>{pasted}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Article)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


def test_the_pasted_code_tells_the_story_in_the_page_of_another_origin(
    chromium: Browser, newsroom: str
) -> None:
    page = chromium.new_page(viewport={"width": 420, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(newsroom, wait_until="networkidle")
    frame = next(one for one in page.frames if one.url.endswith("/embed"))
    frame.wait_for_selector("html[data-ready]", state="attached")
    scroll_to(frame, "displaced")
    expect(frame.locator("html")).to_have_attribute("data-section", "displaced")
    expect(frame.locator("path.route.ending")).to_have_count(1)
    frame.get_by_role("link", name="Next section").click()
    expect(frame.locator("html")).to_have_attribute("data-section", "adriatic")
    assert frame.evaluate("document.documentElement.scrollWidth") <= 420
    assert frame.get_by_role("link", name="The story on its own page").get_attribute("target")
    assert [text for text in said if "favicon" not in text] == []
    page.close()
