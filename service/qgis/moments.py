"""Expressions of QGIS that read the valid time of a feature against its clock.

The temporal controller gives `@map_start_time` and `@map_end_time`, both NULL while it is off. The
rules are those of geo/times.py and service/maps/static/time.js. Of `attested` only a single date is
read, against the first moment shown: an expression has no EDTF.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple


class Span(NamedTuple):
    """From the start of a first day until the start of another; None for no bound."""

    first: date | None
    after: date | None


_NO_BOUND = "NULL"
_NO_CLOCK = "@map_start_time IS NULL"

# A null bound is "open" or "unknown"; only `valid` tells which (docs/time.md).
_BEGUN = """(coalesce(left("valid", 1), '') <> '/'
 AND coalesce("start_latest" <= @map_end_time, TRUE))"""
_GOES_ON = """(coalesce(right("valid", 1), '') <> '/'
 AND coalesce("end_earliest" > @map_start_time, TRUE))"""
_ATTESTED = """coalesce(left(format_date(@map_start_time, 'yyyy-MM-dd'), length("attested"))
 = "attested", FALSE)"""
_KNOWLEDGE_ENDS = """coalesce("end" = 'source-ends', FALSE)"""


def certain(has_attested: bool = False) -> str:
    """Tell features that surely hold when the clock says."""
    held = f"{_BEGUN} AND {_GOES_ON}"
    return f"({held} OR {_ATTESTED})" if has_attested else f"({held})"


def unsure() -> str:
    """Tell crossings and the like that may hold, and not surely; never while there is no clock."""
    return f"(NOT ({_NO_CLOCK}) AND NOT {certain()})"


def lighter() -> str:
    """Tell what is drawn lighter: the source's knowledge of it is running out."""
    return f"(NOT ({_NO_CLOCK}) AND {_KNOWLEDGE_ENDS} AND NOT {_GOES_ON})"


def marks() -> dict[str, str]:
    """Give an expression for each way in which a route is drawn; at any moment one is true."""
    clock, held = f"NOT ({_NO_CLOCK})", certain(has_attested=True)
    ending = f"{clock} AND NOT {held} AND {_BEGUN}"
    possible = f"{clock} AND NOT {held} AND NOT {_BEGUN}"
    paling = f"({_KNOWLEDGE_ENDS} AND NOT {_GOES_ON})"
    return {
        "certain": f"{clock} AND {held}",
        "possible": f"{possible} AND NOT {paling}",
        "possible-lighter": f"{possible} AND {paling}",
        "ending": f"{ending} AND NOT {_KNOWLEDGE_ENDS}",
        "fading": f"{ending} AND {_KNOWLEDGE_ENDS}",
        "no-clock": _NO_CLOCK,
    }


def held(opening: date) -> str:
    """Tell features that may hold when the clock says; without a clock, on the opening day.

    For the ground: states of all times over each other would be no map.
    """
    return _held(opening, '"start_earliest"', '"end_latest"')


def held_in(opening: date, span: Span) -> str:
    """Tell whether that time meets a span."""
    return _held(opening, _moment(span.first), _moment(span.after))


def _held(opening: date, start: str, end: str) -> str:
    first = f"coalesce(@map_start_time, {_moment(opening)})"
    last = f"coalesce(@map_end_time, {_moment(opening + timedelta(days=1))})"
    tests = (f"coalesce({start} < {last}, TRUE)", f"coalesce({end} > {first}, TRUE)")
    # A bound that is not there excludes nothing, and need not be asked for.
    asked = [test for test, bound in zip(tests, (start, end), strict=True) if bound != _NO_BOUND]
    return f"({' AND '.join(asked) or 'TRUE'})"


def _moment(day: date | None) -> str:
    return _NO_BOUND if day is None else f"make_datetime({day.year},{day.month},{day.day},0,0,0)"
