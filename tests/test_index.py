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
from numpy.typing import NDArray

from geo.times import Bounds, Window
from routes import tree as tree_module
from routes.index import MOST_RUNS, RUNS_AT_ONCE, CollectionIndex
from routes.query import Query, Work
from routes.scan import Scan, joined
from routes.serving import id_hash
from routes.tree import RUN, Box, Packed
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


def in_both_ways(index: CollectionIndex) -> list[CollectionIndex]:
    """The index with the compiled search and without it."""
    assert index.scan is not None
    return [index, replace(index, scan=None, work=Work())]


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


def walk_in_order(index: CollectionIndex, query: Query, limit: int) -> list[int]:
    """All pages of a query with an order, one after the other."""
    found: list[int] = []
    place: int | None = 0
    while place is not None:
        page = index.page(query, place, limit)
        found, place = found + page.rows.tolist(), page.next_place
    return found


def scan_of(index: CollectionIndex, offsets: NDArray[np.int64]) -> Scan:
    """The compiled search with other offsets of geometries."""
    tree, bounds = index.tree, index.bounds.to_array()
    with tempfile.TemporaryDirectory() as folder:
        tree_module.save(Path(folder), index.boxes, index.bounds)
        packed = Packed.open(Path(folder))
    rows = (packed.cells, packed.days, index.boxes, bounds, offsets, index._wkb.data)
    return Scan(tree.sizes, tree.sides, tree.times, *rows)


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
        both = in_both_ways(index_of(frame, Path(folder)))
        for query in queries:
            expected = by_hand(frame, query)
            for index in both:
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
    compiled, arrays = (replace(one, work=Work()) for one in in_both_ways(inside))
    assert compiled.page(query, limit=10).matched == arrays.page(query, limit=10).matched
    assert compiled.work.looked_at == arrays.work.decoded == edge > 0
    assert compiled.work.decoded == 0


near_a_corner = st.tuples(
    st.sampled_from([0.1, 1 / 3, 9.7]), st.floats(-3, 3), st.floats(-3, 3), st.integers(-3, 3)
)


@given(st.lists(near_a_corner, min_size=1, max_size=20))
def test_lines_that_touch_a_corner_or_miss_it_by_a_bit_are_told_as_geos_tells_them(
    asked: list[tuple[float, float, float, int]],
) -> None:
    corner, lines = np.array([10 / 3, 0.7]), []
    for size, x, y, steps in asked:
        ahead, back = corner + np.array([x, y]) * size, corner - np.array([x, y])
        ahead[0] += steps * np.spacing(ahead[0])
        if (ahead != back).any():
            lines.append(shapely.LineString([ahead, back]))
    box = Box(-20, -20, *corner.tolist())
    with tempfile.TemporaryDirectory() as folder:
        index = index_of(complete(versions(lines)), Path(folder))
        meets = shapely.intersects(index.geometries(np.arange(len(index))), shape_of(box))
        assert index.rows(Query((box,))).tolist() == np.flatnonzero(meets).tolist()


def test_only_what_rounding_hides_is_decoded(tmp_path: Path) -> None:
    passing = [shapely.LineString([(-1, row), (11, row + 0.1)]) for row in range(5)]
    touching = shapely.LineString([(9, 11), (11, 9)])
    index = index_of(complete(versions([*passing, touching])), tmp_path)
    assert index.page(BOX).matched == 6
    assert index.work.decoded == 1


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
    after = expected[expected >= first]
    query = Query(boxes, window, is_counted=is_counted)
    pages = [index.page(query, first, limit) for index in in_both_ways(many)]
    for page in pages:
        assert page.rows.tolist() == after[:limit].tolist()
        assert page.next_place == (int(after[limit]) if len(after) > limit else None)
        assert page.matched in ((len(expected),) if is_counted else (len(expected), None))
    assert pages[0].matched == pages[1].matched


def test_a_page_looks_at_no_more_than_it_needs(many: CollectionIndex) -> None:
    year = Window.parse("1980")
    before = replace(many.work)
    page = many.page(Query((Box(0, 0, 30, 30),), year), limit=10)
    assert (len(page.rows), page.matched) == (10, None)
    assert many.work.compared - before.compared <= RUNS_AT_ONCE * RUN / 2
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
    many: CollectionIndex,
) -> None:
    query = Query((Box(1, 1, 29, 29),))
    assert len(many.tree.runs(query.boxes, None)) > MOST_RUNS
    for index in in_both_ways(many):
        page = index.page(query, limit=10)
        assert (len(page.rows), page.matched) == (10, None)
        assert walk(index, query, 3_700) == index.rows(query).tolist()


