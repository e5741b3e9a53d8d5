"""What rows are imported into: the newest edition of a store, or a new atlas in an empty one."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo import boundaries as dated
from geo import memberships
from geo.boundaries import Boundaries
from geo.dates import SECOND
from geo.formats.table import GEOMETRY
from geo.times import BEGINNING, END, Bounds
from routes import frames
from routes.atlas import DEFAULT_EXTENT
from routes.editions import Edition
from routes.importing.arranging import Change, Part
from routes.importing.mapping import BadOption
from routes.importing.values import slug
from routes.recorded import schema_of
from routes.rules import COUNTRIES
from routes.schema import COLLECTIONS
from routes.stores.base import Store
from routes.stories.story import Stories

FIRST_DAY = np.datetime64("0001-01-01")
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
    edition: Edition | None = None

    @classmethod
    def of(cls, store: Store, new: NewAtlas, file: str, collection: str) -> Target:
        """Open the newest edition of a store, or begin an atlas. Raises BadOption, StoreError."""
        boundaries = dated.load()
        if store.current() is None:
            return _begun(new, file, collection, boundaries)
        edition = Edition.of(store)
        return cls(
            edition.atlas,
            dict(edition.sources),
            _Frames(edition),
            edition.number,
            boundaries,
            edition.stories,
            edition,
        )

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
        countries = self.columns("boundaries", ["entity"])["entity"].dropna()
        return {
            "routes": set(self.columns("routes", ["id"])["id"]),
            "crossings": set(self.columns("crossings", ["id"])["id"]),
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

    def columns(self, name: str, columns: list[str]) -> pd.DataFrame:
        """Give some columns of a collection: of a large one the others are not read."""
        if self.edition is None or name not in self.edition.collections:
            return pd.DataFrame(self.frames[name][columns])
        batches = self.edition.store.batches(self.edition.number, name, columns)
        schema = pa.schema([schema_of(COLLECTIONS[name]).field(one) for one in columns])
        frame: pd.DataFrame = pa.Table.from_batches(batches, schema).to_pandas()
        return frame

    def part(self, name: str, change: Change) -> Part:
        """Give the rows of a collection to be arranged with others, each batch changed.

        `change` alters neither ids nor geometries.
        """
        collection = COLLECTIONS[name]
        if self.edition is None or name not in self.edition.collections:
            return Part.of_frame(collection, self.frames[name], change)
        store, number = self.edition.store, self.edition.number
        columns = [*(one.name for one in collection.written), GEOMETRY]
        index = self.edition.index(name)
        return Part.of_batches(
            lambda: map(change, store.batches(number, name, columns)),
            pa.array(index.every_id(), pa.string()),
            index.boxes,
            index.geometry_types(np.arange(len(index))),
        )

    def kept(
        self, store: Store, but: str
    ) -> tuple[dict[str, Path], dict[str, geopandas.GeoDataFrame]]:
        """Give the collections that stay as they are: those that are files, and the others."""
        files = {} if self.number is None else dict(store.content(self.number).files)
        held = {name: self.frames[name] for name in COLLECTIONS if name not in files}
        return ({name: path for name, path in files.items() if name != but},
                {name: frame for name, frame in held.items() if name != but})  # fmt: skip

    def opened_on(self, bounds: Bounds, boxes: NDArray[np.float64]) -> dict[str, Any]:
        """Give the atlas as it opens: a new one on the rows that were imported.

        `boxes` has shape (n, 4), NaN where there is no geometry.
        """
        if self.number is not None:
            return self.atlas
        return self.atlas | {"opening_date": _opening(bounds), "view": _view(boxes)}


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


def _view(boxes: NDArray[np.float64]) -> list[float]:
    drawn = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(drawn):
        return list(DEFAULT_EXTENT)
    west, south = drawn[:, :2].min(axis=0)
    east, north = drawn[:, 2:].max(axis=0)
    around = max(east - west, north - south, LEAST_DEGREES) * AROUND
    box = west - around, south - around, east + around, north + around
    low, high = WORLD[:2], WORLD[2:]
    clipped = np.clip(box, [*low, *low], [*high, *high])
    return [round(float(side), 4) for side in clipped]


def _opening(bounds: Bounds) -> str:
    """Give the last day of the span in which the newest row begins, and at the latest today."""
    today = np.datetime64(datetime.now(UTC).date(), "D")
    said = bounds.start_latest[(bounds.start_latest != BEGINNING) & (bounds.start_latest != END)]
    begun = said - SECOND
    begun = begun[begun <= today]
    newest = begun.max().astype("datetime64[D]") if len(begun) else today
    return str(newest if newest >= FIRST_DAY else today)


class _Frames(Mapping[str, geopandas.GeoDataFrame]):
    """The frames of an edition, each read when it is asked for; empty where it has none."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition

    def __getitem__(self, name: str) -> geopandas.GeoDataFrame:
        if name in self._edition.collections:
            return self._edition.frame(name)
        return frames.empty(COLLECTIONS[name])

    def __iter__(self) -> Iterator[str]:
        return iter(COLLECTIONS)

    def __len__(self) -> int:
        return len(COLLECTIONS)
