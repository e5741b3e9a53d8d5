from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import boundaries, lines

DEGREE_OF_EQUATOR_M = 111_319.491
VLORA, BRINDISI = (19.4897, 40.4661), (17.9417, 40.6327)

points = st.tuples(st.floats(-60, 60), st.floats(-70, 70))
some_lines = st.lists(points, min_size=2, max_size=6, unique=True).map(shapely.LineString)


def segments_m(line: Any) -> Any:  # noqa: ANN401
    at = shapely.get_coordinates(line)
    return lines.length_m([shapely.LineString(pair) for pair in pairwise(at)])


def test_a_degree_of_the_equator_has_its_length_on_the_ellipsoid() -> None:
    [length] = lines.length_m([shapely.LineString([(0, 0), (1, 0)])])
    assert length == pytest.approx(DEGREE_OF_EQUATOR_M, abs=0.01)


def test_a_multi_line_is_as_long_as_its_parts_and_a_missing_one_has_no_length() -> None:
    part = shapely.LineString([(0, 0), (1, 0)])
    other = shapely.LineString([(5, 0), (6, 0)])
    both = shapely.MultiLineString([part, other])
    lengths = lines.length_m([both, None, shapely.LineString(), part])
    assert lengths == pytest.approx([2 * DEGREE_OF_EQUATOR_M, 0, 0, DEGREE_OF_EQUATOR_M])


def test_no_lines_have_no_lengths() -> None:
    assert lines.length_m([]).shape == (0,)
    assert lines.densify([], 1000).shape == (0,)


@given(st.lists(some_lines, min_size=1, max_size=4), st.floats(20_000, 2_000_000))
@settings(max_examples=60, deadline=None)
def test_densifying_keeps_points_and_length_and_obeys_the_maximum(
    given_lines: list[Any], max_segment_m: float
) -> None:
    dense = lines.densify(given_lines, max_segment_m)
    assert lines.length_m(dense) == pytest.approx(lines.length_m(given_lines), rel=1e-9)
    for before, after in zip(given_lines, dense, strict=True):
        assert segments_m(after).max() <= max_segment_m * (1 + 1e-9)
        kept = {tuple(point) for point in shapely.get_coordinates(after)}
        assert {tuple(point) for point in shapely.get_coordinates(before)} <= kept


def test_densified_points_lie_on_the_geodesic_north_of_the_parallel() -> None:
    [dense] = lines.densify([shapely.LineString([(0, 50), (40, 50)])], 100_000)
    assert shapely.get_coordinates(dense)[:, 1].max() > 51


def test_densifying_keeps_each_geometry_of_its_kind() -> None:
    line = shapely.LineString([VLORA, BRINDISI])
    multi = shapely.MultiLineString([line, shapely.LineString([(0, 0), (1, 1), (2, 0)])])
    dense = lines.densify([multi, line, shapely.LineString()], 50_000)
    assert [shape.geom_type for shape in dense] == ["MultiLineString", "LineString", "LineString"]
    assert len(dense[0].geoms) == 2
    assert dense[1].coords[0] == VLORA
    assert dense[1].coords[-1] == BRINDISI


@pytest.mark.parametrize("max_segment_m", [0, -1, float("nan")])
def test_a_maximum_that_is_not_positive_is_refused(max_segment_m: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        lines.densify([shapely.LineString([VLORA, BRINDISI])], max_segment_m)


def test_a_line_that_crosses_longitude_180_is_cut_there() -> None:
    east, west = (
        shapely.LineString([(178, 0), (-178, 4)]),
        shapely.LineString([(-178, 4), (178, 0)]),
    )
    [cut, back] = lines.split_at_antimeridian([east, west])
    assert cut.equals_exact(shapely.MultiLineString([[(178, 0), (180, 2)], [(-180, 2), (-178, 4)]]))
    assert back.equals_exact(
        shapely.MultiLineString([[(-178, 4), (-180, 2)], [(180, 2), (178, 0)]])
    )


def test_a_line_that_crosses_twice_is_cut_twice() -> None:
    [cut] = lines.split_at_antimeridian([shapely.LineString([(179, 0), (-179, 0), (179, 2)])])
    assert [list(part.coords) for part in cut.geoms] == [
        [(179, 0), (180, 0)],
        [(-180, 0), (-179, 0), (-180, 1)],
        [(180, 1), (179, 2)],
    ]


def test_a_line_that_does_not_cross_is_left_as_it_is() -> None:
    line = shapely.LineString([VLORA, BRINDISI])
    [same, none] = lines.split_at_antimeridian([line, None])
    assert same == line
    assert none is None


def test_a_geodesic_across_the_pacific_is_as_long_when_cut() -> None:
    [dense] = lines.densify([shapely.LineString([(140, 35), (-122, 37)])], 10_000)
    cut = lines.split_at_antimeridian([dense])
    assert lines.length_m(cut) == pytest.approx(lines.length_m([dense]), rel=1e-7)
    assert np.abs(np.diff(shapely.get_coordinates(cut[0].geoms[0])[:, 0])).max() < 1


# -- coasts --


@pytest.mark.parametrize("scale", ["50m", "10m"])
def test_the_strip_along_montenegros_coast_is_sea_and_its_own_land(
    scale: boundaries.Scale,
) -> None:
    countries = boundaries.load().countries(scale).geometry
    land = boundaries.load().land(scale)
    strip = lines.coast_area(land, countries["montenegro"], 5_000, 2_000)
    assert strip.is_valid
    assert strip.geom_type in ("Polygon", "MultiPolygon")
    abroad = land.difference(countries["montenegro"])
    assert strip.intersection(abroad).area < 1e-6
    assert strip.contains(shapely.Point(18.9, 42.22))
    coast = lines.coastline(land, countries["montenegro"])
    strip_m, coast_m = lines.to_metric([strip, coast])
    assert shapely.hausdorff_distance(strip_m, coast_m) < 6_000
    assert strip_m.area == pytest.approx(7_000 * coast_m.length, rel=0.35)


def test_without_inland_width_the_strip_is_all_sea() -> None:
    albania, land = boundaries.load().countries().geometry["albania"], boundaries.load().land()
    strip = lines.coast_area(land, albania, 4_000)
    assert strip.intersection(land).area < 1e-6


def test_a_country_without_a_coast_is_refused() -> None:
    hungary = boundaries.load().countries().geometry["hungary"]
    with pytest.raises(ValueError, match="no coast"):
        lines.coast_area(boundaries.load().land(), hungary, 5_000)
    assert lines.coastline(boundaries.load().land(), hungary).is_empty
