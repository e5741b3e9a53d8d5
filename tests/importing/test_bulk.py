"""Whoever does the work of an import, and however many of them: the edition is the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import distributed
import geopandas
import pyogrio
import pytest

import routes
from routes.clusters import LOCAL, NoCluster, cluster
from routes.importing import prepare
from routes.importing.reading import BATCH
from routes.recorded import ROWS_A_GROUP
from routes.report import AtlasRefused, Fault
from routes.workers import Workers, WorkersLost, pool
from tests.importing.ferries import options, store_in
from tests.importing.test_arranging import made_up

OPTIONS = options("locator=locator,description=description", ())


@pytest.fixture(scope="module")
def processes() -> Iterator[Workers]:
    with pool(2) as workers:
        yield begun(workers)


@pytest.fixture(scope="module")
def dask() -> Iterator[Workers]:
    with cluster(LOCAL, 2) as workers:
        yield workers


@pytest.fixture(scope="module")
def frame() -> geopandas.GeoDataFrame:
    """More rows than are read at once, and than are sorted at once."""
    return made_up(max(2 * BATCH, ROWS_A_GROUP) + 500)


@pytest.fixture(scope="module")
def made(frame: geopandas.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(frame, tmp_path_factory.mktemp("made") / "made.gpkg")


@pytest.fixture(scope="module")
def alone(made: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The hash of the rows as this process records them without others."""
    return recorded(made, tmp_path_factory.mktemp("alone"))


