"""What was imported is published: all or nothing, or without its faulty rows."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely
from starlette.testclient import TestClient

import routes
from routes.errors import StoreBusy
from routes.importing import NewAtlas, prepare
from routes.report import AtlasRefused
from routes.stores.base import Manifest
from routes.stores.files import FileStore
from service.app import create_app
from service.settings import Settings
from tests.helpers import content, files_of
from tests.importing.ferries import NORTH, SOUTH, imported, lines, options, store_in
from tests.importing.test_checks import SOUND, written

LATER = SOUND | {"begin": "2005", "end": "2009"}


def publish(path: Path, folder: Path, leave_out: bool = False, **asked: Any) -> Manifest:  # noqa: ANN401
    store = store_in(folder)
    ready = prepare(path, store, options(**asked))
    with ready.checked() as checked:
        ready.refuse_faulty(checked, leave_out_faulty=leave_out)
        return ready.publish(store, checked, "a note", "an editor")


def test_nothing_is_published_of_a_file_with_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND, SOUND | {"route": "b", "begin": "May"})
    with pytest.raises(AtlasRefused):
        publish(path, tmp_path)
    assert not (tmp_path / "store").exists()


def test_what_was_left_out_is_recorded_in_the_edition(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND, SOUND | {"route": "b", "begin": "May"},
                   SOUND | {"route": "c", "mode": "air"})  # fmt: skip
    manifest = publish(path, tmp_path, leave_out=True, sets=())
    assert manifest.collections["routes"].count == 1
    assert manifest.left_out[0] == {
        "file": "lines.geojson", "row": "feature 2 (b)", "field": "begin (valid_from)",
        "value": "May", "problem": "is not a date as EDTF writes it",
    }  # fmt: skip
    assert [fault["row"] for fault in manifest.left_out] == ["feature 2 (b)", "feature 3 (c)"]
    store = FileStore(tmp_path / "store")
    assert store.manifest(1) == manifest
    assert store.verify() == []
    client = TestClient(create_app(Settings(store=tmp_path / "store")))
    assert client.get("/editions/1?f=json").json()["left_out"][0]["value"] == "May"
    page = client.get("/editions/1?f=html").text
    assert "lines.geojson, feature 2 (b)" in page
    assert "is not a date as EDTF writes it" in page


def test_an_import_carries_the_stories_of_the_edition_along(tmp_path: Path) -> None:
    story = {"title": "A ferry", "sections": []}
    store_in(tmp_path).publish(replace(content(), stories={"ferry": story}), "", "")
    manifest = publish(written(tmp_path / "lines.geojson", SOUND), tmp_path)
    assert (manifest.number, manifest.stories) == (2, {"ferry": story})


def test_an_import_of_faulty_rows_only_is_refused_in_either_case(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND | {"begin": "May"})
    with pytest.raises(AtlasRefused):
        publish(path, tmp_path, leave_out=True)


def test_a_manifest_of_before_says_that_nothing_was_left_out(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    store.publish(content(), "", "")
    document = orjson.loads((tmp_path / "store/editions/000001.json").read_bytes())
    assert "left_out" not in document
    assert store.manifest(1).left_out == ()
    left = content()
    left = replace(left, left_out=({"row": "line 3"},))
    assert store.publish(left, "", "").content == store.manifest(1).content


def test_rows_are_added_and_the_rest_of_the_edition_stays(tmp_path: Path) -> None:
    first = written(tmp_path / "first.geojson", SOUND)
    second = written(tmp_path / "second.geojson", LATER, SOUND | {"route": "south"})
    publish(first, tmp_path)
    before = routes.open(tmp_path / "store")
    manifest = publish(second, tmp_path, source_title="Another timetable")
    assert manifest.number == 2
    found = routes.open(tmp_path / "store").frame("routes").set_index("id").sort_index()
    # The version that was there keeps its number; the file's is counted on from it.
    assert found["valid"].to_dict() == {
        "north.v1": "2001/2004", "north.v2": "2005/2009", "south.v1": "2001/2004",
    }  # fmt: skip
    assert found["source"].tolist() == ["timetables", "another-timetable", "another-timetable"]
    kept = {"boundaries", "borders", "crossings"}
    now = manifest.collections
    assert all(now[name] == before.manifest.collections[name] for name in kept)


def test_rows_that_are_there_already_are_refused_or_replaced(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND | {"version": 1})
    publish(path, tmp_path)
    with pytest.raises(AtlasRefused, match="stands in edition 1 already") as refused:
        publish(path, tmp_path)
    assert any("--replace" in fault.remedy for fault in refused.value.faults)
    manifest = publish(path, tmp_path, replace=True)
    assert (manifest.number, manifest.collections["routes"].count) == (2, 1)


def test_a_version_that_overlaps_one_of_the_edition_is_told_with_it(tmp_path: Path) -> None:
    publish(written(tmp_path / "first.geojson", SOUND | {"end": None}), tmp_path)
    second = written(tmp_path / "second.geojson", LATER, SOUND | {"route": "b"})
    with pytest.raises(AtlasRefused, match=r"edition 1 \(north.v1\), '2001/..'"):
        publish(second, tmp_path)


def test_open_versions_are_closed_by_the_next_if_asked(tmp_path: Path) -> None:
    path = written(
        tmp_path / "lines.geojson",
        SOUND | {"begin": "2005-04-01", "end": None},
        SOUND | {"begin": "2001", "end": None},
        SOUND | {"begin": "2003-06", "end": None},
        SOUND | {"route": "b", "begin": "2002", "end": None},
    )
    with pytest.raises(AtlasRefused, match="overlaps"):
        publish(path, tmp_path)
    found = imported(path, tmp_path, options(close_versions=True))
    assert found["valid"].to_dict() == {
        "b.v1": "2002/..",
        "north.v1": "2001/2003-06",
        "north.v2": "2003-06/2005-04-01",
        "north.v3": "2005-04-01/..",
    }


def test_ids_are_the_same_in_whatever_order_the_rows_come(tmp_path: Path) -> None:
    rows = [LATER, SOUND, SOUND | {"route": "Čára – 2"}]
    one = imported(written(tmp_path / "a.geojson", *rows), tmp_path / "a")
    two = imported(written(tmp_path / "a.geojson", *reversed(rows)), tmp_path / "b")
    assert one["valid"].to_dict() == two["valid"].to_dict()
    assert "cara-2.v1" in one.index


def test_an_edition_is_imported_again_from_its_own_download(store: Path, tmp_path: Path) -> None:
    there = Path(shutil.copytree(store, tmp_path / "store"))
    before = routes.open(there)
    path = tmp_path / "routes.geojson"
    rows = before.index("routes")
    features = [json.loads(rows.fragment(row)) for row in range(len(rows))]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    manifest = publish(path, tmp_path, sets=(), source_title=None, replace=True)
    assert manifest.collections["routes"].sha256 == before.manifest.collections["routes"].sha256
    assert manifest.content == before.manifest.content


def test_a_new_atlas_opens_on_what_was_imported_and_is_served(tmp_path: Path) -> None:
    path = tmp_path / "lines.gpkg"
    lines(route=["north", "south"], begin=["2001", "2005-04-01"]).to_file(path)
    publish(path, tmp_path, new=NewAtlas("Tidewater Lines", "CC-BY-4.0", knowledge_ends="2010"))
    edition = routes.open(tmp_path / "store")
    assert edition.atlas["opening_date"] == "2005-04-01"
    west, south, east, north = edition.atlas["view"]
    assert shapely.box(west, south, east, north).contains(NORTH.union(SOUTH))
    client = TestClient(create_app(Settings(store=tmp_path / "store")))
    for address in ("/", "/map", "/embed", "/collections/routes/items/south.v1?f=html",
                    "/routes/north?f=html", "/routes/north", "/editions/1",
                    "/collections/routes/items?datetime=2006-01-01&f=html"):  # fmt: skip
        assert client.get(address).status_code == 200, address
    answer = client.get("/collections/routes/items?datetime=2004-01-01").json()
    assert [feature["id"] for feature in answer["features"]] == ["north.v1"]


def test_files_are_whole_or_not_there_when_the_writer_fails(tmp_path: Path) -> None:
    publish(written(tmp_path / "lines.geojson", SOUND), tmp_path)
    before = files_of(tmp_path / "store")
    bad = written(tmp_path / "bad.geojson", LATER, LATER)
    with pytest.raises(AtlasRefused):
        publish(bad, tmp_path)
    assert files_of(tmp_path / "store") == before


def test_an_edition_that_was_published_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND)
    store = store_in(tmp_path)
    ready = prepare(path, store, options())
    with ready.checked() as checked:
        store.publish(content(), "somebody else", "")
        with pytest.raises(StoreBusy, match="published meanwhile"):
            ready.publish(store, checked)
    assert store.current() == 1


def test_an_edition_without_a_collection_gets_it_by_an_import(tmp_path: Path) -> None:
    store_in(tmp_path).publish(content(), "", "")
    path = tmp_path / "ports.csv"
    path.write_text("name;kind;lon;lat\nNorth port;harbour;14,2;43,6\n")
    found = imported(path, tmp_path, options(sets=(), collection="events"))
    assert found.loc["north-port"].geometry.equals(shapely.Point(14.2, 43.6))
    assert len(routes.open(tmp_path / "store").frame("routes")) == 1


def test_rows_without_a_source_are_refused_with_the_options_that_give_one(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND)
    with pytest.raises(AtlasRefused, match="--source-title"):
        publish(path, tmp_path, source_title=None)
