"""Rows as GeoJSON features (RFC 7946), whole columns at a time.

Each distinct value of a column is written as JSON once; Arrow joins the columns to features.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from geo.formats.table import written
from geo.linestrings import JSON
from routes.schema import Collection, Kind

NULL = pa.scalar(b"null", JSON)


def fragments(
    collection: Collection,
    columns: Mapping[str, Any],
    geometry: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Give each row as the bytes of a GeoJSON feature, an Arrow array.

    `columns`: Arrow arrays of one length by name, typed as `geo.formats.table.ARROW_TYPES` says;
    those that the collection does not know are left out. `geometry`: GeoJSON geometries, bytes.
    """
    known = [field for field in collection.fields if field.name in columns]
    pieces = [b'{"type":"Feature","id":', *json_column("text", columns["id"])]
    pieces += [b',"geometry":', geometry]
    begin = b',"properties":{'
    for field in known:
        pieces += [begin + orjson.dumps(field.name) + b":"]
        pieces += json_column(field.kind, columns[field.name])
        begin = b","
    return _joined([*pieces, b"}}"])


def json_column(kind: Kind, column: Any) -> list[Any]:  # noqa: ANN401 (pyarrow has no types)
    """Give the values of a column as JSON: what to join, Arrow arrays of bytes and equal bytes."""
    if column.null_count == len(column):
        return [b"[]" if kind == "list" else b"null"]
    if kind == "list":
        return [pa.array([orjson.dumps(value or []) for value in column.to_pylist()], JSON)]
    if kind in ("text", "edtf"):
        return _texts(column)
    encoded = pc.dictionary_encode(column)
    if kind == "datetime":
        texts = _joined(_texts(written(encoded.dictionary)))
    else:
        write = _json if kind == "json" else orjson.dumps
        texts = pa.array([write(value) for value in encoded.dictionary.to_pylist()], JSON)
    if len(texts) == 1 and not column.null_count:
        return [texts[0].as_py()]
    return [pc.fill_null(texts.take(encoded.indices), NULL)]


def _joined(pieces: list[Any]) -> Any:  # noqa: ANN401
    """Join pieces row by row; bytes that follow each other are one piece."""
    merged: list[Any] = []
    for piece in pieces:
        if isinstance(piece, bytes) and merged and isinstance(merged[-1], bytes):
            merged[-1] += piece
        else:
            merged.append(piece)
    joined = [pa.scalar(one, JSON) if isinstance(one, bytes) else one for one in merged]
    return pc.binary_join_element_wise(*joined, pa.scalar(b"", JSON))


def _texts(column: Any) -> list[Any]:  # noqa: ANN401
    """Put texts into quotes; those with a sign that JSON escapes one by one (RFC 8259, 7)."""
    plain = column.cast(pa.large_string()).cast(JSON)
    is_odd = _is_odd(plain)
    if not is_odd and not column.null_count:
        return [b'"', plain, b'"']
    quoted = _joined([b'"', plain, b'"'])
    if is_odd:
        odd = pc.fill_null(pc.match_substring_regex(column, r'["\\\x00-\x1f]'), fill_value=False)
        escaped = [orjson.dumps(text) for text in column.filter(odd).to_pylist()]
        quoted = pc.replace_with_mask(quoted, odd, pa.array(escaped, JSON))
    return [pc.fill_null(quoted, NULL)]


def _is_odd(texts: Any) -> bool:  # noqa: ANN401
    """Tell whether any of some texts may hold a sign that JSON escapes, by all bytes at once."""
    _, offsets, data = texts.buffers()
    cuts = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    # A slice of a longer array has the bytes of all of it.
    signs = np.frombuffer(data, np.uint8)[cuts[0] : cuts[-1]] if data else np.empty(0, np.uint8)
    return bool(((signs < 0x20) | (signs == 0x22) | (signs == 0x5C)).any())


def _json(text: str) -> bytes:
    """Write JSON anew, without the spaces that people put into it."""
    return orjson.dumps(orjson.loads(text)) if text else b"null"
