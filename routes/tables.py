"""Rows of a collection as tables for files: from the index, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import pyarrow as pa
import shapely

from geo.crs import Crs
from geo.formats import LON_LAT, Column, Kind, Table, is_far
from geo.formats.table import ARROW_TYPES, GEOMETRY, MOMENT
from geo.times import Times
from routes.index import CollectionIndex
from routes.query import Shape
from routes.schema import Collection, Field
from routes.tree import Rows

ROWS_A_BATCH = 1000


def table(
    collection: Collection,
    index: CollectionIndex,
    rows: Rows,
    shape: Shape = Shape(),  # noqa: B008 # frozen
    *,
    ordered: bool = False,
    xy: bool = True,
) -> Table:
    """Give rows as a table for a file, with the columns and the geometry that `shape` says.

    The id is always among the columns. `ordered`: the order of the rows has to be kept. `xy`:
    east before north, as in files; else as the authority of `shape.crs` orders its axes. Reading
    a batch raises ValueError where a geometry lies beyond what `shape.crs` can show.
    """
    fields = [
        field
        for field in collection.fields
        if shape.columns is None or field.unique or field.name in shape.columns
    ]
    columns = tuple(_column(field, index, rows) for field in fields)
    crs = shape.crs if shape.geometry else None

    def batches() -> Iterator[pa.RecordBatch]:
        for some in _slices(rows):
            arrays = _arrays(columns, index, some)
            if shape.geometry:
                arrays[GEOMETRY] = pa.array(_wkb(index, some, crs, xy=xy), pa.binary())
            yield pa.RecordBatch.from_pydict(arrays)

    def features() -> Iterable[bytes | memoryview]:
        for some in _slices(rows):
            yield from index.shaped(some, Shape(None, shape.columns, shape.geometry))

    return Table(
        name=collection.name,
        columns=columns,
        batches=batches,
        features=features,
        geometry_types=index.geometry_types(rows) if shape.geometry else frozenset(),
        has_geometry=shape.geometry,
        crs=crs.code if crs else LON_LAT,
        ordered=ordered,
    )


def _slices(rows: Rows) -> Iterator[Rows]:
    for start in range(0, len(rows), ROWS_A_BATCH):
        yield rows[start : start + ROWS_A_BATCH]


def _column(field: Field, index: CollectionIndex, rows: Rows) -> Column:
    # EDTF is text for all who do not read it.
    kind: Kind = "text" if field.kind == "edtf" else field.kind
    if kind != "datetime":
        return Column(field.name, kind)
    return Column(field.name, kind, is_far(_moments(field.name, index, rows)))


def _moments(name: str, index: CollectionIndex, rows: Rows) -> Times:
    return index.bounds.take(rows).to_columns()[name]


def _arrays(columns: Iterable[Column], index: CollectionIndex, rows: Rows) -> dict[str, pa.Array]:
    said = index.properties(rows)
    arrays: dict[str, pa.Array] = {}
    for column in columns:
        if column.kind == "datetime":
            moments = pa.array(_moments(column.name, index, rows))
            arrays[column.name] = moments.cast(MOMENT)
            continue
        values = [properties[column.name] for properties in said]
        arrays[column.name] = pa.array(_plain(column.kind, values), ARROW_TYPES[column.kind])
    return arrays


def _plain(kind: Kind, values: list[Any]) -> list[Any]:
    if kind == "json":
        return [None if value is None else orjson.dumps(value).decode() for value in values]
    return values


def _wkb(index: CollectionIndex, rows: Rows, crs: Crs | None, *, xy: bool) -> list[bytes | None]:
    if crs is None:
        return index.wkb(rows)
    moved = crs.project(index.geometries(rows))
    if crs.flipped and xy:
        moved = shapely.transform(moved, lambda yx: yx[:, ::-1])
    made: list[bytes | None] = shapely.to_wkb(moved).tolist()
    return made
