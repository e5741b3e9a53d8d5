"""What one edition says otherwise than another, and editions taken out, brought back, removed."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import pytest
import shapely

import routes
from routes import corrections, corrections_told, exports
from routes.errors import Gone, StoreDamaged, StoreError
from routes.stores.base import Content
from routes.stores.files import FileStore
from tests.helpers import content, files_of, title_and_row, versions

LINE = shapely.LineString([(19, 40), (18, 41)])
NORTH = shapely.LineString([(19, 40), (18, 41.01)])


def compared(
    folder: Path, before: geopandas.GeoDataFrame, after: geopandas.GeoDataFrame
) -> corrections.Corrections:
    store = FileStore(folder)
    store.publish(content(before), "", "")
    store.publish(content(after), "", "")
    return corrections.between(routes.open(folder, 1), routes.open(folder, 2))


def test_features_are_told_apart_by_their_id(tmp_path: Path) -> None:
    before = versions([LINE, LINE], route=["stays", "goes"])
    after = versions([LINE, LINE], route=["stays", "comes"], name=["Route 0", "New"])
    found = compared(tmp_path, before, after)
    assert [(one.id, one.kind) for one in found.features] == [
        ("comes.v1", "added"),
        ("goes.v1", "removed"),
    ]
    assert corrections_told.sentences(found) == [
        "New in routes: “New”.",
        "No longer in routes: “Route 1”.",
    ]


def test_a_corrected_date_is_said_in_words_and_its_bounds_are_not(tmp_path: Path) -> None:
    found = compared(tmp_path, versions([LINE], ["../2003~"]), versions([LINE], ["../2002-07"]))
    (one,) = found.features
    assert [change.field for change in one.fields] == ["valid", "when"]
    assert corrections_told.sentence(one) == (
        "“Route 0” (routes): date: “until about 2003” is now “until July 2002”."
    )


def test_a_moved_line_says_how_far(tmp_path: Path) -> None:
    (one,) = compared(tmp_path, versions([LINE]), versions([NORTH])).features
    assert one.geometry == "moved"
    assert one.fields == ()
    assert one.moved_m == pytest.approx(1111, rel=0.01)
    assert corrections_told.sentence(one) == "“Route 0” (routes): geometry moved by up to 1.1 km."


def test_a_geometry_may_be_given_and_taken(tmp_path: Path) -> None:
    given = compared(tmp_path / "a", versions([None]), versions([LINE])).features
    taken = compared(tmp_path / "b", versions([LINE]), versions([None])).features
    assert [one.geometry for one in (*given, *taken)] == ["given", "taken"]
    assert "geometry removed" in corrections_told.sentence(taken[0])


def test_fields_are_compared_one_by_one_and_long_ones_not_quoted(tmp_path: Path) -> None:
    before = versions([LINE], caveat=["Seen once"], description=["A line " * 20], mode=["sea"])
    after = versions([LINE], caveat=[None], description=["A wire " * 20], mode=["land"])
    (one,) = compared(tmp_path, before, after).features
    assert corrections_told.sentence(one) == (
        "“Route 0” (routes): mode: “sea” is now “land”; description reworded; "
        "caveat removed: “Seen once”."
    )


def test_words_of_the_atlas_and_sources_are_compared_too(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    one, two = content(title="One"), content(title="Two")
    two.sources["another"] = {"title": "Another"}
    store.publish(one, "", "")
    store.publish(two, "", "")
    found = corrections.between(routes.open(tmp_path, 1), routes.open(tmp_path, 2))
    assert corrections_told.sentences(found) == [
        "The atlas’s title: “One” is now “Two”.",
        "New source: another.",
    ]


def test_an_edition_differs_from_itself_in_nothing(tmp_path: Path) -> None:
    assert not compared(tmp_path, versions([LINE]), versions([LINE]))


@pytest.fixture
def five(tmp_path: Path) -> FileStore:
    store = FileStore(tmp_path / "store")
    for number in range(1, 6):
        store.publish(title_and_row(number), f"note {number}", "desk")
    return store


def test_a_restored_edition_is_a_new_one_with_the_same_hashes(five: FileStore) -> None:
    manifest = routes.restore(five, 2)
    assert (manifest.number, manifest.note) == (6, "Edition 2 again")
    assert manifest.content == five.manifest(2).content
    assert manifest.collections == five.manifest(2).collections
    assert five.verify() == []


def test_an_exported_edition_comes_back_with_the_same_hashes(
    five: FileStore, tmp_path: Path
) -> None:
    folder, other = tmp_path / "out", FileStore(tmp_path / "other")
    exports.write(five, 3, folder)
    manifest = routes.publish(other, folder, "from afar", "somebody")
    assert manifest.content == five.manifest(3).content
    assert manifest.collections == five.manifest(3).collections
    assert other.verify() == []
    frame = geopandas.read_parquet(folder / "routes.parquet")
    assert frame["name"].tolist() == ["Route of 3"]


def test_an_export_that_was_changed_is_refused_by_the_name_of_the_file(
    five: FileStore, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    exports.write(five, 3, folder)
    path = folder / "routes.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(StoreDamaged, match=r"routes\.parquet is not what was exported"):
        routes.publish(five, folder)
    said = json.loads((folder / "edition.json").read_text())
    said["atlas"]["title"] = "Other"
    (folder / "edition.json").write_text(json.dumps(said))
    with pytest.raises(StoreDamaged, match=r"edition\.json says other than"):
        routes.publish(five, folder)


def test_nothing_is_exported_over_what_is_there(five: FileStore, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(StoreError, match="is not empty"):
        exports.write(five, 1, tmp_path / "full")


def test_pruned_editions_are_gone_and_the_others_stay_as_they_were(five: FileStore) -> None:
    before = files_of(five.folder)
    removed = five.prune(keep=2)
    assert [one.number for one in removed] == [1, 2, 3]
    assert five.numbers() == [4, 5]
    assert five.current() == 5
    assert five.verify() == []
    after = files_of(five.folder)
    kept = {name for name in before if name in after and "writer" not in name.lower()}
    assert all(after[name] == before[name] for name in kept)
    assert len(list((five.folder / "collections").iterdir())) == 2
    with pytest.raises(Gone, match="edition 2 was removed from this store on 20"):
        five.manifest(2)
    assert [one.note for one in five.pruned()] == ["note 1", "note 2", "note 3"]
    assert five.publish(title_and_row(6), "", "").number == 6
    assert five.verify() == []


def test_the_newest_edition_is_never_pruned(five: FileStore) -> None:
    five.prune(keep=0)
    assert five.numbers() == [5]


def test_a_tombstone_that_was_changed_breaks_the_chain_and_is_named(five: FileStore) -> None:
    five.prune(keep=2)
    path = five.layout.tombstone(3)
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {"sha256": "0" * 64}))
    (damage,) = five.verify()
    assert damage.file == "editions/000003.pruned"


def test_a_pruning_that_was_killed_is_ended_by_the_next_writer(five: FileStore) -> None:
    # What stands on disk when the writer dies after the tombstones and before the rest.
    manifests = {n: five.layout.manifest(n).read_bytes() for n in (1, 2)}
    five.prune(keep=3)
    for number, document in manifests.items():
        five.layout.manifest(number).write_bytes(document)
    assert five.numbers() == [3, 4, 5]
    five.publish(title_and_row(6), "", "")
    assert not five.layout.manifest(1).exists()
    assert five.verify() == []


def test_content_is_all_that_an_edition_says(five: FileStore) -> None:
    said: Content = five.content(4)
    assert said.atlas["title"] == "Atlas 4"
    frame = geopandas.read_parquet(said.files["routes"])
    assert frame["name"].tolist() == ["Route of 4"]
