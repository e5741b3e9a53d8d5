"""Crossing points and areas: which are possible on a day, and how far from the border they lie."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geo.boundaries import Boundaries, Scale
from geo.entities import Day, window_of
from geo.lines import Floats, coastline, to_metric
from geo.shipped import data_folder
from geo.times import Bounds


def as_of(day: Day, crossings: gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
    """Give the crossings that are possible on a day: rows of `crossings`, with its columns and CRS.

    `crossings` needs the column `valid` (EDTF, missing for no time); by default the shipped ones.
    On a coarser date (`2003-06`) or an interval: all that are possible at some moment of it.
    Raises geo.dates.EdtfError for a time that cannot be read.
    """
    frame = shipped() if crossings is None else crossings
    bounds = Bounds.parse(frame["valid"].tolist())
    return frame[bounds.possible(window_of(day))].reset_index(drop=True)


def shipped() -> gpd.GeoDataFrame:
    """Give the crossings of the shipped atlas as its editors wrote them, EPSG:4326."""
    return _read(data_folder("balkans") / "crossings.geojson").copy()


def distance_to_border_m(
    crossings: gpd.GeoDataFrame, boundaries: Boundaries, scale: Scale = "10m"
) -> Floats:
    """Give the distance of each crossing from the border that it claims, metres; shape (n,).

    The columns `crossing` and `between` (country ids) say which: for a river the land border of
    the two countries, for the sea the coast of the nearer one. In EPSG:3035; 0 for an area that
    touches it. NaN where there is no such border, or no geometry. Raises KeyError for a country
    id that `boundaries` does not have.
    """
    claims = list(zip(crossings["crossing"], map(tuple, crossings["between"]), strict=True))
    borders = {claim: _border(boundaries, scale, *claim) for claim in set(claims)}
    target = np.array([borders[claim] for claim in claims], dtype=object)
    here = crossings.geometry.to_crs("EPSG:4326").to_numpy()
    distance: Floats = shapely.distance(to_metric(here), to_metric(target))
    return distance


@cache
def _read(path: Path) -> gpd.GeoDataFrame:
    frame = pyogrio.read_dataframe(path)
    for column in ("also", "between"):
        frame[column] = [list(values) for values in frame[column]]
    return frame


@cache
def _border(
    boundaries: Boundaries, scale: Scale, crossing: str, between: tuple[str, ...]
) -> BaseGeometry:
    countries = boundaries.countries(scale).loc[list(between)]
    if crossing == "sea":
        land = boundaries.land(scale)
        return shapely.union_all([coastline(land, shape) for shape in countries.geometry])
    (here, there) = countries["members"]
    shared = boundaries.shared_borders(scale)
    forth = shared["a"].isin(here) & shared["b"].isin(there)
    back = shared["a"].isin(there) & shared["b"].isin(here)
    return shapely.union_all(shared.geometry[forth | back].to_numpy())
