"""Small atlases and frames for tests."""

from __future__ import annotations

import itertools
import os
import resource
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import psycopg
import shapely

from routes import frames, open_store, serving
from routes.errors import StoreError
from routes.index import CollectionIndex
from routes.recorded import Recorded
from routes.schema import COLLECTIONS
from routes.stores import durable
from routes.stores.base import Content

ROUTES = COLLECTIONS["routes"]
MANY = 10_000


def versions(
    geometry: Sequence[shapely.Geometry | None],
    valid: Sequence[str | None] | None = None,
    attested: Sequence[str | None] | None = None,
    **columns: list[Any],
) -> geopandas.GeoDataFrame:
    """Route versions r0.v1, r1.v1, ... as an atlas reads them, before `frames.complete`."""
    count = len(geometry)
    said: dict[str, list[Any]] = {
        "route": [f"r{row}" for row in range(count)],
        "version": [1] * count,
        "name": [f"Route {row}" for row in range(count)],
        "mode": ["sea"] * count,
        "stages": ['[["albania"],["italy"]]'] * count,
        "description": ["A line"] * count,
        "implied": [None] * count,
        "attested": list(attested or [None] * count),
        "valid": list(valid or [None] * count),
        "end": [None] * count,
        "precision": ["schematic"] * count,
        "source": ["somebody"] * count,
        "locator": ["page 1"] * count,
        "caveat": [None] * count,
        "editor_note": [None] * count,
    }
    said.update(columns)
    said["id"] = [f"{route}.v1" for route in said["route"]]
    return geopandas.GeoDataFrame(said, geometry=list(geometry), crs="EPSG:4326")


def complete(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The same as they are published."""
    return frames.complete(ROUTES, frame)


def index_of(frame: geopandas.GeoDataFrame, folder: Path) -> CollectionIndex:
    """The query index of complete route versions, through its files."""
    folder.mkdir(parents=True, exist_ok=True)
    parquet = folder.with_suffix(".parquet")
    Recorded.of(ROUTES, frame).write(parquet)
    serving.build(ROUTES, parquet, folder)
    return CollectionIndex.open(folder)


def content(
    frame: geopandas.GeoDataFrame | None = None, *, title: str = "A small atlas"
) -> Content:
    """An atlas of one collection, the routes."""
    if frame is None:
        frame = versions([shapely.LineString([(19, 40), (18, 41)])], ["2003/2004"])
    atlas = {
        "id": "small",
        "title": title,
        "summary": "Made for a test.",
        "byline": "Nobody",
        "knowledge_ends": "2004",
        "licence": "CC0-1.0",
    }
    return Content(atlas, {"somebody": {"author": "Somebody"}}, {"routes": complete(frame)})


def many_lines() -> Content:
    """An atlas of 10,000 wandering lines."""
    chance = np.random.default_rng(1)
    corners = np.column_stack([chance.uniform(-170, 170, MANY), chance.uniform(-80, 80, MANY)])
    points = corners[:, None] + chance.uniform(-1, 1, (MANY, 10, 2))
    return content(versions([shapely.LineString(one) for one in points], ["2003/2004"] * MANY))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def title_and_row(number: int) -> Content:
    """An atlas whose title and only row both say `number`."""
    line = shapely.LineString([(19, 40), (18, 41 + number / 1000)])
    return content(versions([line], name=[f"Route of {number}"]), title=f"Atlas {number}")


def publish_for_ever(place: str, first: int, ready: Any) -> None:  # noqa: ANN401
    """Publish one new edition after the other, until somebody ends this process."""
    store = open_store(place)
    ready.set()
    for number in itertools.count(first):
        store.publish(title_and_row(number), "", "")


def publish_and_wait(place: str, ready: Any, go_on: Any) -> None:  # noqa: ANN401
    """Start to publish, and stop in the middle until told to go on."""

    def progress(_: str) -> None:
        ready.set()
        go_on.wait(30)

    open_store(place).publish(title_and_row(2), "", "", progress)


LONG_NOTE = "Corrected. " * 2000
"""Long enough for the manifest to be an edition's largest file."""


def publish_with_little_room(place: str, most_bytes: int, said: Any) -> None:  # noqa: ANN401
    """Publish where no file may grow beyond some bytes, and send what is said of it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    try:
        open_store(place).publish(title_and_row(2), LONG_NOTE, "")
    except StoreError as error:
        said.put(str(error))
    else:
        said.put("published")


def publish_and_die(place: str, number: int, step: int) -> None:
    """Publish, and be killed before its n-th step: to disk, or a question to a database."""
    done = itertools.count()

    def dying(do: Any) -> Any:  # noqa: ANN401
        def do_or_die(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            if next(done) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return do(*arguments, **named)

        return do_or_die

    durable.sync = dying(durable.sync)
    durable.sync_names = dying(durable.sync_names)
    psycopg.Connection.execute = dying(psycopg.Connection.execute)  # type: ignore[method-assign]
    open_store(place).publish(title_and_row(number), "", "")
