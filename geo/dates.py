"""One written date, EDTF levels 0 and 1 (ISO 8601-2:2019), as the span in which it lies."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import numpy as np

SECOND = np.timedelta64(1, "s")
QUALIFIERS = "~?%"
EXAMPLE = "2003, 2003-02, 2003-02-04, 2003~, ../2003~, 2003~/2004 or 2003-02-04/.."

# Years of up to eight digits: a Parquet file counts milliseconds, and those of nine overflow.
_DATE = re.compile(
    r"-?\d{4}(-XX(-XX)?|-(0[1-9]|1[0-2])(-(\d{2}|XX))?)?|-?\d{3}X|-?\d{2}XX|Y-?\d{5,8}"
)
_COMMON = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?")


class EdtfError(ValueError):
    """A text that is not a time we can read. `str()` says what is wrong and what a right one is."""

    def __init__(self, text: str, fault: str, example: str = EXAMPLE) -> None:
        self.text, self.fault, self.example = text, fault, example
        super().__init__(f"{text!r} {fault}; a right one looks like {example}")


class Span(NamedTuple):
    """One written date as the half-open span [first, after) in which it lies."""

    first: np.datetime64
    after: np.datetime64
    is_instant: bool = False


def interval_of(text: str) -> tuple[str | None, str | None]:
    """Split an EDTF text into start and end as written; (date, None) for a single date."""
    begin, slash, end = text.partition("/")
    return begin, end if slash else None


def closed(span: Span) -> np.datetime64:
    """Give the first moment after a span that belongs to an interval to its end."""
    return span.after + SECOND if span.is_instant else span.after


@lru_cache(maxsize=65536)
def span_of(date: str) -> Span:
    """Give the span of one written date with its `~`, `?` or `%`: [2002-01-01, 2005-01-01) for
    `2003~`. The standard gives no width; ours is one unit of the written precision either side.

    Raises EdtfError.
    """
    if _TIMESTAMP.fullmatch(date):
        return _instant(date)
    plain = date[:-1] if date[-1:] in QUALIFIERS and date else date
    if not _DATE.fullmatch(plain):
        raise EdtfError(date, "is not a date as EDTF writes it")
    try:
        # The library mixes up the ends of `-0044-XX`, which is the same as `-0044`.
        first, after = _days(plain.replace("-XX", ""))
    except (AttributeError, TypeError, ValueError):
        raise EdtfError(date, "is not a day of the calendar") from None
    if plain != date:
        first, after = _widen(first, after)
    return Span(first.astype("datetime64[s]"), after.astype("datetime64[s]"))


def _days(date: str) -> tuple[np.datetime64, np.datetime64]:
    """Give the first day of a date, and the one after its last. Raises one of several errors."""
    if _COMMON.fullmatch(date):  # the library takes a hundredth of a second for each
        written = np.datetime64(date)
        return written.astype("datetime64[D]"), (written + 1).astype("datetime64[D]")
    # Few dates need it, and a service that meets none of them has 6 MB less in memory.
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    try:
        parsed = parse_edtf(date)
    except EDTFParseException as error:
        raise ValueError(f"{date} is no date") from error
    return _day(parsed.lower_strict()), _day(parsed.upper_strict()) + np.timedelta64(1, "D")


def _instant(date: str) -> Span:
    try:
        moment = datetime.fromisoformat(date)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise EdtfError(date, "is not a time of the calendar") from None
    at = np.datetime64(moment.replace(microsecond=0), "s")
    return Span(at, at, is_instant=True)


def _day(parts: time.struct_time) -> np.datetime64:
    """Give the day of a `struct_time`, of any year. Raises ValueError for 29 February 2003."""
    month = np.datetime64((parts.tm_year - 1970) * 12 + parts.tm_mon - 1, "M")
    day = np.datetime64(month.astype("datetime64[D]") + np.timedelta64(parts.tm_mday - 1, "D"), "D")
    if day.astype("datetime64[M]") != month:
        raise ValueError(f"{parts.tm_mday} is not a day of {month}")
    return day


def _widen(first: np.datetime64, after: np.datetime64) -> tuple[np.datetime64, np.datetime64]:
    """Widen a span by its own length, in days or whole months, on either side."""
    if after - first == np.timedelta64(1, "D"):
        return first - np.timedelta64(1, "D"), after + np.timedelta64(1, "D")
    begin, end = first.astype("datetime64[M]"), after.astype("datetime64[M]")
    unit = end - begin
    return (begin - unit).astype("datetime64[D]"), (end + unit).astype("datetime64[D]")
