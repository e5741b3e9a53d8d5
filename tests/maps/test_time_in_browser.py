"""The rules of time in the browser are those of geo.times: asked of both over many cases."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from geo.times import BEGINNING, END, Bounds, Window
from service.maps.features import BOUND_ORDER, NEVER_AFTER, NEVER_BEFORE
from tests.maps.conftest import Opener

pytestmark = pytest.mark.browser

VALID = (
    *("../2003~", "2003~/2004", "../2004", "2003", "2003-02", "2002-09", "2003~", "2003?/.."),
    *("/2004", "2003/", "../..", "2003-02-04/..", "1992-04-27/2003-02-03", "200X", "2003-12-01"),
)
DAYS = (
    *("1990-01-01", "2001-06-01", "2001-12-31", "2002-01-01", "2003-02-03", "2003-02-04"),
    *("2003-11-30", "2003-12-01", "2003-12-31", "2004-01-01", "2004-06-01", "2004-12-31"),
    *("2005-01-01", "2010-01-01"),
)
WINDOWS = (*DAYS, "2003", "2003-12-01T00:00:00Z")
ASKED = """async (cases) => {
  const time = await import(new URL("time.js", document.querySelector("script[type=module]").src));
  return cases.map(([bounds, window]) =>
    [time.isPossible(bounds, window), time.isCertain(bounds, window)]);
}"""


def number(moment: np.datetime64) -> int:
    if moment == BEGINNING:
        return NEVER_BEFORE
    return NEVER_AFTER if moment == END else int(moment.astype(np.int64))


def as_numbers(bounds: Bounds) -> list[int]:
    return [number(getattr(bounds, name)[0]) for name in BOUND_ORDER]


def test_possible_and_certain_are_those_of_geo_times(visit: Opener) -> None:
    cases: list[list[Any]] = []
    expected: list[list[bool]] = []
    for valid, attested, day in itertools.product(VALID, (None, "2003"), WINDOWS):
        bounds, window = Bounds.parse([valid], "span", [attested]), Window.parse(day)
        cases.append([as_numbers(bounds), [number(window.first), number(window.last)]])
        expected.append([bool(bounds.possible(window)[0]), bool(bounds.certain(window)[0])])
    assert {True, False} == {held[1] for held in expected}
    assert visit("/map").page.evaluate(ASKED, cases) == expected


MARKS = (
    ("../2003~", "ended", "2001-06-01", "certain"),
    ("../2003~", "ended", "2003-12-01", "ending"),
    ("../2003~", "ended", "2005-01-01", None),
    ("2003~/2004", "source-ends", "2001-06-01", None),
    ("2003~/2004", "source-ends", "2003-12-01", "possible"),
    ("../2004", "source-ends", "2003-12-31", "certain"),
    ("../2004", "source-ends", "2004-06-01", "fading"),
    ("../2004", "source-ends", "2010-01-01", None),
)


def test_how_a_thing_is_drawn_on_a_day(visit: Opener) -> None:
    asked = ASKED.split("return cases")[0] + "return cases.map((one) => time.markOf(...one)); }"
    cases = []
    for valid, end, day, _ in MARKS:
        window = Window.parse(day)
        bounds = as_numbers(Bounds.parse([valid]))
        cases.append([bounds, end, [number(window.first), number(window.last)]])
    assert visit("/map").page.evaluate(asked, cases) == [mark for *_, mark in MARKS]
