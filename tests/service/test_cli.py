"""The command line, run as a person runs it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pyogrio
import pytest

from geo.shipped import data_folder


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "store"
    done = run("publish", "--store", str(folder), "--note", "first", "--author", "desk")
    assert done.returncode == 0, done.stderr
    assert "Published edition 1" in done.stdout
    return folder


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "atlas"
    shutil.copytree(data_folder("balkans"), folder)
    path = folder / "routes.geojson"
    path.write_text(path.read_text().replace('"../2003~"', '"2003~/1990"'))
    return folder


def test_the_same_atlas_is_not_published_twice_if_changed_is_asked(store: Path) -> None:
    done = run("publish", "--store", str(store), "--if-changed")
    assert done.returncode == 0
    assert "edition 1 stands" in done.stdout


def test_editions_are_listed_for_people_and_for_machines(store: Path) -> None:
    assert "first" in run("editions", "--store", str(store)).stdout
    (edition,) = json.loads(run("editions", "--store", str(store), "--json").stdout)
    assert (edition["number"], edition["note"], edition["author"]) == (1, "first", "desk")


def test_a_sound_atlas_is_valid() -> None:
    done = run("validate", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["collections"]["routes"] == 7


def test_a_faulty_atlas_is_refused_with_a_line_a_fault_and_exit_code_1(
    broken: Path, store: Path
) -> None:
    for command in (["validate"], ["publish", "--store", str(store)]):
        done = run(command[0], str(broken), *command[1:])
        assert done.returncode == 1
        fault, count, *_ = done.stderr.splitlines()
        assert "routes.geojson, feature" in fault
        assert "vlora-italy" in fault
        assert "ends before it starts" in fault
        assert count == "1 fault: nothing was published."
    assert len(json.loads(run("editions", "--store", str(store), "--json").stdout)) == 1


def test_faults_come_as_json_too(broken: Path) -> None:
    done = run("validate", str(broken), "--json")
    assert done.returncode == 1
    (fault,) = json.loads(done.stdout)["faults"]
    assert (fault["file"], fault["field"], fault["value"]) == (
        "routes.geojson", "valid", "2003~/1990",
    )  # fmt: skip


def test_verify_names_the_file_that_was_changed(store: Path, tmp_path: Path) -> None:
    assert run("verify", "--store", str(store)).returncode == 0
    copy = tmp_path / "store"
    shutil.copytree(store, copy)
    victim = sorted((copy / "collections").iterdir())[0]
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    done = run("verify", "--store", str(copy))
    assert done.returncode == 1
    assert victim.name in done.stderr


def test_serving_without_an_edition_says_what_to_do(tmp_path: Path) -> None:
    done = run("serve", "--store", str(tmp_path / "empty"))
    assert done.returncode == 3
    assert "routeshift publish" in done.stderr


def test_a_taken_port_is_told_before_anything_starts(store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("serve", "--store", str(store), "--port", port)
    assert done.returncode == 3
    assert f"Port {port}" in done.stderr


def test_a_wrong_command_is_exit_code_2() -> None:
    assert run("pubish").returncode == 2


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    """A store whose second edition has another date of one route."""
    atlas, folder = tmp_path / "atlas", tmp_path / "store"
    shutil.copytree(data_folder("balkans"), atlas)
    assert run("publish", str(atlas), "--store", str(folder)).returncode == 0
    path = atlas / "routes.geojson"
    path.write_text(path.read_text().replace('"../2003~"', '"../2002~"'))
    assert run("publish", str(atlas), "--store", str(folder)).returncode == 0
    return folder


def test_a_correction_is_told_in_a_sentence_and_to_machines(corrected: Path) -> None:
    said = run("diff", "1", "2", "--store", str(corrected)).stdout
    assert said.strip() == (
        "“Vlora to Italy” (routes): date: “until about 2003” is now “until about 2002”."
    )
    found = json.loads(run("diff", "1", "2", "--store", str(corrected), "--json").stdout)
    assert [one["id"] for one in found["features"]] == ["vlora-italy.v1"]
    same = run("diff", "2", "2", "--store", str(corrected)).stdout
    assert same.strip() == "Edition 2 says what edition 2 says."


def test_an_edition_is_shown_taken_out_and_brought_back(corrected: Path, tmp_path: Path) -> None:
    store = ("--store", str(corrected))
    content = json.loads(run("show", "1", *store, "--json").stdout)["content"]
    shown = run("show", "1", *store).stdout
    assert content in shown
    assert "Story one-route-becomes-three: One route becomes three" in shown
    folder = tmp_path / "out"
    assert run("export", "1", "--to", str(folder), *store).returncode == 0
    again = run("publish", str(folder), *store, "--json")
    assert json.loads(again.stdout)["content"] == content
    restored = run("restore", "2", *store)
    assert restored.stdout.strip() == "Published edition 4, which says what edition 2 says."
    assert run("verify", *store).returncode == 0


def test_pruning_says_what_breaks_and_does_it_only_when_told_twice(corrected: Path) -> None:
    store = ("--store", str(corrected))
    said = run("prune", "--keep", "1", *store).stdout
    assert "Would remove 1 edition: 1." in said
    assert "410 Gone" in said
    assert len(json.loads(run("editions", *store, "--json").stdout)) == 2
    assert "Removed 1 edition: 1." in run("prune", "--keep", "1", "--yes", *store).stdout
    assert len(json.loads(run("editions", *store, "--json").stdout)) == 1
    gone = run("show", "1", *store)
    assert gone.returncode == 3
    assert "edition 1 was removed from this store on" in gone.stderr


FERRIES = """route;begin;wkt
north;2003;"LINESTRING (14.2 43.6, 14.6 43.4, 15.0 43.3)"
"""


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    """A store whose second edition has a route that was imported into the shipped atlas."""
    folder, file = tmp_path / "store", tmp_path / "ferries.csv"
    file.write_text(FERRIES)
    assert run("publish", "--store", str(folder)).returncode == 0
    words = ("--set", "mode=sea", "--source-title", "Timetables", "--store", str(folder))
    assert run("import", str(file), *words).returncode == 0
    return folder


def test_a_folder_that_lacks_imported_rows_is_refused_and_says_which(imported: Path) -> None:
    done = run("publish", "--store", str(imported))
    assert done.returncode == 1
    assert "routes lack 1 item (north.v1) that edition 2 has" in done.stderr
    assert "--replace" in done.stderr
    assert [one["number"] for one in json.loads(
        run("editions", "--store", str(imported), "--json").stdout)] == [2, 1]  # fmt: skip
    told = json.loads(run("publish", "--store", str(imported), "--json").stdout)
    assert told["faults"][0]["field"] == "routes"
    done = run("publish", "--store", str(imported), "--replace")
    assert "Published edition 3" in done.stdout


def test_a_service_starts_with_what_was_imported_and_is_told_so(imported: Path) -> None:
    done = run("publish", "--store", str(imported), "--if-changed")
    assert done.returncode == 0
    assert "routes lack 1 item (north.v1) that edition 2 has" in done.stderr
    assert "Nothing was published: edition 2 stands." in done.stdout


def test_an_atlas_that_grew_is_published_at_the_start_of_a_service(
    corrected: Path, tmp_path: Path
) -> None:
    path = tmp_path / "atlas/routes.geojson"
    document = json.loads(path.read_text())
    grown = json.loads(json.dumps(document["features"][0]))
    grown["properties"] |= {"route": "another"}
    document["features"].append(grown)
    path.write_text(json.dumps(document))
    done = run("publish", str(path.parent), "--store", str(corrected), "--if-changed")
    assert "Published edition 3" in done.stdout


def test_the_tiles_of_an_edition_are_written_into_one_file(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "atlas.pmtiles"
    asked = ["pmtiles", "1", "--to", str(file), "--store", str(store), "--max-zoom", "2"]
    done = run(*asked)
    assert done.returncode == 0, done.stderr
    assert f"Wrote edition 1 to {file}: 7 tiles to zoom 2" in done.stdout
    assert "only some" not in done.stdout
    assert pyogrio.list_layers(file)[0].tolist()[0] == "routes"
    before = file.stat().st_mtime_ns
    refused = run(*asked)
    assert refused.returncode == 2
    assert "is there already: --force writes over it" in refused.stderr
    assert file.stat().st_mtime_ns == before
    again = run(*asked, "--force", "--json")
    assert json.loads(again.stdout) == {
        "edition": 1, "file": str(file), "tiles": 7, "max_zoom": 2,
        "size": file.stat().st_size, "lacking": {},
    }  # fmt: skip
    assert file.stat().st_mtime_ns > before


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["9", "--to", "atlas.pmtiles"], 3, "there is no edition 9"),
        (["1", "--to", "nowhere/atlas.pmtiles"], 3, "nowhere/atlas.pmtiles was not written"),
        (["1", "--to", "atlas.pmtiles", "--max-zoom", "15"], 2, "less than or equal to 14"),
    ],
)
def test_tiles_that_cannot_be_written_are_refused_in_words(
    store: Path, tmp_path: Path, options: list[str], code: int, words: str
) -> None:
    number, to, file, *more = options
    done = run("pmtiles", number, to, str(tmp_path / file), *more, "--store", str(store))
    assert done.returncode == code
    assert words in done.stderr.replace("\n", "")
    assert list(tmp_path.iterdir()) == []
