"""Stories over HTTP: listed, told, framed, and as they were."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

import routes
from geo.shipped import data_folder
from service.app import create_app
from service.settings import Settings

SHIPPED = "/stories/one-route-becomes-three"
JSON, HTML = {"Accept": "application/json"}, {"Accept": "text/html"}
HOSTILE = "<img src=x onerror=alert(1)>"
TOLD = f"""+++
title = "{HOSTILE}"
byline = "{HOSTILE}"
language = "en"
summary = "</script><script>alert(1)</script>"
[sections.one]
date = 2003-12-01
+++

{HOSTILE} <script>alert(1)</script>

## {HOSTILE} {{#one}}

{HOSTILE} *so* [@lindstrom-2004, {HOSTILE}] [the map](/map?date=2003-12-01) [out](https://a.example/)

- [mail](mailto:a@b.example) and [here](#one)
"""


@pytest.fixture(scope="module")
def client(store: Path) -> TestClient:
    return TestClient(create_app(Settings(store=store)))


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A service on an atlas without stories, then with one, then with the same told otherwise."""
    place = tmp_path_factory.mktemp("stories")
    atlas, store = place / "atlas", routes.open_store(place / "store")
    shutil.copytree(data_folder("balkans"), atlas)
    shutil.rmtree(atlas / "stories")
    routes.publish(store, atlas)
    (atlas / "stories").mkdir()
    for text in (TOLD, TOLD.replace("*so*", "*otherwise*")):
        (atlas / "stories" / "hostile.md").write_text(text)
        routes.publish(store, atlas)
    return TestClient(create_app(Settings(store=place / "store")))


def test_stories_are_listed_for_programs_and_people(client: TestClient) -> None:
    document = client.get("/stories", headers=JSON).json()
    [story] = document["stories"]
    assert (story["id"], story["sections"]) == ("one-route-becomes-three", 8)
    assert story["days"] == ["2001-06-01", "2005-01-01"]
    assert SHIPPED in client.get("/stories", headers=HTML).text
    landing = client.get("/", headers=JSON).json()
    assert any(link["href"].endswith("/stories") for link in landing["links"])


def test_a_story_has_its_sections_with_their_states_and_texts(client: TestClient) -> None:
    document = client.get(SHIPPED, headers=JSON).json()
    displaced = document["sections"][2]
    assert displaced["days"] == ["2001-06-01", "2003-12-01"]
    assert displaced["view"] == [15.5, 38.9, 23.5, 43.2]
    assert displaced["text"]["markdown"].startswith("Then the police")
    assert ">Lindstrom 2004</a>, regional-context, par. 1)" in displaced["text"]["html"]
    assert list(document["sources"]) == ["lindstrom-2004", "rcp-2003"]
    for section in document["sections"]:
        for link in section["links"]:
            assert client.get(link["href"]).status_code == 200, link


def test_the_page_is_an_article_with_a_picture_for_each_state(client: TestClient) -> None:
    page = client.get(SHIPPED, headers=HTML).text
    assert page.count('<figure class="still">') == 9
    assert 'alt="Map of 1 June 2001. Drawn: Vlora to Italy' in page
    assert "(Lindstrom 2004" not in page  # it links to the list of sources at the end
    assert '<a href="#source-lindstrom-2004">Lindstrom 2004</a>, table 1' in page
    assert '<li id="source-lindstrom-2004">' in page
    assert "/compare?from=2001-06-01&amp;to=2003-12-01&amp;bbox=15.5%2C38.9%2C23.5%2C43.2" in page


def test_an_edition_leads_to_itself(client: TestClient) -> None:
    pinned = client.get(f"/editions/1{SHIPPED}", headers=HTML)
    assert "immutable" in pinned.headers["Cache-Control"]
    assert "/editions/1/picture.svg?date=" in pinned.text
    assert f"/editions/1{SHIPPED}/embed" in pinned.text
    again = client.get(SHIPPED, headers=HTML)
    tag = {"If-None-Match": again.headers["ETag"]}
    assert client.get(SHIPPED, headers=HTML | tag).status_code == 304


def test_only_the_embed_may_stand_in_the_pages_of_others(client: TestClient) -> None:
    own = client.get(SHIPPED, headers=HTML).headers["Content-Security-Policy"]
    framed = client.get(f"{SHIPPED}/embed").headers["Content-Security-Policy"]
    assert own.endswith("frame-ancestors 'self'")
    assert framed.endswith("frame-ancestors 'self' *")
    assert "script-src 'self'; style-src 'self'" in framed
    assert 'class="page telling framed"' in client.get(f"{SHIPPED}/embed").text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/stories/vlora", 404, "there is one-route-becomes-three"),
        ("/stories/vlora/embed", 404, "there is one-route-becomes-three"),
        (f"{SHIPPED}?date=2003-12-01", 400, "is not known here"),
        (f"{SHIPPED}/embed?lang=en", 400, "is not known here"),
        ("/stories?q=x", 400, "is not known here"),
        (f"/editions/9{SHIPPED}", 404, "no edition 9"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    client: TestClient, path: str, status: int, said: str
) -> None:
    answer = client.get(path, headers=JSON)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_what_stands_in_a_story_is_text_and_never_an_element(changing: TestClient) -> None:
    for path in ("/stories", "/stories/hostile", "/stories/hostile/embed", "/editions/3"):
        page = changing.get(path, headers=HTML).text
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
    [section] = changing.get("/stories/hostile", headers=JSON).json()["sections"]
    body = ElementTree.fromstring(f"<div>{section['text']['html']}</div>")
    assert {one.tag for one in body.iter()} == {"div", "p", "em", "span", "a", "ul", "li"}
    assert [link.get("href") for link in body.iter("a")] == [
        "#source-lindstrom-2004",
        "http://testserver/map?date=2003-12-01",
        "https://a.example/",
        "mailto:a@b.example",
        "#one",
    ]


def test_links_of_an_embed_leave_its_frame_and_those_of_an_edition_stay_in_it(
    changing: TestClient,
) -> None:
    page = changing.get("/editions/2/stories/hostile/embed").text
    there = 'href="http://testserver/editions/2/map?date=2003-12-01" rel="noopener" target="_blank"'
    assert there in page
    assert '<a href="#one">here</a>' in page


def test_an_edition_tells_its_stories_as_they_were(changing: TestClient) -> None:
    assert changing.get("/editions/1/stories", headers=JSON).json()["stories"] == []
    assert "has no stories" in changing.get("/editions/1/stories", headers=HTML).text
    missing = changing.get("/editions/1/stories/hostile", headers=JSON)
    assert missing.json()["detail"] == "there is no story 'hostile'; there is none in this edition."
    assert "<em>so</em>" in changing.get("/editions/2/stories/hostile", headers=HTML).text
    assert "<em>otherwise</em>" in changing.get("/stories/hostile", headers=HTML).text
    timemap = changing.get("/timemap/stories/hostile").text
    assert "/editions/2/stories/hostile" in timemap
    assert "/editions/1/stories/hostile" not in timemap
    log = changing.get("/editions", headers=JSON).json()["editions"]
    assert log[1]["corrections"] == [f"New story: “{HOSTILE}”."]
    assert log[0]["corrections"] == [f"The story “{HOSTILE}” is told otherwise in “{HOSTILE}”."]
    [change] = changing.get("/changes?from-edition=2&to-edition=3", headers=JSON).json()["stories"]
    assert change["field"] == "hostile"
