"""The columns of a collection, each read when it is first asked for.

A filter or an order names a few of them. A whole frame of a million rows takes gigabytes, most of
it for geometries that nobody asked about. What is read is kept in mapped files: a worker has none
of it in memory of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from routes import frames, mapped, recorded
from routes.index import CollectionIndex
from routes.schema import Collection, Kind
from routes.stores.base import Store

Codes = NDArray[np.uint8]
Chosen = slice | NDArray[np.intp]

FEW = 1 << 8
"""So many different texts have codes of one byte."""
TEXTS = ("text", "edtf")
_TEXT = pd.StringDtype(na_value=np.nan)


class Table(Protocol):
    """What a GeoDataFrame and `Columns` have in common."""

    def __len__(self) -> int:
        """Give the number of rows."""

    def __getitem__(self, name: str) -> pd.Series:
        """Give a column, typed as `routes.frames.typed` types it."""


class Parts(Protocol):
    """What a filter looks at: rows of which it takes some at a time."""

    def __len__(self) -> int:
        """Give the number of rows."""

    def part(self, name: str, rows: slice) -> pd.Series:
        """Give a column of some rows, numbered from 0."""

    def codes(self, name: str) -> tuple[Codes, pd.Series] | None:
        """Give which text each row has, and the few different ones; None where they are not few."""

    def boxes(self, rows: slice) -> NDArray[np.float64]:
        """Give the boxes of some geometries, shape (n, 4), NaN for none and for empty ones."""

    def geometries(self, rows: Chosen) -> NDArray[np.object_]:
        """Give some geometries, EPSG:4326, None where there is none."""


@dataclass(frozen=True)
class Frame:
    """A whole frame in parts."""

    frame: geopandas.GeoDataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def part(self, name: str, rows: slice) -> pd.Series:
        """Give a column of some rows, numbered from 0."""
        return pd.Series(self.frame[name].array[rows])

    def codes(self, name: str) -> None:
        """Give no codes: its texts are in memory as they are."""

    def boxes(self, rows: slice) -> NDArray[np.float64]:
        """Give the boxes of some geometries, shape (n, 4)."""
        return np.asarray(shapely.bounds(self.geometries(rows)))

    def geometries(self, rows: Chosen) -> NDArray[np.object_]:
        """Give some geometries, EPSG:4326."""
        return np.asarray(self.frame.geometry.to_numpy()[rows], dtype=object)


@dataclass(frozen=True)
class Kept:
    """One column as it is kept: an Arrow array; few different texts by their codes."""

    kind: Kind
    array: pa.Array

    @classmethod
    def of(cls, kind: Kind, column: pa.ChunkedArray) -> Kept:
        """Take a column as it was recorded."""
        if kind == "datetime":
            column = column.cast(pa.timestamp("s", "UTC"))
        elif kind in TEXTS:
            column = _coded(column.cast(pa.large_string()))
        whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        return cls(kind, mapped.kept(whole))

    @property
    def is_coded(self) -> bool:
        """Whether it holds codes."""
        return bool(pa.types.is_dictionary(self.array.type))

    def series(self, rows: slice = slice(None)) -> pd.Series:
        """Give some rows, typed as `routes.frames.typed` types them, numbered from 0."""
        part = self.array[rows]
        if self.kind in TEXTS:
            return _texts(part.dictionary_decode() if self.is_coded else part)
        return frames.column(self.kind, part.to_pandas())


class Columns:
    """The columns of one collection of one edition. They are kept; threads may share them."""

    def __init__(
        self, store: Store, number: int, collection: Collection, index: CollectionIndex
    ) -> None:
        self._store = store
        self._number = number
        self._collection = collection
        self._index = index
        self._known: dict[str, Kept] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, name: str) -> pd.Series:
        return self._kept(name).series().rename(name)

    def part(self, name: str, rows: slice) -> pd.Series:
        """Give a column of some rows, numbered from 0."""
        return self._kept(name).series(rows)

    def codes(self, name: str) -> tuple[Codes, pd.Series] | None:
        """Give which text each row has, and the few different ones; None where they are not few."""
        kept = self._kept(name)
        if not kept.is_coded:
            return None
        return kept.array.indices.to_numpy(), _texts(kept.array.dictionary)

    def boxes(self, rows: slice) -> NDArray[np.float64]:
        """Give the boxes of some geometries, shape (n, 4), NaN for none and for empty ones."""
        return self._index.boxes[rows]

    def geometries(self, rows: Chosen) -> NDArray[np.object_]:
        """Give some geometries, EPSG:4326, None where there is none."""
        numbers = np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows
        return self._index.geometries(numbers)

    def _kept(self, name: str) -> Kept:
        # Of many requests at once, one reads and the others wait.
        with self._lock:
            if name not in self._known:
                self._known[name] = self._read(name)
            return self._known[name]

    def _read(self, name: str) -> Kept:
        kind = recorded.schema_of(self._collection).field(name).type
        pieces = [
            batch.column(name)
            for batch in self._store.batches(self._number, self._collection.name, [name])
            if name in batch.schema.names
        ]
        column = pa.chunked_array(pieces or [pa.nulls(len(self), kind)], kind)
        return Kept.of(self._collection.field(name).kind, column)


def _texts(values: pa.Array) -> pd.Series:
    return pd.Series(pd.array(values, dtype=_TEXT), copy=False)


def _coded(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give codes in place of texts where few are different."""
    if any(len(pc.unique(chunk)) > FEW for chunk in texts.chunks[:1]):
        return texts
    coded = pc.dictionary_encode(texts, null_encoding="encode").combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.chunk(0)
    if len(coded.dictionary) > FEW:
        return texts
    codes = coded.indices.cast(pa.uint8())
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, coded.dictionary)])
