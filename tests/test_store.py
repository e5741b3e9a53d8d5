"""The embedded store: whole or not there, for ever the same, and honest about damage."""

from __future__ import annotations

import json
import multiprocessing
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import orjson
import pyarrow.parquet
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routes.errors import NotFound, StoreBusy, StoreDamaged, StoreError
from routes.stores.base import FORMAT
from routes.stores.files import FileStore
from tests import helpers
from tests.helpers import content, files_of, title_and_row, versions

NOT_CONTENT = {"writer.lock", "WRITER"}
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["routes", "shapely"])


@contextmanager
def another_process(target: Any, *arguments: Any) -> Iterator[Any]:  # noqa: ANN401
    """A process of its own, gone at the end."""
    process = processes.Process(target=target, args=arguments)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(30)


@pytest.fixture
def new_store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "store")


@pytest.fixture(scope="module")
def two_editions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two editions; to be copied, not to be changed."""
    store = FileStore(tmp_path_factory.mktemp("two") / "store")
    store.publish(title_and_row(1), "first", "an editor")
    store.publish(title_and_row(2), "second", "an editor")
    return store.folder


def named_by(store: FileStore) -> set[str]:
    """The files that belong to an edition."""
    named = {"CURRENT"}
    for number in store.numbers():
        named.add(f"editions/{number:06}.json")
        for record in store.manifest(number).collections.values():
            serving = store.layout.name(store.layout.served(record.sha256))
            listed = orjson.loads((store.folder / serving / "hashes.json").read_bytes())
            named |= {f"collections/{record.sha256}.parquet", f"{serving}/hashes.json"}
            named |= {f"{serving}/{name}" for name in listed}
    return named


def is_whole(store: FileStore) -> bool:
    """The newest editions say the same in manifest, frame and index, and no file is damaged."""
    for number in store.numbers()[-3:]:
        said = store.manifest(number).atlas["title"].removeprefix("Atlas ")
        assert store.frame(number, "routes")["name"].tolist() == [f"Route of {said}"]
        feature = orjson.loads(store.index(number, "routes").fragment(0))
        assert feature["properties"]["name"] == f"Route of {said}"
    return store.verify() == []


# Publishing


def test_what_was_published_is_read_back(new_store: FileStore) -> None:
    line = shapely.LineString([(19.5, 40.5), (18.5, 40.25)])
    shape = shapely.MultiLineString([line, [(0, 0), (1, 1)]])
    made = content(versions([line, None, shape], ["2003~/2004", None, "1389"]))
    manifest = new_store.publish(made, "a note", "an editor")
    assert (manifest.number, manifest.note, manifest.author) == (1, "a note", "an editor")
    assert manifest.collections["routes"].count == 3
    again = new_store.frame(1, "routes")
    assert_geodataframe_equal(again, made.frames["routes"])
    assert again.crs == "EPSG:4326"
    assert new_store.manifest(1) == manifest
    assert new_store.verify() == []


def test_editions_are_numbered_and_stay_as_they_were(new_store: FileStore) -> None:
    new_store.publish(title_and_row(1), "", "")
    before = files_of(new_store.folder)
    new_store.publish(title_and_row(2), "", "")
    after = files_of(new_store.folder)
    assert new_store.numbers() == [1, 2]
    assert new_store.current() == 2
    changed = {name for name in before if after.get(name) != before[name]}
    assert changed == {"CURRENT"}
    assert new_store.manifest(1).atlas["title"] == "Atlas 1"
    assert new_store.frame(1, "routes")["name"].tolist() == ["Route of 1"]


def test_the_content_hash_is_the_same_whenever_and_wherever_it_is_published(
    tmp_path: Path,
) -> None:
    one = FileStore(tmp_path / "one").publish(content(), "a note", "an editor")
    two = FileStore(tmp_path / "two").publish(content(), "another note", "another editor")
    assert one.content == two.content
    assert one.collections == two.collections


def test_another_content_has_another_hash(new_store: FileStore) -> None:
    hashes = {
        new_store.publish(made, "", "").content
        for made in (content(), content(title="Other"), content(versions([None])))
    }
    assert len(hashes) == 3


def test_editions_share_the_collections_that_did_not_change(new_store: FileStore) -> None:
    first = new_store.publish(content(title="One"), "", "")
    second = new_store.publish(content(title="Two"), "", "")
    assert first.collections == second.collections
    assert first.content != second.content
    assert len(list((new_store.folder / "collections").iterdir())) == 1
    assert len(list((new_store.folder / "serving").iterdir())) == 1


def test_serving_files_that_were_removed_are_built_again_the_same(new_store: FileStore) -> None:
    new_store.publish(title_and_row(1), "", "")
    before = files_of(new_store.folder / "serving")
    shutil.rmtree(new_store.folder / "serving")
    assert new_store.index(1, "routes").id_of(0) == "r0.v1"
    assert files_of(new_store.folder / "serving") == before
    assert new_store.verify() == []


def test_content_that_the_newest_edition_has_makes_no_new_one_if_so_asked(
    new_store: FileStore,
) -> None:
    first = new_store.publish(content(), "", "", if_changed=True)
    assert new_store.publish(content(), "", "", if_changed=True) == first
    assert new_store.numbers() == [1]
    assert new_store.publish(content(title="Other"), "", "", if_changed=True).number == 2
    assert new_store.publish(content(), "", "", if_changed=True).number == 3
    assert new_store.publish(content(), "", "").number == 4


def test_a_collection_may_be_empty_or_without_geometry(new_store: FileStore) -> None:
    new_store.publish(content(versions([])), "", "")
    new_store.publish(content(versions([None, None], ["2003", None])), "", "")
    assert len(new_store.frame(1, "routes")) == 0
    assert new_store.manifest(1).collections["routes"].bbox is None
    assert new_store.frame(2, "routes").geometry.isna().all()
    assert new_store.manifest(2).collections["routes"].bbox is None
    dated = ("2003-01-01T00:00:00Z", "2003-12-31T23:59:59Z")
    assert new_store.manifest(2).collections["routes"].interval == dated
    assert new_store.verify() == []


def test_years_far_away_survive_publication(new_store: FileStore) -> None:
    valid = ["Y-99999999/Y99999999", "-9999/9999", "1389", "2500"]
    made = content(versions([None] * 4, valid))
    new_store.publish(made, "", "")
    assert_geodataframe_equal(new_store.frame(1, "routes"), made.frames["routes"])
    fragments = [orjson.loads(new_store.index(1, "routes").fragment(row)) for row in range(4)]
    starts = [one["properties"]["start_earliest"] for one in fragments]
    assert "1389-01-01T00:00:00Z" in starts


def test_the_files_are_geoparquet_with_a_covering_box(new_store: FileStore) -> None:
    record = new_store.publish(content(), "", "").collections["routes"]
    path = new_store.folder / "collections" / f"{record.sha256}.parquet"
    geo = json.loads(pyarrow.parquet.read_metadata(path).metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"]["geometry"]
    assert column["encoding"] == "WKB"
    assert column["crs"]["id"] in (
        {"authority": "EPSG", "code": 4326}, {"authority": "OGC", "code": "CRS84"}
    )  # fmt: skip
    assert set(column["covering"]["bbox"]) == {"xmin", "ymin", "xmax", "ymax"}
    west_of_it = geopandas.read_parquet(path, bbox=(0, 0, 1, 1))
    assert (len(west_of_it), len(geopandas.read_parquet(path, bbox=(18, 40, 19, 41)))) == (0, 1)


# What is not there


def test_a_new_store_has_no_edition(new_store: FileStore) -> None:
    assert new_store.current() is None
    assert new_store.numbers() == []
    assert new_store.verify() == []
    with pytest.raises(NotFound, match="none yet"):
        new_store.manifest(1)


@pytest.mark.parametrize("number", [0, -1, 3, 10**9])
def test_an_edition_that_is_not_there_is_named_with_those_that_are(
    two_editions: Path, number: int
) -> None:
    with pytest.raises(NotFound, match="there is 1 to 2"):
        FileStore(two_editions).manifest(number)


def test_a_collection_that_is_not_there_is_named_with_those_that_are(two_editions: Path) -> None:
    with pytest.raises(NotFound, match="no collection 'roads'; there is routes"):
        FileStore(two_editions).frame(1, "roads")


# Damage


@given(st.data())
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_bit_in_any_file_is_found_and_the_file_named(
    two_editions: Path, tmp_path: Path, data: st.DataObject
) -> None:
    names = sorted(files_of(two_editions).keys() - NOT_CONTENT)
    name = data.draw(st.sampled_from(names))
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(two_editions, copy)
    flipped = bytearray((copy / name).read_bytes())
    bit = data.draw(st.integers(0, 8 * len(flipped) - 1))
    flipped[bit // 8] ^= 1 << bit % 8
    (copy / name).write_bytes(flipped)
    said = "\n".join(str(damage) for damage in FileStore(copy).verify())
    # The list of hashes is believed against no other: then its folder is named.
    assert (name if not name.endswith("hashes.json") else str(Path(name).parent)) in said


def test_a_missing_file_is_found_whichever_it_is(two_editions: Path, tmp_path: Path) -> None:
    for number, name in enumerate(
        sorted(files_of(two_editions).keys() - NOT_CONTENT - {"CURRENT"})
    ):
        copy = tmp_path / str(number)
        shutil.copytree(two_editions, copy)
        (copy / name).unlink()
        assert name in "\n".join(str(damage) for damage in FileStore(copy).verify())


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_store_gives_its_data_or_says_that_it_is_damaged(
    two_editions: Path, tmp_path: Path, data: st.DataObject
) -> None:
    names = sorted(files_of(two_editions).keys() - NOT_CONTENT)
    name = data.draw(st.sampled_from(names))
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(two_editions, copy)
    damaged = bytearray((copy / name).read_bytes())
    at = data.draw(st.integers(0, len(damaged) - 1))
    if data.draw(st.booleans()):
        del damaged[at:]
    else:
        damaged[at] ^= data.draw(st.integers(1, 255))
    (copy / name).write_bytes(damaged)
    store = FileStore(copy)
    try:
        for number in store.numbers():
            store.frame(number, "routes")
            store.index(number, "routes")
    except (StoreDamaged, StoreError, NotFound):
        return


def test_a_publication_in_the_meantime_is_no_damage(
    new_store: FileStore,
) -> None:
    new_store.publish(title_and_row(1), "", "")
    assert new_store.verify(lambda _: new_store.publish(title_and_row(2), "", "") and None) == []


def test_an_edition_of_a_newer_format_is_refused_with_what_to_do(
    two_editions: Path, tmp_path: Path
) -> None:
    shutil.copytree(two_editions, tmp_path / "newer")
    store = FileStore(tmp_path / "newer")
    path = store.folder / "editions" / "000002.json"
    document = orjson.loads(path.read_bytes()) | {"format": FORMAT + 1, "new": "something"}
    path.write_bytes(orjson.dumps(document))
    with pytest.raises(StoreError, match=f"store format {FORMAT + 1}, .*newer.*Upgrade it"):
        store.manifest(2)
    with pytest.raises(StoreError, match="Upgrade it"):
        store.publish(title_and_row(3), "", "")
    assert store.manifest(1).number == 1


# Writers and readers at the same time


def test_a_second_writer_is_refused_and_told_who_the_first_is(new_store: FileStore) -> None:
    new_store.publish(title_and_row(1), "", "")
    ready, go_on = processes.Event(), processes.Event()
    with another_process(helpers.publish_and_wait, str(new_store.folder), ready, go_on) as first:
        assert ready.wait(30)
        with pytest.raises(StoreBusy, match=rf"process {first.pid} .*try again") as caught:
            new_store.publish(title_and_row(3), "", "")
        assert str(new_store.folder) in str(caught.value)
        assert is_whole(new_store)
        assert new_store.numbers() == [1]
        go_on.set()
        first.join(30)
    assert new_store.numbers() == [1, 2]
    assert new_store.publish(title_and_row(3), "", "").number == 3
    assert not (new_store.folder / "WRITER").exists()


def test_readers_see_only_whole_editions_while_others_are_published(new_store: FileStore) -> None:
    new_store.publish(title_and_row(1), "", "")
    ready = processes.Event()
    with another_process(helpers.publish_for_ever, str(new_store.folder), 2, ready):
        assert ready.wait(30)
        seen: set[int] = set()
        deadline = time.monotonic() + 30
        while len(seen) < 8 and time.monotonic() < deadline:
            number = new_store.current() or 0
            assert new_store.manifest(number).atlas["title"] == f"Atlas {number}"
            assert new_store.frame(number, "routes")["name"].tolist() == [f"Route of {number}"]
            assert f"Route of {number}".encode() in new_store.index(number, "routes").fragment(0)
            seen.add(number)
    assert len(seen) == 8


def test_a_writer_that_is_killed_leaves_the_last_edition_whole(new_store: FileStore) -> None:
    """SIGKILL at a hundred moments, some in the middle of each step of a publication."""
    moments = random.Random(5)
    new_store.publish(title_and_row(1), "", "")
    for _ in range(100):
        before = new_store.current() or 0
        ready = processes.Event()
        with another_process(
            helpers.publish_for_ever, str(new_store.folder), before + 1, ready
        ) as writer:
            assert ready.wait(30)
            time.sleep(moments.uniform(0, 0.12))
            writer.kill()
            writer.join(30)
        after = new_store.current() or 0
        assert after >= before
        assert is_whole(new_store)
    number = new_store.current() or 0
    new_store.publish(title_and_row(number + 1), "", "")
    assert new_store.numbers() == list(range(1, number + 2))
    assert is_whole(new_store)
    assert files_of(new_store.folder).keys() - NOT_CONTENT == named_by(new_store)


def test_a_writer_that_is_killed_before_any_step_to_disk_leaves_the_last_edition_whole(
    new_store: FileStore,
) -> None:
    new_store.publish(title_and_row(1), "", "")
    for step in range(100):
        with another_process(
            helpers.publish_and_die, str(new_store.folder), 2 + step, step
        ) as writer:
            writer.join(30)
        assert is_whole(new_store)
        if writer.exitcode == 0:
            break
        assert new_store.numbers() in ([1], [1, 2])
    # There were steps to die at: three files made aside, moved and pointed to, at the least.
    assert step > 6


@pytest.mark.parametrize("part", ["editions/000002.json", "collections/ab.parquet", "serving/ab/x"])
def test_what_a_killed_writer_left_is_swept_by_the_next(new_store: FileStore, part: str) -> None:
    new_store.publish(title_and_row(1), "", "")
    for left in (part, ".unfinished-abc/frame.parquet", "editions/.unfinished-000002.json"):
        path = new_store.folder / left
        path.parent.mkdir(exist_ok=True)
        path.write_text("{")
    assert new_store.numbers() == [1]
    assert new_store.verify() == []
    new_store.publish(title_and_row(2), "", "")
    assert files_of(new_store.folder).keys() - NOT_CONTENT == named_by(new_store)
    assert is_whole(new_store)


# Where nothing can be written


def test_a_file_where_the_folder_should_be_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("I am a file")
    with pytest.raises(StoreError, match=r"the edition was not published: .*store"):
        FileStore(tmp_path / "store").publish(content(), "", "")
    assert (tmp_path / "store").read_text() == "I am a file"


@pytest.mark.parametrize("most_bytes", [100, 3_000, 12_000])
def test_without_room_nothing_is_published_and_the_last_edition_stays(
    new_store: FileStore, most_bytes: int
) -> None:
    new_store.publish(title_and_row(1), "", "")
    said = processes.Queue()
    with another_process(helpers.publish_with_little_room, str(new_store.folder), most_bytes, said):
        assert "the edition was not published" in said.get(timeout=30)
    assert new_store.numbers() == [1]
    assert is_whole(new_store)
    assert new_store.publish(title_and_row(2), "", "").number == 2
    assert files_of(new_store.folder).keys() - NOT_CONTENT == named_by(new_store)
