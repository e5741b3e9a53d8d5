"""Text tables as spreadsheets and databases write them: any separator, any encoding."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from routes.importing.reading import BATCH, Batch, Source, read_pieces, refused

SEPARATORS = ";\t,|"
# A WKT of a long coastline is one field.
LONGEST_FIELD = 2**27
LINES_LOOKED_AT = 20


def open_table(path: Path, encoding: str | None) -> Source:
    """Open a CSV file; its separator is the one that cuts its first lines alike.

    UTF-8, with or without a mark, or UTF-16 with one, unless `encoding` says otherwise. Raises
    AtlasRefused.
    """
    csv.field_size_limit(LONGEST_FIELD)
    encoding = encoding or _marked(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = list(islice(file, LINES_LOOKED_AT))
    except (UnicodeError, LookupError, OSError) as error:
        raise _unreadable(path, error) from None
    if not lines:
        raise refused(path, "is empty", "Begin it with a line of columns")
    separator = _separator(lines)
    header = [name.strip() for name in next(csv.reader(lines, delimiter=separator))]
    named = [name for name in header if name]
    return Source(
        path.name, "CSV", named, has_geometry=False, crs=None, unit="line", count=None,
        pieces=lambda: read_pieces(path.name, _batches(path, encoding, separator, header)),
    )  # fmt: skip


def _marked(path: Path) -> str:
    """Give the encoding that the mark at the beginning of a file tells, UTF-8 if there is none.

    "Unicode text" of Excel is UTF-16 with tabs.
    """
    try:
        with path.open("rb") as file:
            mark = file.read(2)
    except OSError as error:
        raise _unreadable(path, error) from None
    return "utf-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _separator(lines: list[str]) -> str:
    """Choose what cuts the first line into most columns; a comma may stand inside a number."""
    return max(SEPARATORS, key=lambda one: len(next(csv.reader(lines, delimiter=one), [])))


def _batches(path: Path, encoding: str, separator: str, header: list[str]) -> Iterator[Batch]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=separator, strict=True)
            next(reader)
            while True:
                numbered = [(reader.line_num, row) for row in islice(reader, BATCH)]
                if not numbered:
                    return
                yield _batch(path, header, numbered)
    except (UnicodeError, csv.Error, LookupError) as error:
        raise _unreadable(path, error) from None


def _batch(path: Path, header: list[str], numbered: list[tuple[int, list[str]]]) -> Batch:
    lines = np.array([number for number, row in numbered if row], dtype=np.int64)
    rows = [row for _, row in numbered if row]
    for line, row in zip(lines, rows, strict=True):
        if len(row) != len(header):
            problem = f"has {len(row)} columns in line {line}, and {len(header)} in the first"
            raise refused(path, problem, "Put text that holds the separator in double quotes")
    values = pd.DataFrame(rows, columns=header, dtype=object)
    # Spreadsheets write separators for columns that once had something in them.
    values = values.loc[:, [bool(name) for name in header]]
    return Batch(lines, values.where(values != "", None), None)


def _unreadable(path: Path, error: Exception) -> Exception:
    if isinstance(error, UnicodeError):
        return refused(path, f"is not in the encoding expected: {error.reason}"
                       if isinstance(error, UnicodeDecodeError) else "is in another encoding",
                       "Name its encoding, like --encoding cp1252 for Western and "
                       "--encoding cp1250 for Central Europe; or save it as UTF-8")  # fmt: skip
    return refused(path, f"cannot be read: {error}", "Save it as CSV again")
