"""Any file with features or rows -> its columns, and its rows a batch at a time.

A batch is as the file has it: geometries as WKB in the file's CRS, values as text, numbers or
lists. Dates become text at once: pandas and Python have narrower calendars than files do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from routes.report import AtlasRefused, Fault

BATCH = 6_000


class Batch(NamedTuple):
    """Some rows: their numbers as a person counts them, values (object), and WKB if there is any.

    `rows` int64 of shape (n,), `geometry` object of shape (n,), None where there is none.
    """

    rows: NDArray[np.int64]
    values: pd.DataFrame
    geometry: NDArray[np.object_] | None


@dataclass(frozen=True)
class Piece:
    """Rows that lie together in a file: any process can have their batches, from a copy of this.

    `is_read`: they are in it already, because only the whole file can be read, from its beginning.
    """

    file: str
    batches: Callable[[], Iterable[Batch]] = field(repr=False)
    is_read: bool = False


@dataclass(frozen=True)
class Source:
    """A file that can be read: what it holds, and how its rows are counted.

    `crs` as pyproj reads it, None where the file names none. `unit`: what a row is called in the
    report. `count`: how many rows there are, None where only reading it would tell. `pieces`: all
    rows, in order; how they are cut depends on the file alone. `is_cut`: each can be read by
    itself. `is_folder`: they are of several files.
    """

    file: str
    form: str
    columns: list[str]
    has_geometry: bool
    crs: Any
    unit: str
    count: int | None
    pieces: Callable[[], Iterator[Piece]] = field(repr=False)
    is_cut: bool = False
    is_folder: bool = False


def open_source(
    path: Path,
    fits: tuple[str, ...],
    layer: str | None = None,
    encoding: str | None = None,
) -> Source:
    """Open a file of any kind, or a folder of some. `fits`: the geometries that are looked for.

    Raises AtlasRefused where it cannot be read, or where one of its layers has to be named.
    """
    if not path.exists():
        raise refused(path, "is missing", "Give the path of a file")
    # A file geodatabase of Esri is a folder, and one file for all others.
    if path.is_dir() and path.suffix.casefold() != ".gdb":
        from routes.importing import folders

        return folders.open_folder(path, fits, layer, encoding)
    return open_file(path, fits, layer, encoding)


def open_file(
    path: Path, fits: tuple[str, ...], layer: str | None = None, encoding: str | None = None
) -> Source:
    """Open one file. Raises AtlasRefused as `open_source`."""
    source = _opened(path, fits, layer, encoding)
    twice = sorted({name for name in source.columns if source.columns.count(name) > 1})
    if twice:
        said = ", ".join(map(repr, twice))
        raise refused(path, f"has columns of one name: {said}", "Give each its own name")
    return source


def _opened(path: Path, fits: tuple[str, ...], layer: str | None, encoding: str | None) -> Source:
    from routes.importing import layers, parquet, sheets, tables

    if path.suffix.casefold() in (".parquet", ".geoparquet", ".pq"):
        return parquet.open_parquet(path)
    if path.suffix.casefold() in (".csv", ".tsv", ".txt"):
        return tables.open_table(path, encoding)
    if path.suffix.casefold() in (".xlsx", ".xlsm"):
        return sheets.open_sheet(path, layer)
    return layers.open_layers(path, fits, layer, encoding)


def read_pieces(file: str, batches: Iterable[Batch]) -> Iterator[Piece]:
    """Give rows that are read here as pieces, a batch each."""
    for batch in batches:
        yield Piece(file, partial(iter, (batch,)), is_read=True)


def refused(path: Path, problem: str, remedy: str) -> AtlasRefused:
    """Say that a file as a whole cannot be used."""
    return AtlasRefused([Fault(path.name, "", "the file", "", problem, remedy)])


def values_of(batch: pa.RecordBatch, columns: list[str]) -> pd.DataFrame:
    """Give columns of a record batch as objects: text, numbers, lists; None where missing."""
    return pd.DataFrame(
        {name: pd.Series(_plain(batch.column(name)), dtype=object) for name in columns},
        index=pd.RangeIndex(batch.num_rows),
    )


def _plain(column: Any) -> list[Any]:  # noqa: ANN401 (pyarrow has no types)
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_date(column.type):
        days = column.cast(pa.date32()).cast(pa.int32())
        return _texts(days, "datetime64[D]", "")
    if pa.types.is_timestamp(column.type):
        zone = "Z" if column.type.tz else ""
        seconds = column.cast(pa.timestamp("s", tz=column.type.tz), safe=False).cast(pa.int64())
        return _texts(seconds, "datetime64[s]", zone)
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return [None] * len(column)
    listed: list[Any] = column.to_pylist()
    return listed


def _texts(column: Any, unit: str, zone: str) -> list[str | None]:  # noqa: ANN401
    missing = np.asarray(column.is_null())
    numbers = np.asarray(column.fill_null(0)).astype(np.int64)
    texts = np.datetime_as_string(numbers.view(unit))
    return [None if gone else text + zone for text, gone in zip(texts, missing, strict=True)]
