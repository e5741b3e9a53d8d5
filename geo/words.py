"""Valid times in words for people: `../2003~` is "until about 2003"."""

from __future__ import annotations

from typing import Literal

import numpy as np

from geo.dates import SECOND, interval_of, span_of
from geo.times import Reading

End = Literal["ended", "source-ends"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DOUBTS = {"~": "about ", "?": "perhaps ", "%": "perhaps about "}


def describe(valid: str | None, end: str | None = None, reading: Reading = "span") -> str:
    """Say when something held.

    `end` tells what its end means: with "source-ends" the source can know nothing later, and
    the words are "described until 2004", never "until 2004".
    """
    if not valid:
        return "no date given"
    begin, stop = interval_of(valid)
    if stop is None:
        return date(begin or "")
    until = "described until " if end == "source-ends" else "until "
    if begin == "..":
        return "at any time" if stop == ".." else _end(stop, until)
    if begin == "":
        return f"start not known, {_end(stop, until)}"
    if stop == "..":
        return f"since {date(begin or '')}"
    if stop == "" or end == "source-ends":
        return f"from {date(begin or '')}, {_end(stop, until)}"
    return f"{'' if reading == 'exact' else 'from '}{date(begin or '')} to {date(stop)}"


def date(text: str) -> str:
    """Say one written date: "about 2003", "September 2002", "4 February 2003", "the 1990s"."""
    if text[-1:] in _DOUBTS and text:
        return _DOUBTS[text[-1]] + date(text[:-1])
    if "T" in text:
        day, _, time = str(span_of(text).first).partition("T")
        return f"{date(day)}, {time[:5]} UTC"
    if text.startswith("-") and text.endswith("X") and len(text) == 5:
        # Years BCE count backwards from 1, so -009X is no decade of them: 100 to 91 BCE.
        first, last = (int(text[1:].replace("X", digit)) + 1 for digit in "90")
        return f"{first} to {last} BCE"
    if text.endswith("X") and len(text) == 4:
        return f"the {text.replace('X', '0')}s"
    return _calendar(text)


def spread(text: str) -> str | None:
    """Say between which years a date in doubt lies ("between 2002 and 2004"); None if in none."""
    if not text or text[-1] not in _DOUBTS:
        return None
    span = span_of(text)
    parts = len(_parts(text[:-1]))
    first, last = (_reduced(moment, parts) for moment in (span.first, span.after - SECOND))
    return f"between {first} and {last}"


def _reduced(moment: np.datetime64, parts: int) -> str:
    """Say a moment as a year (1 part), a month (2) or a day (3)."""
    text = str(moment.astype("datetime64[D]"))
    sign = "-" if text.startswith("-") else ""
    return _calendar(sign + "-".join(_parts(text)[:parts]))


def _parts(text: str) -> list[str]:
    return [part for part in text.removeprefix("-").split("-") if part != "XX"]


def _end(stop: str, until: str) -> str:
    if stop == "..":
        return "still so"
    return "end not known" if stop == "" else until + date(stop)


def _calendar(text: str) -> str:
    if text.startswith("Y") and not text.startswith("Y-"):
        return f"the year {text[1:]}"
    text = text.removeprefix("Y")
    year, *rest = _parts(text)
    # ISO 8601 counts a year 0, which is 1 BCE.
    said = f"{int(year) + 1} BCE" if text.startswith("-") or int(year) == 0 else year
    if rest:
        said = f"{MONTHS[int(rest[0]) - 1]} {said}"
    return f"{int(rest[1])} {said}" if len(rest) == 2 else said
