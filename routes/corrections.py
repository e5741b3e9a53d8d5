"""What one edition says otherwise than another: our knowledge corrected, feature by feature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import orjson
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.times import BOUND_COLUMNS
from routes.editions import Edition
from routes.index import CollectionIndex

Kind = Literal["added", "removed", "changed"]
Properties = dict[str, Any]


@dataclass(frozen=True)
class FieldChange:
    """One field with what it said before and says after; None where it said nothing."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Correction:
    """One feature that another edition has otherwise, or not at all.

    `moved_m`: how far its geometry moved, metres, as `distance_m` gives it; None where it did not
    change, or is not there on one side: then `geometry` says so.
    """

    collection: str
    id: str
    name: str
    kind: Kind
    fields: tuple[FieldChange, ...] = ()
    geometry: Literal["same", "moved", "given", "taken"] = "same"
    moved_m: float | None = None


@dataclass(frozen=True)
class Corrections:
    """All that differs: the atlas's own words, its sources, its stories, and its features."""

    atlas: tuple[FieldChange, ...]
    sources: tuple[FieldChange, ...]
    features: tuple[Correction, ...]
    stories: tuple[FieldChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.atlas or self.sources or self.features or self.stories)


def between(earlier: Edition, later: Edition) -> Corrections:
    """Give what `later` says otherwise than `earlier`, collection by collection, by id.

    Collections of the same hash are not looked at.
    """
    before, after = earlier.manifest.collections, later.manifest.collections
    names = [*before, *(name for name in after if name not in before)]
    changed = [name for name in names if before.get(name) != after.get(name)]
    return Corrections(
        tuple(_fields(earlier.atlas, later.atlas)),
        tuple(_fields(earlier.sources, later.sources)),
        tuple(one for name in changed for one in _features(name, earlier, later)),
        tuple(_fields(earlier.stories, later.stories)),
    )


def distance_m(before: BaseGeometry, after: BaseGeometry) -> float:
    """Give how far a geometry moved: the Hausdorff distance of the two, metres.

    In an azimuthal equidistant projection about the middle of both, so true there and a little
    long far from it.
    """
    middle = shapely.box(*shapely.total_bounds([before, after])).centroid
    local = f"+proj=aeqd +lat_0={middle.y} +lon_0={middle.x} +ellps=WGS84 +units=m"
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", local, always_xy=True)

    def move(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.column_stack(to_metres.transform(points[:, 0], points[:, 1]))

    there: Any = shapely.transform(np.array([before, after], dtype=object), move)
    return float(shapely.hausdorff_distance(*there))


def _features(name: str, earlier: Edition, later: Edition) -> Iterator[Correction]:
    """Compare the features of one collection as the bytes that they are served in, by id.

    Row by row, as ids are: a million take a second or two, and only those that differ are read.
    """
    old = _Side.of(earlier, name)
    new = _Side.of(later, name)
    for one in sorted(old.rows.keys() | new.rows.keys()):
        if one not in new.rows:
            yield Correction(name, one, _name(old.properties(one)), "removed")
        elif one not in old.rows:
            yield Correction(name, one, _name(new.properties(one)), "added")
        elif old.fragment(one) != new.fragment(one):
            yield _changed(name, one, old, new)


def _changed(name: str, one: str, old: _Side, new: _Side) -> Correction:
    before, after = old.properties(one), new.properties(one)
    was, shape = old.geometry(one), new.geometry(one)
    geometry: Literal["same", "moved", "given", "taken"] = "same"
    moved_m = None
    if was is None and shape is not None:
        geometry = "given"
    elif was is not None and shape is None:
        geometry = "taken"
    elif was is not None and shape is not None and not was.equals_exact(shape, 0.0):
        geometry, moved_m = "moved", distance_m(was, shape)
    # The bounds follow from `valid`: that they changed with it says nothing more.
    fields = tuple(_fields(before, after, but=BOUND_COLUMNS))
    return Correction(name, one, _name(after), "changed", fields, geometry, moved_m)


@dataclass(frozen=True)
class _Side:
    """One collection of one edition; empty where the edition does not have it."""

    index: CollectionIndex | None
    rows: Mapping[str, int]

    @classmethod
    def of(cls, edition: Edition, name: str) -> _Side:
        if name not in edition.collections:
            return cls(None, {})
        index = edition.index(name)
        return cls(index, {one: row for row, one in enumerate(index.every_id())})

    def fragment(self, one: str) -> bytes:
        return self._index.fragment(self.rows[one])

    def properties(self, one: str) -> Properties:
        said: Properties = orjson.loads(self.fragment(one))["properties"]
        return said

    def geometry(self, one: str) -> BaseGeometry | None:
        found: BaseGeometry | None = self._index.geometries(np.array([self.rows[one]]))[0]
        return found

    @property
    def _index(self) -> CollectionIndex:
        assert self.index is not None, "a side without an index has no rows to ask for"
        return self.index


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], but: Sequence[str] = ()
) -> Iterator[FieldChange]:
    for name in [*before, *(name for name in after if name not in before)]:
        was, now = before.get(name), after.get(name)
        if was != now and name not in but:
            yield FieldChange(name, was, now)


def _name(properties: Properties) -> str:
    return str(properties.get("name") or "")
