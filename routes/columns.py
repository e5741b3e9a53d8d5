"""The columns of a collection, each read when it is first asked for.

A filter or an order names a few of them. A whole frame of a million rows takes gigabytes, most of
it for geometries that nobody asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any, Protocol

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa

from routes import frames, recorded
from routes.index import CollectionIndex
from routes.schema import Collection
from routes.stores.base import Store


class Table(Protocol):
    """What a GeoDataFrame and `Columns` have in common."""

    def __len__(self) -> int:
        """Give the number of rows."""

    def __getitem__(self, name: str) -> pd.Series:
        """Give a column, typed as `routes.frames.typed` types it."""

    @property
    def geometry(self) -> Any:  # noqa: ANN401 (geopandas has no types)
        """The geometries, a GeoSeries in EPSG:4326."""


class Columns:
    """The columns of one collection of one edition. They are kept; threads may share them."""

    def __init__(
        self, store: Store, number: int, collection: Collection, index: CollectionIndex
    ) -> None:
        self._store = store
        self._number = number
        self._collection = collection
        self._index = index
        self._known: dict[str, pd.Series] = {}
        self._geometry: Any = None
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, name: str) -> pd.Series:
        # Of many requests at once, one reads and the others wait.
        with self._lock:
            if name not in self._known:
                self._known[name] = self._read(name)
            return self._known[name]

    @property
    def geometry(self) -> Any:  # noqa: ANN401
        """The geometries, a GeoSeries in EPSG:4326."""
        with self._lock:
            if self._geometry is None:
                every = self._index.geometries(np.arange(len(self)))
                self._geometry = geopandas.GeoSeries(every, crs="EPSG:4326")
            return self._geometry

    def _read(self, name: str) -> pd.Series:
        kind = recorded.schema_of(self._collection).field(name).type
        pieces: Sequence[Any] = [
            batch.column(name)
            for batch in self._store.batches(self._number, self._collection.name, [name])
            if name in batch.schema.names
        ]
        column = pa.chunked_array(pieces, kind) if pieces else pa.nulls(len(self), kind)
        made = frames.column(self._collection.field(name).kind, column.to_pandas())
        return made.rename(name)
