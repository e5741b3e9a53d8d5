"""The query index gives what a test of every row, one by one, gives; and does little for it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import orjson
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.times import Bounds, Window
from routes.index import BATCH, MOST_COUNTED, Box, CollectionIndex, Query
from routes.serving import id_hash
from routes.tree import RUN
from tests.helpers import complete, index_of, versions

# A coarse grid, so that boxes and lines often touch, share corners and are points.
ordinates = st.integers(-4, 4).map(lambda one: one / 2)
places = st.tuples(ordinates, ordinates)
boxes_of_corners = st.tuples(places, places).map(
    lambda two: Box(*np.min(two, axis=0).tolist(), *np.max(two, axis=0).tolist())
)
shapes = st.one_of(
    st.none(),
    places.map(shapely.Point),
    st.lists(places, min_size=2, max_size=5, unique=True).map(shapely.LineString),
    boxes_of_corners.filter(lambda box: box.west < box.east and box.south < box.north).map(
        lambda box: shapely.box(*box)
    ),
    st.lists(places, min_size=3, max_size=6).map(
        lambda corners: shapely.MultiPoint(corners).convex_hull
    ),
    st.just(shapely.LineString()),
)
# Two boxes, each on its side of the antimeridian, as a box that crosses it is asked.
antimeridian = st.tuples(ordinates, ordinates, ordinates, ordinates).map(
    lambda o: (Box(o[0], min(o[2:]), 2, max(o[2:])), Box(-2, min(o[2:]), o[1], max(o[2:])))
)
asked_boxes = st.one_of(st.just(()), boxes_of_corners.map(lambda box: (box,)), antimeridian)
valids = st.sampled_from([None, "2001", "2003~/2004", "../2003~", "/2002", "2002-05-03/..", "2003"])
attested = st.sampled_from([None, None, "2002"])
windows = st.one_of(
    st.none(),
    st.sampled_from(["2001-06-01", "2003", "2002/..", "../2002-05-02", "2010-01-01"]),
)
rows = st.lists(st.tuples(shapes, valids, attested), max_size=12)
certainties = st.sampled_from(["possible", "certain"])


def shape_of(box: Box) -> shapely.Geometry:
    """A box without width or height is a line or a point."""
    if (box.west, box.south) == (box.east, box.north):
        return shapely.Point(box.west, box.south)
    if box.west == box.east or box.south == box.north:
        return shapely.LineString([(box.west, box.south), (box.east, box.north)])
    return shapely.box(*box)


def by_hand(frame: geopandas.GeoDataFrame, query: Query) -> list[int]:
    """The rows that match, each tested alone."""
    found = []
    for row, (shape, valid, seen) in enumerate(
        zip(frame.geometry, frame["valid"], frame["attested"], strict=True)
    ):
        if query.boxes and not any(
            shape is not None and shape.intersects(shape_of(box)) for box in query.boxes
        ):
            continue
        if query.window is not None:
            none = (None if valid != valid else valid, None if seen != seen else seen)
            bounds = Bounds.parse([none[0]], attested=[none[1]])
            if not bounds.holds(query.window, query.certainty)[0]:
                continue
        found.append(row)
    return found


def frame_of(rows: list[tuple[object, ...]]) -> geopandas.GeoDataFrame:
    geometry, valid, seen = zip(*rows, strict=True) if rows else ((), (), ())
    return complete(versions(list(geometry), list(valid), list(seen)))


def walk(index: CollectionIndex, query: Query, limit: int) -> list[int]:
    """All pages, one after the other."""
    found: list[int] = []
    first: int | None = 0
    while first is not None:
        page = index.page(query, first, limit)
        assert len(page.rows) <= limit
        assert page.next_place is None or len(page.rows) == limit
        found += page.rows.tolist()
        assert page.next_place is None or page.next_place > first
        first = page.next_place
    return found


queries = st.builds(
    Query,
    asked_boxes,
    windows.map(lambda when: Window.parse(when) if when else None),
    certainties,
)


@given(rows, st.lists(queries, min_size=8, max_size=8), st.integers(1, 5))
@example([(shapely.LineString([(0, 1), (0, -1)]), None, None)], [Query((Box(0, 0, 0, 0),))], 1)
@example([(shapely.LineString([(-1, 1), (1, 1)]), None, None)], [Query((Box(0, 0, 0, 2),))], 1)
@settings(max_examples=60)
def test_the_index_finds_what_a_test_of_every_row_finds(
    rows: list[tuple[object, ...]], queries: list[Query], limit: int
) -> None:
    frame = frame_of(rows)
    with tempfile.TemporaryDirectory() as folder:
        index = index_of(frame, Path(folder))
        for query in queries:
            expected = by_hand(frame, query)
            assert index.rows(query).tolist() == expected
            assert index.page(query, limit=100).matched == len(expected)
            assert walk(index, query, limit) == expected


@pytest.fixture(scope="module")
def fan(tmp_path_factory: pytest.TempPathFactory) -> CollectionIndex:
    """Six hundred lines that all cross the western side of the box (0, 0, 10, 10)."""
    lines = [shapely.LineString([(-1, 5), (1, 10 * row / 599)]) for row in range(600)]
    return index_of(complete(versions(lines)), tmp_path_factory.mktemp("fan"))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> CollectionIndex:
    """Twenty thousand lines of six corners, along the Hilbert curve, and every twentieth nothing.

    Each is valid for one of forty years.
    """
    chance = np.random.default_rng(11)
    begins = chance.uniform(0, 30, (20_000, 1, 2))
    corners = begins + np.cumsum(chance.normal(0, 0.1, (20_000, 6, 2)), axis=1)
    lines = geopandas.GeoSeries(shapely.linestrings(corners), crs="EPSG:4326")
    lines = lines.iloc[np.argsort(lines.hilbert_distance())]
    shapes = [None if row % 20 == 0 else line for row, line in enumerate(lines)]
    years = [str(1960 + year) for year in chance.integers(0, 40, len(shapes))]
    return index_of(complete(versions(shapes, years)), tmp_path_factory.mktemp("many"))


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> CollectionIndex:
    """Two thousand short lines, all inside the box (0, 0, 10, 10)."""
    corners = np.random.default_rng(7).uniform(0, 9, (2000, 2))
    lines = [shapely.LineString([corner, corner + 0.5]) for corner in corners]
    return index_of(complete(versions(lines)), tmp_path_factory.mktemp("inside"))


BOX = Query((Box(0, 0, 10, 10),))


def test_what_lies_inside_the_box_is_a_hit_without_a_look_at_its_geometry(
    inside: CollectionIndex,
) -> None:
    before = inside.work.decoded
    page = inside.page(BOX, limit=100)
    assert (len(page.rows), page.matched) == (100, 2000)
    assert len(inside.rows(BOX)) == 2000
    assert inside.work.decoded == before


def test_only_what_crosses_the_edge_is_looked_at(inside: CollectionIndex) -> None:
    query = Query((Box(0, 0, 5, 5),))
    boxes = np.asarray(inside.boxes)
    meets = (boxes[:, 0] <= 5) & (boxes[:, 1] <= 5)
    edge = int(np.count_nonzero(meets & ((boxes[:, 2] > 5) | (boxes[:, 3] > 5))))
    before = replace(inside.work)
    inside.page(query, limit=10)
    assert 0 < edge < MOST_COUNTED
    assert inside.work.looked_at - before.looked_at == edge
    # One end of each of these lines lies in the box: GEOS has nothing to decide.
    assert inside.work.decoded == before.decoded


def test_a_line_that_only_passes_through_is_decoded(tmp_path: Path) -> None:
    lines = [shapely.LineString([(-1, row), (11, row)]) for row in range(5)]
    index = index_of(complete(versions(lines)), tmp_path)
    assert index.page(BOX).matched == 5
    assert index.work.decoded == 5


boxes_of_many = st.tuples(*[st.floats(-1, 31) for _ in range(4)]).map(
    lambda o: Box(min(o[0], o[2]), min(o[1], o[3]), max(o[0], o[2]), max(o[1], o[3]))
)


@given(
    boxes=st.one_of(
        st.just(()),
        boxes_of_many.map(lambda box: (box,)),
        st.tuples(boxes_of_many, boxes_of_many),
    ),
    year=st.one_of(st.none(), st.integers(1958, 2001)),
    first=st.integers(0, 20_000),
    limit=st.sampled_from([1, 10, 100, 1000]),
    is_counted=st.booleans(),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_of_many_rows_is_what_geopandas_would_cut(
    many: CollectionIndex,
    boxes: tuple[Box, ...],
    year: int | None,
    first: int,
    limit: int,
    is_counted: bool,
) -> None:
    window = Window.parse(str(year)) if year else None
    hits = np.ones(len(many), dtype=bool)
    if boxes:
        geometries = many.geometries(np.arange(len(many)))
        hits &= np.any([shapely.intersects(geometries, shape_of(box)) for box in boxes], axis=0)
    if window:
        hits &= many.bounds.possible(window)
    expected = np.flatnonzero(hits)
    page = many.page(Query(boxes, window, is_counted=is_counted), first, limit)
    after = expected[expected >= first]
    assert page.rows.tolist() == after[:limit].tolist()
    assert page.next_place == (int(after[limit]) if len(after) > limit else None)
    assert page.matched in ((len(expected),) if is_counted else (len(expected), None))


def test_a_page_looks_at_no_more_than_it_needs(many: CollectionIndex) -> None:
    year = Window.parse("1980")
    before = replace(many.work)
    page = many.page(Query((Box(0, 0, 30, 30),), year), limit=10)
    assert (len(page.rows), page.matched) == (10, None)
    assert many.work.compared - before.compared <= BATCH * RUN
    assert many.work.decoded == before.decoded


def test_what_lies_elsewhere_is_not_compared(many: CollectionIndex) -> None:
    before = replace(many.work)
    many.page(Query((Box(10, 10, 11, 11),)), limit=1000)
    assert many.work.compared - before.compared < len(many) / 20


def test_what_was_at_another_time_is_not_compared(tmp_path: Path) -> None:
    lines = [shapely.LineString([(0, 0), (1, 1)])] * 3200
    # On one place, rows lie in the order of their ids.
    order = sorted(range(len(lines)), key=lambda row: f"r{row}.v1")
    years = [str(1900 + order.index(row) // 64) for row in range(len(lines))]
    index = index_of(complete(versions(lines, years)), tmp_path)
    assert index.page(Query((Box(0, 0, 1, 1),), Window.parse("1920")), limit=100).matched == 64
    assert index.work.compared == 64


def test_a_count_that_is_asked_for_is_given_whatever_it_costs(fan: CollectionIndex) -> None:
    assert fan.page(replace(BOX, is_counted=True), limit=10).matched == 600


def test_time_is_asked_before_any_geometry(tmp_path: Path) -> None:
    lines = [shapely.LineString([(-1, 5), (1, row)]) for row in range(10)]
    index = index_of(complete(versions(lines, ["2003"] * 10)), tmp_path)
    assert index.page(Query(BOX.boxes, Window.parse("2001"))).matched == 0
    assert index.work.decoded == 0


def test_a_count_that_would_cost_too_much_is_left_out_and_pages_stay_right(
    fan: CollectionIndex,
) -> None:
    before = fan.work.decoded
    page = fan.page(BOX, limit=10)
    assert page.matched is None
    assert page.rows.tolist() == list(range(10))
    assert fan.work.decoded - before <= max(BATCH, 11)
    assert walk(fan, BOX, 37) == list(range(600))
    assert walk(fan, BOX, 1000) == list(range(600))


def test_a_count_without_any_test_is_given_however_large_it_is(fan: CollectionIndex) -> None:
    assert len(fan) > MOST_COUNTED
    assert fan.page(Query()).matched == 600
    assert fan.page(Query((Box(-1, 0, 10, 10),))).matched == 600


def test_exactly_as_many_tests_as_are_cheap_are_made_for_a_count(tmp_path: Path) -> None:
    lines = [shapely.LineString([(-1, 5), (1, 5)])] * MOST_COUNTED
    index = index_of(complete(versions(lines)), tmp_path / "most")
    assert index.page(BOX).matched == MOST_COUNTED
    one_more = index_of(complete(versions([*lines, lines[0]])), tmp_path / "more")
    assert one_more.page(BOX).matched is None


def test_a_box_that_a_line_only_surrounds_is_no_hit(tmp_path: Path) -> None:
    around = shapely.LineString([(-1, -1), (-1, 11), (11, 11)])
    index = index_of(complete(versions([around])), tmp_path)
    assert index.page(BOX).matched == 0
    assert index.work.decoded == 1


def test_each_feature_is_found_by_its_id_and_no_other(fan: CollectionIndex) -> None:
    for row in (0, 17, 599):
        assert fan.row_of(fan.id_of(row)) == row
        assert orjson.loads(fan.fragment(row))["id"] == fan.id_of(row)
    for missing in ("", "r600.v1", "r1", "R1.V1", "r1.v1 ", "\u0000", "ж"):
        assert fan.row_of(missing) is None


def test_two_ids_with_one_hash_are_told_apart(tmp_path: Path) -> None:
    index = index_of(complete(versions([shapely.Point(1, 1), shapely.Point(2, 2)])), tmp_path)
    pairs = np.array(index.hashed)
    pairs["hash"] = id_hash("r1.v1")
    index.hashed = pairs
    found = index.row_of("r1.v1")
    assert found is not None
    assert index.id_of(found) == "r1.v1"


def test_a_page_is_the_bytes_of_its_features(fan: CollectionIndex) -> None:
    page = fan.page(BOX, first_place=5, limit=3)
    features = [orjson.loads(bytes(one)) for one in fan.fragments(page.rows)]
    assert [one["id"] for one in features] == [fan.id_of(row) for row in (5, 6, 7)]
    assert all(one["type"] == "Feature" for one in features)
    assert page.next_place == 8


def test_an_empty_collection_answers_with_nothing(tmp_path: Path) -> None:
    index = index_of(complete(versions([])), tmp_path)
    day = Window.parse("2003")
    for query in (Query(), BOX, Query((), day), Query(BOX.boxes, day)):
        page = index.page(query)
        assert (page.rows.tolist(), page.next_place, page.matched) == ([], None, 0)
    assert len(index) == 0
    assert index.row_of("r0.v1") is None


def test_features_without_geometry_match_times_and_no_box(tmp_path: Path) -> None:
    index = index_of(complete(versions([None, None], ["2001", "2003"])), tmp_path)
    assert index.page(Query()).matched == 2
    assert index.page(Query((), Window.parse("2001"))).matched == 1
    assert index.page(Query((Box(-180, -90, 180, 90),))).matched == 0
    assert orjson.loads(index.fragment(0))["geometry"] is None


def test_rows_beyond_the_last_are_an_empty_page(fan: CollectionIndex) -> None:
    page = fan.page(BOX, first_place=600)
    assert (page.rows.tolist(), page.next_place) == ([], None)
    assert fan.page(Query(), first_place=10_000).rows.tolist() == []
