"""Tile matrix sets: the offered ones, where their tiles lie, and what they do not have."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.tiling import MAX_ZOOM, OFFERED, OutsideTiling, Tile, Tiling, UnknownTiling

HALF_M = math.pi * 6378137
names = st.sampled_from(OFFERED)
zooms = st.integers(0, MAX_ZOOM)
parts = st.floats(0, 1)


@cache
def transformer(code: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(f"EPSG:{code}", "OGC:CRS84", always_xy=True)


def tile_at(name: str, zoom: int, down: float, across: float) -> Tile:
    """The tile that lies at these parts of the height and width of a matrix."""
    last = 2**zoom - 1
    return Tiling.of(name).tile(str(zoom), str(round(down * last)), str(round(across * last)))


def test_the_offered_sets_are_the_registered_ones() -> None:
    mercator, laea = (Tiling.of(name) for name in OFFERED)
    assert mercator.uri == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    assert mercator.crs_uri == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert laea.uri == "http://www.opengis.net/def/tilematrixset/OGC/1.0/EuropeanETRS89_LAEAQuad"
    assert laea.crs_uri == "http://www.opengis.net/def/crs/EPSG/0/3035"
    first = mercator.definition()["tileMatrices"][0]
    assert first["scaleDenominator"] == pytest.approx(559082264.028717)
    assert first["pointOfOrigin"] == pytest.approx([-HALF_M, HALF_M])
    assert (first["tileWidth"], first["matrixWidth"], first["id"]) == (256, 1, "0")


def test_the_axes_of_a_set_stand_as_its_authority_has_them_and_its_tiles_x_before_y() -> None:
    laea = Tiling.of("EuropeanETRS89_LAEAQuad")
    assert laea.definition()["orderedAxes"] == ["Y", "X"]
    assert laea.definition()["tileMatrices"][0]["pointOfOrigin"] == [5500000, 2000000]
    assert laea.tile("0", "0", "0").bounds == (2000000, 1000000, 6500000, 5500000)
    assert laea.tile("1", "0", "1").bounds == (4250000, 3250000, 6500000, 5500000)


def test_a_set_that_is_not_offered_is_refused_and_the_offered_ones_named() -> None:
    with pytest.raises(UnknownTiling) as refused:
        Tiling.of("WorldCRS84Quad")
    assert str(refused.value) == (
        "there is no tile matrix set 'WorldCRS84Quad' here; "
        "the known ones are WebMercatorQuad, EuropeanETRS89_LAEAQuad"
    )


@given(zooms, parts, parts)
def test_a_mercator_tile_lies_where_the_rule_for_such_tiles_puts_it(
    zoom: int, down: float, across: float
) -> None:
    tile = tile_at("WebMercatorQuad", zoom, down, across)
    side = 2 * HALF_M / 2**zoom
    west, north = tile.column * side - HALF_M, HALF_M - tile.row * side
    assert tile.bounds == pytest.approx((west, north - side, west + side, north), abs=1e-3)


@given(names, zooms, parts, parts, st.lists(st.tuples(parts, parts), min_size=5, max_size=5))
def test_all_of_a_tile_lies_in_the_box_round_it(
    name: str, zoom: int, down: float, across: float, inside: list[tuple[float, float]]
) -> None:
    tile = tile_at(name, zoom, down, across)
    west, south, east, north = tile.bounds
    back = transformer(tile.tiling.crs_uri.rpartition("/")[2])
    edges = [(0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0)]
    x, y = np.array([*inside, *edges]).T
    lon, lat = back.transform(west + x * (east - west), south + y * (north - south))
    least, lowest, most, highest = tile.around(0)
    assert least <= min(lon)
    assert max(lon) <= most
    assert lowest <= min(lat)
    assert max(lat) <= highest
    wider = tile.around(1 / 64)
    assert wider[0] <= least
    assert wider[3] >= highest


@given(names, zooms)
def test_the_limits_are_those_of_the_whole_matrix(name: str, zoom: int) -> None:
    limits = Tiling.of(name).limits()[zoom]
    assert limits == (zoom, 0, 2**zoom - 1, 0, 2**zoom - 1)


@pytest.mark.parametrize("name", OFFERED)
@pytest.mark.parametrize(
    ("at", "words"),
    [
        (("15", "0", "0"), "has no tile matrix '15' here; there are 0 to 14"),
        (("-1", "0", "0"), "has no tile matrix '-1' here; there are 0 to 14"),
        (("three", "0", "0"), "has no tile matrix 'three' here; there are 0 to 14"),
        (("3", "8", "0"), "has no tile in row '8', column '0'; its rows are 0 to 7, its columns"),
        (("3", "0", "2147483647"), "has no tile in row '0', column '2147483647'"),
        (("3", "-1", "0"), "has no tile in row '-1', column '0'"),
        (("3", "0.5", "0"), "has no tile in row '0.5', column '0'"),
        (("3", "²", "0"), "has no tile in row '²', column '0'"),
        (("3", "9" * 5000, "0"), "has no tile in row '999"),
    ],
)
def test_a_tile_that_is_not_there_is_refused_with_the_limits(
    name: str, at: tuple[str, str, str], words: str
) -> None:
    with pytest.raises(OutsideTiling) as refused:
        Tiling.of(name).tile(*at)
    assert words in str(refused.value)
    assert name in str(refused.value)
