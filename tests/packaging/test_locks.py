"""The locked versions: complete, hashed, in agreement, and silent about where they come from."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOME = Path(__file__).parents[2]
LOCKS = ("serve.txt", "build.txt", "dev.txt", "npm.txt")
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())
NAMED = {
    "serve.txt": PROJECT["project"]["dependencies"],
    "build.txt": PROJECT["build-system"]["requires"],
    "dev.txt": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["dev"],
        *PROJECT["build-system"]["requires"],
    ],
}


def entries(lock: str) -> list[str]:
    """One entry for each package: its line and the lines that continue it."""
    text = (HOME / "requirements" / lock).read_text()
    return re.sub(r"\s*\\\n\s*", " ", text).strip().splitlines()


def pins(lock: str) -> dict[str, set[str]]:
    """Name -> the versions locked for it; more than one where Pythons differ."""
    found: dict[str, set[str]] = {}
    for entry in entries(lock):
        requirement = Requirement(entry.partition(" --hash")[0])
        (exact,) = requirement.specifier
        assert exact.operator == "==", entry
        found.setdefault(canonicalize_name(requirement.name), set()).add(exact.version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes_and_nothing_else(lock: str) -> None:
    assert entries(lock)
    for entry in entries(lock):
        assert re.fullmatch(
            r"[\w.\[\]-]+==[\w.+!]+( ; [^#]+?)?( --hash=sha256:[0-9a-f]{64})+", entry
        ), entry[:100]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    text = (HOME / "requirements" / lock).read_text()
    assert not re.search(r"://|--index|--find-links|--extra|@ ", text)


@pytest.mark.parametrize("lock", NAMED)
def test_a_lock_satisfies_what_the_project_asks_for(lock: str) -> None:
    locked = pins(lock)
    for text in NAMED[lock]:
        wanted = Requirement(text)
        versions = locked[canonicalize_name(wanted.name)]
        assert all(wanted.specifier.contains(version) for version in versions), text


@pytest.mark.parametrize("lock", ["serve.txt", "build.txt"])
def test_service_and_tests_run_on_the_same_versions(lock: str) -> None:
    everything = pins("dev.txt")
    assert all(everything[name] == versions for name, versions in pins(lock).items())


def test_the_lock_of_the_assets_has_a_hash_for_every_package_and_no_address() -> None:
    lock = json.loads((HOME / "package-lock.json").read_text())
    packages: dict[str, dict[str, Any]] = lock["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_the_assets_are_asked_for_by_exact_version() -> None:
    asked = json.loads((HOME / "package.json").read_text())
    locked = json.loads((HOME / "package-lock.json").read_text())["packages"]
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert locked[f"node_modules/{name}"]["version"] == version
