"""Pictures and oEmbed by their addresses: kept by caches, bounded, and refused with words."""

from __future__ import annotations

import html
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from routes import open_store
from service.app import create_app
from service.settings import Settings
from tests.helpers import content

HERE = "https://news.example/atlas"


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[TestClient]:
    app = create_app(Settings(store=store, root_path="/atlas"))
    with TestClient(app, base_url=f"{HERE}/", root_path="/atlas") as client:
        yield client


def asked_of(client: TestClient, url: str, **more: str) -> dict[str, object]:
    answer = client.get("oembed", params={"url": url, **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def test_a_picture_comes_as_what_it_is_and_may_be_shown_anywhere(client: TestClient) -> None:
    for ending, media_type in (("svg", "image/svg+xml"), ("png", "image/png")):
        answer = client.get(f"picture.{ending}?date=2003-12-01&width=360&height=400")
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert f"balkans-2003-12-01-edition-1.{ending}" in answer.headers["content-disposition"]


def test_a_picture_that_a_client_has_is_not_drawn_again(client: TestClient) -> None:
    path = "picture.svg?date=1991&width=360&height=400"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{path}&layers=routes").headers["etag"] != tag


def test_a_pinned_picture_may_be_kept_for_ever(client: TestClient) -> None:
    pinned = client.get("editions/1/picture.svg?width=360&height=400")
    assert "immutable" in pinned.headers["cache-control"]
    assert pinned.content == client.get("picture.svg?width=360&height=400").content


def test_a_picture_has_the_pixels_asked_for(client: TestClient) -> None:
    made = client.get("picture.png?width=400&height=300&scale=2").content
    assert struct.unpack(">II", made[16:24]) == (800, 600)


@pytest.mark.parametrize(
    ("query", "parameter", "fault"),
    [
        ("date=soon", "date", "'soon' is not a date"),
        ("date=1800", "date", "is not between 1990-01-01 and 2010-12-31"),
        ("date=2011-01-01", "date", "is not between 1990-01-01 and 2010-12-31"),
        ("layers=routes,towns", "layers", "there are routes, crossings, roles, events, eu"),
        ("lang=tlh", "lang", "there is "),
        ("width=100000", "width", "is not between 300 and 4000"),
        ("width=-5", "width", "is not a whole number"),
        ("height=0x10", "height", "is not a whole number"),
        ("scale=4", "scale", "is not between 1 and 3"),
        ("width=4000&height=4000&scale=2", "scale", "at most 20,000,000"),
        ("width=9" + "9" * 5000, "width", "is not a whole number"),
        ("bbox=1,2,3", "bbox", "has 3 numbers"),
        ("lat=42", "lon", "come together"),
        ("size=big", "size", "the known ones are accent, bbox, date, height"),
        ("date=2003&date=2004", "date", "given twice"),
        ("f=json", "f", "not known here"),
        ("accent=ffffff", "accent", "a contrast of 1.10 to 1 against the light map's land"),
    ],
)
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_what_no_picture_can_be_is_refused_with_what_is_right(
    client: TestClient, ending: str, query: str, parameter: str, fault: str
) -> None:
    answer = client.get(f"picture.{ending}?{query}")
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["parameter"] == parameter
    assert fault in problem["detail"]


def test_an_edition_that_is_not_there_has_no_picture(client: TestClient) -> None:
    assert client.get("editions/9/picture.png").status_code == 404


def head(client: TestClient, page: str) -> str:
    return client.get(page).text.partition("</head>")[0]


def metas(text: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found}


@pytest.mark.parametrize(
    "page",
    [
        "map?date=2002-06-01&layers=routes,eu", "embed?date=2002-06-01", "editions/1/map",
        "map?lat=42.25&lon=19.5&zoom=6.35", "embed?bbox=12,39,30,49",
        "map?scheme=light&accent=c8102e",
    ],
)  # fmt: skip
def test_what_a_page_tells_others_leads_to_the_same_map(client: TestClient, page: str) -> None:
    text = head(client, page)
    links = re.findall(r'type="(application/json|text/xml)\+oembed" href="([^"]+)"', text)
    assert [media_type for media_type, _ in links] == ["application/json", "text/xml"]
    for media_type, link in links:
        assert link.startswith(f"{HERE}/oembed?")
        asked = parse_qs(urlsplit(html.unescape(link)).query)["url"][0]
        assert asked == f"{HERE}/{page}"
        answer = client.get(html.unescape(link))
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
    told = metas(text)
    assert told["og:url"] == f"{HERE}/{page.replace('embed', 'map')}"
    assert client.get(told["og:url"]).status_code == 200
    assert told["twitter:card"] == "summary_large_image"
    assert told["og:image"] == told["twitter:image"]
    assert told["og:image"].startswith(HERE)
    made = client.get(told["og:image"])
    assert made.headers["content-type"] == "image/png"
    size = (int(told["og:image:width"]), int(told["og:image:height"]))
    assert struct.unpack(">II", made.content[16:24]) == size == (1200, 630)


def test_a_card_shows_the_nearest_day_as_the_map_does(client: TestClient) -> None:
    told = metas(head(client, "map?date=1800-01-01"))
    assert told["og:title"].endswith(", 1 January 1990")
    assert client.get(told["og:image"]).status_code == 200
    told_by_oembed = asked_of(client, f"{HERE}/map?date=2050-01-01")
    assert str(told_by_oembed["title"]).endswith(", 31 December 2010")
    assert client.get(str(told_by_oembed["thumbnail_url"])).status_code == 200


def test_a_card_says_the_day(client: TestClient) -> None:
    told = metas(head(client, "map?date=2002-06-01"))
    assert told["og:title"] == "Routes through the Balkans, 2000–2003, 1 June 2002"


def test_oembed_gives_a_frame_with_title_size_and_picture(client: TestClient) -> None:
    told = asked_of(client, f"{HERE}/map?date=2002-06-01")
    assert (told["version"], told["type"]) == ("1.0", "rich")
    assert told["title"] == "Routes through the Balkans, 2000–2003, 1 June 2002"
    assert told["provider_url"] == HERE
    code = str(told["html"])
    assert f'<iframe src="{HERE}/embed?date=2002-06-01"' in code
    assert 'title="Routes through the Balkans, 2000–2003, 1 June 2002"' in code
    assert 'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"' in code
    assert f'<a href="{HERE}/map?date=2002-06-01">' in code
    assert client.get(str(told["thumbnail_url"])).headers["content-type"] == "image/png"


def test_oembed_keeps_within_the_room_that_is_asked_for(client: TestClient) -> None:
    told = asked_of(client, f"{HERE}/embed", maxwidth="640", maxheight="400")
    assert (told["width"], told["height"]) == (640, 400)
    assert 'width="640" height="400"' in str(told["html"])
    assert (told["thumbnail_width"], told["thumbnail_height"]) == (640, 400)
    narrow = asked_of(client, f"{HERE}/embed", maxwidth="200")
    assert narrow["width"] == 200
    assert not [name for name in narrow if name.startswith("thumbnail")]


def test_oembed_as_xml_says_the_same(client: TestClient) -> None:
    url = f"{HERE}/editions/1/embed?date=1991-01-01&bbox=12,39,30,49"
    told = asked_of(client, url)
    answer = client.get("oembed", params={"url": url, "format": "xml"})
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "oembed"
    assert {one.tag: one.text for one in root} == {name: str(value) for name, value in told.items()}
    assert f"{HERE}/editions/1/embed?" in str(told["html"])


@pytest.mark.parametrize(
    ("query", "status", "fault"),
    [
        ({}, 400, "is missing"),
        ({"url": "https://elsewhere.example/map"}, 404, "is not the address of a map"),
        ({"url": "https://news.example/map"}, 404, "is not the address of a map"),
        ({"url": "https://news.example.evil/atlas/map"}, 404, "is not the address of a map"),
        ({"url": "https://user@news.example/atlas/map"}, 404, "is not the address of a map"),
        ({"url": "javascript://news.example/atlas/map"}, 404, "is not the address of a map"),
        ({"url": f"{HERE}/collections"}, 404, "is not the address of a map"),
        ({"url": f"{HERE}/editions/9/map"}, 404, "there is no edition 9"),
        ({"url": "http://[broken"}, 404, "is not the address of a map"),
        ({"url": f"{HERE}/map?date=soon"}, 400, "its 'date': 'soon' is not a date"),
        ({"url": f"{HERE}/map?colour=red"}, 400, "its 'colour': is not known here"),
        ({"url": f"{HERE}/map", "format": "yaml"}, 501, "there are json and xml"),
        ({"url": f"{HERE}/map", "maxwidth": "wide"}, 400, "is not a whole number"),
        ({"url": f"{HERE}/map", "maxheight": "0"}, 400, "is not a whole number"),
        ({"url": f"{HERE}/map", "callback": "x"}, 400, "is not known here"),
    ],
)
def test_what_oembed_cannot_answer_is_refused_with_words(
    client: TestClient, query: dict[str, str], status: int, fault: str
) -> None:
    answer = client.get(f"oembed?{urlencode(query)}")
    assert answer.status_code == status, answer.text
    assert fault in answer.json()["detail"]


def test_a_title_cannot_leave_the_markup_that_it_stands_in(tmp_path: Path) -> None:
    title = '"><script>alert(1)</script>\x08&'
    open_store(tmp_path).publish(content(title=title), "", "")
    with TestClient(create_app(Settings(store=tmp_path))) as client:
        text = head(client, "/map")
        assert "<script>alert" not in text
        assert metas(text)["og:site_name"] == title
        told = asked_of(client, "http://testserver/map")
        assert "<script" not in str(told["html"])
        xml = client.get("/oembed?url=http://testserver/map&format=xml").content
        assert title.replace("\x08", "") in str(ElementTree.fromstring(xml).findtext("title"))
