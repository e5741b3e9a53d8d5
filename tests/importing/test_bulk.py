"""Whoever does the work of an import, and however many of them: the edition is the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import distributed
import geopandas
import pyogrio
import pytest

from routes.clusters import LOCAL, cluster
from routes.importing import prepare
from routes.importing.reading import BATCH
from routes.report import AtlasRefused, Fault
from routes.stores.base import Manifest
from routes.workers import Workers, WorkersLost, pool
from tests.importing.ferries import options, store_in
from tests.importing.test_arranging import made_up

MAPS = "locator=locator,description=description"


@pytest.fixture(scope="module")
def processes() -> Iterator[Workers]:
    with pool(2) as workers:
        yield workers


@pytest.fixture(scope="module")
def dask() -> Iterator[Workers]:
    with cluster(LOCAL, 2) as workers:
        yield workers


@pytest.fixture(scope="module")
def frame() -> geopandas.GeoDataFrame:
    """Rows of three batches and a bit."""
    return made_up(3 * BATCH + 700)


def published(
    path: Path, folder: Path, workers: Workers | None = None, *, killing: bool = False
) -> Manifest:
    """What is recorded of a file in a new store, though its workers be killed after some rows."""
    folder.mkdir()
    store = store_in(folder)
    ready = prepare(path, store, options(MAPS, ()))
    left = [workers] if killing and workers else []

    def count(_: int) -> None:
        while left:
            (kill_dask if left[0].renew is None else kill_pool)(left.pop())

    with ready.checked(count, workers) as checked:
        assert checked.faults == ()
        manifest = ready.publish(store, checked)
    assert store.verify() == []
    return manifest


def kill_pool(workers: Workers) -> None:
    assert isinstance(workers.executor, ProcessPoolExecutor)
    for process in list(workers.executor._processes):
        os.kill(process, signal.SIGKILL)


def kill_dask(_: Workers) -> None:
    client = distributed.get_client()
    for process in client.run(os.getpid).values():
        os.kill(process, signal.SIGKILL)


def faults_of(path: Path, folder: Path, workers: Workers | None = None) -> tuple[Fault, ...]:
    asked = options(MAPS, ())
    with prepare(path, store_in(folder), asked).checked(workers=workers) as checked:
        return checked.faults


@pytest.mark.parametrize("name", ["made.gpkg", "made.parquet", "made.fgb"])
def test_processes_and_dask_record_the_same_as_one_process(
    name: str, frame: geopandas.GeoDataFrame, processes: Workers, dask: Workers, tmp_path: Path
) -> None:
    path = written(frame, tmp_path / name)
    alone = published(path, tmp_path / "alone")
    assert published(path, tmp_path / "processes", processes).content == alone.content
    assert published(path, tmp_path / "dask", dask).content == alone.content
    assert alone.collections["routes"].count == len(frame)


def test_workers_that_are_killed_are_replaced_and_their_rows_checked_again(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    path = written(frame, tmp_path / "made.gpkg")
    alone = published(path, tmp_path / "alone")
    with pool(2) as workers:
        assert published(path, tmp_path / "killed", workers, killing=True).content == alone.content
        assert workers.lost == 1


def test_dask_replaces_workers_that_are_killed(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    path = written(frame, tmp_path / "made.gpkg")
    alone = published(path, tmp_path / "alone")
    with cluster(LOCAL, 2) as workers:
        assert published(path, tmp_path / "killed", workers, killing=True).content == alone.content


def test_work_that_kills_its_workers_is_given_up() -> None:
    with pool(1) as workers, pytest.raises(WorkersLost, match="--worker-memory"):
        list(workers.each(killed, [1]))


def killed(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_needs_more_memory_than_it_may_have_says_so() -> None:
    with pool(1, 2**29) as workers, pytest.raises(MemoryError):
        list(workers.each(bytearray, [2**30]))


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


@pytest.fixture
def parts(frame: geopandas.GeoDataFrame, tmp_path: Path) -> list[geopandas.GeoDataFrame]:
    """The rows in five parts."""
    fifth = -(-len(frame) // 5)
    return [frame[start : start + fifth].copy() for start in range(0, len(frame), fifth)]


@pytest.mark.parametrize("suffix", [".parquet", ".fgb", ".gpkg"])
def test_a_folder_is_recorded_as_its_files_together_would_be(
    suffix: str, frame: geopandas.GeoDataFrame, parts: list[geopandas.GeoDataFrame],
    processes: Workers, dask: Workers, tmp_path: Path,
) -> None:  # fmt: skip
    whole = published(written(frame, tmp_path / "whole.gpkg"), tmp_path / "alone")
    folder = tmp_path / "parts"
    folder.mkdir()
    for number, part in enumerate(parts):
        written(part, folder / f"{number}{suffix}")
    for name, workers in [("none", None), ("processes", processes), ("dask", dask)]:
        assert published(folder, tmp_path / name, workers).content == whole.content


def test_faults_planted_in_three_files_are_all_told_with_file_and_row(
    parts: list[geopandas.GeoDataFrame], dask: Workers, tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    for number, part in enumerate(parts):
        if number in (0, 2, 4):
            part.iloc[number, part.columns.get_loc("mode")] = "by kite"
        written(part, folder / f"{number}.parquet")
    found = faults_of(folder, tmp_path, dask)
    assert found == faults_of(folder, tmp_path)
    told = [(fault.file, fault.row.split(" (")[0]) for fault in found]
    assert told == [("0.parquet", "row 1"), ("2.parquet", "row 3"), ("4.parquet", "row 5")]


def test_what_stands_twice_in_two_files_of_a_folder_is_told_of_both(
    parts: list[geopandas.GeoDataFrame], tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    for number, part in enumerate(parts[:2]):
        part["route"], part["version"] = part["route"].to_numpy(), 1
        part.iloc[7, part.columns.get_loc("route")] = "twice"
        written(part[:20], folder / f"{number}.csv")
    found = faults_of(folder, tmp_path)
    assert [(fault.file, fault.row) for fault in found] == []
    assert "0.csv, line 9" in found[1].problem


def test_files_of_different_columns_are_refused_by_name(
    parts: list[geopandas.GeoDataFrame], tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    written(parts[0][:5], folder / "0.parquet")
    written(parts[1][:5].drop(columns="mode"), folder / "1.parquet")
    with pytest.raises(AtlasRefused, match=r"0\.parquet has .*'mode'.*1\.parquet has"):
        prepare(folder, store_in(tmp_path), options(MAPS, ()))