@pytest.fixture
def parts(frame: geopandas.GeoDataFrame, tmp_path: Path) -> list[geopandas.GeoDataFrame]:
    """The rows in five parts, for which there is the folder `parts`."""
    (tmp_path / "parts").mkdir()
    fifth = -(-len(frame) // 5)
    return [frame[start : start + fifth].copy() for start in range(0, len(frame), fifth)]


def written(frame: geopandas.GeoDataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path, row_group_size=BATCH // 2 + 1)
    else:
        pyogrio.write_dataframe(frame, path)
    return path


def recorded(
    path: Path, place: Path | str, workers: Workers | None = None, *, killing: bool = False
) -> str:
    """The hash of the routes in a new store, though workers be killed after the first rows.

    `place`: a folder for the store, or the address of a database.
    """
    store = store_in(place) if isinstance(place, Path) else routes.open_store(place)
    ready = prepare(path, store, OPTIONS)
    doomed = [workers] if killing and workers else []

    def count(_: int) -> None:
        while doomed:
            kill(doomed.pop())

    with ready.checked(count, workers) as checked:
        assert checked.faults == ()
        manifest = ready.publish(store, checked)
    assert store.verify() == []
    return manifest.collections["routes"].sha256


def begun(workers: Workers) -> Workers:
    """The same when a process has begun: until then the one that leads works alone."""
    assert workers.begun is not None
    workers.begun.result()
    return workers


def kill(workers: Workers) -> None:
    if isinstance(workers.executor, ProcessPoolExecutor):
        doomed = list(workers.executor._processes)
    else:
        doomed = list(distributed.get_client().run(os.getpid).values())
    for process in doomed:
        os.kill(process, signal.SIGKILL)


def faults_of(path: Path, folder: Path, workers: Workers | None = None) -> tuple[Fault, ...]:
    with prepare(path, store_in(folder), OPTIONS).checked(workers=workers) as checked:
        return checked.faults


def test_processes_record_the_same_as_one_in_every_kind_of_store(
    made: Path, alone: str, processes: Workers, place: Path | str
) -> None:
    assert recorded(made, place, processes) == alone


def test_until_processes_have_begun_this_one_works() -> None:
    here = Workers(Never(), count=2, begun=Future())
    assert list(here.each(abs, [-1, -2, -3])) == [1, 2, 3]


class Never(Executor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        raise AssertionError(fn)


def test_dask_records_the_same_as_one_process(
    made: Path, alone: str, dask: Workers, tmp_path: Path
) -> None:
    assert recorded(made, tmp_path, dask) == alone


def test_workers_read_a_parquet_file_by_its_row_groups(
    frame: geopandas.GeoDataFrame, alone: str, processes: Workers, tmp_path: Path
) -> None:
    assert recorded(written(frame, tmp_path / "made.parquet"), tmp_path, processes) == alone


@pytest.mark.parametrize("suffix", [".parquet", ".fgb"])
def test_a_folder_is_recorded_as_its_files_together_would_be(
    suffix: str, parts: list[geopandas.GeoDataFrame], alone: str, dask: Workers, tmp_path: Path
) -> None:
    for number, part in enumerate(parts):
        written(part, tmp_path / "parts" / f"{number}{suffix}")
    assert recorded(tmp_path / "parts", tmp_path, dask) == alone


def test_processes_that_are_killed_are_replaced_and_their_rows_checked_again(
    made: Path, alone: str, tmp_path: Path
) -> None:
    with pool(2) as workers:
        assert recorded(made, tmp_path, begun(workers), killing=True) == alone
        assert workers.lost == 1


def test_dask_replaces_workers_that_are_killed(made: Path, alone: str, tmp_path: Path) -> None:
    with cluster(LOCAL, 2) as workers:
        assert recorded(made, tmp_path, workers, killing=True) == alone


def test_work_that_kills_its_workers_is_given_up() -> None:
    with pool(1) as workers, pytest.raises(WorkersLost, match="--worker-memory"):
        list(begun(workers).each(signal.raise_signal, [signal.SIGKILL]))


def test_a_worker_that_needs_more_memory_than_it_may_have_says_so() -> None:
    with pool(1, 2**29) as workers, pytest.raises(WorkersLost, match="more memory"):
        list(begun(workers).each(bytearray, [2**30]))


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routes.clusters.SECONDS_TO_ANSWER", 1)
    with (
        pytest.raises(NoCluster, match=r"tcp://127\.0\.0\.1:9"),
        cluster("tcp://127.0.0.1:9", 1),
    ):
        raise AssertionError


def test_faults_planted_in_three_pieces_of_a_file_are_told_in_its_order(
    frame: geopandas.GeoDataFrame, processes: Workers, tmp_path: Path
) -> None:
    rows = [5, BATCH + 1, 2 * BATCH + 3]
    broken = frame.copy()
    broken.loc[rows, "mode"] = "by kite"
    path = written(broken, tmp_path / "made.gpkg")
    found = faults_of(path, tmp_path, processes)
    assert found == faults_of(path, tmp_path)
    assert [fault.row.split()[1] for fault in found] == [str(row + 1) for row in rows]


def test_processes_leave_out_the_same_rows_as_one(
    frame: geopandas.GeoDataFrame, processes: Workers, tmp_path: Path
) -> None:
    broken = frame[: BATCH + 10].copy()
    broken.loc[[3, BATCH + 5], "mode"] = "by kite"
    path = written(broken, tmp_path / "made.gpkg")
    hashes = set()
    for name, workers in (("alone", None), ("together", processes)):
        (tmp_path / name).mkdir()
        store = store_in(tmp_path / name)
        ready = prepare(path, store, OPTIONS)
        with ready.checked(workers=workers) as checked:
            manifest = ready.publish(store, checked)
        assert manifest.collections["routes"].count == len(broken) - 2
        hashes.add(manifest.collections["routes"].sha256)
    assert len(hashes) == 1


def test_faults_planted_in_three_files_of_a_folder_are_told_with_file_and_row(
    parts: list[geopandas.GeoDataFrame], dask: Workers, tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    for number, part in enumerate(parts):
        if number in (0, 2, 4):
            part.iloc[number, part.columns.get_loc("mode")] = "by kite"
        written(part[:100], folder / f"{number}.parquet")
    found = faults_of(folder, tmp_path, dask)
    assert found == faults_of(folder, tmp_path)
    told = [(fault.file, fault.row.split(" (")[0]) for fault in found]
    assert told == [("0.parquet", "row 1"), ("2.parquet", "row 3"), ("4.parquet", "row 5")]


def test_versions_that_overlap_in_two_files_of_a_folder_are_told_with_both(
    parts: list[geopandas.GeoDataFrame], tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    for number, part in enumerate(parts[:2]):
        part.iloc[7, part.columns.get_loc("route")] = "twice"
        part.iloc[7, part.columns.get_loc("begin")] = "1999"
        written(part[:20], folder / f"{number}.parquet")
    (found,) = faults_of(folder, tmp_path)
    assert (found.file, found.row) == ("1.parquet", "row 8 (Made-up route 2053)")
    assert "0.parquet, row 8" in found.problem


def test_files_of_different_columns_are_refused_by_name(
    parts: list[geopandas.GeoDataFrame], tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    written(parts[0][:5], folder / "0.parquet")
    written(parts[1][:5].drop(columns="mode"), folder / "1.parquet")
    with pytest.raises(AtlasRefused, match=r"0\.parquet has .*'mode'.*1\.parquet has"):
        prepare(folder, store_in(tmp_path), OPTIONS)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    with pytest.raises(AtlasRefused, match="holds no files"):
        prepare(tmp_path / "parts", store_in(tmp_path), OPTIONS)


def test_how_much_is_published_is_told_on_the_way(
    made: Path, processes: Workers, tmp_path: Path
) -> None:
    told: list[str] = []
    store = store_in(tmp_path)
    ready = prepare(made, store, OPTIONS)
    with ready.checked(workers=processes) as checked:
        ready.publish(store, checked, progress=told.append)
    shares = [int(one.split()[1]) for one in told if one.endswith("%")]
    assert shares == sorted(shares)
    assert shares[0] < 100 == shares[-1]
