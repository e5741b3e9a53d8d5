"""Editions over HTTP: corrections told, addresses in time, and what was published stays so."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.etree import ElementTree

import httpx
import orjson
import pytest
from starlette.testclient import TestClient

import routes
from geo.shipped import data_folder
from routes.stores import durable
from routes.stores.files import FileStore
from service.app import create_app
from service.settings import Settings
from tests.conftest import publish_corrected
from tests.helpers import title_and_row

ITEM = "/collections/routes/items/vlora-italy.v1"
FIRST = datetime(2005, 5, 1, 12, tzinfo=UTC)
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def republish_at(store: FileStore, moments: list[datetime]) -> None:
    """Write the manifests anew with other times of publication, as if published then."""
    parent = None
    for number, moment in enumerate(moments, start=1):
        path = store.layout.manifest(number)
        said = orjson.loads(path.read_bytes())
        said |= {"published": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "parent": parent}
        path.write_bytes(orjson.dumps(said))
        parent = durable.sha256(path)
    store.layout.current.write_text(f"{len(moments)} {parent}\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped atlas, published a year before its date of the shift was corrected."""
    place = tmp_path_factory.mktemp("corrected")
    store = FileStore(publish_corrected(place, "2002-07~"))
    republish_at(store, [FIRST, FIRST + timedelta(days=365)])
    return place / "store"


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    with _client(folder) as client:
        yield client


def _client(folder: Path) -> httpx.Client:
    return TestClient(create_app(Settings(store=folder)), base_url="http://maps.example")


