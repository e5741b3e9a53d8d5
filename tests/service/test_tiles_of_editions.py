"""Tiles of several editions, and tiles that cannot hold everything, over HTTP."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import mapbox_vector_tile
import pytest
import shapely

from routes.stores.files import FileStore
from routes.tiles import INCOMPLETE, MOST_FEATURES
from service.app import create_app
from service.settings import Settings
from service.tiles import web
from tests.helpers import content, title_and_row, versions

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

TILE = "/collections/routes/tiles/WebMercatorQuad/4/5/8"


def names(tile: bytes) -> list[str]:
    features = mapbox_vector_tile.decode(tile)["routes"]["features"]
    return [feature["properties"]["name"] for feature in features]


def test_a_new_edition_changes_the_current_tiles_and_not_those_of_the_old_one(
    tmp_path: Path,
) -> None:
    store = FileStore(tmp_path)
    store.publish(title_and_row(1), "", "")
    service = TestClient(create_app(Settings(store=tmp_path)))
    before = {path: service.get(path) for path in (TILE, f"/editions/1{TILE}")}
    assert all(names(answer.content) == ["Route of 1"] for answer in before.values())
    store.publish(title_and_row(2), "", "")
    service = TestClient(create_app(Settings(store=tmp_path)))
    known = {"If-None-Match": before[TILE].headers["etag"]}
    assert names(service.get(TILE, headers=known).content) == ["Route of 2"]
    pinned = service.get(f"/editions/1{TILE}")
    assert pinned.content == before[f"/editions/1{TILE}"].content
    assert pinned.headers["etag"] == before[f"/editions/1{TILE}"].headers["etag"]


def test_a_tile_that_cannot_hold_everything_says_so_in_header_layer_and_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    count = MOST_FEATURES + 1
    lines = [shapely.LineString([(12, 41), (13 + at / count, 46)]) for at in range(count)]
    FileStore(tmp_path).publish(content(versions(lines)), "", "")
    service = TestClient(create_app(Settings(store=tmp_path)))
    with caplog.at_level(logging.INFO):
        answer = service.get(TILE, headers={"Origin": "https://news.example"})
    assert answer.status_code == 200
    layers = mapbox_vector_tile.decode(answer.content)
    shown = len(layers["routes"]["features"])
    assert 0 < shown < count
    said = f"routes;shown={shown};of={count}"
    assert answer.headers[web.INCOMPLETE] == said
    assert web.INCOMPLETE in answer.headers["access-control-expose-headers"]
    assert said in caplog.text
    (square,) = layers[INCOMPLETE]["features"]
    rank = square["properties"].pop("rank")
    assert rank == min(one["properties"]["rank"] for one in layers["routes"]["features"])
    assert square["properties"] == {"layer": "routes", "shown": shown, "of": count}
