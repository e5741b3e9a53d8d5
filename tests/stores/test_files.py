"""The embedded store: its files, and what is said where one of them is not what it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas
import orjson
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routes.errors import NotFound, StoreDamaged, StoreError
from routes.stores.base import FORMAT
from routes.stores.files import FileStore
from tests import helpers
from tests.helpers import content, files_of, title_and_row
from tests.test_store import another_process, is_whole, processes

NOT_CONTENT = {"writer.lock", "WRITER"}


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


def one_of_a_copy(store: Path, folder: Path, data: st.DataObject) -> tuple[Path, str]:
    """A fresh copy of a store, and the name of one of its files."""
    name = data.draw(st.sampled_from(sorted(files_of(store).keys() - NOT_CONTENT)))
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(store, copy)
    return copy, name


@given(st.data())
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_bit_in_any_file_is_found_and_the_file_named(
    two_editions: Path, tmp_path: Path, data: st.DataObject
) -> None:
    copy, name = one_of_a_copy(two_editions, tmp_path, data)
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
    copy, name = one_of_a_copy(two_editions, tmp_path, data)
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


def test_what_killed_writers_leave_is_swept_by_the_next(new_store: FileStore) -> None:
    new_store.publish(title_and_row(1), "", "")
    for step in range(3, 9):
        with another_process(helpers.publish_and_die, str(new_store.folder), 2, step) as writer:
            writer.join(30)
    new_store.publish(title_and_row(3), "", "")
    assert files_of(new_store.folder).keys() - NOT_CONTENT == named_by(new_store)
    assert not (new_store.folder / "WRITER").exists()
