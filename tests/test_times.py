"""EDTF to bounds, and what is possible or certain when; against a slow and obvious reading."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo import intervals, times
from geo.dates import EXAMPLE, EdtfError
from geo.times import BEGINNING, END, Bounds, Window

DAY = 86_400
ALL_BOUNDS = ("start_earliest", "start_latest", "end_earliest", "end_latest")
NO_START, NO_END = int(BEGINNING.astype(np.int64)), int(END.astype(np.int64))
FOUR_FROM_2003 = ["2003~/2004"] * 3


def seconds(text: str) -> int:
    return int(np.datetime64(text, "s").astype(np.int64))


def four(text: str | None, reading: times.Reading = "span") -> tuple[int, ...]:
    bounds = Bounds.parse([text], reading)
    return tuple(int(getattr(bounds, name).astype(np.int64)[0]) for name in ALL_BOUNDS)


def days(text: str | None, reading: times.Reading = "span") -> tuple[str, ...]:
    names = {NO_START: "..", NO_END: ".."}
    return tuple(
        names.get(one, str(np.datetime64(one, "s").astype("datetime64[D]")))
        for one in four(text, reading)
    )


def holds(valid: str | None, when: str, **kwargs: object) -> tuple[bool, bool]:
    """Possible, certain."""
    bounds, window = Bounds.parse([valid], **kwargs), Window.parse(when)  # type: ignore[arg-type]
    return bool(bounds.possible(window)[0]), bool(bounds.certain(window)[0])


# A slow, obvious reading of the same texts, in whole numbers.


def day_number(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar, by counting leap years."""

    def before(year: int) -> int:  # days before 1 January, from year 0 on
        return 365 * year + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400

    in_year = sum(month_lengths(year)[: month - 1]) + day - 1
    return before(year) + in_year - before(1970)


