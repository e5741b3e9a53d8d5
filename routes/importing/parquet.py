"""GeoParquet, and plain Parquet with WKB or coordinates in columns, a batch at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from routes.importing.names import PLACES, plain
from routes.importing.reading import BATCH, Batch, Piece, Source, refused, values_of

# GeoParquet 1.1: a column without `crs` is in it; one whose `crs` is null is in none known.
DEFAULT_CRS = "OGC:CRS84"
MOST_PIECES = 64


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
    about = file.metadata
    sizes = [about.row_group(number).num_rows for number in range(about.num_row_groups)]
    file.close()
    return Source(
        path.name, "Parquet", columns, geometry is not None, crs, "row", sum(sizes),
        lambda: _pieces(path, columns, geometry, sizes), is_cut=True,
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


def _pieces(
    path: Path, columns: list[str], geometry: str | None, sizes: list[int]
) -> Iterator[Piece]:
    """Cut a file at its row groups, so that no piece is small and there are not very many."""
    least = max(BATCH, -(-sum(sizes) // MOST_PIECES))
    begin, groups, rows = 1, list[int](), 0
    for group, size in enumerate(sizes):
        groups.append(group)
        rows += size
        if rows >= least or group == len(sizes) - 1:
            yield Piece(path.name, partial(_batches, path, columns, geometry, groups, begin))
            begin, groups, rows = begin + rows, [], 0


def _batches(
    path: Path, columns: list[str], geometry: str | None, groups: list[int], begin: int
) -> Iterator[Batch]:
    """Read some row groups; `begin`: the number of their first row."""
    with pq.ParquetFile(path) as file:
        named = [*columns, *([geometry] if geometry else [])]
        for batch in file.iter_batches(BATCH, groups, columns=named):
            rows = np.arange(begin, begin + batch.num_rows, dtype=np.int64)
            wkb = None
            if geometry:
                column = batch.column(geometry)
                column = column.storage if isinstance(column, pa.ExtensionArray) else column
                wkb = np.array([*column.to_pylist(), None], dtype=object)[:-1]
            yield Batch(rows, values_of(batch, columns), wkb)
            begin += batch.num_rows
