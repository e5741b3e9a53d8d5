"""What the tests share: an atlas that is published once, and a service that runs on it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import shapely
from hypothesis import settings

import routes
from geo.shipped import data_folder
from tests.helpers import content, many_lines, versions
from tools.running import free_port, running

settings.register_profile("routeshift", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("routeshift")


FERRY_LINES = [
    shapely.MultiLineString([[(178, -18), (180, -17.5)], [(-180, -17.5), (-172, -14)]]),
    shapely.LineString([(-171.8, -13.8), (-170.7, -14.3)]),
]
FERRY_TIMES = ["1488/1521~", "-0044-03/.."]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the shipped atlas as edition 1. Not to be changed."""
    folder = tmp_path_factory.mktemp("shipped") / "store"
    routes.publish(routes.open_store(folder), data_folder("balkans"), "As shipped", "The tests")
    return folder


@pytest.fixture(scope="session")
def edition(store: Path) -> routes.Edition:
    """Edition 1 of the shipped atlas."""
    return routes.open(store)


@contextmanager
def serving(store: Path, log: Path, *options: str) -> Iterator[str]:
    """The real service on a store, as `routeshift serve` starts it: its address."""
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--host", "127.0.0.1",
               "--port", str(port), "--store", str(store), *options]  # fmt: skip
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ROUTESHIFT_")
    }
    with log.open("w") as file, running(command, port, environment=environment, output=file):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def live_server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real service on the shipped atlas: its address."""
    with serving(store, tmp_path_factory.mktemp("service") / "log.txt") as address:
        yield address


@pytest.fixture(scope="session")
def ferries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clearly made-up ferry, in the middle of the Pacific, before and after our time."""
    frame = versions(FERRY_LINES, FERRY_TIMES, route=["night-ferry", "moon-ferry"],
                     name=["Night ferry", "Moon ferry"])  # fmt: skip
    made = content(frame, title="Ferries of a made-up company")
    made.atlas.update(knowledge_ends="1600", view=[170, -20, 180, -10], opening_date="1500-01-01")
    place = tmp_path_factory.mktemp("ferries") / "store"
    routes.open_store(place).publish(made, "", "")
    return place


@pytest.fixture(scope="session")
def many_routes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 10,000 lines. Not to be changed: a service keeps files in it."""
    folder = tmp_path_factory.mktemp("many-routes") / "store"
    routes.open_store(folder).publish(many_lines(), "", "")
    return folder


def publish_corrected(place: Path, date: str) -> Path:
    """Publish the shipped atlas, and then with another date of its shift: the store."""
    atlas, store = place / "atlas", routes.open_store(place / "store")
    shutil.copytree(data_folder("balkans"), atlas)
    routes.publish(store, atlas, "As first read", "The desk")
    for name in ("shifts.csv", "routes.geojson"):
        path = atlas / name
        path.write_text(path.read_text().replace("2003~", date))
    routes.publish(store, atlas, "The date of the shift corrected", "The desk")
    return place / "store"


@pytest.fixture(scope="session")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service on an atlas whose second edition dates the shift earlier: its address."""
    place = tmp_path_factory.mktemp("corrected")
    with serving(publish_corrected(place, "1999-07~"), place / "log.txt") as address:
        yield address
