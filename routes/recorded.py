"""Rows of a collection as an edition records them: GeoParquet, written and read in batches.

No collection has to fit into memory: rows come complete and in order, some at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from geo.formats import geoparquet
from geo.formats.table import ARROW_TYPES, GEOMETRY
from geo.times import Bounds
from geo.words import ENGLISH, Speech, describe_each
from routes.schema import Collection, Kind

# In the order of their numbers; -1 is none (shapely.GeometryType).
TYPES = np.array(
    ["Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString",
     "MultiPolygon", "GeometryCollection", None],
    dtype=object,
)  # fmt: skip

ROWS_A_GROUP = 20_000
"""How many rows a batch and a row group have: part of what makes files of one content equal."""


@dataclass(frozen=True)
class Recorded:
    """A collection that is to be recorded: `batches` gives its rows, complete and in order.

    Each has ROWS_A_GROUP rows, but for the last, and the columns of `schema_of`.
    `geometry_types`: those that there are, None among them where a geometry is missing.
    """

    collection: Collection
    batches: Callable[[], Iterator[pa.RecordBatch]]
    geometry_types: frozenset[str | None]

    @classmethod
    def of(cls, collection: Collection, frame: geopandas.GeoDataFrame) -> Recorded:
        """Take a frame that `routes.frames.complete` gave."""

        def batches() -> Iterator[pa.RecordBatch]:
            for start in range(0, len(frame), ROWS_A_GROUP):
                yield _batch(collection, frame.iloc[start : start + ROWS_A_GROUP])

        return cls(collection, batches, frozenset(types_of(frame.geometry.to_numpy())))

    def write(self, path: Path) -> None:
        """Write GeoParquet 1.1 with a covering box: the same bytes for the same rows."""
        geoparquet.write_batches(
            self.batches(), schema_of(self.collection), path, self.geometry_types
        )


def schema_of(collection: Collection) -> pa.Schema:
    """Give the columns of a recorded collection: all fields in order, then GEOMETRY as WKB."""
    fields = [(field.name, type_of(field.kind)) for field in collection.fields]
    return pa.schema([*fields, (GEOMETRY, pa.binary())])


def type_of(kind: Kind) -> pa.DataType:
    """Give the type of a column of a kind. EDTF is text for all who do not read it."""
    return ARROW_TYPES["text" if kind == "edtf" else kind]


def batches(
    collection: Collection,
    path: Path,
    columns: Sequence[str] | None = None,
    rows: int = ROWS_A_GROUP,
    groups: Sequence[int] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Read recorded rows, of all columns and row groups or some, so many at a time.

    Typed as `schema_of` says. Columns that the file does not have are left out: it may be of an
    earlier version.
    """
    schema = schema_of(collection)
    file = pq.ParquetFile(path)
    there = set(file.schema_arrow.names)
    wanted = [name for name in columns or schema.names if name in there]
    # The reader keeps what it has read of a row group until its last row was taken.
    for group in range(file.num_row_groups) if groups is None else groups:
        found = file.iter_batches(rows, [group], columns=wanted, use_threads=False)
        yield from map(partial(_typed, schema), found)


def _typed(schema: pa.Schema, batch: pa.RecordBatch) -> pa.RecordBatch:
    names = batch.schema.names
    arrays = [batch.column(name).cast(schema.field(name).type) for name in names]
    return pa.RecordBatch.from_arrays(arrays, names)


def bounds_of(collection: Collection, columns: Mapping[str, Any]) -> Bounds:
    """Give the bounds of rows, from Arrow arrays by name."""
    attested = listed(columns["attested"]) if "attested" in columns else None
    return Bounds.parse(listed(columns["valid"]), collection.reading, attested)


def derived(collection: Collection, columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Give the computed columns: the four bounds, NaT for none, and the time in words."""
    attested = list(columns["attested"]) if "attested" in columns else None
    valid = list(columns["valid"])
    bounds = Bounds.parse(valid, collection.reading, attested).to_columns()
    return bounds | {"when": when(collection, valid, columns["end"])}


def when(
    collection: Collection,
    valid: Iterable[str | None],
    end: Iterable[str | None],
    speech: Speech = ENGLISH,
) -> NDArray[np.object_]:
    """Say when each row holds, each different time once."""
    (time, held), (kind, told) = (
        pd.factorize(pd.Series(list(texts), dtype=object)) for texts in (valid, end)
    )
    # What is missing has the code -1.
    times, kinds = [None, *held], [None, *told]
    pairs, which = np.unique((time + 1) * len(kinds) + kind + 1, return_inverse=True)
    different = ((times[pair // len(kinds)], kinds[pair % len(kinds)]) for pair in pairs.tolist())
    said = describe_each(different, collection.reading, speech)
    return np.array(said, dtype=object)[which]


def listed(column: Any) -> list[Any]:  # noqa: ANN401 (pyarrow has no types)
    """Give an Arrow array of texts or bytes as Python values, much faster than `to_pylist`."""
    values: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
    return values


def types_of(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give the type of each geometry by its name, None where there is none."""
    return TYPES[shapely.get_type_id(geometry)]


def completed(collection: Collection, authored: Mapping[str, Any]) -> pa.RecordBatch:
    """Give rows as they are recorded, from what people write: Arrow arrays by name."""
    names = [name for name in ("valid", "end", "attested") if name in authored]
    made = derived(collection, {name: listed(authored[name]) for name in names})
    schema = schema_of(collection)
    arrays = [
        _array(pd.Series(made[name]), schema.field(name).type) if name in made else authored[name]
        for name in schema.names
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _batch(collection: Collection, frame: geopandas.GeoDataFrame) -> pa.RecordBatch:
    schema = schema_of(collection)
    arrays = [
        _array(frame[field.name], schema.field(field.name).type) for field in collection.fields
    ]
    arrays.append(pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary()))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(column: pd.Series, kind: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    if pa.types.is_timestamp(kind):
        return pa.array(column.to_numpy("datetime64[s]")).cast(kind)
    if pa.types.is_list(kind):
        return pa.array([list(value) for value in column], kind)
    return pc.cast(pa.array(column, from_pandas=True), kind)
