"""A made-up ferry company, Tidewater Lines, and what it takes to import its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import shapely

import routes
from routes.importing import Mapping, NewAtlas, Options, prepare
from routes.report import Fault
from routes.stores.base import Store

NEW = NewAtlas("Tidewater Lines", "CC0-1.0", knowledge_ends="2010")
# In the Adriatic, off every coast.
NORTH = shapely.LineString([(14.2, 43.6), (14.6, 43.4), (15.0, 43.3)])
SOUTH = shapely.LineString([(17.0, 42.3), (17.4, 42.0), (17.9, 41.8)])


def lines(**columns: list[Any]) -> geopandas.GeoDataFrame:
    """Two lines of the company with the columns given, EPSG:4326."""
    return geopandas.GeoDataFrame(columns, geometry=[NORTH, SOUTH], crs="EPSG:4326")


def options(
    maps: str = "",
    sets: tuple[str, ...] = ("mode=sea",),
    **others: Any,  # noqa: ANN401
) -> Options:
    """What is asked of an import into a new atlas."""
    ways = {name: others.pop(name) for name in ("dates", "crs", "layer", "encoding")
            if name in others}  # fmt: skip
    parsed = Mapping.parse([maps] if maps else [], sets)
    mapping = Mapping(parsed.columns, parsed.fixed, **ways)
    return Options(mapping=mapping, **({"source_title": "Timetables", "new": NEW} | others))


def store_in(folder: Path) -> Store:
    return routes.open_store(folder / "store")


def imported(path: Path, folder: Path, asked: Options | None = None) -> geopandas.GeoDataFrame:
    """The collection after a file was imported into a new atlas, by id."""
    store, asked = store_in(folder), asked or options()
    ready = prepare(path, store, asked)
    with ready.checked() as checked:
        assert checked.faults == (), "\n".join(map(str, checked.faults))
        ready.publish(store, checked)
    return routes.open(folder / "store").frame(asked.collection).set_index("id").sort_index()


def faults_of(path: Path, folder: Path, asked: Options | None = None) -> tuple[Fault, ...]:
    """What is wrong with a file."""
    with prepare(path, store_in(folder), asked or options()).checked() as checked:
        return checked.faults
