"""The pages for people: whole, linked, their own, and telling what the data tells."""

from __future__ import annotations

import shutil
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import httpx
import pytest
import shapely
from playwright.sync_api import Page, sync_playwright

from routes import open_store
from routes.stores.base import Content
from service.app import create_app
from service.settings import Settings
from tests.helpers import content, versions

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HTML = {"Accept": "text/html"}
NAMES = ("routes", "crossings", "shifts", "events", "roles", "statistics", "boundaries", "borders")
PAGES = (
    *("/", "/conformance", "/api", "/api.html", "/collections", "/editions", "/editions/1"),
    *("/editions/1/", "/routes/vlora-italy", "/routes/durres-sea"),
    *("/changes?from=2001-06-01&to=2003-12-01", "/changes?from=2003-12-01&to=2010-01-01"),
    *("/changes?from=2003-12-01&to=2003-12-01", "/collections/routes/items?datetime=2010-01-01"),
    *("/collections/events/items/operation-mirage", "/collections/routes/items?limit=2"),
    *("/collections/shifts/items/vlora-disruption", "/collections/routes/items/vlora-italy.v1"),
    *(f"/collections/{name}" for name in NAMES),
    *(f"/collections/{name}/schema" for name in NAMES),
    *(f"/collections/{name}/items?datetime=2003-12-01" for name in NAMES),
)
REFUSED = {
    "/nowhere": 404,
    "/collections/nothing": 404,
    "/routes/nowhere": 404,
    "/collections/routes/items?bbox=1,2,3": 400,
    "/collections/routes/items?datetime=yesterday": 400,
    "/collections/routes/items?colour=red": 400,
    "/changes": 400,
}
LOADED = {"script": "src", "iframe": "src", "img": "src", "link": "href", "source": "src"}
MOST_CRAWLED = 400
CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Seen(HTMLParser):
    """What a test wants to know of a page."""

    headings: list[int] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    captions: int = 0
    tables: int = 0
    lang: str | None = None
    title: str = ""
    _open: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, text: str) -> Seen:
        seen = cls()
        seen.feed(text)
        return seen

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._open = tag
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag == "html":
            self.lang = given.get("lang")
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADED and LOADED[tag] in given and given.get("rel") != "alternate":
            self.loaded.append(given[LOADED[tag]])
        self._notice_inline(tag, given)

    def _notice_inline(self, tag: str, given: dict[str, str]) -> None:
        runs = tag == "script" and "src" not in given and given.get("type") != "application/json"
        handlers = any(name.startswith("on") for name in given)
        if runs or handlers or "style" in given or tag == "style":
            self.inline.append(tag)

    def handle_data(self, data: str) -> None:
        if self._open == "title":
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._open = ""


