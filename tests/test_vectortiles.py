"""The writer of vector tiles, read back by the reference's messages, by its reader and by GDAL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from geo import ragged
from geo.ragged import Strand
from geo.tiling import Tiling
from geo.vectortiles import Layer, Value, encoded, varints

EXTENT = 4096
OUTER, HOLE = 1, -1

ordinates = st.integers(-64, EXTENT + 64)
places = st.tuples(ordinates, ordinates)
lines = st.lists(places, min_size=2, max_size=6).filter(lambda line: len(set(line)) > 1)
boxes = st.tuples(places, st.integers(1, 900), st.integers(1, 900)).map(
    lambda said: shapely.box(*said[0], said[0][0] + said[1], said[0][1] + said[2])
)
hulls = (
    st.lists(places, min_size=3, max_size=9)
    .map(lambda corners: shapely.MultiPoint(corners).convex_hull)
    .filter(lambda hull: hull.geom_type == "Polygon")
)
areas = (
    st.tuples(st.lists(boxes | hulls, min_size=1, max_size=4), st.lists(boxes, max_size=4))
    .map(lambda said: shapely.difference(*map(shapely.union_all, said)))
    .map(lambda area: shapely.set_precision(area, 1))
    .filter(lambda area: area.area > 0 and area.geom_type in ("Polygon", "MultiPolygon"))
)
geometries = st.one_of(
    places.map(shapely.Point),
    st.lists(places, min_size=1, max_size=5).map(shapely.MultiPoint),
    lines.map(shapely.LineString),
    st.lists(lines, min_size=1, max_size=4).map(shapely.MultiLineString),
    areas,
    areas.map(shapely.reverse),
)
values = st.one_of(
    st.text(max_size=200),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False),
)
properties = st.dictionaries(st.text(max_size=20), values, max_size=6)
features = st.lists(st.tuples(geometries, properties), min_size=1, max_size=8)


def layer(name: str, *said: tuple[shapely.Geometry, dict[str, Value]]) -> Layer:
    geometry = np.empty(len(said), dtype=object)
    geometry[:] = [one for one, _ in said]
    return Layer(name, geometry, [one for _, one in said])


def message(*said: shapely.Geometry) -> Any:  # noqa: ANN401 (protobuf's messages have no types)
    """The only layer of a tile as the reference's message: numbers as they stand in it."""
    tile = vector_tile_pb2.tile()
    tile.ParseFromString(encoded([layer("one", *((one, {}) for one in said))], EXTENT))
    return tile.layers[0]


def drawn(shape: shapely.Geometry) -> list[int]:
    """The commands and parameters of one feature."""
    (feature,) = message(shape).features
    return list(feature.geometry)


def read(content: bytes) -> dict[str, Any]:
    return dict(mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}))


@pytest.mark.parametrize(
    ("shape", "numbers"),
    [
        ("POINT (25 17)", [9, 50, 34]),
        ("MULTIPOINT ((5 7), (3 2))", [17, 10, 14, 3, 9]),
        ("LINESTRING (2 2, 2 10, 10 10)", [9, 4, 4, 18, 0, 16, 16, 0]),
        ("MULTILINESTRING ((2 2, 2 10, 10 10), (1 1, 3 5))",
         [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8]),
        ("POLYGON ((3 6, 8 12, 20 34, 3 6))", [9, 6, 12, 18, 10, 12, 24, 44, 15]),
        ("MULTIPOLYGON (((0 0, 10 0, 10 10, 0 10, 0 0)), "
         "((11 11, 20 11, 20 20, 11 20, 11 11), (13 13, 13 17, 17 17, 17 13, 13 13)))",
         [9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15,
          9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15]),
    ],
)  # fmt: skip
def test_the_examples_of_the_specification_are_written_as_it_writes_them(
    shape: str, numbers: list[int]
) -> None:
    """MVT 2.1, 4.3.5."""
    assert drawn(shapely.from_wkt(shape)) == numbers


@given(features, features)
def test_others_read_what_was_put_in(
    first: list[tuple[shapely.Geometry, dict[str, Value]]],
    second: list[tuple[shapely.Geometry, dict[str, Value]]],
) -> None:
    said = {"first": first, "second": second}
    found = read(encoded([layer(name, *one) for name, one in said.items()], EXTENT))
    assert list(found) == list(said)
    for name, put_in in said.items():
        assert (found[name]["extent"], found[name]["version"]) == (EXTENT, 2)
        for (shape, told), feature in zip(put_in, found[name]["features"], strict=True):
            assert list(feature["properties"]) == list(told)
            assert feature["properties"] == told
            assert list(map(type, feature["properties"].values())) == list(map(type, told.values()))
            taken_out = shapely.geometry.shape(feature["geometry"])
            assert shapely.get_dimensions(taken_out) == shapely.get_dimensions(shape)
            assert shapely.equals(taken_out, shape)
            assert taken_out.is_valid or not shape.is_valid


