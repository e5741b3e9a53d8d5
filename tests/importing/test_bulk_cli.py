"""`routeshift import` of a folder, and by those whom a person lets work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from routes.importing.crew import LARGE_BYTES, Crew, bytes_of
from routes.importing.mapping import BadOption
from routes.workers import usable_cores
from tests.importing.ferries import store_in
from tests.importing.test_arranging import made_up
from tests.importing.test_bulk import written
from tests.importing.test_cli_import import BEGIN, run, run_as_a_person_does


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of twenty rows, the last row of the second one at fault."""
    place = tmp_path / "ferries"
    place.mkdir()
    frame = made_up(60)
    frame.loc[39, "mode"] = "by kite"
    for number in range(3):
        written(frame[number * 20 : number * 20 + 20], place / f"{number}.parquet")
    return place


def test_a_person_lets_processes_and_dask_import_a_folder(folder: Path, tmp_path: Path) -> None:
    faulty = run_as_a_person_does(tmp_path, "import", folder.name, *BEGIN, "--workers", "2")
    assert faulty.returncode == 1
    assert "1.parquet: mode is not one of the known ones" in faulty.stderr
    assert "row 20 (Made-up route 19); 'by kite'" in faulty.stderr
    words = ["import", folder.name, *BEGIN, "--leave-out-faulty", "--scheduler", "local",
             "--workers", "1", "--worker-memory", "1GiB"]  # fmt: skip
    sound = run_as_a_person_does(tmp_path, *words)
    assert sound.returncode == 0, sound.stderr
    assert "Published edition 1: 59 routes imported, 59 in all." in sound.stdout
    assert "3 files of Parquet, 60 rows" in sound.stdout


def test_without_dask_a_scheduler_is_refused_in_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = run(
        "import",
        str(folder),
        "--store",
        str(folder.with_name("store")),
        *BEGIN,
        "--scheduler",
        "local",
    )
    assert done.exit_code == 3
    assert "pip install 'routeshift[cluster]'" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--worker-memory", "lots"), "'lots' is no size"),
        (("--workers", "0"), "or equal to 1"),
        (("--scratch", "nowhere"), "does not exist"),
    ],
)
def test_what_workers_cannot_have_is_a_wrong_command(
    words: tuple[str, ...], said: str, folder: Path
) -> None:
    done = run("import", str(folder), "--store", str(folder.with_name("store")), *BEGIN, *words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", "").split())


def test_sizes_are_read_as_people_write_them() -> None:
    assert bytes_of("2GB") == 2 * 10**9
    assert bytes_of(" 1.5 gib ") == 3 * 2**29
    assert bytes_of("4096") == 4096
    with pytest.raises(BadOption, match="'0' is no size"):
        bytes_of("0")


def test_a_small_file_is_imported_by_this_process_and_a_large_one_by_as_many_as_there_are_cores(
    tmp_path: Path,
) -> None:
    path = tmp_path / "made.gpkg"
    for size, count in ((LARGE_BYTES - 1, 1), (LARGE_BYTES, usable_cores())):
        with path.open("wb") as file:
            file.truncate(size)
        with Crew().at_work(path, store_in(tmp_path)) as workers:
            assert workers.count == count
            assert workers.is_here == (count == 1)
