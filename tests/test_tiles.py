"""Vector tiles, read with GDAL: the right features, in the right place, with their times."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import geopandas
import mapbox_vector_tile
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import routes
from geo.gridding import BUFFER, EXTENT, PIXEL, coarser, on_grid
from geo.tiling import OFFERED, Tile, Tiling
from geo.times import Window
from geo.vectortiles import Layer, encoded
from routes import tiles
from routes.index import CollectionIndex
from routes.query import Query
from routes.tiles import (
    INCOMPLETE,
    MOST_BYTES,
    MOST_FEATURES,
    MOST_OF_A_TEXT,
    VectorTile,
    Wanted,
)
from routes.tree import Box
from tests.helpers import complete, index_of, versions

EVERYTHING = Query()
MERCATOR = Tiling.of("WebMercatorQuad")
ADRIATIC = MERCATOR.tile("5", "11", "17")

ordinates = st.integers(-12, 12).map(lambda one: one / 4)
places = st.tuples(ordinates, ordinates)
shapes = st.one_of(
    places.map(shapely.Point),
    st.lists(places, min_size=2, max_size=4, unique=True).map(shapely.LineString),
    st.lists(places, min_size=3, max_size=6, unique=True)
    .map(lambda corners: shapely.MultiPoint(corners).convex_hull)
    .filter(lambda hull: hull.geom_type == "Polygon"),
)


def drawn(index: CollectionIndex, tile: Tile, query: Query = EVERYTHING) -> VectorTile:
    return tiles.draw({"routes": index}, query, tile)


def decoded(content: bytes, tile: Tile, layer: str, folder: Path) -> geopandas.GeoDataFrame:
    """Read a layer with GDAL, which knows from the file's name where a Mercator tile lies."""
    path = folder / f"{tile.zoom}/{tile.column}/{tile.row}.pbf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return pyogrio.read_dataframe(f"MVT:{path}", layer=layer, CLIP="NO")


