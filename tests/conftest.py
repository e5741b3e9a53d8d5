"""What the tests share: an atlas that is published once, and a service that runs on it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest
import shapely
from hypothesis import settings

import routes
from geo.shipped import data_folder
from tests.databases import Databases
from tests.databases import databases as running_databases
from tests.helpers import content, many_lines, versions
from tools.running import free_port, running

settings.register_profile("routeshift", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("routeshift")


FERRY_LINES = [
    shapely.MultiLineString([[(178, -18), (180, -17.5)], [(-180, -17.5), (-172, -14)]]),
    shapely.LineString([(-171.8, -13.8), (-170.7, -14.3)]),
]
FERRY_TIMES = ["1488/1521~", "-0044-03/.."]


Place = Path | str
"""Where a store is: a folder, or the address of a database."""
NewPlace = Callable[[str], Place]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store", choices=("files", "postgis"), default="files",
        help="where the atlases are kept that the tests share",
    )  # fmt: skip


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """A PostgreSQL server with PostGIS."""
    with running_databases() as made:
        yield made


@pytest.fixture(scope="session")
def new_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewPlace:
    """Gives a place for a store, in a folder or, if so asked for, in a database."""
    if request.config.getoption("--store") == "files":
        return lambda name: tmp_path_factory.mktemp(name) / "store"
    made: Databases = request.getfixturevalue("databases")
    return lambda _: made.new()


@pytest.fixture(scope="session")
def store(new_place: NewPlace) -> Place:
    """A store with the shipped atlas as edition 1. Not to be changed."""
    place = new_place("shipped")
    routes.publish(routes.open_store(place), data_folder("balkans"), "As shipped", "The tests")
    return place


@pytest.fixture(params=["files", "postgis"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of store."""
    return str(request.param)


@pytest.fixture
def place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place for a store of one's own, of each kind: a folder, a database."""
    if kind == "files":
        yield tmp_path / "store"
        return
    made: Databases = request.getfixturevalue("databases")
    with made.one() as address:
        yield address


@pytest.fixture(scope="session")
def edition(store: Place) -> routes.Edition:
    """Edition 1 of the shipped atlas."""
    return routes.open(store)


@contextmanager
def serving(store: Place, log: Path, *options: str, **settings: str) -> Iterator[str]:
    """The real service on a store, as `routeshift serve` starts it: its address.

    `settings`: such as can only stand in the environment, `answer_cache_mb="0"`.
    """
    with serving_process(store, log, *options, **settings) as (address, _):
        yield address


@contextmanager
def serving_process(
    store: Place, log: Path, *options: str, **settings: str
) -> Iterator[tuple[str, Popen[bytes]]]:
    """As `serving`: its address, and its process."""
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--host", "127.0.0.1",
               "--port", str(port), "--store", str(store), *options]  # fmt: skip
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ROUTESHIFT_")
    } | {f"ROUTESHIFT_{name.upper()}": value for name, value in settings.items()}
    with (
        log.open("w") as file,
        running(command, port, environment=environment, output=file) as process,
    ):
        yield f"http://127.0.0.1:{port}", process


@pytest.fixture(scope="session")
def live_server(store: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real service on the shipped atlas: its address."""
    with serving(store, tmp_path_factory.mktemp("service") / "log.txt") as address:
        yield address


@pytest.fixture(scope="session")
def ferries(new_place: NewPlace) -> Place:
    """A clearly made-up ferry, in the middle of the Pacific, before and after our time."""
    frame = versions(FERRY_LINES, FERRY_TIMES, route=["night-ferry", "moon-ferry"],
                     name=["Night ferry", "Moon ferry"])  # fmt: skip
    made = content(frame, title="Ferries of a made-up company")
    made.atlas.update(knowledge_ends="1600", view=[170, -20, 180, -10], opening_date="1500-01-01")
    place = new_place("ferries")
    routes.open_store(place).publish(made, "", "")
    return place


@pytest.fixture(scope="session")
def many_routes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 10,000 lines. Not to be changed: a service keeps files in it."""
    folder = tmp_path_factory.mktemp("many-routes") / "store"
    routes.open_store(folder).publish(many_lines(), "", "")
    return folder


def publish_corrected(folder: Path, date: str, place: Place | None = None) -> Place:
    """Publish the shipped atlas, and then with another date of its shift: the store.

    The atlas is written into `folder`, and the store, too, if it has no place.
    """
    place = place or folder / "store"
    atlas, store = folder / "atlas", routes.open_store(place)
    shutil.copytree(data_folder("balkans"), atlas)
    routes.publish(store, atlas, "As first read", "The desk")
    for name in ("shifts.csv", "routes.geojson"):
        path = atlas / name
        path.write_text(path.read_text().replace("2003~", date))
    routes.publish(store, atlas, "The date of the shift corrected", "The desk")
    return place


@pytest.fixture(scope="session")
def corrected(new_place: NewPlace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service on an atlas whose second edition dates the shift earlier: its address."""
    folder = tmp_path_factory.mktemp("corrected")
    place = publish_corrected(folder, "1999-07~", new_place("corrected"))
    with serving(place, folder / "log.txt") as address:
        yield address