def test_a_count_without_any_test_is_given_however_large_it_is(many: CollectionIndex) -> None:
    before = replace(many.work)
    page = many.page(Query(), first_place=7, limit=10)
    assert (page.rows.tolist(), page.next_place, page.matched) == (list(range(7, 17)), 17, 20_000)
    assert many.work == before


def test_pages_in_an_order_of_their_own_are_counted_and_come_in_it(
    many: CollectionIndex,
) -> None:
    order = np.random.default_rng(3).permutation(len(many))
    box = Query((Box(3, 3, 9, 9),))
    expected = [row for row in order.tolist() if row in set(many.rows(box).tolist())]
    for index in in_both_ways(many):
        query = replace(box, order=order)
        assert walk_in_order(index, query, 50) == expected
        assert index.page(query).matched == len(expected)
        assert index.rows(query).tolist() == expected


def test_a_mask_leaves_rows_out(many: CollectionIndex) -> None:
    mask = np.arange(len(many)) % 3 == 0
    query = Query((Box(3, 3, 9, 9),), Window.parse("1970/1980"))
    expected = [row for row in many.rows(query).tolist() if row % 3 == 0]
    for index in in_both_ways(many):
        assert walk(index, replace(query, mask=mask), 20) == expected
    with pytest.raises(ValueError, match="as many rows"):
        many.page(replace(query, mask=mask[:-1]))


def test_offsets_beyond_a_file_are_refused_and_not_read(many: CollectionIndex) -> None:
    offsets = np.array(many._wkb.offsets)
    offsets[5:] += 10_000_000
    damaged = replace(many, scan=scan_of(many, offsets))
    with pytest.raises(ValueError, match="damaged"):
        damaged.page(Query((Box(10, 10, 11, 11),)), limit=1000)
    with pytest.raises(ValueError, match="damaged"):
        joined(offsets, many._wkb.data, np.array([7]), b"", b"")
    with pytest.raises(ValueError, match="no row 20000"):
        joined(many._wkb.offsets, many._wkb.data, np.array([len(many)]), b"", b"")


def test_a_box_that_a_line_only_surrounds_is_no_hit(tmp_path: Path) -> None:
    around = shapely.LineString([(-1, -1), (-1, 11), (11, 11)])
    for index in in_both_ways(index_of(complete(versions([around])), tmp_path)):
        assert index.page(BOX).matched == 0
        assert index.work.decoded == (index.scan is None)


def test_each_feature_is_found_by_its_id_and_no_other(fan: CollectionIndex) -> None:
    for row in (0, 17, 599):
        assert fan.row_of(fan.id_of(row)) == row
        assert orjson.loads(fan.fragment(row))["id"] == fan.id_of(row)
    for missing in ("", "r600.v1", "r1", "R1.V1", "r1.v1 ", "\u0000", "ж"):
        assert fan.row_of(missing) is None


def test_two_ids_with_one_hash_are_told_apart(tmp_path: Path) -> None:
    index = index_of(complete(versions([shapely.Point(1, 1), shapely.Point(2, 2)])), tmp_path)
    index.hashes = np.full(2, id_hash("r1.v1"), np.uint64)
    found = index.row_of("r1.v1")
    assert found is not None
    assert index.id_of(found) == "r1.v1"


def test_joined_features_are_those_of_the_page(fan: CollectionIndex) -> None:
    for rows in ([], [3], [5, 4, 7, 5]):
        for index in in_both_ways(fan):
            features = index.joined(np.array(rows, np.intp), b"[", b"]")
            assert features == b"[%b]" % b",".join(map(fan.fragment, rows))


def test_a_page_is_the_bytes_of_its_features(fan: CollectionIndex) -> None:
    page = fan.page(BOX, first_place=5, limit=3)
    features = [orjson.loads(bytes(one)) for one in fan.fragments(page.rows)]
    assert [one["id"] for one in features] == [fan.id_of(row) for row in (5, 6, 7)]
    assert all(one["type"] == "Feature" for one in features)
    assert page.next_place == 8


def test_a_tree_made_of_parts_of_the_rows_is_that_of_all(
    many: CollectionIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for rows in (len(many), 7 * RUN):
        monkeypatch.setattr(tree_module, "ROWS_AT_ONCE", rows)
        folder = tmp_path / str(rows)
        folder.mkdir()
        tree_module.save(folder, many.boxes, many.bounds)
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert len(made[0]) == 4
    assert made[0] == made[1]


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
