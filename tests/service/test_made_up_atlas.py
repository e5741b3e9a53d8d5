"""The service on small atlases made for one question, published for it and asked over ASGI."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from shapely.geometry import LineString
from starlette.testclient import TestClient

from routes import open_store
from service.app import create_app
from service.headers import disposition
from service.settings import Settings
from tests.helpers import content, versions

LINE = LineString([(19, 40), (18, 41)])


def served(folder: Path, valid: list[str | None], **columns: list[object]) -> TestClient:
    frame = versions([LINE] * len(valid), valid, **columns)
    open_store(folder).publish(content(frame), "", "")
    return TestClient(create_app(Settings(store=folder)))


def test_a_collections_extent_in_time_tells_its_gaps(tmp_path: Path) -> None:
    client = served(tmp_path, ["1990/1992", "1992/1995", None, "2001-02-03", "2010/.."])
    temporal = client.get("/collections/routes").json()["extent"]["temporal"]
    assert temporal["interval"] == [
        ["1990-01-01T00:00:00Z", None],
        ["1990-01-01T00:00:00Z", "1995-12-31T23:59:59Z"],
        ["2001-02-03T00:00:00Z", "2001-02-03T23:59:59Z"],
        ["2010-01-01T00:00:00Z", None],
    ]


def test_an_extent_in_time_without_gaps_is_one_interval(tmp_path: Path) -> None:
    temporal = served(tmp_path, ["1990/1992", "1992"]).get("/collections/routes").json()["extent"]
    assert len(temporal["temporal"]["interval"]) == 1


@pytest.mark.parametrize(
    "path",
    ["/downloads/routes.geojson", "/downloads/routes.gpkg", "/downloads/routeshift.qlr",
     "/picture.svg", "/collections/routes/items?f=csv", "/editions.atom", "/map", "/?f=html"],
)  # fmt: skip
def test_an_atlas_may_be_called_anything_in_any_script(tmp_path: Path, path: str) -> None:
    made = content(versions([LINE], ["2003/2004"], name=["Текија"]), title='Мапа "прва"')
    made.atlas.update(id='карта "х"', licence="лиценца; друга")
    open_store(tmp_path).publish(made, "белешка", "уредник")
    answer = TestClient(create_app(Settings(store=tmp_path))).get(path)
    assert answer.status_code == 200
    if "content-disposition" in answer.headers:
        said = unquote(answer.headers["content-disposition"])
        assert 'карта "х"-' in said


def test_a_name_of_plain_letters_stands_once() -> None:
    assert disposition("balkans-1.gpkg") == 'attachment; filename="balkans-1.gpkg"'
    assert disposition("Durrës 1.svg", "inline") == (
        "inline; filename=\"Durres-1.svg\"; filename*=UTF-8''Durr%C3%ABs%201.svg"
    )


def test_a_feed_stays_well_formed_whatever_a_note_holds(tmp_path: Path) -> None:
    made = content(versions([LINE], ["2003/2004"]), title="A \x0b title & <more>")
    open_store(tmp_path).publish(made, "A note \x00 with \x1b signs", "a \x0c desk")
    answer = TestClient(create_app(Settings(store=tmp_path))).get("/editions.atom")
    assert answer.status_code == 200
    feed = ElementTree.fromstring(answer.content)
    summary = feed.findtext("a:entry/a:summary", "", {"a": "http://www.w3.org/2005/Atom"})
    assert summary == "A note  with  signs"
