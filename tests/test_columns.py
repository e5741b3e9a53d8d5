"""Columns read one by one are those of the frame, and are read once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

import routes
from routes.columns import Columns, Frame
from routes.schema import COLLECTIONS
from routes.stores.files import FileStore


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