def month_lengths(year: int) -> list[int]:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def month_start(months: int) -> int:
    """Day number of the first day of the month that is `months` after January of year 0."""
    return day_number(months // 12, months % 12 + 1, 1)


def written_year(year: int) -> str:
    if abs(year) > 9999:
        return f"Y{year}"
    return f"-{-year:04}" if year < 0 else f"{year:04}"


Slow = tuple[str, int, int, bool]  # text, first second, second after, is an instant

years = st.one_of(
    st.integers(-9999, 9999), st.integers(1990, 2010), st.integers(10_000, 99_999_999),
    st.integers(-99_999_999, -10_000),
)  # fmt: skip
short_years = st.integers(-9999, 9999)
doubts = st.sampled_from(["", "~", "?", "%"])


@st.composite
def of_years(draw: st.DrawFn) -> Slow:
    year, doubt = draw(years), draw(doubts)
    tail = draw(st.sampled_from(["", "-XX", "-XX-XX"])) if abs(year) <= 9999 else ""
    wider = 1 if doubt else 0
    first, after = day_number(year - wider, 1, 1), day_number(year + 1 + wider, 1, 1)
    return written_year(year) + tail + doubt, first * DAY, after * DAY, False


@st.composite
def of_many_years(draw: st.DrawFn) -> Slow:
    length, sign, doubt = draw(st.sampled_from([10, 100])), draw(st.sampled_from([1, -1])), ""
    part = draw(st.integers(1, 9999 // length))
    doubt = draw(doubts)
    low = part * length if sign > 0 else -(part * length + length - 1)
    wider = length if doubt else 0
    digits = len(str(length)) - 1
    text = f"{'-' if sign < 0 else ''}{part:0{4 - digits}}{'X' * digits}{doubt}"
    first, after = day_number(low - wider, 1, 1), day_number(low + length + wider, 1, 1)
    return text, first * DAY, after * DAY, False


@st.composite
def of_months(draw: st.DrawFn) -> Slow:
    year, month, doubt = draw(short_years), draw(st.integers(1, 12)), draw(doubts)
    tail = draw(st.sampled_from(["", "-XX"]))
    months, wider = year * 12 + month - 1, 1 if doubt else 0
    text = f"{written_year(year)}-{month:02}{tail}{doubt}"
    return (
        text, month_start(months - wider) * DAY, month_start(months + 1 + wider) * DAY, False
    )  # fmt: skip


@st.composite
def of_days(draw: st.DrawFn) -> Slow:
    year, month, doubt = draw(short_years), draw(st.integers(1, 12)), draw(doubts)
    day = draw(st.integers(1, month_lengths(year)[month - 1]))
    number, wider = day_number(year, month, day), 1 if doubt else 0
    text = f"{written_year(year)}-{month:02}-{day:02}{doubt}"
    return text, (number - wider) * DAY, (number + 1 + wider) * DAY, False


@st.composite
def of_seconds(draw: st.DrawFn) -> Slow:
    year, month = draw(st.integers(2, 9998)), draw(st.integers(1, 12))
    day = draw(st.integers(1, month_lengths(year)[month - 1]))
    hour, minute, second = (draw(st.integers(0, most)) for most in (23, 59, 59))
    offset = draw(st.integers(-14 * 60, 14 * 60))
    sign, size = ("-" if offset < 0 else "+"), abs(offset)
    zone = draw(st.sampled_from(["", "Z", f"{sign}{size // 60:02}:{size % 60:02}"]))
    fraction = draw(st.sampled_from(["", ".5", ".999999"]))
    at = day_number(year, month, day) * DAY + hour * 3600 + minute * 60 + second
    at -= offset * 60 if zone not in ("", "Z") else 0
    text = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"
    return text, at, at, True


dates = st.one_of(of_years(), of_many_years(), of_months(), of_days(), of_seconds())


@given(dates)
@example(("-0001", -62_198_755_200, -62_167_219_200, False))
def test_a_single_date_is_a_span_in_which_start_and_end_lie(slow: Slow) -> None:
    text, first, after, instant = slow
    expected = (first, first, first + 1, first + 1) if instant else (first, after, first, after)
    assert four(text) == expected


@given(st.one_of(dates, st.sampled_from(["", ".."])), st.one_of(dates, st.sampled_from(["", ".."])))
def test_an_interval_takes_each_side_as_it_is_written(begin: Slow | str, end: Slow | str) -> None:
    sides = {("", 0): (NO_START, NO_END), ("..", 0): (NO_START, NO_START),
             ("", 1): (NO_START, NO_END), ("..", 1): (NO_END, NO_END)}  # fmt: skip
    start = sides[begin, 0] if isinstance(begin, str) else (begin[1], begin[2])
    stop = sides[end, 1] if isinstance(end, str) else (end[1], end[2])
    text = "/".join(one if isinstance(one, str) else one[0] for one in (begin, end))
    if start[0] >= stop[1]:
        with pytest.raises(EdtfError, match="ends before it starts"):
            Bounds.parse([text])
    else:
        assert four(text) == (*start, *stop)


@given(of_days(), of_days())
def test_read_as_exact_a_period_holds_from_its_first_second_to_its_last(a: Slow, b: Slow) -> None:
    (begin, *_), (end, *_) = first, last = sorted((a, b), key=lambda one: one[1])
    if set(begin + end) & set("~?%"):
        with pytest.raises(EdtfError, match="has to be exact"):
            Bounds.parse([f"{begin}/{end}"], "exact")
    else:
        assert four(f"{begin}/{end}", "exact") == (first[1], first[1], last[2], last[2])


@pytest.mark.parametrize(
    ("valid", "expected"),
    [
        ("2003", ("2003-01-01", "2004-01-01", "2003-01-01", "2004-01-01")),
        ("2003~", ("2002-01-01", "2005-01-01", "2002-01-01", "2005-01-01")),
        ("2003?", ("2002-01-01", "2005-01-01", "2002-01-01", "2005-01-01")),
        ("2003-02~", ("2003-01-01", "2003-04-01", "2003-01-01", "2003-04-01")),
        ("2003-02-04~", ("2003-02-03", "2003-02-06", "2003-02-03", "2003-02-06")),
        ("../2003~", ("..", "..", "2002-01-01", "2005-01-01")),
        ("2003~/2004", ("2002-01-01", "2005-01-01", "2004-01-01", "2005-01-01")),
        ("2003/..", ("2003-01-01", "2004-01-01", "..", "..")),
        ("1600/2500", ("1600-01-01", "1601-01-01", "2500-01-01", "2501-01-01")),
        (None, ("..", "..", "..", "..")),
        ("", ("..", "..", "..", "..")),
    ],
)
def test_the_bounds_of_the_design(valid: str | None, expected: tuple[str, ...]) -> None:
    assert days(valid) == expected


def test_an_exact_period_excludes_the_day_after_its_last() -> None:
    """The Federal Republic of Yugoslavia: to 3 February 2003, and not on the 4th."""
    valid = "1992-04-27/2003-02-03"
    assert days(valid, "exact") == ("1992-04-27", "1992-04-27", "2003-02-04", "2003-02-04")
    assert holds(valid, "2003-02-03", reading="exact") == (True, True)
    assert holds(valid, "2003-02-04", reading="exact") == (False, False)
    assert holds(valid, "1992-04-26", reading="exact") == (False, False)
    assert holds(valid, "1992-04-27", reading="exact") == (True, True)


# What holds when: brute force over every start and end that the bounds allow.

TICKS = 4  # of a second: spans are continuous, a moment lies between two seconds


def realisations(se: int, sl: int, ee: int, el: int) -> list[tuple[int, int]]:
    """Every (start, end) in ticks with the start before the end."""
    starts = [se * TICKS] if se == sl else range(se * TICKS, sl * TICKS)
    ends = [ee * TICKS] if ee == el else range(ee * TICKS, el * TICKS)
    return [(start, end) for start, end in product(starts, ends) if start < end]


def meets(start: int, end: int, first: int, last: int) -> bool:
    """A window of one second is the instant at its beginning."""
    last_tick = first * TICKS + 1 if last - first == 1 else last * TICKS
    return start < last_tick and end > first * TICKS


def bounds_of(se: int, sl: int, ee: int, el: int) -> Bounds:
    sides = [np.array([one], "datetime64[s]") for one in (se, sl, ee, el)]
    return Bounds(*sides, np.array([END]), np.array([BEGINNING]))


small = st.integers(0, 6)
spans = st.tuples(small, small).map(sorted)
windows = st.tuples(st.integers(-1, 7), st.integers(1, 5)).map(lambda one: (one[0], sum(one)))


@given(spans, spans, windows)
@example([0, 4], [0, 4], (0, 4))
@example([0, 4], [0, 4], (0, 3))
@example([2, 2], [3, 3], (2, 3))
def test_possible_is_some_and_certain_is_every_start_and_end_that_the_bounds_allow(
    start: list[int], end: list[int], window: tuple[int, int]
) -> None:
    (se, sl), (ee, el), (first, last) = start, end, window
    every = realisations(se, sl, ee, el)
    if not every:
        return
    asked = Window(np.datetime64(first, "s"), np.datetime64(last, "s"))
    bounds = bounds_of(se, sl, ee, el)
    possible, certain = bool(bounds.possible(asked)[0]), bool(bounds.certain(asked)[0])
    met = [meets(*one, first, last) for one in every]
    assert possible == any(met)
    assert not certain or all(met)
    # A start whose span reaches past that of the end is known less well than it might be.
    if sl <= el:
        assert certain == all(met)


@given(spans, spans, st.integers(-1, 7))
def test_at_an_instant_the_rule_is_that_of_the_design(
    start: list[int], end: list[int], t: int
) -> None:
    (se, sl), (ee, el) = start, end
    if not realisations(se, sl, ee, el):
        return
    asked = Window(np.datetime64(t, "s"), np.datetime64(t + 1, "s"))
    bounds = bounds_of(se, sl, ee, el)
    assert bool(bounds.possible(asked)[0]) == (se <= t < el)
    if se < ee:  # else the end lies behind the start and not only behind its own span
        assert bool(bounds.certain(asked)[0]) == (sl <= t < ee)


texts = st.one_of(
    st.none(),
    dates.map(lambda one: one[0]),
    st.tuples(
        st.one_of(dates.map(lambda one: one[0]), st.sampled_from(["", ".."])),
        st.one_of(dates.map(lambda one: one[0]), st.sampled_from(["", ".."])),
    ).map("/".join),
)
readable = texts.filter(lambda text: not intervals.faults([text]))
asked = dates.map(lambda one: Window.parse(one[0]))


@given(st.lists(st.tuples(readable, st.one_of(st.none(), dates.map(lambda one: one[0])))), asked)
def test_what_is_certain_is_possible(rows: list[tuple[str | None, str | None]], w: Window) -> None:
    bounds = Bounds.parse([row[0] for row in rows], attested=[row[1] for row in rows])
    assert not np.any(bounds.certain(w) & ~bounds.possible(w))


@given(st.lists(readable, max_size=8))
def test_a_whole_column_reads_as_its_rows_one_by_one(column: list[str | None]) -> None:
    bounds = Bounds.parse(column)
    for row, text in enumerate(column):
        assert tuple(int(getattr(bounds, name)[row].astype(int)) for name in ALL_BOUNDS) == four(
            text
        )


@given(st.lists(readable, max_size=8))
def test_bounds_survive_storage(column: list[str | None]) -> None:
    bounds = Bounds.parse(column, attested=["2003"] * len(column))
    again = Bounds.from_array(bounds.to_array())
    assert bounds.to_array().dtype == np.int64
    assert bounds.to_array().shape == (6, len(column))
    np.testing.assert_array_equal(again.to_array(), bounds.to_array())


@given(st.lists(readable, max_size=8))
def test_columns_have_no_time_where_there_is_no_bound(column: list[str | None]) -> None:
    bounds = Bounds.parse(column)
    for name, made in bounds.to_columns().items():
        held = getattr(bounds, name)
        none = (held == BEGINNING) | (held == END)
        assert made.dtype == np.dtype("datetime64[s]")
        np.testing.assert_array_equal(np.isnat(made), none)
        np.testing.assert_array_equal(made[~none], held[~none])


# What the issue asks to be shown.


def test_on_2001_06_01_only_the_first_of_the_four_is_there_and_surely() -> None:
    assert holds("../2003~", "2001-06-01") == (True, True)
    assert holds("2003~/2004", "2001-06-01") == (False, False)


@pytest.mark.parametrize("day", ["2003-12-01", "2004-06", "2004-06-15"])
def test_around_the_shift_all_four_are_possible_and_none_is_certain(day: str) -> None:
    assert holds("../2003~", day) == (True, False)
    assert holds("2003~/2004", day) == (True, False)


def test_after_the_knowledge_of_the_source_nothing_is_there() -> None:
    assert holds("../2003~", "2010-01-01") == (False, False)
    assert holds("2003~/2004", "2010-01-01") == (False, False)


def test_a_row_without_time_always_matches() -> None:
    for when in ("-9999", "2003-02-04T12:00:00Z", "../..", "Y99999999"):
        assert holds(None, when) == (True, True)
        assert holds("", when) == (True, True)


def test_an_unknown_start_is_certain_only_on_attested_dates() -> None:
    assert holds("/2003", "1500-01-01") == (True, False)
    assert holds("/2003", "2003-02-04") == (True, False)
    assert holds("/2003", "2004-01-01") == (False, False)
    assert holds("/2003", "2003-02-04", attested=["2003-02"]) == (True, True)
    assert holds("/2003", "2003-03-01", attested=["2003-02"]) == (True, False)
    assert holds("/2003", "2003-02-04", attested=["2003~"]) == (True, False)


def test_what_is_attested_is_certain_between_the_dates_as_written_and_not_after() -> None:
    kept = {"attested": ["2001-03/2002-05-10"]}
    assert holds("2000~/2004~", "2001-02-28", **kept) == (True, False)
    assert holds("2000~/2004~", "2001-03-01", **kept) == (True, True)
    assert holds("2000~/2004~", "2002-05-10", **kept) == (True, True)
    assert holds("../2002-05-10~", "2002-05-11", **kept) == (True, False)


def test_doubt_makes_more_possible_and_less_certain() -> None:
    for plain in ("2003/2005", "2003-02/2005-02", "2003-02-04/2005-02-04"):
        begin, end = plain.split("/")
        for day in ("2002-06-01", "2003-02-03", "2004-01-01", "2005-02-05", "2006-06-01"):
            sure, doubted = holds(plain, day), holds(f"{begin}~/{end}~", day)
            assert doubted[0] >= sure[0]
            assert doubted[1] <= sure[1]


def test_dates_before_1677_and_after_2262_are_dates_like_others() -> None:
    """Nanoseconds in 64 bits end in those years."""
    assert days("1389-06-15") == ("1389-06-15", "1389-06-16", "1389-06-15", "1389-06-16")
    assert holds("1389/2500", "2400") == (True, True)
    assert holds("1389/2500", "1388-12-31") == (False, False)
    assert Bounds.parse(["1389/2500"]).to_columns()["start_earliest"][0] == np.datetime64(
        "1389-01-01"
    )


# Windows


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2003-12-01", "2003-12-01", "2003-12-02"),
        ("2003-12", "2003-12-01", "2004-01-01"),
        ("2003", "2003-01-01", "2004-01-01"),
        ("2003-12-01T12:00:00Z", "2003-12-01T12:00:00", "2003-12-01T12:00:01"),
        ("2003-12-01T12:00:00+02:00", "2003-12-01T10:00:00", "2003-12-01T10:00:01"),
        ("2003-01-01/2003-12-31", "2003-01-01", "2004-01-01"),
        ("2003-01-01T00:00:00Z/2003-01-01T00:00:05Z", "2003-01-01", "2003-01-01T00:00:06"),
        ("2003-12-01/2003-12-01", "2003-12-01", "2003-12-02"),
    ],
)
def test_both_ends_of_an_asked_interval_belong_to_it(text: str, first: str, last: str) -> None:
    assert Window.parse(text) == Window(np.datetime64(first, "s"), np.datetime64(last, "s"))


@pytest.mark.parametrize("text", ["2003/..", "2003/"])
def test_an_asked_interval_may_have_no_end(text: str) -> None:
    assert Window.parse(text) == Window(np.datetime64("2003", "s"), END)


@pytest.mark.parametrize("text", ["../2003", "/2003"])
def test_an_asked_interval_may_have_no_beginning(text: str) -> None:
    assert Window.parse(text) == Window(BEGINNING, np.datetime64("2004", "s"))


@pytest.mark.parametrize(
    "text", ["", "..", "yesterday", "2003/2004/2005", "2003-13", "2003-02-30", "2003-1-1", " 2003"]
)
def test_what_is_no_instant_or_interval_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(EdtfError) as caught:
        Window.parse(text)
    assert caught.value.text == text
    assert "2003-12-01" in str(caught.value)


def test_an_asked_interval_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(EdtfError, match="ends before it starts"):
        Window.parse("2004/2003")


# Refusals


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("around 2003", "is not a date as EDTF writes it"),
        ("2003-1-2", "is not a date as EDTF writes it"),
        ("03/02/2003", "has more than one /"),
        ("2003-13", "is not a date as EDTF writes it"),
        ("2003-21", "is not a date as EDTF writes it"),
        ("2003-XX-12", "is not a date as EDTF writes it"),
        ("2003~~", "is not a date as EDTF writes it"),
        ("~", "is not a date as EDTF writes it"),
        ("..", "is not a date as EDTF writes it"),
        ("2003\n", "is not a date as EDTF writes it"),
        ("2003-02-29", "is not a day of the calendar"),
        ("1900-02-29", "is not a day of the calendar"),
        ("2003-02-30", "is not a day of the calendar"),
        ("2003-04-31", "is not a day of the calendar"),
        ("2003-01-00", "is not a day of the calendar"),
        ("-0000", "is not a day of the calendar"),
        ("2003-02-04T25:00:00Z", "is not a time of the calendar"),
        ("2003-02-29T00:00:00Z", "is not a time of the calendar"),
        ("0001-01-01T00:00:00+05:00", "is not a time of the calendar"),
        ("9999-12-31T23:59:59-05:00", "is not a time of the calendar"),
        ("Y999999999", "is not a date as EDTF writes it"),
        ("2004/2003", "ends before it starts"),
        ("2003-02-04/2003-02-03", "ends before it starts"),
        ("2003/2004/2005", "has more than one /"),
        ("2003/spring", "(end) is not a date as EDTF writes it"),
        ("spring/2003", "(start) is not a date as EDTF writes it"),
    ],
)
def test_a_text_that_is_no_date_is_refused_in_words_with_an_example(text: str, words: str) -> None:
    with pytest.raises(EdtfError) as caught:
        Bounds.parse(["2003", text])
    assert str(caught.value) == f"{text!r} {words}; a right one looks like {caught.value.example}"
    assert Bounds.parse(["2003"]) is not None
    assert intervals.faults([None, "", "2003", text]).keys() == {3}
    if "before" not in words:
        assert caught.value.example == EXAMPLE


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    for reading in ("span", "exact"):
        assert intervals.faults([text], reading).keys() <= {0}  # type: ignore[arg-type]


