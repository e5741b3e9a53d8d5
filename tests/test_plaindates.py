"""Dates read a whole column at a time are what they are when read one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import intervals, plaindates
from geo.dates import span_of
from geo.times import Bounds, Reading

plain = st.dates().flatmap(
    lambda day: st.sampled_from([f"{day.year:04}", f"{day.year:04}-{day:%m}", str(day)])
)
SIDES = [
    "", "..", "2003~", "2003-02-30", "2003-13", "2003-00", "2003-02-00", "0000", "199X", "-0044",
    "2003-XX", "2003-02-04T10:00:00Z", "Y12000", "about 2003", "2003\n", " 2003", "２００３",
    "2003\ud800", "2003-2-4",
]  # fmt: skip
sides = st.one_of(plain, st.sampled_from(SIDES))
texts = st.one_of(
    sides,
    st.builds("{}/{}".format, sides, sides),
    st.sampled_from([None, "2001/2002/2003", "2004/2003", "2003/2003"]),
)
MANY_DAYS = [f"1066-{month:02}-{day:02}" for month in (1, 3) for day in range(1, 31)]


@given(st.lists(texts, max_size=8), st.sampled_from(["span", "exact"]))
def test_many_times_are_read_as_each_is_alone(found: list[str | None], reading: Reading) -> None:
    column = [*MANY_DAYS, *found]
    wrong = intervals.faults(column, reading)
    alone = {row: fault for row, text in enumerate(column)
             for fault in intervals.faults([text], reading).values()}  # fmt: skip
    assert {row: str(fault) for row, fault in wrong.items()} == {
        row: str(fault) for row, fault in alone.items()
    }
    sound = [text for row, text in enumerate(column) if row not in wrong]
    each = [Bounds.parse([text], reading).to_array() for text in sound]
    assert np.array_equal(Bounds.parse(sound, reading).to_array(), np.concatenate(each, axis=1))


@given(st.lists(plain))
def test_plain_dates_are_the_spans_that_they_name(written: list[str]) -> None:
    found = plaindates.spans(pa.array(written, pa.string()))
    assert found.is_plain.all()
    expected = [span_of(date) for date in written]
    assert found.first.tolist() == [span.first.item() for span in expected]
    assert found.after.tolist() == [span.after.item() for span in expected]


@pytest.mark.parametrize("text", [None, *(one for one in SIDES if one != "0000")])
def test_what_is_no_plain_date_is_left_alone(text: str | None) -> None:
    written = None if text is None else text.encode(errors="replace").decode()
    found = plaindates.spans(pa.array(["2003-02-04", written], pa.string()))
    assert found.is_plain.tolist() == [True, False]
