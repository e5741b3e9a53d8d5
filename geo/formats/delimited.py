"""CSV (RFC 4180): UTF-8, a header, geometry as WKT in a column that GDAL knows by its name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import shapely

from geo.formats.table import GEOMETRY, About, Table, rows_of

WKT = "WKT"


def rows(table: Table, _: About) -> Iterator[bytes]:
    """Give the header, then rows in chunks; nothing between two commas is null, or an empty text.

    Texts stand as they are, those too that begin with `=`, `+`, `-` or `@`, which a spreadsheet
    may take for a formula: a sign put before them would be read back as part of the text.
    """
    names = [column.name for column in table.columns]
    yield _lines([[*names, WKT] if table.has_geometry else names])
    for batch in table.batches():
        values = rows_of(batch, table.columns)
        if not table.has_geometry:
            yield _lines(values)
            continue
        geometry = shapely.from_wkb(batch.column(GEOMETRY).to_pylist())
        # As many digits as tell each number from its neighbours, and no more.
        texts = shapely.to_wkt(geometry, rounding_precision=-1)
        yield _lines((*row, text) for row, text in zip(values, texts, strict=True))


def _lines(values: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(values)
    return text.getvalue().encode()
