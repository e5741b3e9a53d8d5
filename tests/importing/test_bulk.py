"""Whoever does the work of an import, and however many of them: the edition is the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas
import pyogrio
import pytest

from routes.importing import prepare
from routes.importing.reading import BATCH
from routes.report import Fault
from routes.stores.base import Manifest
from routes.workers import Workers, pool
from tests.importing.ferries import options, store_in
from tests.importing.test_arranging import made_up

MAPS = "locator=locator,description=description"


@pytest.fixture(scope="module")
def processes() -> Iterator[Workers]:
    with pool(2) as workers:
        yield workers


@pytest.fixture(scope="module")
def frame() -> geopandas.GeoDataFrame:
    """Rows of three batches and a bit."""
    return made_up(3 * BATCH + 700)


def published(path: Path, folder: Path, workers: Workers | None = None) -> Manifest:
    """What is recorded of a file in a new store."""
    folder.mkdir()
    store = store_in(folder)
    with prepare(path, store, options(MAPS, ())).checked(workers=workers) as checked:
        assert checked.faults == ()
        manifest = prepare(path, store, options(MAPS, ())).publish(store, checked)
    assert store.verify() == []
    return manifest


def faults_of(path: Path, folder: Path, workers: Workers | None = None) -> tuple[Fault, ...]:
    asked = options(MAPS, ())
    with prepare(path, store_in(folder), asked).checked(workers=workers) as checked:
        return checked.faults


@pytest.mark.parametrize("name", ["made.gpkg", "made.parquet", "made.fgb"])
def test_processes_record_the_same_as_one(
    name: str, frame: geopandas.GeoDataFrame, processes: Workers, tmp_path: Path
) -> None:
    path = written(frame, tmp_path / name)
    alone = published(path, tmp_path / "alone")
    assert published(path, tmp_path / "together", processes).content == alone.content
    assert alone.collections["routes"].count == len(frame)


def test_faults_of_all_pieces_are_told_in_the_order_of_the_file(
    frame: geopandas.GeoDataFrame, processes: Workers, tmp_path: Path
) -> None:
    rows = [5, BATCH + 1, 3 * BATCH]
    broken = frame.copy()
    broken.loc[rows, "mode"] = "by kite"
    path = written(broken, tmp_path / "made.gpkg")
    found = faults_of(path, tmp_path, processes)
    assert found == faults_of(path, tmp_path)
    assert [fault.row.split()[1] for fault in found] == [str(row + 1) for row in rows]


def written(frame: geopandas.GeoDataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path, row_group_size=BATCH // 2 + 1)
    else:
        pyogrio.write_dataframe(frame, path)
    return path