def links(answer: httpx.Response) -> dict[str, str]:
    """The addresses of the Link header, by relation."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"', answer.headers["link"])
    return {rel: address for address, rels in found for rel in rels.split()}


def at(moment: datetime) -> dict[str, str]:
    return {"Accept-Datetime": format_datetime(moment, usegmt=True)}


def test_the_correction_of_the_shift_is_said_in_one_sentence(client: httpx.Client) -> None:
    said = client.get("/changes?from-edition=1&to-edition=2").json()
    shift = [one for one in said["features"] if one["collection"] == "shifts"]
    assert [one["sentence"] for one in shift] == [
        "“The sea route from Vlora gives way to three others” (shifts): "
        "date: “about 2003” is now “about July 2002”."
    ]
    assert client.get(shift[0]["before"]).json()["properties"]["valid"] == "2003~"
    assert client.get(shift[0]["after"]).json()["properties"]["valid"] == "2002-07~"


def test_the_page_of_a_correction_and_the_log_say_the_same(client: httpx.Client) -> None:
    page = client.get("/changes?from-edition=1&to-edition=2&f=html")
    log = client.get("/editions?f=html")
    for answer in (page, log):
        assert answer.status_code == 200
        assert "is now “about July 2002”" in answer.text
    assert "/changes?from-edition=1&amp;to-edition=2" in log.text
    same = client.get("/changes?from-edition=2&to-edition=2&f=html")
    assert "Edition 2 says what edition 2 says." in same.text


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("from-edition=1", 400, "is missing"),
        ("from-edition=one&to-edition=2", 400, "not the number of an edition"),
        ("from-edition=1&to-edition=9", 404, "there is no edition 9; there is 1 to 2"),
        ("from-edition=1&to-edition=2&from=2003", 400, "not known here"),
    ],
)
def test_editions_that_cannot_be_compared_are_refused(
    client: httpx.Client, query: str, status: int, words: str
) -> None:
    answer = client.get(f"/changes?{query}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_a_feed_tells_of_each_edition_and_its_corrections(client: httpx.Client) -> None:
    answer = client.get("/editions.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    titles = [one.text for one in feed.findall("a:entry/a:title", ATOM)]
    assert titles == ["Edition 2", "Edition 1"]
    newest = feed.findtext("a:entry/a:summary", "", ATOM)
    assert newest.startswith("The date of the shift corrected\n")
    assert "is now “about July 2002”" in newest
    assert feed.findtext("a:updated", "", ATOM) == "2006-05-01T12:00:00Z"
    for link in feed.findall("a:entry/a:link", ATOM):
        assert client.get(link.attrib["href"]).status_code == 200


@pytest.mark.parametrize(("days", "edition"), [(-1000, 1), (0, 1), (364, 1), (365, 2), (5000, 2)])
def test_an_address_leads_to_the_edition_that_was_current_then(
    client: httpx.Client, days: int, edition: int
) -> None:
    moment = FIRST + timedelta(days=days)
    path = f"{ITEM}?f=json"
    answer = client.get(path, headers=at(moment), follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"http://maps.example/editions/{edition}{path}"
    assert "Accept-Datetime" in answer.headers["vary"]
    found = client.get(path, headers=at(moment), follow_redirects=True)
    published = FIRST + timedelta(days=365 * (edition - 1))
    assert found.headers["memento-datetime"] == format_datetime(published, usegmt=True)
    assert links(found)["original"] == f"http://maps.example{path}"


def test_each_answer_names_its_history(client: httpx.Client) -> None:
    current, old = client.get(ITEM), client.get(f"/editions/1{ITEM}")
    assert links(current) == {
        "original": f"http://maps.example{ITEM}",
        "timegate": f"http://maps.example{ITEM}",
        "timemap": f"http://maps.example/timemap{ITEM}",
        "version-history": "http://maps.example/editions",
        "memento": f"http://maps.example/editions/2{ITEM}",
        "predecessor-version": f"http://maps.example/editions/1{ITEM}",
    }
    assert links(old)["successor-version"] == f"http://maps.example/editions/2{ITEM}"
    assert links(old)["latest-version"] == f"http://maps.example/editions/2{ITEM}"
    assert "memento-datetime" not in current.headers
    for address in links(current).values():
        assert client.get(address).status_code == 200


def test_a_time_map_lists_the_editions_that_have_the_address(client: httpx.Client) -> None:
    answer = client.get(f"/timemap{ITEM}?f=json")
    assert answer.headers["content-type"] == "application/link-format"
    mementos = re.findall(r'<([^>]+)>; rel="([^"]*memento)"', answer.text)
    assert mementos == [
        (f"http://maps.example/editions/1{ITEM}?f=json", "first memento"),
        (f"http://maps.example/editions/2{ITEM}?f=json", "last memento"),
    ]
    for path in ("/collections/routes/items/nothing", "/nothing", "/editions/1/map", '/map">x'):
        assert client.get(f"/timemap{path}").status_code == 404


def test_an_address_in_another_script_leads_on_like_any_other(client: httpx.Client) -> None:
    answer = client.get("/routes/Текија", headers=at(FIRST), follow_redirects=False)
    assert answer.status_code == 302
    assert "/editions/1/routes/%D0%A2" in answer.headers["location"]
    assert client.get("/routes/Текија", headers=at(FIRST)).status_code == 404


def test_a_date_that_is_none_is_refused(client: httpx.Client) -> None:
    answer = client.get(ITEM, headers={"Accept-Datetime": "last year"})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "Accept-Datetime"
    assert answer.json()["example"].endswith("GMT")


PATHS = (
    "/",
    "/collections",
    "/collections/routes/items?datetime=2003-12-01",
    "/collections/routes/items?sortby=-name&f=html",
    ITEM,
    "/routes/vlora-italy",
    "/changes?from=2001&to=2004",
    "/downloads/routes.geojson",
    "/map?date=2003-12-01",
    "/embed?date=2003-12-01",
    "/map/table?date=2003-12-01",
    "/compare?from=2001-06-01&to=2003-12-01",
)


def test_an_edition_answers_the_same_bytes_after_ten_later_ones(tmp_path: Path) -> None:
    store, atlas = routes.open_store(tmp_path / "store"), tmp_path / "atlas"
    shutil.copytree(data_folder("balkans"), atlas)
    routes.publish(store, atlas)
    path = atlas / "routes.geojson"
    plain = path.read_text()

    def answers() -> list[tuple[bytes, str]]:
        with _client(tmp_path / "store") as client:
            found = [client.get(f"/editions/1{path}") for path in PATHS]
        assert {one.status_code for one in found} == {200}
        return [(one.content, one.headers["etag"]) for one in found]

    before = answers()
    for number in range(10):
        path.write_text(plain.replace("2003~", f"{2003 + number % 2}-0{number % 9 + 1}~"))
        routes.publish(store, atlas, f"correction {number}")
    assert store.current() == 11
    assert answers() == before


def test_a_pruned_edition_is_gone_and_says_so(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    for number in (1, 2):
        store.publish(title_and_row(number), "", "")
    with _client(tmp_path) as client:
        assert client.get("/editions/1/collections/routes/items").status_code == 200
        store.prune(keep=1)
        deadline = time.monotonic() + 10
        while client.get("/editions/1/collections").status_code == 200:
            assert time.monotonic() < deadline
            client.get("/collections")
            time.sleep(0.1)
        answer = client.get("/editions/1/collections/routes/items")
        assert answer.status_code == 410
        assert "edition 1 was removed from this store on" in answer.json()["detail"]
        assert len(client.get("/editions").json()["editions"]) == 1


def test_without_an_edition_a_time_is_answered_as_any_request_is(tmp_path: Path) -> None:
    with _client(tmp_path / "empty") as client:
        plain, then = client.get("/collections"), client.get("/collections", headers=at(FIRST))
    assert (plain.status_code, then.status_code) == (503, 503)
    assert then.json() == plain.json()
    assert then.headers["retry-after"] == plain.headers["retry-after"]
