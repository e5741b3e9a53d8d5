"""Coordinate reference systems: axes in their authority's order, boxes that bend."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import CRS84_URI, EPSG_URI, Crs, UnknownCrsError

VLORA = np.array([shapely.Point(19.4897, 40.4661)], dtype=object)


def shown(code: str) -> tuple[float, float]:
    (point,) = Crs.of(code).project(VLORA)
    return point.x, point.y


@pytest.mark.parametrize(
    ("code", "first_is_northing"),
    [
        ("OGC:CRS84", False),
        ("EPSG:4326", True),
        ("EPSG:3857", False),
        ("EPSG:3035", True),
        ("EPSG:25834", False),
        ("EPSG:32634", False),
        ("EPSG:31276", True),
    ],
)
def test_axes_stand_in_the_order_of_their_authority(code: str, first_is_northing: bool) -> None:
    # pyproj without always_xy keeps the authority's order: an independent witness.
    witness = pyproj.Transformer.from_crs("EPSG:4326", code).transform(40.4661, 19.4897)
    assert shown(code) == pytest.approx(witness, abs=0.01)
    assert Crs.of(code).flipped is first_is_northing


def test_a_system_is_known_by_its_uri_and_its_curie() -> None:
    assert Crs.parse(CRS84_URI).code == "OGC:CRS84"
    assert Crs.parse(f"{EPSG_URI}3035") == Crs.parse("[EPSG:3035]")
    assert Crs.parse("http://www.opengis.net/def/crs/EPSG/10.0/3035").uri == f"{EPSG_URI}3035"


@pytest.mark.parametrize(
    "text", ["", "3035", "EPSG:3035", f"{EPSG_URI}999999", "urn:x", "[EPSG:1]"]
)
def test_what_names_no_system_is_refused(text: str) -> None:
    with pytest.raises(UnknownCrsError):
        Crs.parse(text)


def test_what_has_no_geometry_stays_without() -> None:
    assert Crs.of("EPSG:3035").project(np.array([None], dtype=object)).tolist() == [None]


def test_what_a_system_cannot_show_is_refused() -> None:
    far_off = np.array([shapely.Point(111, 0)], dtype=object)
    with pytest.raises(ValueError, match="beyond what"):
        Crs.of("EPSG:32634").project(far_off)


@given(st.floats(1, 40), st.floats(35, 60), st.floats(0.01, 3), st.floats(0.01, 3))
def test_a_box_of_a_projected_system_holds_what_lies_in_it_there(
    lon: float, lat: float, half_width: float, half_height: float
) -> None:
    crs = Crs.of("EPSG:3857")
    (middle,) = crs.project(np.array([shapely.Point(lon, lat)], dtype=object))
    reach_x, reach_y = half_width * 100_000, half_height * 100_000
    area = crs.area(middle.x - reach_x, middle.y - reach_y, middle.x + reach_x, middle.y + reach_y)
    assert area.shape.contains(shapely.Point(lon, lat))
    assert len(area.boxes) == 1


def test_a_box_of_a_bent_system_is_not_the_box_round_it() -> None:
    area = Crs.of("EPSG:3035").area(5_000_000, 2_000_000, 5_400_000, 2_400_000)
    assert area.shape.area < 0.97 * shapely.box(*area.boxes[0]).area


def test_a_box_over_the_antimeridian_is_cut_there() -> None:
    area = Crs.of("EPSG:3832").area(2_800_000, -2_000_000, 4_200_000, 2_000_000)
    (west_of_it, east_of_it) = area.boxes
    assert west_of_it[2] == 180
    assert east_of_it[0] == -180
    assert area.shape.covers(shapely.Point(179, 0))
    assert area.shape.covers(shapely.Point(-179, 0))
    assert not area.shape.intersects(shapely.Point(0, 0))


def test_a_box_beyond_the_earth_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond the earth"):
        Crs.of("EPSG:3035").area(-1e9, -1e9, 1e9, 1e9)
