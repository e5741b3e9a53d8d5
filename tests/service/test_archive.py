"""The archive of tiles over HTTP: made once, read in pieces by those who read such archives."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pyogrio
import pytest
from pmtiles.reader import MemorySource, Reader
from starlette.testclient import TestClient

import routes
from geo.shipped import data_folder
from routes import pmtiles
from service.app import create_app
from service.settings import Settings
from service.tiles import archive

FILE = "/downloads/routeshift.pmtiles"


@pytest.fixture(scope="module")
def whole(live_server: str) -> httpx.Response:
    answer = httpx.get(f"{live_server}{FILE}", timeout=120)
    assert answer.status_code == 200, answer.text
    return answer


def test_it_is_what_the_command_writes(whole: httpx.Response, store: Path, tmp_path: Path) -> None:
    pmtiles.write(routes.open(store), tmp_path / "atlas.pmtiles", lambda _: None)
    assert whole.content == (tmp_path / "atlas.pmtiles").read_bytes()
    assert whole.headers["content-type"] == "application/vnd.pmtiles"
    assert whole.headers["content-disposition"].endswith('balkans-edition-1.pmtiles"')


def test_a_reader_that_asks_for_pieces_gets_the_tiles_of_the_service(
    whole: httpx.Response, live_server: str
) -> None:
    asked = []

    def piece(offset: int, length: int) -> bytes:
        asked.append(length)
        told = {"Range": f"bytes={offset}-{offset + length - 1}"}
        answer = httpx.get(f"{live_server}{FILE}", headers=told)
        assert answer.status_code == 206
        return answer.content

    tile = Reader(piece).get(5, 17, 11)
    served = httpx.get(f"{live_server}/tiles/WebMercatorQuad/5/11/17")
    assert tile is not None
    assert gzip.decompress(tile) == served.content
    assert sum(asked) < len(whole.content)


def test_gdal_reads_it_by_its_address(whole: httpx.Response, live_server: str) -> None:
    layers = {name for name, _ in pyogrio.list_layers(f"/vsicurl/{live_server}{FILE}")}
    assert {"routes", "boundaries", "crossings"} <= layers


def test_who_has_it_gets_it_no_second_time_and_head_tells_its_length(
    whole: httpx.Response, live_server: str
) -> None:
    told = {"If-None-Match": whole.headers["etag"]}
    assert httpx.get(f"{live_server}{FILE}", headers=told).status_code == 304
    head = httpx.head(f"{live_server}{FILE}")
    assert head.headers["content-length"] == str(len(whole.content))
    pinned = httpx.get(f"{live_server}/editions/1{FILE}")
    assert pinned.content == whole.content
    assert "immutable" in pinned.headers["cache-control"]


def test_where_nothing_is_kept_it_says_what_writes_one(store: Path) -> None:
    with TestClient(create_app(Settings(store=store, downloads_mb=0))) as client:
        answer = client.get(FILE)
    assert answer.status_code == 404
    assert "routeshift pmtiles 1 --to FILE" in answer.text


def test_who_would_wait_long_is_told_to_ask_again_and_then_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes.publish(routes.open_store(tmp_path / "store"), data_folder("balkans"))
    app = create_app(Settings(store=tmp_path / "store"))
    with TestClient(app) as client:
        assert "content-length" not in client.head(FILE).headers
        with monkeypatch.context() as hurry:
            hurry.setattr(archive, "WAITS_S", 0.2)
            answer = client.get(FILE)
            assert answer.status_code == 503
            assert "ask again in a minute" in answer.text
            assert "retry-after" in answer.headers
        found = client.get(FILE)
    assert found.status_code == 200
    assert Reader(MemorySource(found.content)).header()["max_zoom"] == 7
