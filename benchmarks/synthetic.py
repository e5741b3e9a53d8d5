"""An atlas with as many route versions as are asked for, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geo.shipped import data_folder
from routes import atlas, frames
from routes.schema import COLLECTIONS
from routes.stores.base import Content

SEED = 20040501
WEST, SOUTH, EAST, NORTH = 12.0, 38.0, 30.0, 50.0
POINTS = 12
VERSIONS_OF_A_ROUTE = 2
FIRST_YEAR, LAST_YEAR = 1990, 2009


def content(size: int) -> Content:
    """Give the shipped atlas with `size` made-up route versions in place of its routes."""
    shipped = atlas.read(data_folder("balkans"))
    made = frames.complete(COLLECTIONS["routes"], versions(size))
    return Content(shipped.atlas, shipped.sources, dict(shipped.frames) | {"routes": made})


def versions(size: int, points: int = POINTS, seed: int = SEED) -> GeoDataFrame:
    """Give wandering lines of some hundred kilometres, each valid for some years."""
    chance = np.random.default_rng(seed)
    number = np.arange(size)
    route = number // VERSIONS_OF_A_ROUTE
    version = number % VERSIONS_OF_A_ROUTE + 1
    start = chance.integers(FIRST_YEAR, LAST_YEAR - 8, size) + 5 * (version - 1)
    doubt = np.where(chance.random(size) < 0.3, "~", "")
    valid = [f"{year}{mark}/{year + 3}" for year, mark in zip(start, doubt, strict=True)]
    columns = {
        "id": [f"route-{r}.v{v}" for r, v in zip(route, version, strict=True)],
        "name": [f"Made-up route {r}" for r in route],
        "route": [f"route-{r}" for r in route],
        "version": version,
        "mode": chance.choice(["sea", "river", "land"], size),
        "stages": '[["albania"],["greece","macedonia"]]',
        "description": "A made-up route for measuring; nobody ever took it.",
        "implied": None,
        "attested": None,
        "valid": valid,
        "end": chance.choice(["ended", "source-ends"], size),
        "precision": "schematic",
        "source": "natural-earth",
        "locator": "nowhere",
        "caveat": None,
        "editor_note": None,
    }
    frame = pd.DataFrame(columns, index=number)
    return GeoDataFrame(frame, geometry=_lines(size, points, chance), crs="EPSG:4326")


def _lines(size: int, points: int, chance: np.random.Generator) -> NDArray[np.object_]:
    begin = chance.uniform((WEST, SOUTH), (EAST, NORTH), (size, 1, 2))
    heading = chance.normal(0, 0.12, (size, 1, 2))
    steps = heading + chance.normal(0, 0.05, (size, points - 1, 2))
    places = np.concatenate([begin, begin + np.cumsum(steps, axis=1)], axis=1)
    return np.asarray(shapely.linestrings(np.round(places, 4)))
