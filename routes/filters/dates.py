"""DATE, TIMESTAMP and INTERVAL: as spans of time."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from geo.dates import SECOND, EdtfError, span_of
from geo.times import BEGINNING, END
from routes.filters.errors import FilterError
from routes.filters.logic import Rows
from routes.filters.operands import Definite, Operand, Spans, literal

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
INTERVAL_EXAMPLE = "T_DURING(valid, INTERVAL('2002-01-01','2003-12-31'))"

# An open side stands at the end of the axis, as an open side of a valid time does.
OPEN_BEGIN = Spans(BEGINNING, BEGINNING + SECOND)
OPEN_END = Spans(END - SECOND, END)


def date(written: Any) -> Operand:  # noqa: ANN401
    """Read a DATE: its whole day. Raises FilterError."""
    if not isinstance(written, str) or not _DATE.fullmatch(written):
        raise FilterError(f"DATE takes a day, not {_quoted(written)}", "DATE('2003-12-01')")
    return literal("instant", _span(written), f"DATE('{written}')")


def timestamp(written: Any) -> Operand:  # noqa: ANN401
    """Read a TIMESTAMP: one second; fractions of it are dropped. Raises FilterError."""
    if not isinstance(written, str) or not _TIMESTAMP.fullmatch(written):
        fault = f"TIMESTAMP takes a moment with its zone, not {_quoted(written)}"
        raise FilterError(fault, "TIMESTAMP('2003-12-01T12:00:00Z')")
    return literal("instant", _span(written), f"TIMESTAMP('{written}')")


def moment(text: Operand) -> Operand:
    """Read a text literal that is compared with a moment as DATE or TIMESTAMP.

    OGC 21-065r2 /conf/advanced-comparison-operators/in writes them so. Raises FilterError.
    """
    written = text.get(None)
    return date(written) if "T" not in written else timestamp(written)


def interval(begin: Any, end: Any) -> Operand:  # noqa: ANN401
    """Read an INTERVAL of two texts, `..` or operands. Raises FilterError."""
    first, last = _side(begin, OPEN_BEGIN), _side(end, OPEN_END)
    said = f"INTERVAL({first.said}, {last.said})"
    if first.is_column or last.is_column:
        return Operand(
            "interval", said, lambda rows: _definite(first, last, rows), is_column=True,
            missing=lambda rows: _both_missing(first, last, rows),
        )  # fmt: skip
    value = _definite(first, last, None)
    if value.begin.first >= value.end.after:
        raise FilterError(f"{said} ends before it begins", INTERVAL_EXAMPLE)
    return literal("interval", value, said)


def _definite(first: Operand, last: Operand, rows: Any) -> Definite:  # noqa: ANN401
    begin, end = first.get(rows), last.get(rows)
    if first.is_column:
        begin = _opened(begin, OPEN_BEGIN)
    if last.is_column:
        end = _opened(end, OPEN_END)
    return Definite(begin, end)


def _opened(spans: Spans, side: Spans) -> Spans:
    """Take a missing bound as open: that is what it means in a column of bounds."""
    missing = np.isnat(spans.first)
    return Spans(
        np.where(missing, side.first, spans.first), np.where(missing, side.after, spans.after)
    )


def _both_missing(first: Operand, last: Operand, rows: Rows) -> Any:  # noqa: ANN401
    if first.is_column and last.is_column:
        return np.asarray(first.missing(rows)) & np.asarray(last.missing(rows))
    return np.zeros(len(rows), dtype=bool)


def _side(written: Any, side: Spans) -> Operand:  # noqa: ANN401
    if isinstance(written, Operand):
        if written.kind != "instant":
            fault = f"INTERVAL takes dates, moments or '..', and {written.phrase()}"
            raise FilterError(fault, INTERVAL_EXAMPLE)
        return written
    if written == "..":
        return literal("instant", side, "'..'")
    is_date = isinstance(written, str) and _DATE.fullmatch(written)
    is_moment = isinstance(written, str) and _TIMESTAMP.fullmatch(written)
    if not (is_date or is_moment):
        fault = f"INTERVAL takes dates, moments or '..', not {_quoted(written)}"
        raise FilterError(fault, INTERVAL_EXAMPLE)
    return literal("instant", _span(written), f"'{written}'")


def _span(written: str) -> Spans:
    try:
        span = span_of(written)
    except EdtfError as error:
        raise FilterError(f"{written!r} {error.fault}", "DATE('2003-12-01')") from None
    return Spans(span.first, span.first + SECOND if span.is_instant else span.after)


def _quoted(written: Any) -> str:  # noqa: ANN401
    return repr(written)[:60]
