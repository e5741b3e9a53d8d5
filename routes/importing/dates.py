"""Dates as files have them, written as EDTF; or why one of them cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.dates import EdtfError, interval_of, span_of
from geo.intervals import faults as edtf_faults
from geo.intervals import plain
from geo.plaindates import spans
from routes.fitting import Unfit
from routes.reading import shown

Order = Literal["dd.mm.yyyy", "mm/dd/yyyy"]
Side = Literal["start", "end", "whole"]
ORDERS: tuple[Order, ...] = ("dd.mm.yyyy", "mm/dd/yyyy")

# What stands for "still so" where a date of an end is expected, in files seen in use.
STILL = {"..", "present", "now", "today", "ongoing", "current", "heute", "dnes", "danas", "sot",
         "oggi", "9999-12-31", "9999"}  # fmt: skip
ONE_DATE = "2003, 2003-02, 2003-02-04, 2003~ or 2003?"
UNKNOWN = {"unknown", "unk", "n/a", "na", "null", "none", "-", "?"}

_WITH_POINTS = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\.?")
_MONTH_FIRST = re.compile(r"(\d{1,2})\s*[./]\s*(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"([+-]?)(\d{1,8})(?:\.0+)?")
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?"
)
# As OpenStreetMap writes start_date: about, decade, century.
_ABOUT = re.compile(r"~\s*(-?\d{4}(?:-\d{2}){0,2})")
_DECADE = re.compile(r"(\d{3})0s")
_CENTURY = re.compile(r"C(\d{1,2})")


@dataclass(frozen=True)
class Read:
    """A column of dates as EDTF, an Arrow array of texts; what is wrong, by position."""

    texts: Any
    faults: dict[int, Unfit]


def read(values: pd.Series, side: Side, order: Order | None = None) -> Read:
    """Read a column: a `start`, an `end`, or a `whole` valid time, each different value once.

    A start or end is a single date, `..` where it is open, an empty text where it is unknown.
    """
    if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "empty"):
        # A list is no date, but has to be told as what it is.
        single = [shown(value) if isinstance(value, list | dict) else value for value in values]
        values = pd.Series(single, dtype=object)
    codes, distinct = pd.factorize(values)
    texts: list[str | None] = distinct.tolist()
    wrong: dict[int, Unfit] = {}
    # Nearly all dates are written as they are to be; the others are few.
    for position in np.flatnonzero(~_is_written(distinct, side)).tolist():
        try:
            texts[position] = written(distinct[position], side, order)
        except Unfit as unfit:
            texts[position], wrong[position] = None, unfit
    spread = pa.array([*texts, None], pa.string()).take(pa.array(codes % (len(texts) + 1)))
    bad = np.flatnonzero(np.isin(codes, list(wrong))) if wrong else ()
    return Read(spread, {int(row): wrong[int(codes[row])] for row in bad})


def _is_written(values: pd.Index, side: Side) -> NDArray[np.bool_]:
    """Tell which values are EDTF already, of those that are plain."""
    try:
        texts = pa.array(values, pa.string())
    except (pa.ArrowException, ValueError):  # numbers, or half a character
        return np.zeros(len(values), dtype=bool)
    if side == "whole":
        return plain(values.tolist())
    is_plain = spans(texts).is_plain
    return is_plain & ~values.isin(STILL) if side == "end" else is_plain


def joined(starts: Any, ends: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Give intervals from starts and ends, Arrow arrays of texts.

    Without both there is no time. A start that is not given is unknown; an end that is not given
    is open: it is still so.
    """
    begin = pc.fill_null(starts, "")
    whole = pc.binary_join_element_wise(begin, pc.fill_null(ends, ".."), "/")
    is_none = pc.and_(pc.equal(begin, ""), pc.equal(pc.fill_null(ends, ""), ""))
    return pc.if_else(is_none, pa.scalar(None, pa.string()), whole)


def written(value: object, side: Side, order: Order | None = None) -> str | None:
    """Give one value as EDTF; None for none. Raises Unfit."""
    if value is None or value != value:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("is not a date", "Write it like 2003, 2003-02 or 2003-02-04")
    text = str(value).strip()
    if text == "" or (side != "whole" and text.casefold() in UNKNOWN):
        return None if text == "" else ""
    if (side == "start" and text == "..") or (side == "end" and text.casefold() in STILL):
        return ".."
    made = next((made for form in _FORMS if (made := form(text, order)) is not None), text)
    try:
        if side == "whole":
            for error in edtf_faults([made]).values():
                raise error
        elif interval_of(made)[1] is not None:
            raise Unfit("is an interval where one date is expected", "Map it to `valid`")
        else:
            span_of(made)
    except EdtfError as error:
        example = error.example if side == "whole" else ONE_DATE
        raise Unfit(error.fault, f"Write it like {example}") from None
    return made


def _ordered(text: str, order: Order | None) -> str | None:
    found = _WITH_POINTS.fullmatch(text)
    if not found:
        return None
    first, second, year = found.groups()
    if order is None:
        remedy = "Say which is the day: --dates dd.mm.yyyy or --dates mm/dd/yyyy"
        raise Unfit("can be read in two ways, as its order is not declared", remedy)
    day, month = (first, second) if order == "dd.mm.yyyy" else (second, first)
    return f"{year}-{int(month):02}-{int(day):02}"


def _of_month(text: str, order: Order | None) -> str | None:
    found = _MONTH_FIRST.fullmatch(text)
    return f"{found[2]}-{int(found[1]):02}" if found and order else None


def _year_first(text: str, _: Order | None) -> str | None:
    found = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else None


def _year(text: str, _: Order | None) -> str | None:
    found = _YEAR.fullmatch(text)
    if not found:
        return None
    sign, digits = "-" if found[1] == "-" else "", found[2].lstrip("0") or "0"
    return f"{sign}{digits:0>4}" if len(digits) <= 4 else f"Y{sign}{digits}"


def _moment(text: str, _: Order | None) -> str | None:
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    zone = found[5] or ""
    if len(zone) > 1 and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:] or '00'}"
    return f"{found[1]}T{found[2]}{found[3] or ':00'}{zone}"


def _of_tags(text: str, _: Order | None) -> str | None:
    if found := _ABOUT.fullmatch(text):
        return f"{found[1]}~"
    if found := _DECADE.fullmatch(text):
        return f"{found[1]}X"
    if found := _CENTURY.fullmatch(text):
        return f"{int(found[1]) - 1:02}XX"
    return None


_FORMS: tuple[Callable[[str, Order | None], str | None], ...] = (
    _ordered, _of_month, _year_first, _year, _moment, _of_tags,
)  # fmt: skip
