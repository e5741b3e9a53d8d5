"""What a file holds: rows in batches, with their columns, and what is said about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

Kind = Literal["text", "integer", "number", "list", "json", "datetime"]

GEOMETRY = "geometry"
LON_LAT = "OGC:CRS84"
MOMENT = pa.timestamp("s", "UTC")
# GDAL reads and writes moments of these years and no others.
FIRST_YEAR, LAST_YEAR = 1, 9999

ARROW_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "list": pa.list_(pa.string()),
    "json": pa.string(),
    "datetime": MOMENT,
}


@dataclass(frozen=True)
class Column:
    """A column of a file. `far`: some of its moments lie outside the years 1 to 9999."""

    name: str
    kind: Kind = "text"
    far: bool = False


@dataclass(frozen=True)
class About:
    """What a file says of itself.

    `licence` and `address` are addresses, `published` the moment of publication (RFC 3339),
    `content` the hash of what the edition says, `sources` what each source's id stands for.
    """

    title: str
    description: str
    attribution: str
    licence: str
    edition: int
    content: str
    published: str
    address: str
    sources: dict[str, dict[str, Any]]

    def texts(self) -> dict[str, str]:
        """Give all of it as texts by name, the sources as JSON; without what is empty."""
        said = {
            "title": self.title,
            "description": self.description,
            "attribution": self.attribution,
            "licence": self.licence,
            "edition": str(self.edition),
            "content": self.content,
            "published": self.published,
            "address": self.address,
            "sources": orjson.dumps(self.sources).decode(),
        }
        return {name: text for name, text in said.items() if text}


@dataclass(frozen=True, eq=False)
class Table:
    """Rows for a file, made while they are written, so that no file has to fit into memory.

    `batches` gives record batches with the columns, typed as ARROW_TYPES says, and, where
    `has_geometry`, GEOMETRY as WKB, x (east) before y (north) in `crs`, null where there is none.
    `features` gives the same rows as GeoJSON features, one each, always in LON_LAT.
    `geometry_types`: those that there are, None among them where a geometry is missing.
    `ordered`: the order of the rows was asked for, and a file has to keep it.
    """

    name: str
    columns: tuple[Column, ...]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    features: Callable[[], Iterable[bytes | memoryview]]
    geometry_types: frozenset[str | None] = frozenset()
    has_geometry: bool = True
    crs: str = LON_LAT
    ordered: bool = False

    @property
    def schema(self) -> pa.Schema:
        """The schema of the batches."""
        fields = [pa.field(one.name, ARROW_TYPES[one.kind]) for one in self.columns]
        if self.has_geometry:
            fields.append(pa.field(GEOMETRY, pa.binary()))
        return pa.schema(fields)


def is_far(moments: NDArray[np.datetime64]) -> bool:
    """Tell whether a moment lies outside the years that GDAL can hold; NaT does not."""
    years = moments[~np.isnat(moments)].astype("datetime64[Y]").astype(np.int64) + 1970
    return bool(((years < FIRST_YEAR) | (years > LAST_YEAR)).any())


def written(moments: pa.Array) -> pa.Array:
    """Write moments as RFC 3339 does, `2003-02-04T00:00:00Z`; years beyond four digits as they are.

    Takes MOMENT, gives strings, null where there is none.
    """
    seconds = moments.cast(pa.int64()).to_numpy(zero_copy_only=False)
    missing = moments.is_null().to_numpy(zero_copy_only=False)
    plain = np.where(missing, 0, seconds).astype(np.int64).view("datetime64[s]")
    texts = np.char.add(np.datetime_as_string(plain, unit="s"), "Z")
    return pa.array(texts.tolist(), pa.string(), mask=missing)


def lists_as_json(lists: pa.Array) -> pa.Array:
    """Write lists as JSON arrays, null as null."""
    values = lists.to_pylist()
    return pa.array(
        [None if value is None else orjson.dumps(value).decode() for value in values], pa.string()
    )


def flat(batch: pa.RecordBatch, columns: Iterable[Column]) -> pa.RecordBatch:
    """Give a batch for formats without lists: as JSON, and far moments as text.

    One rule for all of them: JSON is the only writing of a list that every value survives.
    """
    arrays = dict(zip(batch.schema.names, batch.columns, strict=True))
    for column in columns:
        if column.kind == "list":
            arrays[column.name] = lists_as_json(arrays[column.name])
        elif column.kind == "datetime" and column.far:
            arrays[column.name] = written(arrays[column.name])
    return pa.RecordBatch.from_pydict(arrays)


def rows_of(batch: pa.RecordBatch, columns: Iterable[Column]) -> Iterator[tuple[Any, ...]]:
    """Give rows of Python values for formats that are text: lists as JSON, moments written."""
    arrays = []
    for column in columns:
        array = batch.column(column.name)
        if column.kind == "list":
            array = lists_as_json(array)
        elif column.kind == "datetime":
            array = written(array)
        arrays.append(array.to_pylist())
    return zip(*arrays, strict=True) if arrays else iter([()] * len(batch))