@given(st.lists(areas, min_size=1, max_size=4), st.booleans())
def test_rings_wind_as_the_format_asks_however_they_wound_before(
    shapes: list[shapely.Geometry], backwards: bool
) -> None:
    """MVT 2.1, 4.3.4.4: with y downwards an outer ring has a positive area, an inner a negative."""
    put_in = [shapely.reverse(one) if backwards else one for one in shapes]
    for shape, feature in zip(put_in, message(*put_in).features, strict=True):
        expected = [
            kind
            for polygon in shapely.get_parts(shape)
            for kind in [OUTER, *[HOLE] * len(polygon.interiors)]
        ]
        assert [np.sign(area(ring)) for ring in rings(list(feature.geometry))] == expected


def rings(numbers: list[int]) -> list[list[tuple[int, int]]]:
    """Follow the commands of an area as 4.3.3 says."""
    found: list[list[tuple[int, int]]] = []
    at, x, y = 0, 0, 0
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        if command == 7:
            continue
        for _ in range(count):
            x, y = (
                before + (by >> 1 ^ -(by & 1))
                for before, by in zip((x, y), numbers[at : at + 2], strict=True)
            )
            at += 2
            found += [[]] if command == 1 else []
            found[-1].append((x, y))
    return found


def area(ring: list[tuple[int, int]]) -> int:
    after = [*ring[1:], ring[0]]
    return sum(x * v - u * y for (x, y), (u, v) in zip(ring, after, strict=True))


@pytest.mark.parametrize(
    ("shape", "same_as"),
    [
        ("LINESTRING (2 2, 2 2, 2 10, 2 10, 10 10, 10 10)", "LINESTRING (2 2, 2 10, 10 10)"),
        ("MULTILINESTRING ((5 5, 5 5), (2 2, 2 10), (7 7, 7 7))", "LINESTRING (2 2, 2 10)"),
        ("POLYGON ((0 0, 9 0, 9 9, 9 9, 0 9, 0 0, 0 0))", "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))"),
        ("POLYGON ((0 0, 9 0, 9 9, 0 0), (3 2, 5 2, 3 2))", "POLYGON ((0 0, 9 0, 9 9, 0 0))"),
        ("MULTIPOLYGON (((1 1, 5 5, 9 9, 1 1), (2 2, 4 2, 4 3, 2 2)), ((0 0, 9 0, 9 9, 0 0)))",
         "POLYGON ((0 0, 9 0, 9 9, 0 0))"),
    ],
)  # fmt: skip
def test_points_twice_and_parts_that_are_no_line_or_area_are_left_out(
    shape: str, same_as: str
) -> None:
    assert drawn(shapely.from_wkt(shape)) == drawn(shapely.from_wkt(same_as))


def test_points_of_a_multipoint_may_be_the_same() -> None:
    assert drawn(shapely.MultiPoint([(5, 7), (5, 7)])) == [17, 10, 14, 0, 0]


@pytest.mark.parametrize(
    "shape",
    ["LINESTRING (3 3, 3 3)", "POLYGON ((0 0, 5 5, 9 9, 0 0))", "POINT EMPTY", "POLYGON EMPTY"],
)
def test_a_feature_of_which_nothing_is_left_is_refused_and_not_dropped(shape: str) -> None:
    put_in = layer("one", (shapely.Point(1, 1), {}), (shapely.from_wkt(shape), {}))
    with pytest.raises(ValueError, match=r"nothing of .* can be drawn"):
        encoded([put_in], EXTENT)


