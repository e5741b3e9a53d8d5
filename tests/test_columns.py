"""Columns read one by one are those of the frame, are read once, and filters find the same."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from geopandas import GeoDataFrame

import routes
from benchmarks import synthetic
from geo.crs import Crs
from geo.times import Bounds
from routes import filters, mapped
from routes.columns import FEW, Columns, Frame
from routes.filters import Filter
from routes.schema import COLLECTIONS
from routes.stores.files import FileStore

CRS84 = Crs.of("OGC:CRS84")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_each_column_is_the_one_of_the_frame(edition: routes.Edition, collection: str) -> None:
    frame, columns = edition.frame(collection), edition.columns(collection)
    assert len(columns) == len(frame)
    for field in COLLECTIONS[collection].fields:
        pd.testing.assert_series_equal(columns[field.name], frame[field.name])
    every = slice(0, len(frame))
    geometry = columns.geometries(every)
    assert shapely.equals(geometry, frame.geometry)[frame.geometry.notna()].all()
    assert (shapely.is_missing(geometry) == frame.geometry.isna()).all()
    np.testing.assert_array_equal(columns.boxes(every), frame.bounds)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_part_of_a_table_is_the_part_of_the_frame(
    edition: routes.Edition, collection: str
) -> None:
    frame, columns = edition.frame(collection), edition.columns(collection)
    part = slice(len(frame) // 3, len(frame) // 2)
    for table in (Frame(frame), columns):
        for name in (field.name for field in COLLECTIONS[collection].fields):
            expected = frame[name].iloc[part].reset_index(drop=True)
            pd.testing.assert_series_equal(table.part(name, part), expected, check_names=False)
        rows = np.arange(part.start, part.stop)
        assert table.geometries(part).tolist() == frame.geometry.iloc[rows].tolist()
        assert table.geometries(rows).tolist() == frame.geometry.iloc[rows].tolist()


def test_a_column_is_read_once_however_many_ask_and_no_other_is(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = routes.open(store)
    asked: list[Any] = []
    batches = FileStore.batches
    monkeypatch.setattr(
        FileStore, "batches",
        lambda self, number, name, columns: (
            asked.append(columns), batches(self, number, name, columns))[1],
    )  # fmt: skip
    columns: Columns = edition.columns("routes")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: columns["mode"], range(16)))
    assert all(one.equals(found[0]) for one in found)
    assert asked == [["mode"]]
    with pytest.raises(KeyError):
        columns["nothing"]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> routes.Edition:
    """An edition of more versions than have names of one byte."""
    store = routes.open_store(tmp_path_factory.mktemp("many"))
    store.publish(synthetic.content(4 * FEW), "made up", "tests")
    return routes.Edition.of(store)


@pytest.mark.parametrize(
    "text",
    [
        "mode = 'sea'",
        "mode <> 'sea' AND mode < 'sea'",
        "mode IN ('sea','river') OR name = 'Made-up route 7'",
        "NOT (mode IN ('sea',name))",
        "mode LIKE 's%'",
        "ACCENTI(CASEI(mode)) = 'land'",
        "'sea' = mode AND version = 2",
        "mode = name",
        "caveat IS NULL",
        "caveat = 'x' OR caveat IS NOT NULL",
        "NOT caveat LIKE 'x%'",
        "name LIKE '%1%'",
        "start_earliest < DATE('1995-01-01')",
        "T_DURING(valid, INTERVAL('1995-01-01','2005-01-01'))",
        "S_INTERSECTS(geometry, BBOX(18,39,21,43))",
        "NOT S_INTERSECTS(geometry, BBOX(18,39,21,43))",
        "S_DISJOINT(geometry, BBOX(18,39,21,43))",
        "S_WITHIN(geometry, BBOX(18,39,21,43)) OR S_CONTAINS(BBOX(22,39,25,43), geometry)",
        "S_EQUALS(geometry, geometry)",
        "geometry IS NULL",
    ],
)
def test_a_filter_finds_in_columns_part_by_part_what_it_finds_in_the_frame(
    many: routes.Edition, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Filter.parse(text, "cql2-text", COLLECTIONS["routes"], CRS84)
    bounds, columns = many.index("routes").bounds, many.columns("routes")
    expected = asked.mask(many.frame("routes"), bounds)
    monkeypatch.setattr(filters, "ROWS_AT_ONCE", 100)
    assert columns.codes("mode") is not None
    assert columns.codes("name") is None
    assert asked.mask(columns, bounds).tolist() == expected.tolist()
    assert asked.mask(many.frame("routes"), bounds).tolist() == expected.tolist()


def test_a_geometry_that_is_missing_or_empty_has_the_same_answers_by_its_box() -> None:
    shapes = [shapely.Point(20, 40), None, shapely.Point(), shapely.Point(30, 50)]
    frame = GeoDataFrame({"id": list("abcd")}, geometry=shapes, crs="EPSG:4326")
    found = {
        text: "".join(frame["id"][Filter.parse(
            text, "cql2-text", COLLECTIONS["routes"], CRS84
        ).mask(frame, Bounds.parse([None] * 4))])
        for text in ("S_INTERSECTS(geometry, BBOX(19,39,21,41))",
                     "S_DISJOINT(geometry, BBOX(19,39,21,41))",
                     "NOT S_INTERSECTS(geometry, BBOX(19,39,21,41))", "geometry IS NULL")
    }  # fmt: skip
    assert list(found.values()) == ["a", "cd", "cd", "b"]


def test_what_is_kept_lies_in_a_file_and_in_memory_where_there_is_no_room(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    values = pa.array([f"text {number}" for number in range(50_000)])
    before = pa.total_allocated_bytes()
    kept = mapped.kept(values)
    assert kept.equals(values)
    assert pa.total_allocated_bytes() - before < mapped.SMALL_BYTES < kept.nbytes
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert mapped.kept(values) is values
