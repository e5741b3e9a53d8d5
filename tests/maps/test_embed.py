"""The code for other sites, and how an embed may look: by their addresses."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from routes import open_store
from service.app import create_app
from service.maps import contrast
from service.settings import Settings
from tests.conftest import publish_corrected
from tests.helpers import content
from tests.maps.test_page import carried

HERE = "http://testserver"


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store))) as client:
        yield client


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service whose second edition corrected the first."""
    store = publish_corrected(tmp_path_factory.mktemp("twice"), "1999-07~")
    with TestClient(create_app(Settings(store=store))) as client:
        yield client


def built(client: TestClient, **asked: str) -> dict[str, str]:
    answer = client.get("/embed/builder", params={"f": "json", **asked})
    assert answer.status_code == 200, answer.text
    made: dict[str, str] = answer.json()
    return made


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # Of the first three, WCAG's own documents and tools give these.
    [("000000", "ffffff", 21.0), ("ffffff", "ffffff", 1.0), ("777777", "ffffff", 4.48),
     ("b23c17", "f6f3ea", 5.33)],
)  # fmt: skip
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast.contrast(one, other) == contrast.contrast(other, one)
    assert contrast.contrast(one, other) == pytest.approx(ratio, abs=0.005)


def test_black_and_white_lie_one_apart_and_a_colour_not_at_all_from_itself() -> None:
    assert contrast.difference("000000", "ffffff") == pytest.approx(1, abs=1e-6)
    assert contrast.difference("b23c17", "b23c17") == 0


def test_the_maps_own_colours_are_seen_on_its_light_ground_and_told_apart() -> None:
    ground = contrast.ground("light")
    water = "b23c17"
    for name in contrast.GROUNDS:
        assert contrast.contrast(water, ground[name]) >= contrast.LEAST_CONTRAST
        assert contrast.contrast(ground["over-land"], ground[name]) >= contrast.LEAST_CONTRAST
    assert contrast.difference(water, ground["over-land"]) >= contrast.LEAST_DIFFERENCE


