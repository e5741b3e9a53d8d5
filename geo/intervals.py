"""Times as people write them, EDTF dates and intervals of whole columns, read as arrays of bounds.

`geo.times` says what the bounds mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.dates import QUALIFIERS, SECOND, EdtfError, Span, closed, interval_of, span_of
from geo.plaindates import spans

Reading = Literal["span", "exact"]
Times = NDArray[np.datetime64]
Mask = NDArray[np.bool_]
Texts = Sequence[str | None] | pd.Series

# Far beyond any date that EDTF's long years are used for, and far from overflow in int64.
BEGINNING = np.datetime64(-(2**62), "s")
END = np.datetime64(2**62, "s")

MANY = 32
"""So many texts are read faster all at once than one by one."""

_Row = tuple[np.datetime64, ...]
_Read = tuple[Times, "dict[int, EdtfError]"]
"""A row for each text, and what is wrong with those that cannot be read."""

_NO_TIME: _Row = (BEGINNING, BEGINNING, END, END)
NOT_ATTESTED: _Row = (END, BEGINNING)
_SIDES = r"^(?P<begin>[^/]*)(?P<slash>/?)(?P<end>.*)$"


def bounds_of(texts: Texts, reading: Reading) -> list[Times]:
    """Give the four bounds of each text, arrays of shape (n,); see `geo.times.Bounds.parse`.

    Raises EdtfError.
    """
    codes, distinct = _distinct(texts)
    return _spread(codes, _held(distinct, reading), _NO_TIME)


def attested_spans(texts: Texts) -> list[Times]:
    """Give first and last of the span that each text attests; empty is (END, BEGINNING).

    Raises EdtfError.
    """
    codes, distinct = _distinct(texts)
    return _spread(codes, _attested(distinct), NOT_ATTESTED)


def faults(
    texts: Sequence[str | None], reading: Reading | Literal["attested"] = "span"
) -> dict[int, EdtfError]:
    """Find every text that cannot be read: position -> what is wrong with it."""
    codes, distinct = _distinct(texts)
    _, wrong = _attested(distinct) if reading == "attested" else _held(distinct, reading)
    rows = np.flatnonzero(np.isin(codes, list(wrong))) if wrong else ()
    return {int(row): wrong[int(codes[row])] for row in rows}


def plain(texts: list[str]) -> Mask:
    """Tell which texts are plain dates, or intervals of such and of open sides; shape (n,)."""
    return _read_plain(texts, "span", np.tile(_NO_TIME, (len(texts), 1)))


def readable(texts: Texts) -> Mask:
    """Tell which texts can be read, "no time" among them; bool of shape (n,)."""
    codes, distinct = _distinct(texts)
    _, wrong = _held(distinct, "span")
    return np.asarray(~np.isin(codes, list(wrong)))


def _distinct(texts: Texts) -> tuple[NDArray[np.intp], list[str]]:
    """Give which of the distinct texts each one is, -1 for none, and these texts."""
    column = texts if isinstance(texts, pd.Series) else pd.Series(list(texts), dtype=object)
    codes, distinct = pd.factorize(column)
    return codes, distinct.tolist()


def _spread(codes: NDArray[np.intp], read: _Read, missing: _Row) -> list[Times]:
    """Spread what was read of each distinct text over all rows, one array a part.

    Raises the first EdtfError that was found.
    """
    table, wrong = read
    for error in wrong.values():
        raise error
    # Code -1, a missing text, picks the last row of the table.
    return list(np.vstack([table, missing])[codes].T.copy())


def _held(texts: list[str], reading: Reading) -> _Read:
    """Read times: plain ones all at once, the others one by one."""
    table = np.tile(_NO_TIME, (len(texts), 1))
    is_read = np.zeros(len(texts), dtype=bool)
    if len(texts) >= MANY:
        is_read = _read_plain(texts, reading, table)
    return _one_by_one(texts, table, is_read, lambda text: _row_of(text, reading))


def _attested(texts: list[str]) -> _Read:
    """Read attested spans."""
    table = np.tile(NOT_ATTESTED, (len(texts), 1))
    return _one_by_one(texts, table, np.zeros(len(texts), dtype=bool), _attested_of)


def _one_by_one(
    texts: list[str], table: Times, is_read: Mask, read: Callable[[str], _Row]
) -> _Read:
    """Read the texts that are not read yet into their rows of a table; tell what is wrong."""
    wrong: dict[int, EdtfError] = {}
    for row in np.flatnonzero(~is_read).tolist():
        try:
            if texts[row] != "":
                table[row] = read(texts[row])
        except EdtfError as error:
            wrong[row] = error
    return table, wrong


def _read_plain(texts: list[str], reading: Reading, table: Times) -> Mask:
    """Read plain dates, and intervals of such and of open sides, into their rows of a table.

    Tells which they are.
    """
    try:
        column = pa.array(texts, pa.string())
    except UnicodeEncodeError:  # half a character, of which no date has any
        column = pa.array([text.encode(errors="replace").decode() for text in texts], pa.string())
    begin, slash, end = pc.extract_regex(column, _SIDES).flatten()
    is_interval = _is(slash, "/")
    starts, ends = spans(begin), spans(pc.if_else(pa.array(is_interval), end, begin))
    open_start, open_end = _is(begin, ".."), _is(end, "..")
    rows = np.stack(
        [
            np.where(starts.is_plain, starts.first, BEGINNING),
            np.where(starts.is_plain, starts.after, np.where(open_start, BEGINNING, END)),
            np.where(ends.is_plain, ends.first, np.where(open_end, END, BEGINNING)),
            np.where(ends.is_plain, ends.after, END),
        ],
        axis=1,
    )
    if reading == "exact":
        rows[:, 1] = np.where(starts.is_plain, rows[:, 0], rows[:, 1])
        rows[:, 2] = np.where(ends.is_plain, rows[:, 3], rows[:, 2])
    is_read = starts.is_plain | (is_interval & (open_start | _is(begin, "")))
    is_read &= ends.is_plain | (is_interval & (open_end | _is(end, "")))
    is_read &= rows[:, 0] < rows[:, 3]
    table[is_read] = rows[is_read]
    return is_read


def _is(texts: Any, text: str) -> Mask:  # noqa: ANN401 (pyarrow has no types)
    same: Mask = pc.fill_null(pc.equal(texts, text), False).to_numpy(zero_copy_only=False)
    return same


@lru_cache(maxsize=65536)
def _row_of(text: str, reading: Reading) -> _Row:
    """Give the four bounds of one EDTF text."""
    begin, end = interval_of(text)
    bounds = _single(_side(text, begin, text)) if end is None else _interval(text, begin or "", end)
    if reading == "exact":
        if set(text) & set(QUALIFIERS):
            raise EdtfError(text, "is in doubt, but this date has to be exact", "2003-02-04/..")
        bounds = _sharpened(bounds, begin or "", end)
    if bounds[0] >= bounds[3]:
        raise EdtfError(text, "ends before it starts", "2003/2004")
    return bounds


def _sharpened(bounds: _Row, begin: str, end: str | None) -> _Row:
    """Take a written start at its first second and a written end at its last."""
    start_earliest, start_latest, end_earliest, end_latest = bounds
    if begin not in ("", ".."):
        start_latest = start_earliest
    if end not in ("", ".."):
        end_earliest = end_latest
    return start_earliest, start_latest, end_earliest, end_latest


def _single(span: Span) -> _Row:
    if span.is_instant:
        return span.first, span.first, span.first + SECOND, span.first + SECOND
    return span.first, span.after, span.first, span.after


def _interval(text: str, begin: str, end: str) -> _Row:
    if "/" in end:
        raise EdtfError(text, "has more than one /")
    starts = {"..": (BEGINNING, BEGINNING), "": (BEGINNING, END)}
    ends = {"..": (END, END), "": (BEGINNING, END)}
    start = starts[begin] if begin in starts else _side(text, begin, "start")[:2]
    stop = ends[end] if end in ends else _side(text, end, "end")[:2]
    return *start, *stop


def _attested_of(text: str) -> tuple[np.datetime64, np.datetime64]:
    """Give the attested span of one text; one in doubt (`2003~`) attests to no date.

    Raises EdtfError, also for an open side: nothing attests to all times.
    """
    begin, end = interval_of(text)
    if {begin, end} & {"", ".."}:
        raise EdtfError(text, "leaves open since or until when", "2003 or 2002-05/2003")
    _row_of(text, "span")
    first, last = span_of(begin or ""), span_of(end if end is not None else begin or "")
    return (END, BEGINNING) if set(text) & set(QUALIFIERS) else (first.first, closed(last))


def _side(text: str, date: str | None, side: str) -> Span:
    try:
        return span_of(date or "")
    except EdtfError as error:
        where = "" if side == text else f"({side}) "
        raise EdtfError(text, where + error.fault) from None
