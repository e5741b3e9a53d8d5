"""Dates as files write them become EDTF, and what can be read in two ways is not guessed."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.times import Bounds
from routes.fitting import Unfit
from routes.importing.dates import ORDERS, Side, joined, read, written

STARTS = {
    2003: "2003", 1999.0: "1999", "2003": "2003", " 2003 ": "2003", 44: "0044", -44: "-0044",
    "-500": "-0500", 0: "0000", 12000: "Y12000", "2003.0": "2003",
    "2003-02-04": "2003-02-04", "1066-10-14": "1066-10-14", "2950-01-01": "2950-01-01",
    "2003/2/4": "2003-02-04", "20030204": "2003-02-04", 20030204: "2003-02-04",
    "2003-02-04T10:00:15": "2003-02-04T10:00:15", "2003-02-04 10:00": "2003-02-04T10:00:00",
    "2003-02-04 10:00:15.25+02": "2003-02-04T10:00:15+02:00",
    "2003-02-04T10:00:15Z": "2003-02-04T10:00:15Z",
    "2003~": "2003~", "2003-XX": "2003-XX", "~1850": "1850~", "1850s": "185X", "C19": "18XX",
    "..": "..", "unknown": "", "?": "", "": None, None: None, float("nan"): None,
}  # fmt: skip


@pytest.mark.parametrize(("value", "edtf"), STARTS.items())
def test_a_start_is_written_as_edtf(value: object, edtf: str | None) -> None:
    assert written(value, "start") == edtf


@pytest.mark.parametrize(
    ("text", "order", "edtf"),
    [
        ("03.04.2001", "dd.mm.yyyy", "2001-04-03"),
        ("3. 4. 2001", "dd.mm.yyyy", "2001-04-03"),
        ("03/04/2001", "dd.mm.yyyy", "2001-04-03"),
        ("03/04/2001", "mm/dd/yyyy", "2001-03-04"),
        ("04.2001", "dd.mm.yyyy", "2001-04"),
        ("2001-04-03", "mm/dd/yyyy", "2001-04-03"),
    ],
)
def test_a_declared_order_is_used_and_iso_stays_iso(text: str, order: str, edtf: str) -> None:
    declared = next(one for one in ORDERS if one == order)
    assert written(text, "start", declared) == edtf


@pytest.mark.parametrize("text", ["03.04.2001", "13.04.2001", "04/13/2001"])
def test_an_order_that_is_not_declared_is_never_guessed(text: str) -> None:
    with pytest.raises(Unfit) as unfit:
        written(text, "start")
    assert "--dates" in unfit.value.remedy


@pytest.mark.parametrize("value", ["spring 2003", "2003-13-01", "99.99.2001", True, [2003]])
def test_what_is_no_date_is_told(value: object) -> None:
    with pytest.raises(Unfit):
        written(value, "start", "dd.mm.yyyy")


def test_an_end_may_be_still_so_and_a_start_may_not() -> None:
    assert [written(text, "end") for text in ("present", "9999-12-31", "..", "9999")] == [".."] * 4
    with pytest.raises(Unfit):
        written("present", "start")


def test_starts_and_ends_are_joined() -> None:
    starts = ["2001", "2001", None, None, "", "2001"]
    ends = ["2003", None, "2003", None, "", ""]
    whole = joined(*(pa.array(column, pa.string()) for column in (starts, ends)))
    assert whole.to_pylist() == ["2001/2003", "2001/..", "/2003", None, None, "2001/"]


def test_every_fault_of_a_column_is_found_with_its_row() -> None:
    found = read(pd.Series(["2001", "May", None, "May", "2002"], dtype=object), "start")
    assert found.texts.to_pylist() == ["2001", None, None, None, "2002"]
    assert sorted(found.faults) == [1, 3]


@given(st.dates(), st.sampled_from(ORDERS))
def test_every_day_survives_its_way_through_a_declared_order(day: object, order: str) -> None:
    declared = next(one for one in ORDERS if one == order)
    text = f"{day:%d.%m.}{day.year:04}" if order == "dd.mm.yyyy" else f"{day:%m/%d/}{day.year:04}"  # type: ignore[attr-defined]
    assert written(text, "start", declared) == str(day)


@given(st.integers(-9999, 99_999_999))
def test_every_year_that_a_number_says_is_that_year_or_that_day(year: int) -> None:
    try:
        edtf = written(year, "start")
    except Unfit:
        assert year >= 10_000_000  # eight digits are a day, and not each of them is one
        return
    start = Bounds.parse([edtf]).start_earliest[0]
    if abs(year) < 10_000_000:
        assert start == np.datetime64(year - 1970, "Y").astype("datetime64[s]")


@given(st.text(st.sampled_from("0123456789-/.:TZ~? Xaps"), max_size=12))
def test_any_text_is_a_date_or_refused_with_words(text: str) -> None:
    for side in ("start", "end", "whole"):
        try:
            edtf = written(text, side, "dd.mm.yyyy")  # type: ignore[arg-type]
        except Unfit as unfit:
            assert unfit.problem
            assert unfit.remedy
        else:
            Bounds.parse(
                [edtf if side == "whole" else f"{edtf or ''}/" if side == "start" else None]
            )


@given(st.lists(st.sampled_from([*STARTS, "9999", "2003-02-30", "2001/2003", "May"])))
@pytest.mark.parametrize("side", ["start", "end", "whole"])
def test_a_column_is_read_as_each_of_its_values_is_alone(side: Side, values: list[object]) -> None:
    column = [str(value) for value in values] + [f"19{year:02}" for year in range(40)]
    found = read(pd.Series(column, dtype=object), side)
    for row, (value, text) in enumerate(zip(column, found.texts.to_pylist(), strict=True)):
        if row in found.faults:
            with pytest.raises(Unfit, match=re.escape(found.faults[row].problem)):
                written(value, side)
        else:
            assert written(value, side) == text