@pytest.mark.parametrize(
    ("query", "parameter", "fault"),
    [
        ("scheme=sepia", "scheme", "none of auto, light, dark"),
        ("accent=red", "accent", "not a colour of six hexadecimal digits"),
        ("accent=ffffff", "accent", "a contrast of 1.10 to 1 against the light map's land"),
        ("accent=c8102e", "accent", "against the dark map's member"),
        ("accent=c8102e", "accent", "at least 3 to 1 is needed; scheme=light has another ground"),
        ("accent=c8102e&scheme=dark", "accent", "at least 3 to 1 is needed"),
        ("accent=004b87&scheme=light", "accent", "too near the colour of routes over land"),
        ("date=soon", "date", "'soon' is not a date"),
        ("layers=towns", "layers", "there are routes, crossings, roles, events, eu"),
        ("lang=tlh", "lang", "there is "),
    ],
)
@pytest.mark.parametrize("page", ["map", "embed", "embed/builder"])
def test_a_map_cannot_look_so(
    client: TestClient, page: str, query: str, parameter: str, fault: str
) -> None:
    answer = client.get(f"/{page}?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter
    assert fault in answer.json()["detail"]
    for_people = client.get(f"/{page}?{query}", headers={"Accept": "text/html"})
    assert for_people.status_code == 400
    assert fault in html.unescape(for_people.text)


@pytest.mark.parametrize(
    ("query", "parameter", "fault"),
    [
        ("strip=maybe", "strip", "neither yes nor no"),
        ("legend=0", "legend", "neither yes nor no"),
        ("since=first", "since", "not the number of an edition"),
        ("since=0", "since", "not the number of an edition"),
        ("since=7", "since", "there is no edition 7 yet; the newest is 1"),
    ],
)
def test_an_embed_cannot_be_so(client: TestClient, query: str, parameter: str, fault: str) -> None:
    answer = client.get(f"/embed?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter
    assert fault in answer.json()["detail"]
    assert client.get(f"/map?{query}").status_code == 400
    told = client.get("/oembed", params={"url": f"{HERE}/embed?{query}"})
    assert told.status_code == 400
    assert fault in told.json()["detail"]


@pytest.mark.parametrize(
    ("query", "status", "fault"),
    [
        ("height=100000", 400, "'100000' is not between 400 and 2000"),
        ("height=tall", 400, "not a whole number"),
        ("edition=two", 400, "not the number of an edition"),
        ("edition=9", 404, "there is no edition 9"),
        ("since=1", 400, "not known here"),
        ("date=2003&date=2004", 400, "given twice"),
        ("size=9", 400, "not known here"),
    ],
)
def test_no_code_is_made_for_what_there_is_not(
    client: TestClient, query: str, status: int, fault: str
) -> None:
    answer = client.get(f"/embed/builder?{query}")
    assert answer.status_code == status
    assert fault in answer.json()["detail"]


def test_what_the_address_says_of_its_look_reaches_the_page(client: TestClient) -> None:
    plain = client.get("/embed").text
    assert 'data-scheme="auto"' in plain
    assert carried(plain, "routeshift-view")["accent"] is None
    shown = client.get("/embed?scheme=light&accent=C8102E&strip=no&legend=no").text
    assert 'data-scheme="light"' in shown
    assert carried(shown, "routeshift-view")["accent"] == "c8102e"
    assert '<details id="legend" class="legend" hidden>' in shown
    assert '<div class="steps" hidden>' in shown
    assert "hidden" not in re.findall('<details id="legend".*?>', plain)[0]


def test_a_picture_takes_the_colour(client: TestClient) -> None:
    plain = client.get("/picture.svg?width=360&height=400").text
    drawn = client.get("/picture.svg?width=360&height=400&accent=c8102e").text
    assert "#b23c17" in plain
    assert "#b23c17" not in drawn
    assert drawn.replace("#c8102e", "#b23c17") == plain


def test_a_colour_for_the_dark_map_alone_stays_off_the_light_picture(client: TestClient) -> None:
    made = built(client, accent="ffd166", scheme="dark")
    assert "accent=ffd166" in made["embed"]
    assert "accent" not in made["png"]
    assert client.get(made["png"]).status_code == 200


def test_the_code_of_a_map_that_follows_says_since_when(client: TestClient) -> None:
    made = built(client, date="2003-12-01", layers="routes,eu", scheme="light", accent="#c8102e",
                 strip="no", legend="no", height="600")  # fmt: skip
    address = urlsplit(made["embed"])
    assert address.path == "/embed"
    assert {name: value for name, (value,) in parse_qs(address.query).items()} == {
        "date": "2003-12-01", "layers": "routes,eu", "scheme": "light", "accent": "c8102e",
        "strip": "no", "legend": "no", "since": "1",
    }  # fmt: skip
    assert "edition" not in made
    assert f'src="{html.escape(made["embed"])}"' in made["code"]
    assert "min-height:600px" in made["code"]
    for name in ("embed", "map", "png", "svg", "oembed"):
        assert client.get(made[name]).status_code == 200, name


def test_the_code_of_a_pinned_map_names_its_edition_everywhere(twice: TestClient) -> None:
    made = built(twice, edition="1", date="2003-12-01")
    assert made["edition"] == 1
    for name in ("embed", "map", "png", "svg"):
        assert made[name].startswith(f"{HERE}/editions/1/")
    assert "since" not in made["code"]
    assert not re.findall(rf'(?:src|href)="{HERE}/(?!editions/1/|embed\.js)', made["code"])
    assert "immutable" in twice.get(made["embed"]).headers["cache-control"]
    assert twice.get(made["embed"]).text == twice.get(made["embed"]).text


def test_a_map_that_follows_says_that_it_was_corrected(twice: TestClient) -> None:
    shown = html.unescape(twice.get("/embed?since=1").text)
    day = twice.get("/editions/2").json()["published"][:10]
    assert f"Corrected since this map was placed here: edition 2, {day}" in shown
    href = "/changes?from-edition=1&to-edition=2"
    assert f'href="{href}"' in shown
    assert twice.get(href).status_code == 200
    assert 'id="corrected"' not in twice.get("/embed?since=2").text
    assert 'id="corrected"' not in twice.get("/embed").text


def test_a_pinned_map_is_since_no_edition(twice: TestClient) -> None:
    answer = twice.get("/editions/1/embed?since=1")
    assert answer.status_code == 400
    assert "belongs to a map that follows corrections" in answer.json()["detail"]


def test_the_form_without_a_script_makes_the_same_code(client: TestClient) -> None:
    query = "date=2003-12-01&layers=routes&layers=eu&bbox=&lang=en&scheme=light&accent=%23C8102E"
    asked = f"/embed/builder?{query}&strip=no&height=520&edition="
    page = client.get(asked, headers={"Accept": "text/html"}).text
    made = client.get(f"{asked}&f=json").json()
    for name in ("code", "frame", "picture", "embed"):
        block = re.search(rf'<pre id="{name}".*?<code>(.*?)</code>', page, re.DOTALL)
        assert block
        assert html.unescape(block[1]) == made[name]
    assert "layers=routes,eu" in made["embed"]
    assert re.search(r'name="layers" value="routes" checked', page)
    assert not re.search(r'name="layers" value="roles" checked', page)
    assert re.search(r'name="strip" value="no" checked', page)
    assert page.count(f'src="{html.escape(made["embed"].removeprefix(HERE))}"') == 3


def test_oembed_gives_the_builders_frame(client: TestClient) -> None:
    made = built(client, date="2003-12-01", accent="d9600f", strip="no")
    told = client.get(made["oembed"]).json()
    assert told["html"] == made["frame"].replace('width="100%"', 'width="800"')
    xml = client.get(f"{made['oembed']}&format=xml").text
    assert "accent=d9600f" in html.unescape(xml)


def test_the_script_is_small_kept_and_open(client: TestClient) -> None:
    answer = client.get("/embed.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 1024
    assert "max-age" in answer.headers["cache-control"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    tag = {"If-None-Match": answer.headers["etag"], "Accept-Encoding": "gzip"}
    assert client.get("/embed.js", headers=tag).status_code == 304
    assert client.get("/embed.js?v=1").status_code == 400


def test_a_title_cannot_leave_the_code_that_it_stands_in(tmp_path: Path) -> None:
    title = '"><script>alert(1)</script>&'
    open_store(tmp_path).publish(content(title=title), "", "")
    with TestClient(create_app(Settings(store=tmp_path))) as client:
        made = built(client)
        for name in ("code", "frame", "picture"):
            assert "<script>alert" not in made[name]
        page = client.get("/embed/builder", headers={"Accept": "text/html"}).text
        assert "<script>alert" not in page


def test_only_an_embed_may_be_framed_by_those_whom_the_operator_names(store: Path) -> None:
    named = Settings(store=store, embed_ancestors="https://news.example https://other.example")
    with TestClient(create_app(named)) as client:
        for path in ("/embed", "/editions/1/embed?strip=no"):
            policy = client.get(path).headers["content-security-policy"]
            assert policy.endswith(
                "frame-ancestors 'self' https://news.example https://other.example"
            )
        people = {"Accept": "text/html"}
        for path in ("/", "/map", "/compare", "/embed/builder", "/collections", "/embed?since=x"):
            policy = client.get(path, headers=people).headers["content-security-policy"]
            assert policy.endswith("frame-ancestors 'self'"), path
