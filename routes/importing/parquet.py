"""GeoParquet, and plain Parquet with WKB or coordinates in columns, a batch at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from routes.importing.names import PLACES, plain
from routes.importing.reading import BATCH, Batch, Source, refused, values_of

# GeoParquet 1.1: a column without `crs` is in it; one whose `crs` is null is in none known.
DEFAULT_CRS = "OGC:CRS84"


def open_parquet(path: Path) -> Source:
    """Open a Parquet file. Raises AtlasRefused."""
    try:
        file = pq.ParquetFile(path)
        told = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise refused(path, f"is not Parquet: {error}", "Write it anew") from None
    schema = file.schema_arrow
    geometry, crs = _geometry(path, schema, told)
    columns = [field.name for field in schema if field.name != geometry and _is_value(field.type)]
    count = file.metadata.num_rows
    file.close()
    return Source(
        path.name, "Parquet", columns, geometry is not None, crs, "row", count,
        lambda: _batches(path, columns, geometry),
    )  # fmt: skip


def _geometry(path: Path, schema: Any, told: dict[str, Any]) -> tuple[str | None, Any]:  # noqa: ANN401
    """Give the column of the geometry and its CRS."""
    if told:
        name = str(told["primary_column"])
        column = told["columns"][name]
        if column["encoding"] != "WKB":
            raise refused(path, f"has its geometry as {column['encoding']}", "Write it as WKB")
        return name, column.get("crs", DEFAULT_CRS)
    usual = [
        field.name
        for field in schema
        if plain(field.name) in PLACES["wkt"] and _is_binary(field.type)
    ]
    return (usual[0], None) if usual else (None, None)


def _is_value(kind: Any) -> bool:  # noqa: ANN401
    """Tell columns from what belongs to the geometry, such as its box."""
    return not (pa.types.is_struct(kind) or _is_binary(kind) or pa.types.is_map(kind))


def _is_binary(kind: Any) -> bool:  # noqa: ANN401
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _batches(path: Path, columns: list[str], geometry: str | None) -> Iterator[Batch]:
    begin = 1
    with pq.ParquetFile(path) as file:
        named = [*columns, *([geometry] if geometry else [])]
        for batch in file.iter_batches(BATCH, columns=named):
            rows = np.arange(begin, begin + batch.num_rows, dtype=np.int64)
            wkb = None
            if geometry:
                column = batch.column(geometry)
                column = column.storage if isinstance(column, pa.ExtensionArray) else column
                wkb = np.array([*column.to_pylist(), None], dtype=object)[:-1]
            yield Batch(rows, values_of(batch, columns), wkb)
            begin += batch.num_rows
