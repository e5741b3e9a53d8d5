"""GeoPackage and FlatGeobuf, written by GDAL from a stream of Arrow batches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyogrio

from geo.formats.table import GEOMETRY, LON_LAT, About, Column, Table, flat

_JSON = {"ARROW:extension:name": "arrow.json", "ARROW:extension:metadata": ""}


def geopackage(table: Table, about: About, path: Path) -> None:
    """Write a GeoPackage (OGC 12-128r18) with one layer; all that is said of it as metadata.

    Version 1.3, as programs older than 2023 warn of later ones, and nothing here needs those.
    """
    write_layer(
        table,
        path,
        "GPKG",
        dataset_options={"VERSION": "1.3"},
        layer_options={"IDENTIFIER": about.title, "DESCRIPTION": about.description},
        dataset_metadata=about.texts(),
        layer_metadata=about.texts(),
    )
    _dated(path, about.published)


def flatgeobuf(table: Table, about: About, path: Path) -> None:
    """Write FlatGeobuf with a spatial index, along which it orders the rows.

    Without one where their order was asked for, or where one has no geometry, which GDAL does not
    index.
    """
    is_indexed = table.has_geometry and None not in table.geometry_types and not table.ordered
    write_layer(
        table,
        path,
        "FlatGeobuf",
        layer_options={
            "TITLE": about.title,
            "DESCRIPTION": about.description,
            "SPATIAL_INDEX": "YES" if is_indexed and table.geometry_types else "NO",
        },
        layer_metadata=about.texts(),
    )


def write_layer(
    table: Table,
    path: Path,
    driver: str,
    layer_options: dict[str, str],
    dataset_options: dict[str, str] | None = None,
    dataset_metadata: dict[str, str] | None = None,
    layer_metadata: dict[str, str] | None = None,
) -> None:
    """Write a table as the one layer of a new file, batch by batch.

    Raises what making the batches raises, and pyogrio's errors.
    """
    schema = _schema(table)
    failed: list[Exception] = []
    reader = pa.RecordBatchReader.from_batches(schema, _batches(table, schema, failed))
    placed = {
        "geometry_name": GEOMETRY,
        "geometry_type": geometry_type(table),
        "crs": system(table.crs),
    }
    try:
        pyogrio.write_arrow(
            reader,
            path,
            layer=table.name,
            driver=driver,
            layer_options=layer_options,
            dataset_options=dataset_options,
            dataset_metadata=dataset_metadata,
            layer_metadata=layer_metadata,
            **(placed if table.has_geometry else {}),
        )
    except RuntimeError:
        if failed:
            # Through GDAL an error of ours comes as words only.
            raise failed[0] from None
        raise


def geometry_type(table: Table) -> str:
    """Give the type of a layer: that of its geometries if they are of one, else `Unknown`."""
    kinds = [kind for kind in table.geometry_types if kind is not None]
    return kinds[0] if len(kinds) == 1 else "Unknown"


def system(crs: str) -> str:
    """Give a CRS as files name it: their axes are x, y anyhow, and programs know EPSG's codes."""
    return "EPSG:4326" if crs == LON_LAT else crs


def _schema(table: Table) -> pa.Schema:
    fields = [_field(column, table.schema.field(column.name)) for column in table.columns]
    if table.has_geometry:
        fields.append(table.schema.field(GEOMETRY))
    return pa.schema(fields)


def _field(column: Column, declared: pa.Field) -> pa.Field:
    if column.kind in ("json", "list"):
        return pa.field(column.name, pa.string(), metadata=_JSON)
    if column.kind == "datetime" and column.far:
        return pa.field(column.name, pa.string())
    return declared


def _batches(table: Table, schema: pa.Schema, failed: list[Exception]) -> Iterator[pa.RecordBatch]:
    try:
        for batch in table.batches():
            yield pa.RecordBatch.from_arrays(flat(batch, table.columns).columns, schema=schema)
    except Exception as error:
        failed.append(error)
        raise


def _dated(path: Path, published: str) -> None:
    """Put the time of publication where GDAL puts that of writing: the same rows, the same bytes.

    OGC 12-128r18, the tables `gpkg_contents` and `gpkg_metadata_reference`.
    """
    with closing(sqlite3.connect(path)) as package, package:
        package.execute("UPDATE gpkg_contents SET last_change = ?", (published,))
        package.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (published,))