@pytest.fixture(scope="module")
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, headers=HTML, timeout=30) as client:
        yield client


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_whole(client: httpx.Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    seen = Seen.of(answer.text)
    assert seen.lang == "en"
    assert seen.title.strip()
    assert seen.headings.count(1) == 1
    assert seen.headings[0] == 1
    steps = zip(seen.headings, seen.headings[1:], strict=False)
    assert all(after <= before + 1 for before, after in steps)
    assert seen.captions == seen.tables
    assert len(seen.ids) == len(set(seen.ids))
    assert not seen.inline


@pytest.mark.parametrize("address", PAGES)
def test_no_page_loads_anything_from_elsewhere(
    client: httpx.Client, live_server: str, address: str
) -> None:
    seen = Seen.of(client.get(address).text)
    assert seen.loaded
    for loaded in seen.loaded:
        assert urljoin(live_server, loaded).startswith(f"{live_server}/"), loaded


@pytest.mark.parametrize("address", ["/", "/collections/routes", "/routes/vlora-italy"])
def test_the_same_page_is_the_same_bytes(client: httpx.Client, address: str) -> None:
    first, second = client.get(address), client.get(address)
    assert first.content == second.content
    tag = {"If-None-Match": first.headers["etag"]}
    assert client.get(address, headers=tag).status_code == 304


def test_from_the_front_page_every_link_leads_somewhere(
    client: httpx.Client, live_server: str
) -> None:
    """Breadth first, so that every kind of page is reached before the bound is."""
    waiting = deque([f"{live_server}/"])
    known = set(waiting)
    broken: dict[str, int] = {}
    for _ in range(MOST_CRAWLED):
        if not waiting:
            break
        address = waiting.popleft()
        answer = client.get(address)
        if answer.status_code != 200:
            broken[address] = answer.status_code
        if "text/html" not in answer.headers["content-type"] or "/map" in address:
            continue
        seen = Seen.of(answer.text)
        for link in (*seen.links, *seen.loaded):
            target = urldefrag(urljoin(address, link)).url
            if target.startswith(f"{live_server}/") and target not in known:
                known.add(target)
                waiting.append(target)
    assert not broken
    assert len(known) > len(PAGES)


def test_links_to_a_place_in_a_page_find_it(client: httpx.Client, live_server: str) -> None:
    front = Seen.of(client.get("/").text)
    item = Seen.of(client.get("/collections/routes/items/vlora-italy.v1").text)
    targets = {urldefrag(link).fragment for link in item.links if link.startswith(live_server)}
    assert targets - {""} <= set(front.ids)
    assert "source-lindstrom-2004" in targets


@pytest.mark.parametrize(("address", "status"), REFUSED.items())
def test_a_refusal_says_what_was_wrong_and_leads_home(
    client: httpx.Client, address: str, status: int
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    seen = Seen.of(answer.text)
    assert seen.headings == [1]
    assert "/" in seen.links
    assert not seen.inline
    assert "Traceback" not in answer.text


def test_a_refusal_names_the_parameter_and_right_values(client: httpx.Client) -> None:
    page = client.get("/collections/routes/items?datetime=yesterday").text
    assert "&#39;yesterday&#39; is not a date" in page
    assert "datetime=2003-12-01<" in page
    assert "bbox=18,39,21,43<" in client.get("/collections/routes/items?bbox=1,2,3").text


def test_the_history_of_vlora_is_told_with_its_successors(client: httpx.Client) -> None:
    page = _words(client.get("/routes/vlora-italy").text)
    assert "Police action against speedboats at Vlora" in page
    assert "gave way to three others, in no order" in page
    assert "about 2003 (between 2002 and 2004)" in page
    assert "The date is an editor" in page
    for name in ("Dürres, by sea", "coast, by sea", "Overland, Greece and Macedonia"):
        assert name in page


def test_a_successor_names_what_it_replaced(client: httpx.Client) -> None:
    page = _words(client.get("/routes/durres-sea").text)
    assert "It took the place of Vlora to Italy , as did, in no order," in page


def test_changes_are_grouped_and_say_how_sure(client: httpx.Client) -> None:
    page = _words(client.get("/changes?from=2001-06-01&to=2003-12-01").text)
    assert "between how it was on 1 June 2001 and on 1 December 2003" in page
    for title in ("Shifts that may lie between", "Routes", "States and territories"):
        assert title in page
    assert "Vlora to Italy Change Less certain" in page
    assert "knowledge ends in" not in page.partition("Shifts")[0]


def test_what_lies_after_the_knowledge_of_the_source_has_not_ended(client: httpx.Client) -> None:
    changed = client.get("/changes?from=2003-12-01&to=2010-01-01").text
    assert "The source’s knowledge ends in 2004" in changed
    assert "not described" in changed
    asked = client.get("/collections/routes/items?datetime=2010-01-01").text
    assert "The source’s knowledge ends in 2004" in asked
    assert "No item answers" in asked


def test_items_say_the_query_and_how_sure_each_is(client: httpx.Client) -> None:
    page = _words(client.get("/collections/routes/items?datetime=2003-12-01").text)
    assert "on 1 December 2003, possible or certain" in page
    assert "Vlora to Italy caveat How sure possible" in page
    assert "Across the Danube at Tekija How sure certain" in page


def test_pages_of_items_lead_on_and_back(client: httpx.Client) -> None:
    first = client.get("/collections/routes/items?limit=4").text
    assert "4 of 7 items" in first
    following = next(link for link in Seen.of(first).links if "cursor=" in link)
    second = client.get(following).text
    assert "First page" in second
    assert "Next page" not in second


def test_printed_totals_that_do_not_add_up_are_shown_with_the_discrepancy(
    client: httpx.Client,
) -> None:
    page = _words(client.get("/collections/statistics").text)
    assert "Albania 519 392 342 88 2,241" in page
    assert "the four periods add up to 1,341" in page
    assert "Macedonia n/a n/a n/a n/a –" in page


def test_an_item_without_a_place_has_no_map(client: httpx.Client) -> None:
    assert "small-map" not in client.get("/collections/events/items/operation-mirage").text
    assert "small-map" in client.get("/collections/events/items/stability-pact").text


def test_a_pinned_page_says_so_and_links_within_its_edition(
    client: httpx.Client, live_server: str
) -> None:
    page = client.get("/editions/1/collections/routes").text
    assert "It never changes" in page
    assert f"{live_server}/editions/1/collections/routes/items/vlora-italy.v1" in page


def test_what_data_says_is_text_and_never_runs(tmp_path: Path) -> None:
    service = _service_of(_hostile(), tmp_path)
    for address in ("/", "/collections/routes", "/collections/routes/items",
                    "/collections/routes/items/r0.v1", "/editions/1", "/editions"):  # fmt: skip
        answer = service.get(address, headers=HTML)
        assert answer.status_code == 200, address
        assert "<script>alert" not in answer.text, address
        assert "javascript:" not in " ".join(Seen.of(answer.text).links), address
        assert not Seen.of(answer.text).inline, address
    assert "&lt;script&gt;alert" in service.get("/collections/routes/items", headers=HTML).text


def test_what_an_address_says_is_text_and_never_runs(client: httpx.Client) -> None:
    for address in ("/<script>alert(1)</script>", "/collections/routes/items?<script>alert(1)=1",
                    '/collections/routes/items?bbox="><script>alert(1)</script>'):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code in (400, 404)
        assert "<script>alert" not in answer.text


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_in_a_browser_pages_fit_draw_and_have_no_fault(live_server: str, width: int) -> None:
    addresses = ["/", "/collections/routes", "/collections/routes/items?datetime=2003-12-01",
                 "/routes/vlora-italy", "/changes?from=2001-06-01&to=2010-01-01",
                 "/collections/statistics", "/editions/1", "/api.html"]  # fmt: skip
    # A thread of its own: Playwright's loop of another fixture may run in this one.
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(_faults, live_server, addresses, width).result()
    assert not found


@pytest.mark.browser
def test_an_empty_field_of_the_form_is_left_out_of_the_address(live_server: str) -> None:
    def ask() -> str:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"{live_server}/collections/routes/items")
            page.fill("#datetime", "2001-06-01")
            with page.expect_navigation():
                page.click(".ask button")
            return page.url

    with ThreadPoolExecutor(1) as pool:
        address = pool.submit(ask).result()
    assert address.endswith("/collections/routes/items?datetime=2001-06-01&certainty=possible")


def _faults(server: str, addresses: list[str], width: int) -> list[Any]:
    found: list[Any] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: found.append(str(error)))
        page.on("request", lambda one: None if _is_own(one.url, server) else found.append(one.url))
        for address in addresses:
            page.goto(f"{server}{address}")
            page.wait_for_load_state("networkidle")
            found += [f"{address}: {fault}" for fault in _faults_of(page, width)]
        browser.close()
    return found


