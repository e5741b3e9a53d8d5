"""Political entities with the dates they hold, as unions of present-day polygons.

`data/boundaries/entities.toml` says who held which polygon when. The polygons are one coverage:
neighbours share their border point by point, so unions have no seams and borders are exact.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geo.entities import ALWAYS, CRS, KINDS, Day, backdrop, dated, gaps, holding, listed
from geo.lines import only_lines
from geo.shipped import data_folder

Scale = Literal["50m", "10m"]


@dataclass(frozen=True)
class Boundaries:
    """The dated boundaries of one folder. Frames are in EPSG:4326 and yours to change.

    `scale` is "50m", for drawing, or "10m", for analysis.
    """

    folder: Path

    @property
    def table(self) -> Mapping[str, Any]:
        """What entities.toml says, as read."""
        return _table(self.folder)

    def polygons(self, scale: Scale = "50m") -> gpd.GeoDataFrame:
        """Give the polygons that entities are made of: one row each, indexed by `name`."""
        return _polygons(self.folder, scale).copy()

    def land(self, scale: Scale = "50m") -> BaseGeometry:
        """Give the union of all polygons: the land mask, cut off at the edge of the area."""
        return _land(self.folder, scale)

    def countries(self, scale: Scale = "50m") -> gpd.GeoDataFrame:
        """Give the countries that atlases name: `name`, `members`, `geometry` by country id."""
        return _countries(self.folder, scale).copy()

    def entities(self, scale: Scale = "50m") -> gpd.GeoDataFrame:
        """Give every dated version of every entity, and the backdrop, in drawing order.

        Columns of the collection `boundaries`: `valid` is EDTF read as exact, `start_earliest` to
        `end_latest` are `datetime64[s]`, half-open, NaT where there is no bound. Backdrops have
        no status, and no `valid` where no entity is ever made of them. Raises ValueError where
        entities.toml contradicts itself.
        """
        return _entities(self.folder, scale).copy()

    def as_of(self, day: Day, scale: Scale = "50m") -> gpd.GeoDataFrame:
        """Give the entities of a day and the backdrop, rows and columns as in `entities`.

        On a coarser date (`1990-06`) or an interval: all that held at some moment of it. Raises
        geo.dates.EdtfError for a day that cannot be read.
        """
        return holding(self.entities(scale), day)

    def shared_borders(self, scale: Scale = "50m") -> gpd.GeoDataFrame:
        """Give the land border of every two polygons that have one: names `a`, `b`, lines."""
        return _shared_borders(self.folder, scale).copy()


def load(folder: Path | None = None) -> Boundaries:
    """Give the boundaries of a folder, by default the shipped ones; each file is read once."""
    return Boundaries((folder or data_folder("boundaries")).resolve())


def as_of(day: Day, scale: Scale = "50m") -> gpd.GeoDataFrame:
    """Give the entities of a day on the shipped boundaries; see `Boundaries.as_of`."""
    return load().as_of(day, scale)


@cache
def _table(folder: Path) -> Mapping[str, Any]:
    with (folder / "entities.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _polygons(folder: Path, scale: Scale) -> gpd.GeoDataFrame:
    frame = pyogrio.read_dataframe(folder / f"polygons-{scale}.geojson")
    into = {
        polygon: whole
        for whole, others in _table(folder).get("joined", {}).get(scale, {}).items()
        for polygon in others
    }
    frame["name"] = frame["name"].replace(into)
    return frame.dissolve("name", method="coverage")


@cache
def _land(folder: Path, scale: Scale) -> BaseGeometry:
    return shapely.coverage_union_all(_polygons(folder, scale).geometry.to_numpy())


@cache
def _countries(folder: Path, scale: Scale) -> gpd.GeoDataFrame:
    rows = [
        {"country": country, "name": said["name"], "members": said["members"]}
        for country, said in _table(folder)["countries"].items()
    ]
    geometry = _unions(folder, scale, (row["members"] for row in rows))
    return gpd.GeoDataFrame(rows, geometry=geometry, crs=CRS).set_index("country")


@cache
def _entities(folder: Path, scale: Scale) -> gpd.GeoDataFrame:
    named = [listed(entity) for entity in _table(folder)["entity"]]
    states = [row for row in named if row["kind"] == "state"]
    claimed = {member for row in states for member in row["members"]}
    rows = [
        *(backdrop(name, *ALWAYS) for name in _polygons(folder, scale).index.difference(claimed)),
        *(backdrop(*gap) for gap in gaps(states)),
        *named,
    ]
    rows.sort(key=lambda row: (KINDS.index(row["kind"]), row["id"]))
    geometry = _unions(folder, scale, (row["members"] for row in rows))
    source = _table(folder)["source"]
    for row, union in zip(rows, geometry, strict=True):
        row["source"] = source
        row["locator"] = f"countries, 1:{scale}: {', '.join(row['members'])}"
        row["geometry"] = union
    return dated(rows)


@cache
def _shared_borders(folder: Path, scale: Scale) -> gpd.GeoDataFrame:
    polygons = _polygons(folder, scale)
    shapes = polygons.geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    rims = shapely.boundary(shapes)
    # Neighbours may also touch at single points, which are no border.
    lines = [only_lines(both) for both in shapely.intersection(rims[a], rims[b])]
    names = polygons.index.to_numpy()
    frame = gpd.GeoDataFrame({"a": names[a], "b": names[b]}, geometry=lines, crs=CRS)
    return frame[~frame.is_empty].reset_index(drop=True)


def _unions(folder: Path, scale: Scale, members: Iterable[Sequence[str]]) -> list[BaseGeometry]:
    polygons = _polygons(folder, scale).geometry

    @cache
    def union(names: tuple[str, ...]) -> BaseGeometry:
        missing = set(names) - set(polygons.index)
        if missing:
            raise ValueError(f"entities.toml names polygons that are not there: {sorted(missing)}")
        return shapely.coverage_union_all(polygons.loc[list(names)].to_numpy())

    return [union(tuple(names)) for names in members]