@given(st.text(alphabet="0123456789-/.~?%XYTZ:+", max_size=24))
def test_any_text_like_a_date_is_read_or_refused_and_nothing_else(text: str) -> None:
    assert intervals.faults([text]).keys() <= {0}
    try:
        window = Window.parse(text)
    except EdtfError:
        return
    assert window.first < window.last


@given(st.lists(st.one_of(readable, st.just(None)), max_size=10))
@settings(max_examples=1000)
def test_stretches_hold_where_some_row_may_hold_and_nowhere_else(column: list[str | None]) -> None:
    bounds = Bounds.parse(column)
    alone = [(a, d) for a, b, c, d in map(four, column) if (b, c) != (NO_START, NO_END)]
    found = [
        (int(one.first.astype(np.int64)), int(one.last.astype(np.int64)))
        for one in bounds.stretches(most=99)
    ]
    for first, last in alone:
        assert any(begin <= first and last <= end for begin, end in found)
    for begin, end in found:
        assert begin in {first for first, _ in alone}
        assert end in {last for _, last in alone}
    for (_, end), (begin, _) in pairwise(found):
        assert end < begin
        assert not any(first < begin and last > end for first, last in alone)
    assert bool(found) == bool(alone)


def test_of_many_stretches_those_with_the_shortest_gaps_are_joined() -> None:
    years = Bounds.parse(["1990", "1995", "1997", "2010"])
    said = [[text[:4] for text in one.written() if text] for one in years.stretches(most=2)]
    assert said == [["1990", "1997"], ["2010", "2010"]]
    (whole,) = years.stretches(most=1)
    assert whole.written() == ("1990-01-01T00:00:00Z", "2010-12-31T23:59:59Z")


