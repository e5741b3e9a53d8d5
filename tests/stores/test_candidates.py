"""What is known in memory of the rows of a database: never wrong, and enough for most of them."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.times import Bounds, Window
from routes.query import Query
from routes.stores.postgis.candidates import Candidates
from routes.stores.postgis.sketch import RASTERS, SIDE, Sketch, agree, rasters
from routes.tree import Box
from tests.test_index import by_hand, frame_of, queries, rows, shape_of

Geometries = NDArray[np.object_]


def files_of(shapes: Geometries, bounds: Bounds) -> dict[str, bytes]:
    boxes = shapely.bounds(shapes)
    drawn = rasters(boxes, shapely.to_wkb(shapes).tolist())
    return Sketch(boxes, bounds, drawn).packed()


def always(count: int) -> Bounds:
    return Bounds.parse([None] * count)


def known(shapes: Geometries, query: Query) -> tuple[list[int], list[int]]:
    """The rows that surely match, and those that have to be asked about."""
    kept = Candidates(files_of(shapes, always(len(shapes))), len(shapes))
    found = kept.every(query, 0, len(shapes))
    return found.rows[~found.asked].tolist(), found.rows[found.asked].tolist()


@given(rows, st.lists(queries, min_size=8, max_size=8), st.integers(1, 5))
@settings(max_examples=60)
def test_nothing_that_matches_is_left_out_and_nothing_that_does_not_is_sure(
    rows: list[tuple[object, ...]], queries: list[Query], limit: int
) -> None:
    frame = frame_of(rows)
    bounds = Bounds.parse(list(frame["valid"]), attested=list(frame["attested"]))
    kept = Candidates(files_of(frame.geometry.to_numpy(), bounds), len(frame))
    for query in queries:
        expected = by_hand(frame, query)
        every = kept.every(query, 0, len(frame))
        assert set(every.rows[~every.asked].tolist()) <= set(expected) <= set(every.rows.tolist())
        assert every.matching == (~every.asked).sum()
        portions = list(kept.portions(query, 0, limit))
        there = [row for found in portions for row in found.rows.tolist()]
        sure = [row for found in portions for row in found.rows[~found.asked].tolist()]
        assert there == sorted(there)
        assert set(sure) <= set(expected) <= set(there)


steps = st.integers(-6, 6)
corners = st.tuples(st.sampled_from([0, 1, 2, 5, 7, 8]), st.sampled_from([0, 1, 3, 4, 6, 8]))


@given(st.lists(st.tuples(corners, steps, steps), min_size=2, max_size=6))
def test_lines_along_the_edges_of_squares_are_told_as_geos_tells_them(
    asked: list[tuple[tuple[int, int], int, int]],
) -> None:
    """A box of 65 cells: each square is some four wide; boxes end on and beside its edges."""
    side = 360 / 65_535
    points = [
        (x * 65 * side / 8 + one * np.spacing(20.0), y * 65 * side / 16 + two * np.spacing(20.0))
        for (x, y), one, two in asked
    ]
    line = shapely.LineString(points)
    for x in range(9):
        for low, high in ((0, x), (x, 8), (x, x)):
            box = Box(low * 65 * side / 8, 0, high * 65 * side / 8, 65 * side / 4)
            sure, open_ = known(np.array([line]), Query((box,)))
            meets = bool(shapely.intersects(line, shape_of(box)))
            assert (sure == [0]) <= meets <= (sure == [0] or open_ == [0])


@pytest.fixture(scope="module")
def lines() -> Geometries:
    """Wandering lines of some hundred kilometres, as routes are."""
    chance = np.random.default_rng(3)
    begins = chance.uniform((0, 0), (10, 10), (4000, 1, 2))
    walked = np.cumsum(chance.normal(0, 0.2, (4000, 12, 2)), axis=1)
    drawn: Geometries = shapely.linestrings(begins + walked)
    return drawn


@pytest.mark.parametrize(("side", "most"), [(0.3, 0.25), (1, 0.15), (4, 0.1)])
def test_of_lines_that_cross_the_edge_of_a_box_most_are_decided(
    lines: Geometries, side: float, most: float
) -> None:
    boxes = shapely.bounds(lines)
    crossing = open_ = 0
    for west, south in np.random.default_rng(1).uniform(1, 6, (12, 2)):
        box = Box(west, south, west + side, south + side)
        sure, asked = known(lines, Query((box,)))
        meets = np.flatnonzero(shapely.intersects(lines, shapely.box(*box)))
        assert set(sure) <= set(meets.tolist()) <= {*sure, *asked}
        near = shapely.intersects(shapely.box(*boxes.T), shapely.box(*box))
        crossing += near.sum() - shapely.within(shapely.box(*boxes.T), shapely.box(*box)).sum()
        open_ += len(asked)
    assert open_ < most * crossing, open_ / crossing


def test_points_are_decided_and_areas_are_not() -> None:
    shapes = np.array([shapely.Point(1, 1), shapely.box(0, 0, 2, 2), None, shapely.Point(5, 5)])
    assert known(shapes, Query((Box(0, 0, 3, 3),))) == ([0], [1])


def test_a_box_that_only_surrounds_what_is_asked_for_makes_nothing_sure(lines: Geometries) -> None:
    circle = shapely.Point(5, 5).buffer(2)
    query = Query((Box(*circle.bounds),), shape=circle)
    sure, asked = known(lines, query)
    assert not sure
    assert set(np.flatnonzero(shapely.intersects(lines, circle)).tolist()) <= set(asked)


def test_a_certain_answer_and_an_hour_of_the_first_day_are_asked_about() -> None:
    kept = Candidates(files_of(np.full(2, None), Bounds.parse(["2001", "2001-05-03/.."])), 2)
    day = Query(window=Window.parse("2001-05-03"))
    for query, asked in (
        (Query(window=Window.parse("2001-05-04")), [False, False]),
        (replace(day, window=Window.parse("2001-05-03T10:00:00Z")), [False, True]),
        (replace(day, certainty="certain"), [True, True]),
    ):
        found = kept.every(query, 0, 2)
        assert found.rows.tolist() == [0, 1]
        assert found.asked.tolist() == asked


def test_rows_that_nothing_is_known_of_come_some_at_a_time(lines: Geometries) -> None:
    """A question about all of them at once would be too long."""
    every = Query((Box(-90, -90, 90, 90),), shape=shapely.box(-90, -90, 90, 90))
    kept = Candidates(files_of(lines, always(len(lines))), len(lines))
    portions = [found.rows for found in kept.portions(every, 7, 30)]
    assert np.concatenate(portions).tolist() == list(range(7, len(lines)))
    assert [len(rows) for rows in portions[:3]] == [60, 120, 240]


def test_files_of_before_there_were_rasters_leave_all_to_the_database(lines: Geometries) -> None:
    files = files_of(lines, always(len(lines)))
    older = {name: content for name, content in files.items() if name != RASTERS}
    query = Query((Box(2, 2, 5, 5),))
    new = Candidates(files, len(lines)).every(query, 0, len(lines))
    old = Candidates(older, len(lines)).every(query, 0, len(lines))
    assert set(new.rows.tolist()) <= set(old.rows.tolist())
    assert old.asked.all()


def test_files_agree_with_others_that_know_less_and_with_no_others(lines: Geometries) -> None:
    files = files_of(lines, always(len(lines)))
    nothing = np.zeros((len(lines), SIDE), np.uint16)
    undrawn = Sketch(shapely.bounds(lines), always(len(lines)), nothing).packed()
    assert agree(undrawn, files)
    assert agree({name: content for name, content in files.items() if name != RASTERS}, files)
    moved = shapely.transform(lines, lambda points: points[:, ::-1])
    for name in files:
        other = files | {name: files_of(moved, Bounds.parse(["2001"] * len(lines)))[name]}
        assert not agree(other, files), name
    assert agree({n: zlib.compress(zlib.decompress(c), 9) for n, c in files.items()}, files)
