"""What rows are imported into: the newest edition of a store, or a new atlas in an empty one."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import geopandas
import numpy as np

from geo import boundaries as dated
from geo import memberships
from geo.boundaries import Boundaries
from routes import frames
from routes.atlas import DEFAULT_EXTENT
from routes.editions import Edition
from routes.importing.mapping import BadOption
from routes.importing.values import slug
from routes.rules import COUNTRIES
from routes.schema import COLLECTIONS
from routes.stores.base import Store
from routes.stories.story import Stories

WORLD = (-180.0, -90.0, 180.0, 90.0)
# The map opens on what was imported, with so much of it around, in parts of its size.
AROUND = 0.1
LEAST_DEGREES = 0.2
NATURAL_EARTH = {
    "author": "Natural Earth",
    "title": "Admin 0 countries, 1:50m and 1:10m",
    "url": "https://www.naturalearthdata.com",
    "kind": "dataset",
    "note": "Public domain. Boundaries of earlier days are unions of today's.",
}


@dataclass(frozen=True)
class NewAtlas:
    """What has to be said of an atlas that begins with this import."""

    title: str | None = None
    licence: str | None = None
    summary: str | None = None
    byline: str | None = None
    knowledge_ends: str | None = None


@dataclass(frozen=True)
class Target:
    """An atlas that rows are added to. `number` is its newest edition's, None for a new one."""

    atlas: dict[str, Any]
    sources: dict[str, dict[str, Any]]
    frames: Mapping[str, geopandas.GeoDataFrame]
    number: int | None
    boundaries: Boundaries = field(repr=False)
    stories: Stories = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, new: NewAtlas, file: str, collection: str) -> Target:
        """Open the newest edition of a store, or begin an atlas. Raises BadOption, StoreError."""
        boundaries = dated.load()
        if store.current() is None:
            return _begun(new, file, collection, boundaries)
        edition = Edition.of(store)
        held = {name: edition.frame(name) for name in edition.collections}
        held |= {name: frames.empty(one) for name, one in COLLECTIONS.items() if name not in held}
        return cls(edition.atlas, dict(edition.sources), held, edition.number, boundaries,
                   edition.stories)  # fmt: skip

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The box in which features may lie: west, south, east, north."""
        said = self.atlas.get("extent", DEFAULT_EXTENT)
        west, south, east, north = map(float, said)
        return west, south, east, north

    @property
    def name(self) -> str:
        """What people call it: `edition 3`."""
        return f"edition {self.number}" if self.number else "the new atlas"

    def with_source(self, name: str | None, title: str | None) -> tuple[Target, str | None]:
        """Choose the source of the rows, or add one. Raises BadOption."""
        if title:
            name = name or slug(title)
            known = self.sources.get(name, {"title": title})
            if known.get("title") != title:
                raise BadOption(f"source {name!r} has another title: {known.get('title')!r}")
            return replace(self, sources=self.sources | {name: known}), name
        if name is not None and name not in self.sources:
            there = ", ".join(sorted(self.sources))
            raise BadOption(f"there is no source {name!r}: give its --source-title, "
                            f"or use one of {there}")  # fmt: skip
        return self, name

    def known(self) -> dict[str, Names[str]]:
        """Give the ids that rows may refer to."""
        countries = self.frames["boundaries"]["entity"].dropna()
        return {
            "routes": set(self.frames["routes"]["id"]),
            "crossings": set(self.frames["crossings"]["id"]),
            "countries": set(countries),
        }

    def homes(self) -> dict[str, str]:
        """Say where people find what rows may refer to."""
        return {
            "sources": f"the sources of {self.name}",
            "routes": f"the routes' versions of {self.name}",
            "crossings": f"the crossings of {self.name}",
            "countries": f"the boundaries of {self.name} or {COUNTRIES}",
        }

    def opened_on(self, frame: geopandas.GeoDataFrame) -> dict[str, Any]:
        """Give the atlas as it opens: a new one on the rows that were imported."""
        if self.number is not None:
            return self.atlas
        return self.atlas | {"opening_date": _opening(frame), "view": _view(frame)}


def _begun(new: NewAtlas, file: str, collection: str, boundaries: Boundaries) -> Target:
    if not new.title or not new.licence:
        raise BadOption("the store is empty, so a new atlas begins: give its --title and its "
                        "--licence (an SPDX id, like CC-BY-4.0)")  # fmt: skip
    atlas = {
        "id": slug(new.title),
        "title": new.title,
        "summary": new.summary or f"Imported from {file}.",
        "byline": new.byline or "",
        "knowledge_ends": new.knowledge_ends or f"{datetime.now(UTC):%Y}",
        "licence": new.licence,
        "extent": list(WORLD),
    }
    shipped = {"boundaries": boundaries.entities(), "borders": memberships.borders(boundaries)}
    if collection == "boundaries":
        shipped = {}
    begun = {
        name: frames.complete(one, shipped[name]) if name in shipped else frames.empty(one)
        for name, one in COLLECTIONS.items()
    }
    sources = {str(boundaries.table["source"]): dict(NATURAL_EARTH)} if shipped else {}
    return Target(atlas, sources, begun, None, boundaries)


def _view(frame: geopandas.GeoDataFrame) -> list[float]:
    west, south, east, north = frame.total_bounds
    if not np.isfinite([west, south, east, north]).all():
        return list(DEFAULT_EXTENT)
    around = max(east - west, north - south, LEAST_DEGREES) * AROUND
    box = west - around, south - around, east + around, north + around
    low, high = WORLD[:2], WORLD[2:]
    clipped = np.clip(box, [*low, *low], [*high, *high])
    return [round(float(side), 4) for side in clipped]


def _opening(frame: geopandas.GeoDataFrame) -> str:
    """Give the last day of the span in which the newest row begins, and at the latest today."""
    today = np.datetime64(datetime.now(UTC).date(), "D")
    begun = frame["start_latest"].dropna() - np.timedelta64(1, "s")
    begun = begun[begun.to_numpy() <= today]
    return str(begun.max().date()) if len(begun) and begun.max().year > 0 else str(today)
