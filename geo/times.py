"""Valid time: four bounds of each row, and which rows hold, possibly or certainly, when.

Times are EDTF (ISO 8601-2:2019, levels 0 and 1) as people write them; `geo.intervals` reads them.
Inside, each is four bounds on one axis of seconds, UTC: the start lies in
[start_earliest, start_latest), the end in [end_earliest, end_latest), and the thing itself holds on
the half-open [start, end).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import EllipsisType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from geo.dates import SECOND, EdtfError, closed, span_of
from geo.intervals import BEGINNING as BEGINNING
from geo.intervals import END as END
from geo.intervals import NOT_ATTESTED, Texts, attested_spans, bounds_of
from geo.intervals import Mask as Mask
from geo.intervals import Reading as Reading
from geo.intervals import Times as Times

Chosen = NDArray[np.integer[Any]] | EllipsisType
"""Some rows, by their numbers, or all."""

NO_BOUND = np.datetime64("NaT", "s")

BOUND_COLUMNS = ("start_earliest", "start_latest", "end_earliest", "end_latest")


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
        held = bounds_of(texts, reading)
        if attested is None:
            return cls(*held, *(np.full(len(texts), one) for one in NOT_ATTESTED))
        return cls(*held, *attested_spans(attested))

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

    def part(self, rows: slice) -> Bounds:
        """Give the bounds of rows that stand side by side, without a copy."""
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
