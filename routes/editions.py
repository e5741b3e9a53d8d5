"""Editions: open one, ask it for frames as of a day; publish an atlas as the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd

from geo.times import Mask, Window
from routes import atlas, exports, search
from routes.columns import Columns
from routes.errors import NotFound, StoreError
from routes.index import CollectionIndex
from routes.ordering import SortKey, ordered
from routes.query import Certainty, Query
from routes.report import Fault, WouldRemove
from routes.schema import COLLECTIONS
from routes.stores.addresses import is_address
from routes.stores.base import Content, Manifest, Progress, Store
from routes.stores.files import FileStore
from routes.stories.story import Stories
from routes.tree import Rows

DEFAULT_STORE = Path("var/store")
# Ids that are named of many that would be removed.
FEW = 8
Day = str | date | np.datetime64


def open_store(
    path: str | Path = DEFAULT_STORE, reading: str | None = None, **limits: int
) -> Store:
    """Give the store at `path`: a folder, or the address of a database, postgresql://….

    `reading`: the address of a copy of that database that is read in its place. `limits`: those of
    `routes.stores.postgis.store.PostgisStore`; files know none. Raises StoreError where an address
    cannot be read, or what speaks with databases is not installed.
    """
    if not is_address(path):
        if reading is not None:
            raise StoreError(f"{path} is no database: it is read in no other place")
        return FileStore(Path(path))
    try:
        from routes.stores.postgis import PostgisStore
    except ImportError as error:
        message = "a store in a database needs more: pip install 'routeshift[postgis]'"
        raise StoreError(f"{message} ({error})") from error
    return PostgisStore(str(path), reading, **limits)


def open_edition(path: str | Path = DEFAULT_STORE, edition: int | None = None) -> Edition:
    """Open an edition of the store at `path`: the newest, or the one with the number asked for.

    Raises NotFound if there is none, StoreDamaged if it cannot be read.
    """
    return Edition.of(open_store(path), edition)


def publish(
    store: Store,
    folder: Path,
    note: str = "",
    author: str = "",
    progress: Progress = lambda _: None,
    *,
    if_changed: bool = False,
    keep: bool = False,
) -> Manifest:
    """Read the atlas in `folder` and publish it as the next edition of `store`.

    `folder` may also hold an edition that was exported. With `if_changed`, content that the newest
    edition already has is not published again. With `keep`, content that lacks items of it is
    refused. Raises AtlasRefused, StoreBusy or StoreError; then the store is as it was.
    """
    progress("reading")
    content = exports.read(folder) if exports.is_export(folder) else atlas.read(folder)
    if keep:
        _refuse_removals(store, content, folder)
    return store.publish(content, note, author, progress, if_changed=if_changed)


def _refuse_removals(store: Store, content: Content, folder: Path) -> None:
    """Raise WouldRemove where the newest edition has items that `content` does not know.

    They may have been imported into the store, and no folder has them.
    """
    newest = store.current()
    if newest is None:
        return
    held = Edition.of(store, newest)
    # What is derived from the shipped boundaries nobody has put there.
    written = [name for name in held.collections if COLLECTIONS[name].authored]
    faults = [
        Fault(folder.name, "", name, "", f"lack {_counted(gone)} that edition {newest} has",
              "If they are to go, publish with --replace. What was imported is in the store only: "
              "keep such an atlas by importing, not by publishing a folder")
        for name in written
        if len(gone := sorted({*held.index(name).every_id()} - content.ids(name)))
    ]  # fmt: skip
    if faults:
        raise WouldRemove(faults)


def _counted(ids: list[str]) -> str:
    said = ", ".join(ids[:FEW]) + (", …" if len(ids) > FEW else "")
    return f"{len(ids)} {'item' if len(ids) == 1 else 'items'} ({said})"


def restore(
    store: Store,
    number: int,
    note: str = "",
    author: str = "",
    progress: Progress = lambda _: None,
) -> Manifest:
    """Publish what an earlier edition says as the next one, with the same hashes.

    Raises NotFound, StoreBusy or StoreError; then the store is as it was.
    """
    progress("reading")
    return store.publish(store.content(number), note or f"Edition {number} again", author, progress)


@dataclass(eq=False)
class Edition:
    """One immutable state of an atlas. Frames and indexes are opened when first asked for."""

    store: Store
    manifest: Manifest
    _frames: dict[str, geopandas.GeoDataFrame] = field(default_factory=dict, repr=False)
    _columns: dict[str, Columns] = field(default_factory=dict, repr=False)
    _indexes: dict[str, CollectionIndex] = field(default_factory=dict, repr=False)
    _texts: dict[str, pd.Series] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, store: Store, number: int | None = None) -> Edition:
        """Open an edition of a store; None asks for the newest."""
        number = store.current() if number is None else number
        if number is None:
            raise NotFound("edition", "current", "none yet: run `routeshift publish` first")
        return cls(store, store.manifest(number))

    @property
    def number(self) -> int:
        """The number of the edition, from 1 on."""
        return self.manifest.number

    @property
    def atlas(self) -> dict[str, Any]:
        """What atlas.toml says: title, byline, knowledge_ends, view, notes."""
        return self.manifest.atlas

    @property
    def sources(self) -> dict[str, dict[str, Any]]:
        """What sources.toml says: id -> author, title, year and so on."""
        return self.manifest.sources

    @property
    def stories(self) -> Stories:
        """Its stories by id, as `routes.stories.Story.of` reads them."""
        return self.manifest.stories

    @property
    def collections(self) -> tuple[str, ...]:
        """The names of the collections, in order."""
        return tuple(self.manifest.collections)

    def count(self, collection: str) -> int:
        """Give how many features a collection has. Raises NotFound."""
        self._known(collection)
        return self.manifest.collections[collection].count

    def index(self, collection: str) -> CollectionIndex:
        """Give the query index of a collection. Raises NotFound."""
        if collection not in self._indexes:
            self._known(collection)
            self._indexes[collection] = self.store.index(self.number, collection)
        return self._indexes[collection]

    def frame(self, collection: str) -> geopandas.GeoDataFrame:
        """Give all rows of a collection, EPSG:4326. Raises NotFound."""
        if collection not in self._frames:
            self._known(collection)
            self._frames[collection] = self.store.frame(self.number, collection)
        return self._frames[collection]

    def columns(self, collection: str) -> Columns:
        """Give the columns of a collection, each read when it is asked for. Raises NotFound."""
        index = self.index(collection)
        made = Columns(self.store, self.number, COLLECTIONS[collection], index)
        return self._columns.setdefault(collection, made)

    def items(
        self, collection: str, as_of: Day | None = None, certainty: Certainty = "possible"
    ) -> geopandas.GeoDataFrame:
        """Give the rows that hold, possibly or certainly, at some time of the day `as_of`.

        `as_of` may be coarser than a day (`2003-02`) or an interval; None asks for all rows.
        Rows without a time always hold. Raises NotFound, EdtfError.
        """
        frame = self.frame(collection)
        if as_of is None:
            return frame.copy()
        said = as_of.isoformat() if isinstance(as_of, date) else str(as_of)
        query = Query(window=Window.parse(said), certainty=certainty)
        rows = self.index(collection).rows(query)
        return frame.iloc[rows].reset_index(drop=True)

    def routes(
        self, as_of: Day | None = None, certainty: Certainty = "possible"
    ) -> geopandas.GeoDataFrame:
        """Give the route versions that hold as of a day; see `items`."""
        return self.items("routes", as_of, certainty)

    def crossings(
        self, as_of: Day | None = None, certainty: Certainty = "possible"
    ) -> geopandas.GeoDataFrame:
        """Give the crossings that hold as of a day; see `items`."""
        return self.items("crossings", as_of, certainty)

    def boundaries(
        self, as_of: Day | None = None, certainty: Certainty = "possible"
    ) -> geopandas.GeoDataFrame:
        """Give the states and territories as of a day; see `items`."""
        return self.items("boundaries", as_of, certainty)

    def saying(self, collection: str, terms: Sequence[str]) -> Mask:
        """Tell which rows of a collection say one of some terms; see `routes.search`."""
        if collection not in self._texts:
            frame = self.columns(collection)
            self._texts[collection] = search.searchable(COLLECTIONS[collection], frame)
        return search.saying(self._texts[collection], terms)

    def ordered(self, collection: str, keys: Sequence[SortKey]) -> Rows:
        """Give all rows of a collection in the order of some keys; see `routes.ordering`."""
        bounds = self.index(collection).bounds
        return ordered(COLLECTIONS[collection], self.columns(collection), bounds, keys)

    def _known(self, collection: str) -> None:
        if collection not in self.manifest.collections:
            raise NotFound("collection", collection, ", ".join(self.collections))
