"""Valid times in words for people: `../2003~` is "until about 2003".

English by itself; another language is a `Speech` of the same texts, and a calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from geo.dates import SECOND, interval_of, span_of
from geo.times import Reading

End = Literal["ended", "source-ends"]

TEXTS: Mapping[str, str] = {
    "none": "no date given",
    "always": "at any time",
    "since": "since {begin}",
    "from": "from {begin}, {end}",
    "from_to": "from {begin} to {end}",
    "to": "{begin} to {end}",
    "until": "until {end}",
    "described_until": "described until {end}",
    "start_unknown": "start not known, {end}",
    "end_unknown": "end not known",
    "still": "still so",
    "between": "between {first} and {last}",
    "about": "about {date}",
    "perhaps": "perhaps {date}",
    "perhaps_about": "perhaps about {date}",
    "moment": "{date}, {time} UTC",
    "decade": "the {year}s",
    "year": "the year {year}",
    "bce": "{year} BCE",
    "decade_bce": "{first} to {last} BCE",
}
"""What is said of dates; in braces stands what is filled in."""
_DOUBTS = {"~": "about", "?": "perhaps", "%": "perhaps_about"}


@dataclass(frozen=True)
class Calendar:
    """Names of the twelve months, and a day, a month, a year: {day}, {month}, {year} in braces."""

    months: Sequence[str] = (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    )
    of_day: str = "{day} {month} {year}"
    of_month: str = "{month} {year}"
    of_year: str = "{year}"


@dataclass(frozen=True)
class Speech:
    """How a language says dates: `texts` as `TEXTS` has them, and its calendar.

    `agree` mends a text whose filled-in words have to follow those before them: "dal 8" is
    "dall'8" in Italian.
    """

    texts: Mapping[str, str]
    calendar: Calendar
    agree: Callable[[str], str] = str

    def say(self, key: str, **values: object) -> str:
        """Fill in a text."""
        return self.agree(self.texts[key].format(**values))


ENGLISH = Speech(TEXTS, Calendar())


def describe(
    valid: str | None, end: str | None = None, reading: Reading = "span", speech: Speech = ENGLISH
) -> str:
    """Say when something held.

    `end` tells what its end means: with "source-ends" the source can know nothing later, and
    the words are "described until 2004", never "until 2004".
    """
    return _described(valid, end, reading, speech, lambda text: date(text, speech))


def describe_each(
    times: Iterable[tuple[str | None, str | None]], reading: Reading, speech: Speech = ENGLISH
) -> list[str]:
    """Say when many things held, of each its `valid` and `end`; each date is said once."""
    said = cache(lambda text: date(text, speech))
    return [_described(valid, end, reading, speech, said) for valid, end in times]


def _described(
    valid: str | None,
    end: str | None,
    reading: Reading,
    speech: Speech,
    said: Callable[[str], str],
) -> str:
    if not valid:
        return speech.say("none")
    begin, stop = interval_of(valid)
    start = said(begin or "") if begin not in ("", "..") else ""
    if stop is None:
        return start
    until = _end(stop, "described_until" if end == "source-ends" else "until", speech, said)
    if begin == "..":
        return speech.say("always") if stop == ".." else until
    if begin == "":
        return speech.say("start_unknown", end=until)
    if stop == "..":
        return speech.say("since", begin=start)
    if stop == "" or end == "source-ends":
        return speech.say("from", begin=start, end=until)
    both = "to" if reading == "exact" else "from_to"
    return speech.say(both, begin=start, end=said(stop))


def date(text: str, speech: Speech = ENGLISH) -> str:
    """Say one written date: "about 2003", "September 2002", "4 February 2003", "the 1990s"."""
    if text[-1:] in _DOUBTS and text:
        return speech.say(_DOUBTS[text[-1]], date=date(text[:-1], speech))
    if "T" in text:
        day, _, time = str(span_of(text).first).partition("T")
        return speech.say("moment", date=date(day, speech), time=time[:5])
    if text.startswith("-") and text.endswith("X") and len(text) == 5:
        # Years BCE count backwards from 1, so -009X is no decade of them: 100 to 91 BCE.
        first, last = (int(text[1:].replace("X", digit)) + 1 for digit in "90")
        return speech.say("decade_bce", first=first, last=last)
    if text.endswith("X") and len(text) == 4:
        return speech.say("decade", year=text.replace("X", "0"))
    return _calendar(text, speech)


def spread(text: str, speech: Speech = ENGLISH) -> str | None:
    """Say between which years a date in doubt lies ("between 2002 and 2004"); None if in none."""
    if not text or text[-1] not in _DOUBTS:
        return None
    span = span_of(text)
    parts = len(_parts(text[:-1]))
    first, last = (_reduced(at, parts, speech) for at in (span.first, span.after - SECOND))
    return speech.say("between", first=first, last=last)


def _reduced(moment: np.datetime64, parts: int, speech: Speech) -> str:
    """Say a moment as a year (1 part), a month (2) or a day (3)."""
    text = str(moment.astype("datetime64[D]"))
    sign = "-" if text.startswith("-") else ""
    return _calendar(sign + "-".join(_parts(text)[:parts]), speech)


def _parts(text: str) -> list[str]:
    return [part for part in text.removeprefix("-").split("-") if part != "XX"]


def _end(stop: str, until: str, speech: Speech, said: Callable[[str], str]) -> str:
    if stop == "..":
        return speech.say("still")
    return speech.say("end_unknown") if stop == "" else speech.say(until, end=said(stop))


def _calendar(text: str, speech: Speech) -> str:
    if text.startswith("Y") and not text.startswith("Y-"):
        return speech.say("year", year=text[1:])
    text = text.removeprefix("Y")
    year, *rest = _parts(text)
    # ISO 8601 counts a year 0, which is 1 BCE.
    if text.startswith("-") or int(year) == 0:
        year = speech.say("bce", year=int(year) + 1)
    form = (speech.calendar.of_year, speech.calendar.of_month, speech.calendar.of_day)[len(rest)]
    month = speech.calendar.months[int(rest[0]) - 1] if rest else ""
    return form.format(year=year, month=month, day=int(rest[1]) if len(rest) == 2 else "")
