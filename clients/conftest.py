"""The real service on the shipped atlas, and QGIS to look at it with."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import NewPlace, live_server, store

__all__ = ["live_server", "store"]

IN_QGIS = Path(__file__).with_name("in_qgis.py")
PICTURES = Path(os.environ.get("CLIENT_PICTURES", "build/clients"))
Qgis = Callable[..., Any]


@pytest.fixture(scope="session")
def new_place(tmp_path_factory: pytest.TempPathFactory) -> NewPlace:
    """Gives a folder for a store."""
    return lambda name: tmp_path_factory.mktemp(name) / "store"


@pytest.fixture(scope="session")
def qgis(tmp_path_factory: pytest.TempPathFactory) -> Qgis:
    """Run a command of in_qgis.py in a profile of its own; gives what it prints."""
    profile = tmp_path_factory.mktemp("profile")
    kept = ("PATH", "LANG", "LC_ALL")
    environment = {name: os.environ[name] for name in kept if name in os.environ} | {
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(profile),
        "XDG_RUNTIME_DIR": str(profile),
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
    }

    def run(*arguments: object, **more: str) -> Any:  # noqa: ANN401
        python = os.environ.get("SYSTEM_PYTHON", "/usr/bin/python3")
        done = subprocess.run(
            [python, str(IN_QGIS), *map(str, arguments)],
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        # GDAL and QGIS say on stderr what went wrong with a request, and go on without an answer.
        assert "ERROR" not in done.stderr, done.stderr
        return json.loads(done.stdout)

    return run


def saved(address: str, folder: Path) -> Path:
    """Save the layer definition of an address, as a browser does."""
    answer = httpx.get(f"{address}/downloads/routeshift.qlr", timeout=30).raise_for_status()
    file = folder / "routeshift.qlr"
    file.write_bytes(answer.content)
    return file


@pytest.fixture(scope="session")
def definition(live_server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer definition, saved."""
    return saved(live_server, tmp_path_factory.mktemp("saved"))


@pytest.fixture(scope="session")
def pictures() -> Path:
    """The folder for pictures, which stays, so that people can look at them."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES


def features(address: str, collection: str, **query: str) -> dict[str, Any]:
    """Give all features that the service has of a collection, by its own answer."""
    asked = {"limit": "1000", "f": "json"} | query
    answer = httpx.get(f"{address}/collections/{collection}/items", params=asked, timeout=30)
    page: dict[str, Any] = answer.raise_for_status().json()
    assert page["numberMatched"] == page["numberReturned"]
    return page


def ids(page: dict[str, Any]) -> list[str]:
    """Give the ids of features, sorted."""
    return sorted(feature["id"] for feature in page["features"])
