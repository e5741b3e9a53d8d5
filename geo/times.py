"""Valid time: EDTF texts to four bounds each, and which rows hold, possibly or certainly, when.

Times are EDTF (ISO 8601-2:2019, levels 0 and 1) as people write them. Inside, each is four bounds
on one axis of seconds, UTC: the start lies in [start_earliest, start_latest), the end in
[end_earliest, end_latest), and the thing itself holds on the half-open [start, end).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from types import EllipsisType
from typing import Any, Literal, Self

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
Chosen = NDArray[np.integer[Any]] | EllipsisType
"""Some rows, by their numbers, or all."""

# Far beyond any date that EDTF's long years are used for, and far from overflow in int64.
BEGINNING = np.datetime64(-(2**62), "s")
END = np.datetime64(2**62, "s")
NO_BOUND = np.datetime64("NaT", "s")

BOUND_COLUMNS = ("start_earliest", "start_latest", "end_earliest", "end_latest")

MANY = 32
"""So many texts are read faster all at once than one by one."""

_Row = tuple[np.datetime64, ...]
_Read = tuple[Times, "dict[int, EdtfError]"]
"""A row for each text, and what is wrong with those that cannot be read."""

_NO_TIME: _Row = (BEGINNING, BEGINNING, END, END)
_NOT_ATTESTED: _Row = (END, BEGINNING)
_SIDES = r"^(?P<begin>[^/]*)(?P<slash>/?)(?P<end>.*)$"


@dataclass(frozen=True)
class Window:
    """What a question asks about: the half-open [first, last), `datetime64[s]`, UTC."""

    first: np.datetime64
    last: np.datetime64

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an OGC `datetime`: an instant, a date, or an interval with `..` or an empty side.

        OGC 17-069r4 /req/core/fc-time-definition; both ends belong to the interval. Reduced
        dates (`2003`, `2003-02`) are ours. Raises EdtfError.
        """
        example = "2003-12-01, 2003-12-01T12:00:00Z, 2003-01-01/2003-12-31 or 2003-01-01/.."
        begin, slash, end = text.partition("/")
        if (not slash and text in ("", "..")) or "/" in end:
            raise EdtfError(text, "is not an instant or an interval", example)
        try:
            first = BEGINNING if begin in ("", "..") else span_of(begin).first
            if not slash:
                end = begin
            last = END if end in ("", "..") else closed(span_of(end))
        except EdtfError as error:
            raise EdtfError(text, error.fault, example) from None
        if first >= last:
            raise EdtfError(text, "ends before it starts", example)
        return cls(first, last)

    def written(self) -> tuple[str | None, str | None]:
        """Give the first and the last second (RFC 3339), None for no bound.

        The intervals of OGC API are closed: OGC 17-069r4 /req/core/fc-md-extent.
        """
        first = None if self.first == BEGINNING else f"{self.first}Z"
        return first, None if self.last == END else f"{self.last - SECOND}Z"

    def seconds(self) -> tuple[int, int, int]:
        """Give first, last and `sure_start` as seconds since 1970."""
        moments = np.array((self.first, self.last, self.sure_start))
        first, last, sure_start = moments.view(np.int64).tolist()
        return first, last, sure_start

    @property
    def sure_start(self) -> np.datetime64:
        """The latest `start_latest` that proves a start inside the window.

        For an instant t the rule is `start_latest <= t`; in an interval a start that surely lies
        before its (excluded) last moment will do.
        """
        return self.first if self.last - self.first == SECOND else self.last


