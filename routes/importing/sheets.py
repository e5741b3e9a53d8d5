"""Spreadsheets of Excel, row by row.

GDAL reads them too, but drops the time of day of a cell with a date, so that seconds are lost.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import openpyxl.utils.exceptions
import pandas as pd

from routes.importing.reading import BATCH, Batch, Source, read_pieces, refused
from routes.reading import shown


def open_sheet(path: Path, wanted: str | None) -> Source:
    """Open one sheet of a workbook; its first row names the columns. Raises AtlasRefused."""
    with _book(path) as book:
        filled = [sheet.title for sheet in book.worksheets if (sheet.max_row or 0) > 1]
        known = ", ".join(book.sheetnames)
        if wanted is not None and wanted not in book.sheetnames:
            raise refused(path, f"has no sheet {wanted!r}", f"Its sheets are {known}")
        if wanted is None and len(filled) != 1:
            problem = f"has several sheets: {known}" if filled else "holds no rows"
            raise refused(path, problem, "Choose one by --layer NAME")
        name = wanted or filled[0]
        header = next(book[name].iter_rows(values_only=True), ())
    columns = [shown(title).strip() for title in header]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise refused(path, "names no columns", "Name each column in the first row")
    return Source(
        path.name, "XLSX", [title for title in columns if title], has_geometry=False, crs=None,
        unit="row", count=None,
        pieces=lambda: read_pieces(path.name, _batches(path, name, columns)),
    )  # fmt: skip


@contextmanager
def _book(path: Path) -> Iterator[Any]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (openpyxl.utils.exceptions.InvalidFileException, zipfile.BadZipFile, KeyError) as error:
        raise refused(path, f"is no workbook of Excel: {error}", "Save it as .xlsx again") from None
    try:
        yield book
    finally:
        book.close()


def _batches(path: Path, name: str, columns: list[str]) -> Iterator[Batch]:
    with _book(path) as book:
        rows = enumerate(book[name].iter_rows(min_row=2, max_col=len(columns), values_only=True), 2)
        while numbered := list(islice(rows, BATCH)):
            filled = [(number, row) for number, row in numbered if any(row)]
            values = pd.DataFrame(
                [[_written(value) for value in row] for _, row in filled],
                columns=columns,
                dtype=object,
            )
            counted = np.array([number for number, _ in filled], dtype=np.int64)
            yield Batch(counted, values[[title for title in columns if title]], None)


def _written(value: object) -> object:
    """Give a cell as text or number. One with a date is a timestamp only where it has a time."""
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if is_day else value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float) and value != "" else None