def _faults_of(page: Page, width: int) -> Iterator[str]:
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        yield f"{wide} pixels wide"
    if page.locator("#small-map").count() and not page.locator("#small-map path").count():
        yield "its map is empty"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, {iframes: false})")
    for violation in result["violations"]:
        if violation["impact"] in ("serious", "critical"):
            yield f"{violation['id']}: {violation['nodes'][0]['html']}"


def _is_own(address: str, server: str) -> bool:
    return address.startswith((f"{server}/", "data:", "about:"))


def _hostile() -> Content:
    evil = "<script>alert(1)</script>"
    line = shapely.LineString([(19, 40), (18, 41)])
    frame = versions([line], ["2003/2004"], name=[evil], description=[evil], caveat=[evil],
                     locator=[f'"{evil}'])  # fmt: skip
    made = content(frame, title=evil)
    made.atlas.update(summary=evil, byline=evil, licence="CC0-1.0", notes={"order": evil})
    made.sources["somebody"] = {"author": evil, "title": evil, "url": "javascript:alert(1)"}
    return made


def _service_of(said: Content, folder: Path) -> TestClient:
    open_store(folder).publish(said, "<script>alert(1)</script>", "", lambda _: None)
    return TestClient(create_app(Settings(store=folder)))


def _words(page: str) -> str:
    """The text of a page without its tags."""

    class Text(HTMLParser):
        said: list[str]

        def handle_data(self, data: str) -> None:
            self.said.append(data)

    text = Text()
    text.said = []
    text.feed(page)
    return " ".join(" ".join(text.said).split())
