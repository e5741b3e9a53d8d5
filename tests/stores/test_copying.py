"""A store that was copied says the same, byte for byte, whatever keeps it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import routes
from routes import open_store
from routes.errors import Gone, StoreDamaged, StoreError
from routes.stores.base import Store
from routes.stores.copying import copy
from tests.conftest import Place, publish_corrected, serving
from tests.databases import Databases
from tests.helpers import content, title_and_row

NewStore = Callable[[str], Store]


def quiet(_: str) -> None:
    """Tell nobody."""


@pytest.fixture
def new(databases: Databases, tmp_path: Path) -> Iterator[NewStore]:
    """Gives new stores: in a folder or in a database."""
    made: list[tuple[Store, Place]] = []

    def new(kind: str) -> Store:
        place = databases.new() if kind == "postgis" else tmp_path / str(len(made))
        made.append((open_store(place), place))
        return made[-1][0]

    yield new
    for store, place in made:
        store.close()
        if isinstance(place, str):
            databases.drop(place)


def documents(store: Store) -> dict[int, bytes | None]:
    numbers = range(1, (store.current() or 0) + 1)
    return {
        number: store.documents.document(number) or store.documents.epitaph(number)
        for number in numbers
    }


WAYS = [("files", "postgis"), ("postgis", "files"), ("postgis", "postgis"), ("files", "files")]


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_all_editions_arrive_with_their_numbers_times_notes_and_hashes(
    new: NewStore, source: str, target: str
) -> None:
    here, there = new(source), new(target)
    for number in (1, 2, 3, 4):
        here.publish(title_and_row(number), f"note {number}", "an editor")
    here.prune(3)
    routes.restore(here, 2)
    assert copy(here, there, quiet) == [2, 3, 4, 5]
    assert documents(there) == documents(here)
    assert there.numbers() == [2, 3, 4, 5]
    with pytest.raises(Gone):
        there.manifest(1)
    assert there.frame(3, "routes").equals(here.frame(3, "routes"))
    assert there.index(5, "routes").fragment(0) == here.index(5, "routes").fragment(0)
    assert there.verify() == []
    assert there.publish(title_and_row(9), "", "").number == 6


def test_a_copy_goes_on_where_the_last_one_stopped(new: NewStore, kind: str) -> None:
    here, there = new("files"), new(kind)
    here.publish(title_and_row(1), "", "")
    assert copy(here, there, quiet) == [1]
    here.publish(title_and_row(2), "", "")
    here.publish(title_and_row(3), "", "")
    here.prune(1)
    assert copy(here, there, quiet) == [3]
    assert there.numbers() == [1, 3]
    assert copy(here, there, quiet) == []
    assert there.verify() == []


def test_into_a_store_of_other_editions_nothing_is_copied(new: NewStore, kind: str) -> None:
    here, there = new("files"), new(kind)
    here.publish(title_and_row(1), "", "")
    there.publish(title_and_row(2), "", "")
    with pytest.raises(StoreError, match="another edition 1 than the source"):
        copy(here, there, quiet)
    there.publish(title_and_row(3), "", "")
    with pytest.raises(StoreError, match="has 2 editions already and the source only 1"):
        copy(here, there, quiet)
    assert there.verify() == []


def test_what_is_not_as_its_manifest_says_does_not_arrive(new: NewStore, kind: str) -> None:
    here, there = new("files"), new(kind)
    here.publish(title_and_row(1), "", "")
    here.publish(title_and_row(2), "", "")
    first, second = (here.documents.document(number) or b"" for number in (1, 2))
    with pytest.raises(StoreDamaged, match="routes of edition 1 is not what was published"):
        there.receive(first, here.content(2))
    with pytest.raises(StoreDamaged, match="edition 2 does not follow the one that is here"):
        there.receive(second, here.content(2))
    with pytest.raises(StoreDamaged, match="edition 1 says other than what its own hash says"):
        there.receive(first.replace(b"Atlas 1", b"Atlas 7"), here.content(1))
    with pytest.raises(StoreDamaged, match="is not a manifest"):
        there.receive(b"{}", here.content(1))
    assert there.current() is None
    assert there.receive(first, here.content(1)).number == 1
    assert there.verify() == []


def test_the_command_copies_and_verifies(databases: Databases, tmp_path: Path) -> None:
    open_store(tmp_path / "store").publish(content(), "", "")
    with databases.one() as address:
        secret = address.replace("routeshift@", "routeshift:secret@")
        run = [sys.executable, "-m", "service.cli", "copy", str(tmp_path / "store")]
        done = subprocess.run([*run, secret], capture_output=True, text=True, check=True)
        assert done.stdout.startswith("Copied 1 edition from ")
        assert "secret" not in done.stdout
        done = subprocess.run([*run, address, "--json"], capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == {"copied": [], "damages": []}


ADDRESSES = (
    "/", "/conformance", "/collections", "/collections/routes", "/collections/routes/queryables",
    "/collections/routes/schema", "/collections/routes/items", "/collections/routes/items?limit=2",
    "/collections/boundaries/items?bbox=18,39,21,42&datetime=2001",
    "/collections/boundaries/items?bbox=18,39,21,42&limit=3&f=html",
    "/collections/routes/items?datetime=2001/2003&certainty=certain&sortby=-name&f=jsonfg",
    "/collections/routes/items?filter=mode%3D'sea'&properties=name,when",
    "/collections/routes/items?filter=S_INTERSECTS(geometry,POLYGON((18 39,21 39,21 42,18 39)))",
    "/collections/routes/items?q=vlora,durres&crs=http://www.opengis.net/def/crs/EPSG/0/3857",
    "/collections/routes/items?bbox=2000000,4700000,2400000,5200000"
    "&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857",
    "/collections/routes/items?f=csv", "/collections/statistics/items?limit=500&mode=land",
    "/collections/routes/items/vlora-italy.v1", "/collections/routes/items/vlora-italy.v1?f=html",
    "/collections/routes/items/nowhere", "/collections/shifts/items?f=geojsonl",
    "/collections/routes/tiles/WebMercatorQuad/5/11/17",
    "/tiles/WebMercatorQuad/4/5/8?datetime=2002-06", "/tiles/WebMercatorQuad/2/1/2",
    "/editions", "/editions/1", "/editions/2/collections/routes/items", "/editions/9",
    "/routes/vlora-italy", "/routes/vlora-italy?f=html", "/changes?from=2000-01-01&to=2004-01-01",
    "/changes?from-edition=1&to-edition=2&f=html", "/map", "/map/table?date=2001-05",
    "/compare?date=2001&to=2003", "/downloads/routes.geojson", "/downloads/routes.csv",
    "/downloads/boundaries.fgb", "/downloads/routes.parquet", "/health/ready",
)  # fmt: skip


def answer(address: str, place: str) -> tuple[int, str | None, bytes]:
    """Status, tag and bytes, as the service gives them under one name, whatever its port."""
    request = urllib.request.Request(
        address + urllib.parse.quote(place, safe="/?&=:,%()'"), headers={"Host": "atlas.example"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as found:
            return found.status, found.headers["ETag"], found.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers["ETag"], refused.read()


def test_the_service_answers_the_same_bytes_from_either_store(
    databases: Databases, tmp_path: Path
) -> None:
    """The same editions in a folder and in a database; each answer with its status and tag."""
    folder = publish_corrected(tmp_path, "1999-07~")
    with databases.one() as database, closing(open_store(database)) as store:
        copy(open_store(folder), store, quiet)
        with (
            serving(folder, tmp_path / "ours.txt") as ours,
            serving(database, tmp_path / "theirs.txt") as theirs,
        ):
            statuses = set()
            for place in ADDRESSES:
                wanted = answer(ours, place)
                assert (place, answer(theirs, place)) == (place, wanted)
                statuses.add(wanted[0])
            assert {200, 404} <= statuses
