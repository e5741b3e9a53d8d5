"""Front-end files: fetched once, copied as listed, whichever npm there is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tools import fetch_assets

HOME = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project with two packages that are fetched already, and a list of one file."""
    for name in ("a/one.js", "a/two.js"):
        path = tmp_path / "node_modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / fetch_assets.LIST).parent.mkdir(parents=True)
    (tmp_path / fetch_assets.LIST).write_text('[[file]]\nfrom = "a/one.js"\nto = "a/one.js"\n')
    (tmp_path / fetch_assets.LOCK).write_text("{}")
    return tmp_path


class Npm:
    """Stands for npm: fills node_modules and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, command: list[str], home: Path) -> None:
        self.asked.append(command)
        shutil.rmtree(home / "node_modules", ignore_errors=True)
        (home / "node_modules").mkdir()


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch) -> Npm:
    """Every command goes to a stand-in; the system's npm counts as fit."""
    stand_in = Npm()
    monkeypatch.setattr(fetch_assets, "run", stand_in)
    monkeypatch.setattr(fetch_assets, "works", lambda npm: True)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    return stand_in


def test_a_second_fetch_asks_for_nothing(home: Path, npm: Npm) -> None:
    assert fetch_assets.fetch(home, dev=False)
    assert not fetch_assets.fetch(home, dev=False)
    assert len(npm.asked) == 1
    assert "--omit=dev" in npm.asked[0]


def test_what_tests_need_is_more_and_stays(home: Path, npm: Npm) -> None:
    fetch_assets.fetch(home, dev=False)
    assert fetch_assets.fetch(home, dev=True)
    assert "--omit=dev" not in npm.asked[1]
    assert not fetch_assets.fetch(home, dev=False)


def test_a_changed_lock_is_fetched_again(home: Path, npm: Npm) -> None:
    fetch_assets.fetch(home, dev=False)
    (home / fetch_assets.LOCK).write_text('{"changed": true}')
    assert fetch_assets.fetch(home, dev=False)


def test_an_npm_that_failed_leaves_no_stamp(home: Path, npm: Npm) -> None:
    def fail(command: list[str], home: Path) -> None:
        raise subprocess.CalledProcessError(1, command)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch_assets, "run", fail)
        with pytest.raises(subprocess.CalledProcessError):
            fetch_assets.fetch(home, dev=False)
    assert fetch_assets.fetch(home, dev=False)


def test_only_what_is_listed_is_copied_and_only_once(home: Path) -> None:
    stray = home / fetch_assets.VENDOR / "old.js"
    stray.parent.mkdir(parents=True)
    stray.write_text("left from a list of before")
    assert fetch_assets.copy(home) == 1
    assert fetch_assets.copy(home) == 0
    found = [path for path in (home / fetch_assets.VENDOR).rglob("*") if path.is_file()]
    assert found == [home / fetch_assets.VENDOR / "a/one.js"]


def test_a_changed_copy_is_mended(home: Path) -> None:
    fetch_assets.copy(home)
    (home / fetch_assets.VENDOR / "a/one.js").write_text("tampered")
    assert fetch_assets.copy(home) == 1
    assert (home / fetch_assets.VENDOR / "a/one.js").read_text() == "a/one.js"


def test_a_listed_file_that_no_package_has_is_an_error(home: Path) -> None:
    (home / fetch_assets.LIST).write_text('[[file]]\nfrom = "a/none.js"\nto = "none.js"\n')
    with pytest.raises(FileNotFoundError, match=r"a/none\.js"):
        fetch_assets.copy(home)


@pytest.mark.parametrize(
    ("script", "fit"),
    [("echo 11.2.0", True), ("echo 6.14.4", False), ("exit 127", False), ("echo what", False)],
)
def test_an_npm_that_cannot_read_our_lock_is_not_used(
    tmp_path: Path, script: str, fit: bool
) -> None:
    (tmp_path / "npm").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "npm").chmod(0o755)
    assert fetch_assets.works(str(tmp_path / "npm")) is fit


def test_the_vendor_folder_holds_exactly_what_is_listed() -> None:
    # make fetched it before the tests; test_dockerfile.py fetches it where there is no npm.
    assert fetch_assets.copy(HOME) == 0
