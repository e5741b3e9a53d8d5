"""Relations of uncertain times: possible and certain, against every world listed one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import geopandas
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import Crs
from geo.times import BEGINNING, END, Bounds, Window
from routes.filters import Filter, FilterError
from routes.filters.operands import Definite, Spans
from routes.filters.worlds import INVERSES, Worlds, box_of
from routes.schema import COLLECTIONS
from tests.helpers import complete, versions

CRS84 = Crs.of("OGC:CRS84")
ROUTES = COLLECTIONS["routes"]
Four = tuple[int, int, int, int]
Relation = Callable[[int, int, tuple[int, int], tuple[int, int]], bool]


def side(at: int, span: tuple[int, int]) -> int:
    """-1 before a written date, 0 on it, 1 after it."""
    return -1 if at < span[0] else int(at >= span[1])


# Allen's relations of a row from its first second to its last, to an interval of two dates.
SLOW: dict[str, Relation] = {
    "t_after": lambda s, z, b, e: side(s, e) > 0,
    "t_before": lambda s, z, b, e: side(z, b) < 0,
    "t_intersects": lambda s, z, b, e: not (side(s, e) > 0 or side(z, b) < 0),
    "t_equals": lambda s, z, b, e: side(s, b) == 0 and side(z, e) == 0,
    "t_contains": lambda s, z, b, e: side(s, b) < 0 and side(z, e) > 0,
    "t_during": lambda s, z, b, e: side(s, b) > 0 and side(z, e) < 0,
    "t_starts": lambda s, z, b, e: side(s, b) == 0 and side(z, e) < 0,
    "t_startedby": lambda s, z, b, e: side(s, b) == 0 and side(z, e) > 0,
    "t_finishes": lambda s, z, b, e: side(s, b) > 0 and side(z, e) == 0,
    "t_finishedby": lambda s, z, b, e: side(s, b) < 0 and side(z, e) == 0,
    "t_meets": lambda s, z, b, e: side(s, b) < 0 and side(z, b) == 0 and side(z, e) < 0,
    "t_metby": lambda s, z, b, e: side(s, e) == 0 and side(s, b) > 0 and side(z, e) > 0,
    "t_overlaps": lambda s, z, b, e: side(s, b) < 0 and side(z, b) > 0 and side(z, e) < 0,
    "t_overlappedby": lambda s, z, b, e: side(s, b) > 0 and side(s, e) < 0 and side(z, e) > 0,
}
EXCLUSIVE = tuple(name for name in SLOW if name != "t_intersects")


def worlds_of(four: Four) -> Iterator[tuple[int, int]]:
    """Every start and last second that four small bounds allow."""
    start_earliest, start_latest, end_earliest, end_latest = four
    for start in range(start_earliest, max(start_latest, start_earliest + 1)):
        for last in range(min(end_earliest, end_latest - 1), end_latest):
            if start <= last:
                yield start, last


def bounds_of(rows: list[Four], attested: list[tuple[int, int]] | None = None) -> Bounds:
    columns = [np.array(column, dtype="datetime64[s]") for column in zip(*rows, strict=True)]
    if attested:
        seen = [np.array(side, dtype="datetime64[s]") for side in zip(*attested, strict=True)]
    else:
        seen = [np.full(len(rows), END), np.full(len(rows), BEGINNING)]
    return Bounds(*columns, *seen)


def interval(begin: tuple[int, int], end: tuple[int, int]) -> Definite:
    return Definite(*(Spans(*(np.datetime64(at, "s") for at in span)) for span in (begin, end)))


@st.composite
def four_bounds(draw: st.DrawFn) -> Four:
    numbers = st.integers(0, 9)
    start, stop = sorted((draw(numbers), draw(numbers)))
    first, last = sorted((draw(numbers), draw(numbers)))
    return (start, stop, first, last) if start < last else (start, start, start + 1, start + 1)


@st.composite
def two_dates(draw: st.DrawFn) -> tuple[tuple[int, int], tuple[int, int]]:
    """A begin and an end of one precision, seconds or days of three seconds, perhaps the same."""
    wide = draw(st.sampled_from([1, 3]))
    begin, end = sorted((draw(st.integers(0, 12 // wide)), draw(st.integers(0, 12 // wide))))
    return (begin * wide, (begin + 1) * wide), (end * wide, (end + 1) * wide)


@settings(max_examples=300)
@given(rows=st.lists(four_bounds(), min_size=1, max_size=8), dates=two_dates())
def test_every_relation_agrees_with_all_worlds_listed(
    rows: list[Four], dates: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    worlds = Worlds.of_bounds(bounds_of(rows))
    for name, slow in SLOW.items():
        box = box_of(name, interval(*dates))
        said = [[slow(*world, *dates) for world in worlds_of(row)] for row in rows]
        assert worlds.hold(box, "possible").tolist() == [any(each) for each in said], name
        assert worlds.hold(box, "certain").tolist() == [all(each) for each in said], name


@given(row=four_bounds(), dates=two_dates())
def test_in_one_world_exactly_one_relation_holds(
    row: Four, dates: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    for start, last in worlds_of(row):
        held = [name for name in EXCLUSIVE if SLOW[name](start, last, *dates)]
        assert len(held) == 1


@given(left=two_dates(), right=two_dates())
def test_a_relation_turned_round_is_its_inverse(
    left: tuple[tuple[int, int], tuple[int, int]], right: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    if left[0][1] - left[0][0] != right[0][1] - right[0][0]:
        return
    for name in SLOW:
        one = Worlds.of_definite(interval(*left)).allow(box_of(name, interval(*right)))
        inverse = box_of(INVERSES.get(name, name), interval(*left))
        assert one == Worlds.of_definite(interval(*right)).allow(inverse), name


@given(row=four_bounds(), first=st.integers(0, 10), length=st.integers(2, 5))
def test_what_bounds_call_certain_in_an_interval_is_true_in_all_worlds(
    row: Four, first: int, length: int
) -> None:
    bounds = bounds_of([row])
    window = Window(np.datetime64(first, "s"), np.datetime64(first + length, "s"))
    definite = interval((first, first + 1), (first + length - 1, first + length))
    box = box_of("t_intersects", definite)
    worlds = Worlds.of_bounds(bounds)
    assert bounds.possible(window) == worlds.allow(box)
    assert bounds.certain(window) <= worlds.demand(box)
    if row[1] <= row[2] and first != row[2]:
        assert bounds.certain(window) == worlds.demand(box)


@given(row=four_bounds(), seen=st.tuples(st.integers(0, 9), st.integers(1, 3)), dates=two_dates())
def test_a_row_is_not_wholly_before_or_after_dates_on_which_it_is_attested(
    row: Four, seen: tuple[int, int], dates: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    attested = (seen[0], seen[0] + seen[1])
    fits = [w for w in worlds_of(row) if w[0] <= attested[0] and w[1] + 1 >= attested[1]]
    if not fits:
        return
    worlds = Worlds.of_bounds(bounds_of([row], [attested]))
    for name, slow in SLOW.items():
        box = box_of(name, interval(*dates))
        assert worlds.allow(box).item() == any(slow(*world, *dates) for world in fits), name
        assert worlds.demand(box).item() == all(slow(*world, *dates) for world in fits), name


def frame_of(
    *valid: str | None, attested: list[str | None] | None = None
) -> geopandas.GeoDataFrame:
    return complete(versions([None] * len(valid), valid, attested=attested))


def ask(text: str, *valid: str | None, reading: str = "span") -> tuple[list[bool], list[bool]]:
    """Possible, certain, in the order written."""
    frame = frame_of(*valid)
    bounds = Bounds.parse(frame["valid"].tolist(), reading)  # type: ignore[arg-type]
    asked = Filter.parse(text, "cql2-text", ROUTES, CRS84)
    order = np.argsort(frame["id"].str.extract(r"(\d+)")[0].astype(int).to_numpy())
    return (
        asked.mask(frame, bounds)[order].tolist(),
        asked.mask(frame, bounds, "certain")[order].tolist(),
    )


def both(text: str, valid: str | None, reading: str = "span") -> tuple[bool, bool]:
    possible, certain = ask(text, valid, reading=reading)
    return possible[0], certain[0]


@pytest.mark.parametrize(
    ("text", "valid", "possible", "certain"),
    [
        ("T_BEFORE(valid, DATE('2004-01-01'))", "2003", True, True),
        ("T_BEFORE(valid, DATE('2003-12-31'))", "2003", True, False),
        ("T_BEFORE(valid, DATE('2003-01-01'))", "2003", False, False),
        ("T_AFTER(valid, DATE('2002-12-31'))", "2003", True, True),
        ("T_AFTER(DATE('2004-01-01'), valid)", "2003", True, True),
        ("T_AFTER(valid, DATE('2002-12-31'))", "2003~/2004", True, False),
        ("T_EQUALS(valid, DATE('2003-02-04'))", "2003-02-04", True, True),
        ("T_EQUALS(valid, DATE('2003-02-04'))", "2003-02", True, False),
        ("T_STARTS(valid, INTERVAL('2003-02-04','..'))", "2003-02-04/2004", True, True),
        ("T_DURING(valid, INTERVAL('2002-12-31','2004-01-01'))", "2003", True, True),
        ("T_DURING(valid, INTERVAL('2003-01-01','2003-12-31'))", "2003", True, False),
        ("T_CONTAINS(INTERVAL('2002-12-31','2004-01-01'), valid)", "2003", True, True),
        ("T_CONTAINS(valid, INTERVAL('2002-01-01','2002-12-31'))", "../2003~", True, False),
        ("T_FINISHES(valid, INTERVAL('..','2003-02-04'))", "2003/2003-02-04", True, True),
        ("T_FINISHEDBY(valid, INTERVAL('2004-01-01','..'))", "2003/..", True, True),
        ("T_STARTEDBY(valid, INTERVAL('..','2000-01-01'))", "../2003", True, True),
        ("T_DURING(valid, INTERVAL('..','2004-01-01'))", "../2003", False, False),
        ("T_MEETS(valid, INTERVAL('2003-02-03','..'))", "1992-04-27/2003-02-03", True, True),
        ("T_METBY(valid, INTERVAL('..','2003-02-04'))", "2003-02-04/..", True, True),
        ("T_OVERLAPS(valid, INTERVAL('2002-01-01','2005-01-01'))", "2000/2003", True, True),
        ("T_OVERLAPPEDBY(INTERVAL('2002-01-01','2005-01-01'), valid)", "2000/2003", True, True),
        ("T_DISJOINT(valid, DATE('2003-06-01'))", "2003", True, False),
        ("T_DISJOINT(valid, DATE('2004-06-01'))", "2003", True, True),
        ("T_BEFORE(valid, TIMESTAMP('2003-02-04T12:00:00Z'))", "2003-02-03", True, True),
        ("T_AFTER(valid, DATE('1999-01-01'))", "/2004", True, False),
    ],
)  # fmt: skip
def test_what_is_possible_and_what_is_certain(
    text: str, valid: str, possible: bool, certain: bool
) -> None:
    assert both(text, valid) == (possible, certain)


@pytest.mark.parametrize("question", ["2003-06-01", "2003-01-01/2003-12-31", "../2002-01-01"])
def test_t_intersects_asks_what_the_parameter_datetime_asks(question: str) -> None:
    texts = ["2003", "2003~/2004", "../2003", None, "/2004", "1999", "2003-06-01", "2005/.."]
    begin, slash, end = question.partition("/")
    literal = f"INTERVAL('{begin}','{end}')" if slash else f"DATE('{begin}')"
    bounds, window = Bounds.parse(texts), Window.parse(question)
    possible, certain = ask(f"T_INTERSECTS(valid, {literal})", *texts)
    assert possible == bounds.possible(window).tolist()
    assert certain == bounds.certain(window).tolist()


def test_a_feature_without_a_time_matches_t_intersects_and_nothing_else() -> None:
    day = "DATE('2003-06-01')"
    assert both(f"T_INTERSECTS(valid, {day})", None) == (True, True)
    assert both(f"T_DISJOINT(valid, {day})", None) == (False, False)
    for name in ("T_BEFORE", "T_AFTER", "T_EQUALS"):
        assert both(f"{name}(valid, {day})", None) == (False, False)
        assert both(f"NOT {name}(valid, {day})", None) == (False, False)
        assert both(f"{name}(valid, {day}) IS NULL", None) == (True, True)


def test_not_of_the_possible_is_that_it_is_not_certain() -> None:
    asked = "T_BEFORE(valid, DATE('2003-12-31'))"
    assert both(asked, "2003") == (True, False)
    assert both(f"NOT {asked}", "2003") == (True, False)
    assert both(f"NOT NOT {asked}", "2003") == (True, False)
    assert both("NOT T_BEFORE(valid, DATE('2004-01-01'))", "2003") == (False, False)


@given(day=st.dates().map(str), valid=st.sampled_from(["2003", "2003~/2004", "/2004", "../2003"]))
@settings(max_examples=8)
def test_disjoint_is_not_intersects(day: str, valid: str) -> None:
    disjoint = both(f"T_DISJOINT(valid, DATE('{day}'))", valid)
    assert disjoint == both(f"NOT T_INTERSECTS(valid, DATE('{day}'))", valid)


def test_in_the_exact_reading_a_state_holds_through_its_last_day() -> None:
    valid = "1992-04-27/2003-02-03"
    assert both("T_MEETS(valid, INTERVAL('2003-02-03','..'))", valid, "exact") == (True, True)
    assert both("T_BEFORE(valid, DATE('2003-02-04'))", valid, "exact") == (True, True)
    assert both("T_BEFORE(valid, DATE('2003-02-03'))", valid, "exact") == (False, False)
    asked = "T_EQUALS(valid, INTERVAL('1992-04-27','2003-02-03'))"
    assert both(asked, valid, "exact") == (True, True)


def test_columns_of_moments_take_the_functions_and_the_signs() -> None:
    rows = ["2003/2004", "2001/2004", "../2004"]
    day = "DATE('2003-01-01')"
    assert ask(f"start_earliest = {day}", *rows)[0] == [True, False, False]
    assert ask(f"start_earliest < {day}", *rows)[0] == [False, True, False]
    assert ask(f"start_earliest <= {day}", *rows)[0] == [True, True, False]
    assert ask(f"start_earliest <> {day}", *rows)[0] == [False, True, False]
    assert ask(f"T_BEFORE(start_earliest, {day})", *rows)[0] == [False, True, False]
    assert ask(f"T_AFTER({day}, start_earliest)", *rows)[0] == [False, True, False]
    assert ask(f"NOT T_BEFORE(start_earliest, {day})", *rows)[0] == [True, False, False]
    assert ask(f"{day} = start_earliest", *rows)[0] == [True, False, False]
    assert ask(f"{day} > start_earliest", *rows)[0] == [False, True, False]
    assert ask(f"T_EQUALS({day}, start_earliest)", *rows)[0] == [True, False, False]
    assert ask("start_earliest IN ('2003-01-01')", *rows)[0] == [True, False, False]
    assert ask("start_earliest IN (TIMESTAMP('2001-01-01T00:00:00Z'))", *rows)[0][1]


def test_two_columns_make_an_interval_in_which_a_missing_bound_is_open() -> None:
    rows = ["2003/2004", "../2001", None]
    made = "INTERVAL(start_earliest, end_latest)"
    assert ask(f"T_INTERSECTS({made}, DATE('2000-06-01'))", *rows)[0] == [False, True, False]
    assert ask(f"T_DURING({made}, INTERVAL('2002-12-31','2006-01-01'))", *rows)[0][0]
    assert ask(f"T_DISJOINT({made}, DATE('2000-06-01')) IS NULL", *rows)[0] == [False, False, True]
    assert ask(f"T_INTERSECTS(valid, {made})", *rows)[0] == [True, True, True]
    assert ask(f"T_EQUALS({made}, {made})", *rows)[0] == [True, True, False]


def test_two_columns_in_the_wrong_order_are_no_interval() -> None:
    asked = "T_AFTER(INTERVAL(end_latest, start_earliest), DATE('1990-01-01'))"
    assert ask(asked, "2003/2004")[0] == [False]
    assert ask(f"NOT {asked}", "2003/2004")[0] == [False]
    assert ask(f"{asked} IS NULL", "2003/2004")[0] == [True]


def test_each_end_of_an_interval_has_its_own_precision() -> None:
    mixed = "INTERVAL('2003-02-04','2003-02-04T12:00:00Z')"
    assert both(f"T_STARTEDBY(valid, {mixed})", "2003-02-04T10:00:00Z/2004") == (True, True)
    assert both(f"T_INTERSECTS(valid, {mixed})", "2003-02-04T12:00:01Z") == (False, False)
    assert both(f"T_INTERSECTS(valid, {mixed})", "2003-02-04T12:00:00Z") == (True, True)


def test_valid_time_is_the_same_as_itself() -> None:
    assert ask("T_EQUALS(valid, valid)", "2003~", None) == ([True, False], [True, False])
    assert ask("T_INTERSECTS(valid, valid)", "2003~", None) == ([True, True], [True, True])
    assert ask("T_BEFORE(valid, valid)", "2003~", None) == ([False, False], [False, False])


@pytest.mark.parametrize(
    ("text", "fault", "example"),
    [
        ("T_DURING(valid, DATE('2003-02-04'))",
         "T_DURING takes intervals, and DATE('2003-02-04') is a moment",
         "T_DURING(valid, INTERVAL('2003-02-04','2003-02-04'))"),
        ("T_AFTER(valid, DATE('2003-02-30'))",
         "'2003-02-30' is not a day of the calendar", "DATE('2003-12-01')"),
        ("T_AFTER(valid, DATE('2003'))", "DATE takes a day, not '2003'", "DATE('2003-12-01')"),
        ("T_AFTER(valid, TIMESTAMP('2003-01-01'))",
         "TIMESTAMP takes a moment with its zone, not '2003-01-01'",
         "TIMESTAMP('2003-12-01T12:00:00Z')"),
        ("T_DURING(valid, INTERVAL('2004-01-01','2003-01-01'))",
         "INTERVAL('2004-01-01', '2003-01-01') ends before it begins",
         "T_DURING(valid, INTERVAL('2002-01-01','2003-12-31'))"),
        ("T_DURING(valid, INTERVAL(mode,'2003-01-01'))",
         "INTERVAL takes dates, moments or '..', and 'mode' is a text",
         "T_DURING(valid, INTERVAL('2002-01-01','2003-12-31'))"),
        ("T_AFTER(valid, mode)", "T_AFTER takes times, and 'mode' is a text",
         "T_INTERSECTS(valid, DATE('2003-12-01'))"),
        ("valid > DATE('2003-01-01')",
         "'valid' is an interval, which > does not compare; the functions T_… do",
         "T_INTERSECTS(valid, DATE('2003-12-01'))"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(text: str, fault: str, example: str) -> None:
    with pytest.raises(FilterError) as caught:
        Filter.parse(text, "cql2-text", ROUTES, CRS84)
    assert (caught.value.fault, caught.value.example) == (fault, example)
    if "valid" in example:
        Filter.parse(example, "cql2-text", ROUTES, CRS84)


def test_the_last_second_of_a_day_belongs_to_it() -> None:
    last = "2003-02-03T23:59:59Z"
    assert both("T_INTERSECTS(valid, DATE('2003-02-03'))", last) == (True, True)
    assert both("T_BEFORE(valid, DATE('2003-02-04'))", last) == (True, True)
    assert both("T_BEFORE(valid, DATE('2003-02-03'))", last) == (False, False)
    assert both("T_BEFORE(DATE('2003-02-03'), valid)", "2003-02-04T00:00:00Z") == (True, True)
