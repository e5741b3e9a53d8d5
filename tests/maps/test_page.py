"""The HTML of the map: its own origin only, no script inline, the same each time."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import httpx
import pytest

import routes
from service.maps.page import LAYERS, MapView, embed_page, map_page
from service.maps.words import listing, words
from tests.maps.test_state import small

LOADED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}


class Reader(HTMLParser):
    """Notes what a page loads, its scripts and ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[dict[str, str | None]] = []
        self.styled: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.append(tag)
        address = str(held.get(LOADED.get(tag, "")) or "")
        # What a page expects of itself, by `#id`, is not loaded.
        if address and not address.startswith("#"):
            self.loaded.append(address)
        if tag == "script" and "src" not in held:
            self.inline.append(held)
        if "style" in held or tag == "style" or any(name.startswith("on") for name in held):
            self.styled.append(tag)
        if held.get("id"):
            self.ids.append(str(held["id"]))


def carried(html: str, name: str) -> dict[str, object]:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)
    assert found
    parsed: dict[str, object] = json.loads(found[1])
    return parsed


@pytest.fixture(scope="module", params=["map", "embed"])
def html(request: pytest.FixtureRequest, edition: routes.Edition) -> str:
    page = {"map": map_page, "embed": embed_page}[request.param]
    return page(edition, MapView(date="2003-12-01"))


def test_a_page_loads_from_its_own_origin_only(html: str) -> None:
    loaded = Reader(html).loaded
    assert loaded
    assert all(address.startswith(("/static/", "/picture.svg?")) for address in loaded)


def test_a_page_has_no_script_and_no_style_inline(html: str) -> None:
    reader = Reader(html)
    assert [script["type"] for script in reader.inline] == ["application/json"] * 2
    assert reader.styled == []


def test_a_page_is_the_same_each_time(edition: routes.Edition) -> None:
    view = MapView(date="2003-12-01")
    assert map_page(edition, view) == map_page(edition, view)
    assert embed_page(edition, view) == embed_page(edition, view)


def test_a_reader_may_zoom_the_page(html: str) -> None:
    viewports = re.findall(r'<meta name="viewport" content="([^"]*)"', html)
    assert viewports == ["width=device-width, initial-scale=1"]


def test_a_page_has_a_language_a_title_and_unique_ids(html: str) -> None:
    reader = Reader(html)
    assert '<html lang="en"' in html
    assert html.count("<title>") == 1
    assert len(reader.ids) == len(set(reader.ids))
    assert "map" in reader.ids


def test_without_scripts_there_is_a_table_of_the_routes(html: str) -> None:
    table = html.split("<noscript>")[1].split("</noscript>")[0]
    assert table.count('<th scope="row">') == 7
    assert "until about 2003" in table


def test_text_of_an_atlas_can_neither_end_the_script_nor_become_markup() -> None:
    name = "</script><script>alert(1)</script>"
    html = map_page(small(name=[name]), MapView())
    assert "<script>alert" not in html
    data = carried(html, "routeshift-data")
    assert data["routes"][0]["name"] == name  # type: ignore[index]


@pytest.mark.parametrize("name", ["{{ 7 * 7 }}", "{% for", "{# a remark #}"])
def test_text_of_an_atlas_is_no_template(name: str) -> None:
    """Folium reads what it is given as a template; an atlas's words could then run as code."""
    for page in (map_page, embed_page):
        html = page(small(name=[name]), MapView())
        assert f'<th scope="row"><span>{name}' in html
        data = carried(html, "routeshift-data")
        assert data["routes"][0]["name"] == name  # type: ignore[index]


def test_a_pinned_page_links_to_its_edition_under_the_prefix(edition: routes.Edition) -> None:
    html = map_page(edition, MapView(edition=1, root_path="/atlas"))
    assert carried(html, "routeshift-view")["base"] == "/atlas/editions/1"
    assert 'href="/atlas/editions/1/map/table?date=2003-12-01"' in html
    assert all(address.startswith("/atlas/static/") for address in Reader(html).loaded)


def test_what_the_address_asks_for_reaches_the_map(edition: routes.Edition) -> None:
    view = MapView(date="1991-01-01", lat=42.5, lon=19.5, zoom=7, layers=("routes", "eu"))
    told = carried(map_page(edition, view), "routeshift-view")
    assert (told["date"], told["lat"], told["lon"], told["zoom"]) == ("1991-01-01", 42.5, 19.5, 7)
    assert told["layers"] == ["routes", "eu"]
    assert set(view.layers or ()) <= set(LAYERS)


def test_without_a_date_the_map_opens_on_that_of_the_atlas(edition: routes.Edition) -> None:
    assert carried(map_page(edition, MapView()), "routeshift-view")["date"] == "2003-12-01"


def test_no_word_hides_behind_a_method_of_a_dictionary() -> None:
    hidden = [key for said in words("en").values() for key in said if hasattr({}, key)]
    assert hidden == []


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A, by sea", "B", "C"], "A, by sea; B and C"),
    ],
)
def test_names_are_joined_as_a_sentence_does(names: list[str], said: str) -> None:
    assert listing(names, words("en")) == said


def test_a_map_of_a_box_shows_that_box_also_where_it_is_a_point(live_server: str) -> None:
    for box in ([12.0, 39.0, 30.0, 49.0], [19.5, 40.5, 19.5, 40.5]):
        asked = {"bbox": ",".join(map(str, box))}
        answer = httpx.get(f"{live_server}/map", params=asked, timeout=20)
        assert answer.status_code == 200
        assert carried(answer.text, "routeshift-view")["bbox"] == box
