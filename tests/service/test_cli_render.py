"""`routeshift render`, run as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.test_cli import run

STARTS = {".html": b"<!DOCTYPE html>", ".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF-"}


def render(store: Path, file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return run("render", str(file), "--store", str(store), *more)


@pytest.mark.parametrize("ending", sorted(STARTS))
def test_the_ending_says_what_is_written_and_the_same_bytes_come_again(
    store: Path, tmp_path: Path, ending: str
) -> None:
    files = [tmp_path / f"{name}{ending}" for name in ("first", "second")]
    for file in files:
        done = render(store, file, "--date", "2002-06", "--layers", "routes,eu", "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told == {"file": str(file), "edition": 1, "bytes": file.stat().st_size}
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert first.startswith(STARTS[ending])
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_a_file_that_is_there_is_kept_unless_told_otherwise(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "map.svg"
    file.write_text("mine")
    done = render(store, file)
    assert (done.returncode, file.read_text()) == (2, "mine")
    assert "--force" in done.stderr
    assert render(store, file, "--force").returncode == 0
    assert file.read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("name", "options", "code", "said"),
    [
        ("map.gif", [], 2, "'map.gif' has none of the endings known here: .html, .svg, .png, .pdf"),
        ("none/map.svg", [], 2, "make it first"),
        ("map.svg", ["--date", "1890"], 2, "--date: '1890-01-01' is not between 1990-01-01 and"),
        ("map.html", ["--date", "soon"], 2, "--date: 'soon' is not a date as EDTF writes it"),
        ("map.html", ["--layers", "ships"], 2, "--layers: 'ships' is not a layer; there are"),
        ("map.html", ["--bbox", "1,2,3"], 2, "--bbox: '1,2,3' has 3 numbers"),
        ("map.html", ["--lang", "xx"], 2, "--lang: 'xx' is not a language of this map"),
        ("map.html", ["--edition", "9"], 3, "there is no edition 9"),
        ("map.html", ["--url", "maps.example"], 2, "Example: https://maps.example"),
        ("map.html", ["--width", "600"], 2, "--width is for a picture"),
        ("map.png", ["--width", "6"], 2, "--width: '6' is not between 300 and 4000"),
        ("map.png", ["--mode", "embed"], 2, "--mode is for a page"),
        (f"{'m' * 300}.svg", [], 3, "cannot be written: File name too long"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence_and_nothing_is_written(
    store: Path, tmp_path: Path, name: str, options: list[str], code: int, said: str
) -> None:
    done = render(store, tmp_path / name, *options)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_file_that_was_there(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "map.svg"
    file.write_text("mine")
    command = [sys.executable, "-m", "service.cli", "render", str(file), "--force"]
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 20; exec "$@"', "-", *command, "--store", str(store)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "cannot be written: File too large" in done.stderr
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_a_store_without_an_edition_says_what_to_do(tmp_path: Path) -> None:
    done = render(tmp_path / "empty", tmp_path / "map.html")
    assert done.returncode == 3
    assert "routeshift publish" in done.stderr
