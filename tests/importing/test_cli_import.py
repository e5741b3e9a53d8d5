"""`routeshift import`, run as a person runs it; and the tutorial, step by step."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from shapely import LineString
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from service import cli
from service.app import create_app
from service.settings import Settings
from tests.importing.ferries import NORTH, lines
from tests.importing.test_checks import SOUND, written

HOME = Path(__file__).parents[2]
TUTORIAL = (HOME / "docs/importing.md").read_text(encoding="utf-8")
BEGIN = ("--title", "Tidewater Lines", "--licence", "CC0-1.0", "--source-title", "Timetables")


def run(*words: str) -> Result:
    """Run a command here, with what it writes in `stdout` and `stderr`."""
    return CliRunner().invoke(cli.app, list(words), env={"COLUMNS": "100"})


def run_as_a_person_does(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *words],
        capture_output=True, text=True, timeout=120, check=False, cwd=folder,
        env={"PYTHONPATH": str(HOME), "PATH": "/usr/bin:/bin", "COLUMNS": "100"},
    )  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    tables = re.findall(r"```csv\n(.*?)```", TUTORIAL, re.DOTALL)
    (tmp_path / "ferries.csv").write_text(tables[0])
    (tmp_path / "older.csv").write_text(tables[1])
    blocks = re.findall(r"```sh\n(.*?)```", TUTORIAL, re.DOTALL)
    commands = [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]
    said = []
    for words in commands:
        if words[0] == "serve":
            continue
        done = run_as_a_person_does(tmp_path, *words)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert "No fault in 3 rows. Nothing was published" in said[0]
    assert "valid_from   From" in said[0]
    assert "Published edition 1: 3 routes imported, 3 in all." in said[1]
    assert "Published edition 2: 1 routes imported, 4 in all." in said[2]
    assert "The west line was missing" in said[3]
    client = TestClient(create_app(Settings(store=tmp_path / "var/ferries")))
    embed = re.search(r'src="http://127\.0\.0\.1:8000(/[^"]+)"', TUTORIAL)
    assert embed
    assert client.get(embed[1]).status_code == 200
    first = client.get("/editions/1/collections/routes/items").json()
    assert len(first["features"]) == 3


def test_faults_are_grouped_for_people_and_written_as_a_page(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND, SOUND | {"route": "b", "begin": "in May"})
    done = run("import", path.name, *BEGIN, "--report", "report.html")
    assert done.exit_code == 1
    assert "lines.geojson: begin (valid_from) is not a date as EDTF writes it (1)" in done.stderr
    assert "  - feature 2 (b); 'in May'" in done.stderr
    assert "1 fault: nothing was published." in done.stderr
    assert not (tmp_path / "var").exists()
    assert "in May" in (tmp_path / "report.html").read_text()


def test_machines_get_one_document(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND, SOUND | {"route": "b", "begin": "in May"})
    words = ["import", path.name, *BEGIN, "--store", "store", "--json"]
    refused = run(*words)
    assert refused.exit_code == 1
    document = json.loads(refused.stdout)
    assert document["published"] is None
    assert document["faults"][0]["place"] == [14.6, 43.4]
    left = json.loads(run(*words, "--leave-out-faulty").stdout)
    assert (left["left_out"], left["published"]["number"]) == (1, 1)
    assert left["published"]["left_out"][0]["value"] == "in May"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dates", "yyyy"], "is not one of dd.mm.yyyy"),
        (["--map", "begin"], "is not OURS=THEIRS"),
        (["--collection", "ferries"], "there is no collection"),
        (["--mapping", "nowhere.toml"], "is not a saved mapping"),
    ],
)
def test_a_wrong_option_is_exit_code_2(tmp_path: Path, words: list[str], said: str) -> None:
    path = written(tmp_path / "lines.geojson", SOUND)
    done = run("import", path.name, *BEGIN, *words)
    assert done.exit_code == 2
    assert said in " ".join(re.sub(r"[│\s]+", " ", done.stderr).split())


def test_an_empty_store_asks_what_the_new_atlas_is(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND)
    done = run("import", path.name)
    assert done.exit_code == 2
    assert "--licence" in done.stderr


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    done = run("import", "nowhere.gpkg", *BEGIN)
    assert done.exit_code == 1
    assert "nowhere.gpkg: the file is missing" in done.stderr


def test_a_report_holds_no_script_and_no_address(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>"
    frame = lines(route=[name, "south"], begin=["in May", "2001"], mode=["sea", "sea"])
    frame.to_file(tmp_path / "lines.gpkg")
    run("import", "lines.gpkg", *BEGIN, "--report", "report.html", "--dry-run")
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"https?://|src=|url\(", page)
    assert f"{NORTH.coords[1][0]:.4f}" in page


def test_what_ends_in_the_edition_is_said_before_it_is_done(tmp_path: Path) -> None:
    there = written(tmp_path / "first.geojson", SOUND | {"end": None})
    assert run("import", there.name, *BEGIN).exit_code == 0
    written(tmp_path / "second.geojson", SOUND | {"begin": "2003-05", "end": None})
    words = ("import", "second.geojson", "--source", "timetables", "--close-versions")
    said = "closes north.v1 of edition 1 at 2003-05: was open (2001/..)"
    dry = run(*words, "--dry-run", "--report", "report.html")
    assert said in dry.stdout
    assert said in (tmp_path / "report.html").read_text()
    run(*words, "--dry-run", "--report", "report.txt")
    assert (tmp_path / "report.txt").read_text() == said + "\n"
    told = json.loads(run(*words, "--dry-run", "--json").stdout)
    assert told["closed"] == [{"id": "north.v1", "valid": "2001/2003-05", "was": "2001/.."}]
    done = run(*words)
    assert done.stdout.index(said) < done.stdout.index("Published edition 2")
    assert "“since 2001” is now “from 2001 to May 2003”" in run("diff", "1", "2").stdout


def test_rows_that_all_lie_elsewhere_than_the_atlas_are_told(tmp_path: Path) -> None:
    there = written(tmp_path / "first.geojson", SOUND)
    assert run("import", there.name, *BEGIN).exit_code == 0
    swapped = LineString([(lat, lon) for lon, lat in NORTH.coords])
    said = "lies outside the map of edition 1: at longitude 43.4 to 43.4, latitude 14.6 to 14.6"
    for name, row in (("swapped", {"geometry": swapped, "route": "b"}), ("near", {"route": "b"})):
        written(tmp_path / f"{name}.geojson", SOUND | row)
        done = run("import", f"{name}.geojson", "--source", "timetables", "--dry-run")
        assert done.exit_code == 0
        assert (said in done.stdout) == (name == "swapped")