def test_a_stretch_without_bounds_says_so() -> None:
    (whole,) = Bounds.parse(["../1990", "2001/.."]).stretches(most=1)
    assert whole.written() == (None, None)
    assert Bounds.parse([None, ""]).stretches(most=5) == []


@st.composite
def slow_intervals(draw: st.DrawFn) -> tuple[str, int, int, int, int]:
    """A valid time as written, and its four bounds as the slow reading has them."""
    begin = draw(st.one_of(dates, st.sampled_from(["", ".."])))
    end = draw(st.one_of(dates, st.sampled_from(["", ".."])))
    if isinstance(begin, tuple):
        first, text, latest = begin[1], begin[0], begin[1] if begin[3] else begin[2]
    else:
        first, text, latest = NO_START, begin, NO_START if begin == ".." else NO_END
    if isinstance(end, tuple):
        sooner, after = end[1], end[1] if end[3] else end[2]
        return f"{text}/{end[0]}", first, latest, sooner, after
    return f"{text}/{end}", first, latest, NO_END if end == ".." else NO_START, NO_END


@st.composite
def slow_windows(draw: st.DrawFn) -> tuple[str, int, int]:
    """An OGC `datetime` and the half-open seconds that it means: instant, day, interval or `..`."""
    begin, end = draw(dates), draw(dates)
    kind = draw(st.sampled_from(["one", "both", "from", "until"]))

    def last(date: Slow) -> int:
        return date[1] + 1 if date[3] else date[2]

    if kind == "one":
        return begin[0], begin[1], last(begin)
    if kind == "from":
        return f"{begin[0]}/{draw(st.sampled_from(['', '..']))}", begin[1], NO_END
    if kind == "until":
        return f"{draw(st.sampled_from(['', '..']))}/{end[0]}", NO_START, last(end)
    return f"{begin[0]}/{end[0]}", begin[1], last(end)


@given(slow_intervals(), slow_windows())
@settings(max_examples=3000)
def test_any_written_time_meets_any_asked_one_as_the_slow_reading_says(
    held: tuple[str, int, int, int, int], asked: tuple[str, int, int]
) -> None:
    text, start_earliest, start_latest, end_earliest, end_latest = held
    window, first, last = asked
    if first >= last or intervals.faults([text]):
        return
    possible, certain = holds(text, window)
    assert possible == (start_earliest < last and end_latest > first)
    if last - first == 1 and start_earliest < end_earliest:
        assert certain == (possible and start_latest <= first < end_earliest)
    if start_latest < last and end_earliest > first:
        assert possible
