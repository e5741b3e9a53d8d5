"""Rows that are sorted on disk are recorded as those that are sorted in memory: byte for byte."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

import routes
from benchmarks import synthetic
from routes import frames
from routes.importing import dealing, prepare
from routes.importing.dealing import BYTES_JOINED, RANK, Deal, bytes_joined, dealt
from routes.recorded import ROWS_A_GROUP, Recorded
from routes.schema import COLLECTIONS, Collection
from routes.stores import durable
from tests.importing.ferries import options, store_in

ROUTES = COLLECTIONS["routes"]


def made_up(size: int) -> geopandas.GeoDataFrame:
    """Versions as another program would write them, some of several lines and some of none."""
    frame = synthetic.versions(size)
    begin_end = frame["valid"].str.replace("~", "").str.split("/", expand=True)
    made = frame[["name", "geometry"]].assign(
        route=frame["id"], mode="land", begin=begin_end[0], end=begin_end[1], locator="nowhere",
        description='He said "so"\\\n' + frame["name"],
    )  # fmt: skip
    split = [shapely.MultiLineString([line, line.reverse()]) for line in made.geometry[::7]]
    made.loc[::7, "geometry"] = geopandas.GeoSeries(split, made.index[::7], crs=made.crs)
    return made


def recorded(frame: geopandas.GeoDataFrame, *cuts: int, folder: Path) -> str:
    """Import a frame in pieces, one edition each; give the hash of the routes in the last."""
    ends = [*cuts, len(frame)]
    store = store_in(folder)
    for begin, end in zip([0, *cuts], ends, strict=True):
        path = folder / f"{begin}.gpkg"
        pyogrio.write_dataframe(frame[begin:end], path, driver="GPKG")
        ready = prepare(path, store, options("locator=locator,description=description", ()))
        with ready.checked() as checked:
            assert checked.faults == ()
            manifest = ready.publish(store, checked)
    assert manifest.collections["routes"].count == len(frame)
    assert store.verify() == []
    return manifest.collections["routes"].sha256


def in_memory(collection: Collection, folder: Path) -> str:
    """The hash of the same rows, shuffled, completed and written as a frame."""
    made = [one.name for one in collection.fields if one.computed]
    frame = routes.open(folder / "store").frame(collection.name).drop(columns=made)
    again = frames.complete(collection, frame.sample(frac=1, random_state=1))
    Recorded.of(collection, again).write(folder / "again.parquet")
    return durable.sha256(folder / "again.parquet")


def test_many_groups_of_rows_are_recorded_as_one_frame_is(tmp_path: Path) -> None:
    assert recorded(made_up(ROWS_A_GROUP + 500), folder=tmp_path) == in_memory(ROUTES, tmp_path)


def test_rows_that_are_added_are_recorded_as_if_all_came_at_once(tmp_path: Path) -> None:
    (tmp_path / "once").mkdir()
    once = recorded(made_up(400), folder=tmp_path / "once")
    assert recorded(made_up(400), 1, 150, folder=tmp_path) == once == in_memory(ROUTES, tmp_path)


def test_texts_that_json_escapes_are_recorded_as_they_are(tmp_path: Path) -> None:
    frame = made_up(3)
    assert recorded(frame, folder=tmp_path) == in_memory(ROUTES, tmp_path)
    index = routes.open(tmp_path / "store").index("routes")
    said = {one["name"]: one["description"] for one in index.properties(np.arange(3))}
    assert said == dict(zip(frame["name"], frame["description"], strict=True))


@pytest.mark.parametrize("size", [dealing.BYTES_JOINED, 1])
def test_rows_without_a_place_in_the_order_are_in_no_stretch(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All batches are dealt at once, or each by itself.
    monkeypatch.setattr(dealing, "BYTES_JOINED", size)
    ranks = [[-1, -1], [ROWS_A_GROUP + 1, 0], [-1, ROWS_A_GROUP]]
    batches = [pa.RecordBatch.from_pydict({"id": list("ab"), RANK: pa.array(rank)})
               for rank in ranks]  # fmt: skip
    found = dealt(Deal(lambda: batches, tmp_path / "dealt.arrow", BYTES_JOINED))
    assert [sum(map(len, found.of(stretch))) for stretch in range(3)] == [1, 2, 0]
    none = dealt(Deal(lambda: batches[:1], tmp_path / "none.arrow", BYTES_JOINED))
    assert list(none.of(0)) == []


def test_the_more_stretches_there_are_the_more_is_dealt_at_once(tmp_path: Path) -> None:
    """So that pieces of a stretch do not become fewer rows each, and many more, with the rows."""
    rank = np.arange(40 * ROWS_A_GROUP, step=1000)
    mixed = [pa.RecordBatch.from_pydict({RANK: pa.array(rank[part::8])}) for part in range(8)]
    pieces = {
        joined: len(dealt(Deal(lambda: mixed, tmp_path / f"{joined}.arrow", joined)).stretches)
        for joined in (1, BYTES_JOINED)
    }
    assert pieces == {1: 8 * 40, BYTES_JOINED: 40}
    assert bytes_joined(rank[:10]) == BYTES_JOINED
    assert bytes_joined(np.array([500 * ROWS_A_GROUP])) > 4 * BYTES_JOINED
