"""Valid times in words for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import words
from geo.times import Bounds


@pytest.mark.parametrize(
    ("valid", "end", "said"),
    [
        (None, None, "no date given"),
        ("", None, "no date given"),
        ("2003", None, "2003"),
        ("2003~", None, "about 2003"),
        ("2003?", None, "perhaps 2003"),
        ("2003%", None, "perhaps about 2003"),
        ("2002-09", None, "September 2002"),
        ("2003-02-04", None, "4 February 2003"),
        ("2003-02-04~", None, "about 4 February 2003"),
        ("199X", None, "the 1990s"),
        ("19XX", None, "the 1900s"),
        ("2003-XX", None, "2003"),
        ("2003-02-XX", None, "February 2003"),
        ("2003-XX-XX", None, "2003"),
        ("Y12000", None, "the year 12000"),
        ("Y-12000", None, "12001 BCE"),
        ("0044", None, "0044"),
        ("0000", None, "1 BCE"),
        ("-0043-03-15", None, "15 March 44 BCE"),
        ("-009X", None, "100 to 91 BCE"),
        ("-01XX", None, "200 to 101 BCE"),
        ("2003-02-04T12:30:00Z", None, "4 February 2003, 12:30 UTC"),
        ("2003-02-04T00:30:00+02:00", None, "3 February 2003, 22:30 UTC"),
        ("../2003~", "ended", "until about 2003"),
        ("../2003~", None, "until about 2003"),
        ("../2004", "source-ends", "described until 2004"),
        ("2003~/2004", "source-ends", "from about 2003, described until 2004"),
        ("2003~/2004", "ended", "from about 2003 to 2004"),
        ("/2004", "source-ends", "start not known, described until 2004"),
        ("/2004", "ended", "start not known, until 2004"),
        ("2003/", None, "from 2003, end not known"),
        ("2003/..", None, "since 2003"),
        ("2003-02-04/..", "ended", "since 4 February 2003"),
        ("../..", None, "at any time"),
        ("/..", None, "start not known, still so"),
        ("/", None, "start not known, end not known"),
    ],
)
def test_a_time_is_said_as_people_say_it(valid: str | None, end: str | None, said: str) -> None:
    assert words.describe(valid, end) == said


def test_an_exact_period_is_said_from_its_first_day_to_its_last() -> None:
    said = words.describe("1992-04-27/2003-02-03", reading="exact")
    assert said == "27 April 1992 to 3 February 2003"


dates = st.sampled_from(
    ["2003", "2003~", "2002-09", "2003-02-04?", "199X", "20XX%", "-0043", "-004X", "0000",
     "Y-12000", "2003-XX-XX", "2003-02-04T12:30:00+02:00"]
)  # fmt: skip
sides = st.one_of(dates, st.sampled_from(["", ".."]))


@given(sides, dates)
def test_where_only_the_knowledge_ends_nothing_is_said_to_end(begin: str, stop: str) -> None:
    said = words.describe(f"{begin}/{stop}", "source-ends")
    assert f"described until {words.date(stop)}" in said
    assert "ended" not in said
    assert "until" not in said.replace("described until", "")
    assert f"to {words.date(stop)}" not in said


@given(sides, sides, st.sampled_from([None, "ended", "source-ends"]))
def test_every_time_that_can_be_read_can_be_said(begin: str, stop: str, end: str | None) -> None:
    for text in (begin, f"{begin}/{stop}"):
        try:
            Bounds.parse([text])
        except ValueError:
            continue
        assert words.describe(text, end)


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2003~", "between 2002 and 2004"),
        ("2003-01~", "between December 2002 and February 2003"),
        ("2003-02-04?", "between 3 February 2003 and 5 February 2003"),
        ("199X~", "between 1980 and 2009"),
        ("2003-XX~", "between 2002 and 2004"),
        ("0000~", "between 2 BCE and 0001"),
        ("-0043~", "between 45 BCE and 43 BCE"),
        ("-0043-03-15~", "between 14 March 44 BCE and 16 March 44 BCE"),
        ("Y12000~", "between 11999 and 12001"),
        ("9999~", "between 9998 and 10000"),
        ("2003", None),
        ("", None),
    ],
)
def test_a_date_in_doubt_says_how_wide_its_doubt_is(date: str, said: str | None) -> None:
    assert words.spread(date) == said