@pytest.mark.parametrize(
    ("layers", "fault"),
    [
        ([("", shapely.Point(1, 1), {})], "layers need names"),
        ([("one", shapely.Point(1, 1), {}), ("one", shapely.Point(1, 1), {})], "each its own"),
        ([("one", None, {})], "nothing else is"),
        ([("one", shapely.GeometryCollection([shapely.Point(1, 1)]), {})], "nothing else is"),
        ([("one", shapely.Point(2**30, 1), {})], "lies no farther than"),
        ([("one", shapely.Point(1, 1), {"stages": ["a"]})], r"not \['a'\]"),
        ([("one", shapely.Point(1, 1), {"caveat": None})], "not None"),
        ([("one", shapely.Point(1, 1), {"far": 2**64})], "64 bits"),
    ],
)
def test_what_the_format_cannot_hold_is_refused_in_words(
    layers: list[tuple[str, Any, dict[str, Any]]], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        encoded([layer(name, (shape, said)) for name, shape, said in layers], EXTENT)


def test_a_tile_without_layers_has_no_bytes() -> None:
    assert encoded([], EXTENT) == b""


def test_keys_and_values_stand_in_a_layer_once() -> None:
    """MVT 2.1, 4.4. Equal values of other types are other values."""
    said: list[dict[str, Value]] = [{"a": 1, "b": True, "c": 1.0}, {"c": 1, "a": "1", "b": 1.0}]
    tile = vector_tile_pb2.tile()
    tile.ParseFromString(
        encoded([layer("one", *((shapely.Point(1, 1), one) for one in said))], EXTENT)
    )
    assert list(tile.layers[0].keys) == ["a", "b", "c"]
    assert len(tile.layers[0].values) == 4
    assert [list(one.tags) for one in tile.layers[0].features] == [
        [0, 0, 1, 1, 2, 2],
        [2, 0, 0, 3, 1, 2],
    ]


def test_gdal_reads_each_kind_of_geometry_and_of_value(tmp_path: Path) -> None:
    said: list[tuple[shapely.Geometry, dict[str, Value]]] = [
        (shapely.Point(25, 17), {"id": "a", "seconds": -9_999_999_999, "is_new": True}),
        (shapely.MultiPoint([(5, 7), (3, 2)]), {"id": "bé", "seconds": 9_999_999_999}),
        (shapely.LineString([(0, 0), (4096, 2048)]), {"id": "c", "length": 0.5}),
        (shapely.MultiLineString([[(2, 2), (2, 10)], [(1, 1), (3, 5)]]), {"id": "d"}),
        (shapely.box(0, 0, 99, 99).difference(shapely.box(9, 9, 20, 20)), {"id": "e"}),
        (shapely.union(shapely.box(0, 0, 9, 9), shapely.box(50, 50, 70, 60)), {"id": "f"}),
    ]
    path = tmp_path / "0/0/0.pbf"
    path.parent.mkdir(parents=True)
    path.write_bytes(encoded([layer("one", *said)], EXTENT))
    frame = pyogrio.read_dataframe(f"MVT:{path}", layer="one", CLIP="NO")
    west, south, east, north = Tiling.of("WebMercatorQuad").tile("0", "0", "0").bounds
    steps = EXTENT / np.array([east - west, south - north])
    on_grid = shapely.transform(
        frame.geometry.to_numpy(), lambda xy: np.round((xy - (west, north)) * steps, 6)
    )
    assert list(frame["id"]) == [one["id"] for _, one in said]
    for (put_in, _), found in zip(said, on_grid, strict=True):
        assert found.geom_type.removeprefix("Multi") == put_in.geom_type.removeprefix("Multi")
        assert found.is_valid
        assert shapely.equals(found, put_in)
    assert list(frame["seconds"][:2]) == [-9_999_999_999, 9_999_999_999]
    assert frame["length"][2] == 0.5
    assert frame["is_new"][0] == 1


@given(st.lists(st.integers(0, 2**32 - 1), max_size=20))
def test_varints_are_those_of_protobuf(numbers: list[int]) -> None:
    written = varints(np.array(numbers, np.uint32))
    found, number, place = [], 0, 0
    for byte in written.values.tolist():
        number |= (byte & 127) << place
        place += 7
        if byte < 128:
            found.append(number)
            number, place = 0, 0
    assert found == numbers
    assert written.lengths.tolist() == [max(1, -(-one.bit_length() // 7)) for one in numbers]


@given(st.lists(st.lists(st.lists(st.integers(0, 255), max_size=4), min_size=3, max_size=3)))
def test_strands_are_woven_run_by_run(rows: list[list[list[int]]]) -> None:
    strands = [
        Strand(
            np.array([one for row in rows for one in row[column]], np.uint8),
            np.array([len(row[column]) for row in rows], np.intp),
        )
        for column in range(3)
    ]
    laid = ragged.woven(*strands)
    assert laid.values.tolist() == [one for row in rows for run in row for one in run]
    assert laid.lengths.tolist() == [sum(map(len, row)) for row in rows]
