"""Lines read from WKB without GEOS are what GEOS reads."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import linestrings
from geo.linestrings import Shapes, boxes_of, lines_of

LINE = shapely.LineString([(20, 40), (21.5, 40.25), (21, 41)])
OTHERS = [
    None,
    LINE,
    shapely.MultiLineString([LINE]),
    shapely.MultiLineString([LINE, [(0, 1), (1, 0)]]),
    shapely.Point(20, 40),
    shapely.LineString(),
    shapely.MultiLineString(),
    shapely.LineString([(20, 40, 5), (21, 41, 6)]),
    shapely.box(20, 40, 21, 41, ccw=False),
    shapely.LineString([(-0.0, 1), (0.0, 2)]),
    shapely.GeometryCollection([LINE]),
]

degrees = st.floats(-180, 180)
lines = st.lists(st.tuples(degrees, degrees), min_size=2, max_size=5).map(shapely.LineString)
geometries = st.lists(st.one_of(lines, st.sampled_from(OTHERS)), max_size=12)


def wkb(shapes: list[shapely.Geometry | None]) -> pa.Array:
    return pa.array(shapely.to_wkb(np.array([*shapes, None], dtype=object))[:-1], pa.binary())


@given(geometries)
def test_boxes_are_those_of_geos(shapes: list[shapely.Geometry | None]) -> None:
    expected = shapely.bounds(np.array([*shapes, None], dtype=object))[:-1]
    found = Shapes.of(wkb(shapes)).boxes()
    assert found.tobytes() == expected.tobytes()


def test_boxes_taken_some_at_a_time_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linestrings, "ROWS_AT_ONCE", 3)
    whole = wkb(OTHERS)
    chunked = pa.chunked_array([whole[:4], whole[4:4], whole[4:]])
    assert boxes_of(chunked).tobytes() == Shapes.of(whole).boxes().tobytes()
    assert boxes_of(pa.chunked_array([], pa.binary())).shape == (0, 4)


@given(geometries)
def test_geojson_has_the_coordinates_that_geos_writes(
    shapes: list[shapely.Geometry | None],
) -> None:
    oriented = shapely.orient_polygons(np.array([*shapes, None], dtype=object))[:-1]
    expected = [None if text is None else json.loads(text) for text in shapely.to_geojson(oriented)]
    assert [json.loads(one.as_py()) for one in Shapes.of(wkb(shapes)).geojson()] == expected


@given(geometries, st.integers(0, 6), st.integers(0, 6))
def test_a_slice_is_read_like_an_array_of_its_own(
    shapes: list[shapely.Geometry | None], first: int, count: int
) -> None:
    part = wkb(shapes).slice(min(first, len(shapes)), count)
    alone = pa.array(part.to_pylist(), pa.binary())
    assert Shapes.of(part).geojson().equals(Shapes.of(alone).geojson())
    assert Shapes.of(part).boxes().tobytes() == Shapes.of(alone).boxes().tobytes()


def test_only_flat_lines_of_one_part_are_read_without_geos() -> None:
    found, read = lines_of(wkb(OTHERS))
    assert np.flatnonzero(found).tolist() == [1, 2]
    assert read.points.tolist() == 2 * [[20, 40], [21.5, 40.25], [21, 41]]
    assert read.lengths.tolist() == [3, 3]
    assert read.is_multi.tolist() == [False, True]


@pytest.mark.parametrize("form", [{"byte_order": 0}, {"include_srid": True}])
def test_lines_in_another_writing_of_wkb_are_left_to_geos(form: dict[str, int]) -> None:
    written = shapely.to_wkb(shapely.set_srid(LINE, 4326), **form)
    column = pa.array([written], pa.binary())
    assert not lines_of(column)[0].any()
    assert Shapes.of(column).boxes().tolist() == [[20, 40, 21.5, 41]]


def test_bytes_that_end_too_early_are_no_line() -> None:
    column = pa.array([shapely.to_wkb(LINE)[:-1]], pa.binary())
    assert not lines_of(column)[0].any()
