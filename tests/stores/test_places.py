"""Places give the order of rows, and rows that stay keep theirs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.stores.postgis.places import GAP, NOWHERE, packed, placed, unpacked


def standing(before: list[int]) -> list[int]:
    return [one for one in before if one != NOWHERE]


befores = st.lists(
    st.one_of(st.just(NOWHERE), st.integers(1, 12).map(lambda one: one * GAP)), max_size=8
).filter(lambda before: len(standing(before)) == len(set(standing(before))))


def longest_rising(values: list[int]) -> int:
    return max(
        (
            size
            for size in range(len(values) + 1)
            if any(list(some) == sorted(some) for some in itertools.combinations(values, size))
        ),
        default=0,
    )


@given(befores)
def test_places_ascend_and_as_many_rows_as_can_keep_theirs(before: list[int]) -> None:
    places = placed(np.array(before, dtype=np.int64))
    assert np.all(np.diff(places) > 0)
    stays = sum(one == now for one, now in zip(before, places.tolist(), strict=True))
    assert stays == longest_rising(standing(before))


def test_a_row_between_two_halves_their_distance_and_others_have_all_their_room() -> None:
    places = placed(np.array([NOWHERE, GAP, NOWHERE, 2 * GAP, NOWHERE]))
    assert places.tolist() == [0, GAP, GAP + GAP // 2, 2 * GAP, 3 * GAP]


def test_where_no_room_is_left_all_rows_are_placed_anew() -> None:
    assert placed(np.array([5, NOWHERE, 6])).tolist() == [GAP, 2 * GAP, 3 * GAP]
    assert placed(np.array([5, NOWHERE, 7])).tolist() == [5, 6, 7]


def test_a_place_can_be_taken_thirty_times_at_the_same_spot() -> None:
    places = placed(np.full(2, NOWHERE))
    for _ in range(30):
        places = placed(np.array([places[0], NOWHERE, *places[1:]]))
        assert places[0] == GAP
        assert places[-1] == 2 * GAP


def test_places_of_many_rows_take_next_to_nothing() -> None:
    places = GAP * np.arange(1, 100_001)
    assert len(packed(places)) < 5_000
    assert np.array_equal(unpacked(packed(places)), places)
    assert unpacked(packed(places[:0])).tolist() == []


@given(st.lists(st.integers(-(2**62), 2**62), unique=True).map(sorted))
def test_places_are_read_as_they_were_packed(places: list[int]) -> None:
    assert unpacked(packed(np.array(places, dtype=np.int64))).tolist() == places


def test_what_was_not_packed_here_is_refused() -> None:
    with pytest.raises(Exception, match="header"):
        unpacked(b"nonsense")