@dataclass(frozen=True)
class Bounds:
    """The valid times of a whole column: arrays `datetime64[s]` of shape (n,), UTC.

    `BEGINNING` and `END` stand for "no bound". `attested_from`/`attested_until` hold the span on
    which a row is attested, and is therefore certain; an empty one is (END, BEGINNING).
    """

    start_earliest: Times
    start_latest: Times
    end_earliest: Times
    end_latest: Times
    attested_from: Times
    attested_until: Times

    @classmethod
    def parse(
        cls,
        texts: Texts,
        reading: Reading = "span",
        attested: Texts | None = None,
    ) -> Self:
        """Read EDTF texts; none or an empty text is "no time", which always matches.

        `span`: a written date is the span in which the start or end lies. `exact`: legal and
        counted periods, from the first second of the start to the last of the end as written.
        Raises EdtfError for the first text that cannot be read; `faults` lists them all.
        """
        codes, distinct = _distinct(texts)
        held = _spread(codes, _held(distinct, reading), _NO_TIME)
        if attested is None:
            codes, distinct = np.full(len(texts), -1), []
        else:
            codes, distinct = _distinct(attested)
        seen = _spread(codes, _attested(distinct), _NOT_ATTESTED)
        return cls(*held, *seen)

    @classmethod
    def from_array(cls, array: NDArray[np.int64]) -> Self:
        """Take bounds stored as `to_array` gives them, without a copy."""
        return cls(*array.view("datetime64[s]"))

    def to_array(self) -> NDArray[np.int64]:
        """Give all six arrays as seconds since 1970, int64 of shape (6, n)."""
        return np.stack([getattr(self, field.name) for field in fields(self)]).view(np.int64)

    def to_columns(self) -> dict[str, Times]:
        """Give the four bounds as columns for a frame, NaT where there is no bound."""
        columns = {name: getattr(self, name).copy() for name in BOUND_COLUMNS}
        for column in columns.values():
            column[(column == BEGINNING) | (column == END)] = NO_BOUND
        return columns

    def take(self, rows: NDArray[np.integer[Any]]) -> Bounds:
        """Give the bounds of some rows."""
        return Bounds(*(getattr(self, field.name)[rows] for field in fields(self)))

    def possible(self, window: Window, rows: Chosen = ...) -> Mask:
        """Tell which rows, of all or of some, may hold at some moment of the window."""
        return (self.start_earliest[rows] < window.last) & (self.end_latest[rows] > window.first)

    def certain(self, window: Window, rows: Chosen = ...) -> Mask:
        """Tell which rows, of all or of some, surely hold at some moment of the window.

        A row is certain if every start and end that its bounds allow meets the window. As an end
        follows its start by a second at least, an event somewhere in a year surely lies in it.
        For an instant t this is `start_latest <= t < end_earliest`.
        """
        after_start = self.start_earliest[rows] + SECOND
        ends_after = np.maximum(self.end_earliest[rows], after_start) > window.first
        held = (self.start_latest[rows] <= window.sure_start) & ends_after
        seen = (self.attested_from[rows] < window.last) & (self.attested_until[rows] > window.first)
        return self.possible(window, rows) & (held | seen)

    def holds(
        self, window: Window, certainty: Literal["possible", "certain"], rows: Chosen = ...
    ) -> Mask:
        """Tell which rows, of all or of some, hold in the window with the certainty asked for."""
        if certainty == "certain":
            return self.certain(window, rows)
        return self.possible(window, rows)

    def stretches(self, most: int) -> list[Window]:
        """Give when some row may hold: stretches of time with gaps between them, ascending.

        Rows without a time count for none. Of more than `most`, those with the shortest gaps
        between them are joined.
        """
        timed = (self.start_latest != BEGINNING) | (self.end_earliest != END)
        order = np.argsort(self.start_earliest[timed])
        first = self.start_earliest[timed][order]
        last = np.maximum.accumulate(self.end_latest[timed][order])
        # Seconds as whole numbers: the longest difference of two times is no time any more.
        gaps = first[1:].view(np.int64) - last[:-1].view(np.int64)
        too_short = np.sort(gaps)[::-1][most - 1 : most].tolist()
        apart = gaps > max([0, *too_short])
        begins = np.concatenate([first[:1], first[1:][apart]])
        ends = np.concatenate([last[:-1][apart], last[-1:]])
        return [Window(begin, end) for begin, end in zip(begins, ends, strict=True)]


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
    return _one_by_one(texts, table, is_read, lambda text: _bounds_of(text, reading))


def _attested(texts: list[str]) -> _Read:
    """Read attested spans."""
    table = np.tile(_NOT_ATTESTED, (len(texts), 1))
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
def _bounds_of(text: str, reading: Reading) -> _Row:
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
    _bounds_of(text, "span")
    first, last = span_of(begin or ""), span_of(end if end is not None else begin or "")
    return (END, BEGINNING) if set(text) & set(QUALIFIERS) else (first.first, closed(last))


def _side(text: str, date: str | None, side: str) -> Span:
    try:
        return span_of(date or "")
    except EdtfError as error:
        where = "" if side == text else f"({side}) "
        raise EdtfError(text, where + error.fault) from None