@cache
def transformer(code: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{code}", always_xy=True)


def projected(geometry: object, tiling: Tiling, step: float | None = None) -> np.ndarray:
    """Geometries in the system of the tiles, by pyproj alone."""
    forward = transformer(tiling.crs_uri.rpartition("/")[2])
    pointed = np.asarray(geometry if step is None else shapely.segmentize(geometry, step))
    return shapely.transform(pointed, lambda xy: np.column_stack(forward.transform(*xy.T)))


def box_of(tile: Tile, margin: float) -> shapely.Polygon:
    """The tile with a margin of so many steps of its grid."""
    west, south, east, north = tile.bounds
    by = margin * (east - west) / EXTENT
    return shapely.box(west - by, south - by, east + by, north + by)


def seen(shape: shapely.Geometry, far: float) -> shapely.Geometry:
    """What of a geometry has to show: not its thinnest and smallest parts."""
    if shape.area:
        return shapely.buffer(shape, -far)
    parts = shapely.get_parts(shape)
    west, south, east, north = shapely.bounds(parts).T
    is_large = np.maximum(east - west, north - south) > 2 * far
    return shapely.union_all(parts[is_large | (len(parts) == 1)])


@pytest.mark.parametrize("at", ["0/0/0", "2/1/2", "5/11/17", "6/23/35"])
@pytest.mark.parametrize("collection", ["routes", "crossings", "boundaries", "borders"])
def test_gdal_reads_the_same_features_where_they_lie(
    edition: routes.Edition, tmp_path: Path, collection: str, at: str
) -> None:
    tile = MERCATOR.tile(*at.split("/"))
    content = tiles.draw({collection: edition.index(collection)}, EVERYTHING, tile).content
    frame = edition.frame(collection)
    step = (tile.bounds[2] - tile.bounds[0]) / EXTENT
    whole = projected(frame.geometry.to_numpy(), MERCATOR)
    within = shapely.clip_by_rect(whole, *box_of(tile, BUFFER).bounds)
    expected = {
        feature: (shape, full)
        for feature, shape, full in zip(frame["id"], within, whole, strict=True)
        if not shape.is_empty
    }
    read = decoded(content, tile, collection, tmp_path).set_index("id")
    assert set(read.index) == set(expected)
    names = frame.set_index("id")["name"]
    for feature, (shape, full) in expected.items():
        found = read.geometry[feature]
        assert read["name"][feature] == names[feature]
        assert found.geom_type.removeprefix("Multi") == shape.geom_type.removeprefix("Multi")
        assert found.is_valid
        west, south, east, north = full.bounds
        is_small = max(east - west, north - south) < PIXEL * step
        # Points within half a step of a line are left out, the others rounded.
        far = (PIXEL if is_small else 1.3) * step
        assert shapely.difference(found, shapely.buffer(shape, far)).is_empty
        assert shapely.difference(seen(shape, far), shapely.buffer(found, far)).is_empty


@given(st.lists(shapes, min_size=1, max_size=8), st.integers(4, 9), st.integers(0, 400))
@settings(max_examples=25)
def test_a_tile_has_what_meets_it_and_nothing_else(
    geometry: list[shapely.Geometry], zoom: int, at: int
) -> None:
    middle = 2 ** (zoom - 1)
    tile = MERCATOR.tile(str(zoom), str(middle - 2 + at // 20 % 5), str(middle - 2 + at % 5))
    with tempfile.TemporaryDirectory() as folder:
        index = index_of(complete(versions(geometry)), Path(folder))
        content = drawn(index, tile).content
    layers = mapbox_vector_tile.decode(content) if content else {"routes": {"features": []}}
    found = {feature["properties"]["id"] for feature in layers["routes"]["features"]}
    moved = projected(geometry, MERCATOR)
    surely, at_most = (
        {f"r{row}.v1" for row in np.flatnonzero(shapely.intersects(moved, box_of(tile, margin)))}
        for margin in (0, BUFFER + 1e-3)
    )
    assert surely <= found <= at_most


@given(st.lists(shapes, min_size=1, max_size=6), st.integers(4, 10), st.integers(0, 15))
@settings(max_examples=25)
def test_a_bent_tile_has_what_meets_it_and_nothing_else(
    geometry: list[shapely.Geometry], zoom: int, at: int
) -> None:
    laea = Tiling.of("EuropeanETRS89_LAEAQuad")
    moved = [shapely.transform(one, lambda xy: xy * 4 + (20, 42)) for one in geometry]
    fine = projected(moved, laea, 0.01)
    x, y = shapely.get_coordinates(fine)[0]
    side = 4500000 / 2**zoom
    row, column = int((5500000 - y) / side) + at // 4 - 1, int((x - 2000000) / side) + at % 4 - 1
    tile = laea.tile(str(zoom), *(str(min(max(one, 0), 2**zoom - 1)) for one in (row, column)))
    shown = {at for at, one in enumerate(on_grid(np.array(moved), tile)) if one is not None}
    # Straight lines of a quarter of a degree lie within a hundred metres of their true course.
    step = side / EXTENT
    surely, at_most = (
        set(np.flatnonzero(shapely.intersects(fine, box_of(tile, margin))).tolist())
        for margin in (-100 / step, BUFFER + 100 / step)
    )
    if side > 200:
        assert surely <= shown
    assert shown <= at_most


@given(st.sampled_from(OFFERED), st.integers(0, 14), st.floats(0, 30), st.floats(38, 60))
def test_a_point_stands_where_its_projection_puts_it(
    name: str, zoom: int, lon: float, lat: float
) -> None:
    tiling = Tiling.of(name)
    (moved,) = projected([shapely.Point(lon, lat)], tiling)
    west, _, _, north = tiling.tile("0", "0", "0").bounds
    side = (tiling.tile("0", "0", "0").bounds[2] - west) / 2**zoom
    across, down = (moved.x - west) / side, (north - moved.y) / side
    tile = tiling.tile(str(zoom), str(int(down)), str(int(across)))
    (found,) = on_grid(np.array([shapely.Point(lon, lat)]), tile)
    assert found.x == pytest.approx(across % 1 * EXTENT, abs=0.51)
    assert found.y == pytest.approx(down % 1 * EXTENT, abs=0.51)


@pytest.mark.parametrize("name", OFFERED)
@pytest.mark.parametrize("zoom", ["0", "1", "3"])
def test_the_whole_world_fills_every_tile_and_the_poles_do_no_harm(name: str, zoom: str) -> None:
    whole = np.array([
        shapely.box(-180, -90, 180, 90),
        shapely.LineString([(-180, -90), (180, 90)]),
        shapely.LineString([(180, -90), (180, 90)]),
        shapely.Point(0, 90),
        None,
    ])  # fmt: skip
    for row in range(2 ** int(zoom)):
        for column in range(2 ** int(zoom)):
            world, _, antimeridian, pole, nothing = on_grid(
                whole, Tiling.of(name).tile(zoom, str(row), str(column))
            )
            assert shapely.covers(world, shapely.box(0, 0, EXTENT, EXTENT))
            is_last = name == "WebMercatorQuad" and column == 2 ** int(zoom) - 1
            assert (antimeridian is not None) == is_last
            assert pole is None
            assert nothing is None


@pytest.mark.parametrize(
    "shape",
    [
        shapely.LineString([(19.4, 40.4), (19.40001, 40.40001)]),
        shapely.Polygon([(19.4, 40.4), (19.40001, 40.4), (19.4, 40.40001)]),
        shapely.MultiPolygon([shapely.box(19.4, 40.4, 19.40001, 40.40001),
                              shapely.box(19.41, 40.4, 19.41001, 40.40001)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("zoom", ["0", "3", "6"])
def test_what_is_too_small_to_see_is_drawn_a_pixel_large(
    shape: shapely.Geometry, zoom: str
) -> None:
    tile = MERCATOR.tile(zoom, str(24 * 2 ** int(zoom) // 64), str(35 * 2 ** int(zoom) // 64))
    (found,) = on_grid(np.array([shape]), tile)
    west, south, east, north = found.bounds
    assert east - west == PIXEL
    assert found.geom_type == shape.geom_type.removeprefix("Multi")
    (middle,) = projected([shape.centroid], MERCATOR)
    x, y = (
        (middle.x - tile.bounds[0]) / (tile.bounds[2] - tile.bounds[0]) * EXTENT,
        (tile.bounds[3] - middle.y) / (tile.bounds[3] - tile.bounds[1]) * EXTENT,
    )
    assert abs((west + east) / 2 - x) <= PIXEL
    assert abs((south + north) / 2 - y) <= PIXEL


def test_what_is_long_but_thinner_than_the_grid_stays_an_area() -> None:
    tile = MERCATOR.tile("4", "5", "8")
    thin = shapely.Polygon([(10, 45), (14, 46), (14, 46.0001)])
    (found,) = on_grid(np.array([thin]), tile)
    assert found.geom_type in ("Polygon", "MultiPolygon")
    assert found.area > 0
    (true,) = on_grid(np.array([shapely.LineString([(10, 45), (14, 46)])]), tile)
    assert shapely.hausdorff_distance(found, true) < 4


def test_what_only_just_reaches_into_a_tile_is_in_it() -> None:
    tile = MERCATOR.tile("1", "0", "1")
    corner = -BUFFER / EXTENT * 180
    line = shapely.LineString([(-50, 10), (corner + 1e-6, 10)])
    area = shapely.box(-50, 10, corner + 1e-6, 20)
    for found in on_grid(np.array([line, area]), tile):
        assert found is not None
        assert found.bounds[0] >= -BUFFER - 1
        assert found.length > 0


def test_rings_wind_as_the_format_asks_and_holes_stay_holes(tmp_path: Path) -> None:
    holed = shapely.difference(shapely.box(12, 41, 19, 46), shapely.box(14, 42, 16, 44))
    for shape in (holed, shapely.reverse(holed)):
        content = encoded([Layer("routes", on_grid(np.array([shape]), ADRIATIC), [{}])], EXTENT)
        (feature,) = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})[
            "routes"
        ]["features"]
        outer, hole = (np.array(ring) for ring in feature["geometry"]["coordinates"])

        def area(ring: np.ndarray) -> float:
            x, y = ring.T.astype(float)
            return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2

        assert area(outer) > 0 > area(hole)
        (read,) = decoded(content, ADRIATIC, "routes", tmp_path).geometry
        (true,) = projected([holed], MERCATOR)
        cut = shapely.clip_by_rect(true, *box_of(ADRIATIC, BUFFER).bounds)
        assert read.area == pytest.approx(cut.area, rel=1e-3)
        (polygon,) = shapely.get_parts(read)
        assert len(polygon.interiors) == 1


def test_an_area_that_crosses_itself_becomes_valid() -> None:
    bow = shapely.Polygon([(12, 41), (19, 46), (19, 41), (12, 46)])
    (found,) = on_grid(np.array([bow]), ADRIATIC)
    assert found.is_valid
    assert found.geom_type == "MultiPolygon"


@pytest.mark.parametrize(
    ("day", "certainty", "there", "not_there"),
    [
        ("2001-06-01", "possible", {"vlora-italy.v1"}, {"durres-sea.v1"}),
        ("2001-06-01", "certain", {"vlora-italy.v1"}, {"durres-sea.v1"}),
        ("2003-12-01", "possible",
         {"vlora-italy.v1", "durres-sea.v1", "montenegro-sea.v1", "overland-greece-macedonia.v1"},
         set()),
        ("2003-12-01", "certain", set(),
         {"vlora-italy.v1", "durres-sea.v1", "montenegro-sea.v1", "overland-greece-macedonia.v1"}),
        ("2010-01-01", "possible", set(), {"vlora-italy.v1", "durres-sea.v1"}),
    ],
)  # fmt: skip
def test_a_tile_shows_what_held_then(
    edition: routes.Edition, day: str, certainty: str, there: set[str], not_there: set[str]
) -> None:
    query = Query(window=Window.parse(day), certainty=certainty)  # type: ignore[arg-type]
    content = drawn(edition.index("routes"), MERCATOR.tile("2", "1", "2"), query).content
    layers = mapbox_vector_tile.decode(content) if content else {"routes": {"features": []}}
    found = {feature["properties"]["id"] for feature in layers["routes"]["features"]}
    assert there <= found
    assert not found & not_there


def test_features_carry_their_bounds_in_seconds_so_that_a_browser_can_ask_by_time(
    tmp_path: Path,
) -> None:
    line = shapely.LineString([(12, 41), (19, 46)])
    frame = complete(versions([line] * 3, ["2003~/2004", "../2003", None], ["2003", None, None]))
    content = drawn(index_of(frame, tmp_path / "index"), ADRIATIC).content
    features = mapbox_vector_tile.decode(content)["routes"]["features"]
    said = [feature["properties"] for feature in features]

    def seconds(day: str) -> int:
        return int(np.datetime64(day, "s").astype(int))

    assert {name: said[0][name] for name in tiles.TIMES} == {
        "start_earliest": seconds("2002-01-01"),
        "start_latest": seconds("2005-01-01"),
        "end_earliest": seconds("2004-01-01"),
        "end_latest": seconds("2005-01-01"),
        "attested_from": seconds("2003-01-01"),
        "attested_until": seconds("2004-01-01"),
    }
    assert set(tiles.TIMES) & said[1].keys() == {"end_earliest", "end_latest"}
    assert not set(tiles.TIMES) & said[2].keys()
    assert (said[0]["id"], said[0]["version"], said[0]["mode"]) == ("r0.v1", 1, "sea")
    assert "stages" not in said[0]
    assert "caveat" not in said[0]


def test_features_without_a_place_and_collections_without_features_are_no_harm(
    tmp_path: Path,
) -> None:
    line = shapely.LineString([(12, 41), (19, 46)])
    some = index_of(complete(versions([None, line, shapely.LineString()])), tmp_path / "some")
    none = index_of(complete(versions([])), tmp_path / "none")
    layers = mapbox_vector_tile.decode(
        tiles.draw({"none": none, "some": some}, EVERYTHING, ADRIATIC).content
    )
    assert list(layers) == ["some"]
    assert [one["properties"]["id"] for one in layers["some"]["features"]] == ["r1.v1"]
    assert drawn(none, ADRIATIC) == (b"", ())


def test_layers_stand_in_the_order_asked_for(edition: routes.Edition) -> None:
    for names in (("boundaries", "routes"), ("routes", "boundaries")):
        indexes = {name: edition.index(name) for name in names}
        content = tiles.draw(indexes, EVERYTHING, ADRIATIC).content
        assert tuple(mapbox_vector_tile.decode(content)) == names


def crowd(count: int, folder: Path, versions_each: int = 1) -> CollectionIndex:
    """Lines of some hundred kilometres all over the tile 5/11/17."""
    chance = np.random.default_rng(7)
    begin = chance.uniform((12, 41), (20, 47), (count, 1, 2))
    points = np.concatenate(
        [begin, begin + chance.normal(0, 0.4, (count, 11, 2)).cumsum(axis=1)], 1
    )
    frame = versions(list(shapely.linestrings(points)))
    frame["route"] = [f"r{row // versions_each}" for row in range(count)]
    frame["id"] = [f"r{row // versions_each}.v{row % versions_each + 1}" for row in range(count)]
    return index_of(complete(frame), folder)


def shown(content: bytes) -> set[str]:
    features = mapbox_vector_tile.decode(content)["routes"]["features"]
    return {feature["properties"]["id"] for feature in features}


def test_no_tile_is_larger_than_it_may_be_and_says_how_much_is_missing(tmp_path: Path) -> None:
    count = MOST_FEATURES + 500
    index = crowd(count, tmp_path)
    for at in ("0/0/0", "3/2/4", "5/11/17"):
        tile = drawn(index, MERCATOR.tile(*at.split("/")))
        assert MOST_BYTES / 8 < len(tile.content) <= MOST_BYTES
        ((layer, said, of, rank),) = tile.shortfalls
        assert (layer, said) == ("routes", len(shown(tile.content)))
        features = mapbox_vector_tile.decode(tile.content)["routes"]["features"]
        assert min(one["properties"]["rank"] for one in features) == rank > 0
        assert said < of <= count
        (feature,) = mapbox_vector_tile.decode(tile.content)[INCOMPLETE]["features"]
        assert feature["properties"] == {
            "layer": "routes", "shown": said, "of": of, "rank": rank,
        }  # fmt: skip


def test_tiles_agree_on_what_they_show(tmp_path: Path) -> None:
    """What a tile shows, the ones that divide it show too, and its neighbour."""
    index = crowd(MOST_FEATURES, tmp_path)
    large = shown(drawn(index, ADRIATIC).content)
    for row in (22, 23):
        for column in (34, 35):
            tile = MERCATOR.tile("6", str(row), str(column))
            west, south, east, north = tile.around(0)
            inside = index.rows(Query(boxes=(Box(west, south, east, north),)))
            expected = large & set(index.names(inside).to_pylist())
            assert len(expected) > 50
            assert expected <= shown(drawn(index, tile).content)


def test_where_every_route_can_keep_a_version_none_is_left_out(tmp_path: Path) -> None:
    index = crowd(4000, tmp_path, versions_each=8)
    tile = tiles.draw({"routes": index}, EVERYTHING, MERCATOR.tile("0", "0", "0"), Wanted((), 600))
    kept = shown(tile.content)
    assert 500 < len(kept) <= 600
    assert {one.partition(".")[0] for one in kept} == {f"r{row}" for row in range(500)}


def test_where_not_every_route_fits_the_ones_that_stay_keep_all_versions(tmp_path: Path) -> None:
    index = crowd(4000, tmp_path, versions_each=8)
    tile = tiles.draw({"routes": index}, EVERYTHING, MERCATOR.tile("0", "0", "0"), Wanted((), 400))
    kept = shown(tile.content)
    assert 200 < len(kept) <= 400
    ((_, _, _, rank),) = tile.shortfalls
    assert rank > 0
    of = {one.partition(".")[0] for one in kept}
    assert kept == {f"{route}.v{number}" for route in of for number in range(1, 9)}


def test_before_features_are_left_out_lines_are_drawn_coarser(tmp_path: Path) -> None:
    along = np.linspace(12, 19, 30_000)
    lines = [
        shapely.LineString(np.column_stack([along, 43 + at / 20 + np.sin(along * 900) / 9]))
        for at in range(12)
    ]
    tile = drawn(index_of(complete(versions(lines)), tmp_path), MERCATOR.tile("6", "23", "35"))
    assert tile.shortfalls == ()
    assert len(tile.content) < MOST_BYTES


def test_a_long_text_is_cut_and_a_feature_shown_however_long_its_texts_are(tmp_path: Path) -> None:
    line = shapely.LineString([(12, 41), (19, 46)])
    index = index_of(complete(versions([line], description=["a" * 2 * MOST_BYTES])), tmp_path)
    tile = drawn(index, ADRIATIC)
    assert tile.shortfalls == ()
    (feature,) = mapbox_vector_tile.decode(tile.content)["routes"]["features"]
    assert feature["properties"]["description"] == "a" * MOST_OF_A_TEXT


def test_the_tiles_of_everything_keep_to_the_limit_too(edition: routes.Edition) -> None:
    indexes = {name: edition.index(name) for name in edition.collections}
    for at in ("0/0/0", "3/2/4", "5/11/17"):
        tile = tiles.draw(indexes, EVERYTHING, MERCATOR.tile(*at.split("/")))
        assert len(tile.content) <= MOST_BYTES
        assert tile.shortfalls == ()


def test_no_tile_is_larger_than_it_may_be_where_routes_left_out_share_texts_with_others(
    tmp_path: Path,
) -> None:
    count = 2000
    frame = versions(
        [shapely.LineString([(12, 41), (19, 41 + at / count)]) for at in range(count)],
        description=[f"{at % (count // 2):04}" * (MOST_OF_A_TEXT // 4) for at in range(count)],
    )
    tile = drawn(index_of(complete(frame), tmp_path), ADRIATIC)
    assert MOST_BYTES / 4 < len(tile.content) <= MOST_BYTES
    ((_, said, of, _),) = tile.shortfalls
    assert (said, of) == (len(shown(tile.content)), count)


def test_what_a_layer_does_not_need_is_for_those_that_need_more(
    edition: routes.Edition, tmp_path: Path
) -> None:
    many = crowd(3000, tmp_path)
    few = {name: edition.index(name) for name in ("events", "shifts", "crossings")}
    for indexes in ({"routes": many, **few}, {**few, "routes": many}):
        tile = tiles.draw(indexes, EVERYTHING, ADRIATIC)
        assert len(tile.content) > MOST_BYTES / len(indexes)
        assert tile.shortfalls == ()


def test_a_way_there_and_back_is_still_there_when_it_is_drawn_coarser() -> None:
    lines = [
        shapely.LineString([(0, 0), (2, 1), (0, 0)]),
        shapely.LineString([(5, 5), (6, 5), (6, 6), (5, 6), (5, 5)]),
        shapely.MultiLineString([[(0, 0), (2, 1), (0, 0)], [(9, 9), (9, 8), (9, 9)]]),
    ]
    for line in coarser(np.array(lines)):
        assert line.length > 0
        assert encoded([Layer("routes", np.array([line]), [{}])], EXTENT)
