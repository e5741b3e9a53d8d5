"""Reading parameters, whatever somebody writes into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.tree import Box
from service.ogc.parameters import Cursor, parse_bbox, parse_datetime, parse_limit
from service.problems import BadParameter


def test_a_box_over_the_antimeridian_is_two() -> None:
    assert parse_bbox("170,-10,-170,10") == (Box(170, -10, 180, 10), Box(-180, -10, -170, 10))


def test_heights_in_a_box_are_not_used() -> None:
    assert parse_bbox("1,2,-5,3,4,900") == (Box(1, 2, 3, 4),)


@given(st.text(max_size=40))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for parse in (parse_bbox, parse_datetime, Cursor.parse):
        try:
            parse(text)
        except BadParameter as refused:
            assert refused.example


@given(st.text(max_size=25))
def test_a_limit_is_a_whole_number_within_its_bounds_or_refused(text: str) -> None:
    try:
        assert 1 <= parse_limit(text, 100, 1000) <= 1000
    except BadParameter as refused:
        assert refused.parameter == "limit"


@given(st.integers(1, 10**9), st.integers(0, 10**12))
def test_a_cursor_comes_back_as_it_went(edition: int, row: int) -> None:
    assert Cursor.parse(str(Cursor(edition, row))) == Cursor(edition, row)


def test_the_most_wins_over_a_larger_limit() -> None:
    assert parse_limit("5000", 100, 1000) == 1000
    assert parse_limit(None, 100, 1000) == 100
    with pytest.raises(BadParameter):
        parse_limit("٣", 100, 1000)
