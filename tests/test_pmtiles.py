"""An edition as one archive of tiles, read by the reference's reader and by GDAL."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import httpx
import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pmtiles.reader import MemorySource, Reader, all_tiles

import routes
from geo.gridding import PIXEL
from routes import pmtiles
from routes.errors import StoreError
from routes.pmtiles import ENOUGH, NotPlaced
from routes.stores.files import FileStore
from routes.thinning import ranks
from routes.tiles import INCOMPLETE, MOST_BYTES
from tests.helpers import content, versions

At = tuple[int, int, int]
ZOOM = 5
CROWD = 1000
KINDS = {str: "String", int: "Number", float: "Number"}


def tiles_of(path: Path) -> dict[At, bytes]:
    """All tiles of an archive by zoom, column and row, in the order of the archive."""
    return {at: gzip.decompress(tile) for at, tile in all_tiles(MemorySource(path.read_bytes()))}


def reader(path: Path) -> Reader:
    return Reader(MemorySource(path.read_bytes()))


def published(folder: Path, *lines: shapely.Geometry, **columns: list[str]) -> routes.Edition:
    FileStore(folder).publish(content(versions(list(lines), **columns)), "", "")
    return routes.open(folder)


def features(tile: bytes, layer: str = "routes") -> list[dict[str, Any]]:
    decoded = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return list(decoded[layer]["features"])


def ids(tile: bytes) -> set[str]:
    return {feature["properties"]["id"] for feature in features(tile)}


def crowd(folder: Path) -> routes.Edition:
    """Lines of some kilometres within half a degree, each with a long text."""
    chance = np.random.default_rng(7)
    begin = chance.uniform((15, 42), (15.5, 42.5), (CROWD, 1, 2))
    steps = chance.normal(0, 0.02, (CROWD, 5, 2)).cumsum(axis=1)
    lines = shapely.linestrings(np.concatenate([begin, begin + steps], axis=1))
    return published(folder, *lines, description=[f"{row:04}" * 200 for row in range(CROWD)])


@pytest.fixture(scope="module")
def archive(edition: routes.Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "atlas.pmtiles"
    pmtiles.write(edition, path, max_zoom=ZOOM)
    return path


def test_every_tile_is_the_one_that_the_service_gives_and_no_other_holds_anything(
    archive: Path, live_server: str
) -> None:
    held = tiles_of(archive)
    assert len(held) > 80
    complete = {(zoom, x, y) for zoom in range(4) for x in range(2**zoom) for y in range(2**zoom)}
    with httpx.Client(timeout=20) as client:
        for zoom, x, y in sorted(held.keys() | complete):
            answer = client.get(f"{live_server}/tiles/WebMercatorQuad/{zoom}/{y}/{x}")
            if (zoom, x, y) in held:
                assert answer.content == held[zoom, x, y]
            else:
                assert answer.status_code == 204


def test_the_header_says_what_is_in_the_archive_and_where(
    archive: Path, edition: routes.Edition
) -> None:
    header, held = reader(archive).header(), tiles_of(archive)
    assert (header["min_zoom"], header["max_zoom"]) == (0, ZOOM)
    assert header["addressed_tiles_count"] == len(held)
    assert header["clustered"]
    boxes = [box for one in edition.manifest.collections.values() if (box := one.bbox)]
    west, south, east, north = np.array(boxes).T
    assert header["min_lon_e7"] / 1e7 == pytest.approx(west.min())
    assert header["min_lat_e7"] / 1e7 == pytest.approx(south.min())
    assert header["max_lon_e7"] / 1e7 == pytest.approx(east.max())
    assert header["max_lat_e7"] / 1e7 == pytest.approx(north.max())
    opens = edition.atlas["view"]
    assert header["center_lon_e7"] / 1e7 == pytest.approx((opens[0] + opens[2]) / 2)
    assert opens[1] < header["center_lat_e7"] / 1e7 < opens[3]
    assert 3 <= header["center_zoom"] <= 5


def test_the_metadata_names_the_edition_and_every_property_of_every_layer(
    archive: Path, edition: routes.Edition
) -> None:
    said = reader(archive).metadata()
    assert said["name"] == edition.atlas["title"]
    assert (said["edition"], said["content"]) == (1, edition.manifest.content)
    layers = {one["id"]: one for one in said["vector_layers"]}
    assert list(layers) == list(edition.collections)
    assert {(one["minzoom"], one["maxzoom"]) for one in layers.values()} == {(0, ZOOM)}
    for tile in tiles_of(archive).values():
        for name, layer in mapbox_vector_tile.decode(tile).items():
            for feature in layer["features"]:
                for key, value in feature["properties"].items():
                    assert layers[name]["fields"][key] == KINDS[type(value)]


def test_valid_time_stands_in_it_as_whole_numbers(archive: Path) -> None:
    found = {
        one["properties"]["id"]: one["properties"] for one in features(tiles_of(archive)[0, 0, 0])
    }
    bounds = found["durres-sea.v1"]
    assert bounds["start_earliest"] == int(np.datetime64("2002-01-01", "s").astype(int))
    assert type(bounds["start_earliest"]) is int


def test_tiles_that_are_the_same_stand_in_it_once(archive: Path) -> None:
    header, held = reader(archive).header(), tiles_of(archive)
    assert header["tile_contents_count"] == len(set(held.values())) < len(held)


@pytest.mark.parametrize("layer", ["routes", "boundaries"])
def test_gdal_reads_the_archive(archive: Path, edition: routes.Edition, layer: str) -> None:
    names = [str(name) for name, _ in pyogrio.list_layers(archive)]
    assert names == list(edition.collections)
    frame = pyogrio.read_dataframe(archive, layer=layer).to_crs("EPSG:4326")
    assert set(frame["id"]) == set(edition.frame(layer)["id"])
    read = frame.dissolve("id").geometry
    for row in edition.frame(layer).itertuples():
        near = shapely.buffer(row.geometry, 0.1)
        assert shapely.contains(near, read[row.id])


def test_the_same_edition_gives_the_same_bytes(
    archive: Path, edition: routes.Edition, tmp_path: Path
) -> None:
    again = tmp_path / "again.pmtiles"
    pmtiles.write(edition, again, max_zoom=ZOOM)
    assert again.read_bytes() == archive.read_bytes()


def test_progress_is_told_of_each_tile_and_the_answer_counts_those_that_hold_something(
    tmp_path: Path,
) -> None:
    path, told = tmp_path / "one.pmtiles", []
    edition = published(tmp_path / "store", shapely.LineString([(12, 41), (19, 46)]))
    done = pmtiles.write(edition, path, told.append, max_zoom=3)
    assert list(dict.fromkeys(told)) == ["zoom 0", "zoom 1", "zoom 2", "zoom 3"]
    assert (done.tiles, done.max_zoom, done.lacking) == (len(tiles_of(path)), 3, {})
    assert done.size == path.stat().st_size


def test_it_goes_as_deep_as_a_map_needs_that_is_as_close_as_ours(tmp_path: Path) -> None:
    edition = published(tmp_path / "store", shapely.LineString([(12, 41), (19, 46)]))
    done = pmtiles.write(edition, tmp_path / "one.pmtiles")
    assert done.max_zoom == ENOUGH == 7
    assert routes.stories.ZOOMS[1] == ENOUGH + np.log2(PIXEL)


def test_it_goes_so_deep_that_nothing_is_drawn_larger_than_it_is(tmp_path: Path) -> None:
    line = shapely.LineString([(12, 41), (12.003, 41)])
    path = tmp_path / "one.pmtiles"
    done = pmtiles.write(published(tmp_path / "store", line), path)
    assert done.max_zoom == 9
    for (zoom, _, _), tile in tiles_of(path).items():
        (feature,) = features(tile)
        west, _, east, _ = shapely.geometry.shape(feature["geometry"]).bounds
        true = 0.003 / 360 * 2**zoom * 4096
        assert east - west == pytest.approx(max(true, PIXEL), abs=1)


def test_it_goes_so_deep_that_each_tile_shows_all_that_lies_in_it(tmp_path: Path) -> None:
    path = tmp_path / "many.pmtiles"
    done = pmtiles.write(crowd(tmp_path / "store"), path)
    assert (done.max_zoom > ENOUGH, done.lacking) == (True, {})
    held = tiles_of(path)
    assert max(map(len, held.values())) <= MOST_BYTES
    deepest = [tile for (zoom, _, _), tile in held.items() if zoom == done.max_zoom]
    assert set().union(*map(ids, deepest)) == {f"r{row}.v1" for row in range(CROWD)}
    assert INCOMPLETE not in mapbox_vector_tile.decode(deepest[0])
    layers = [one["id"] for one in reader(path).metadata()["vector_layers"]]
    assert layers == ["routes", INCOMPLETE]


def test_where_it_can_go_no_deeper_it_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "many.pmtiles"
    done = pmtiles.write(crowd(tmp_path / "store"), path, most_tiles=8)
    assert done.max_zoom < ENOUGH
    deepest = [tile for (zoom, _, _), tile in tiles_of(path).items() if zoom == done.max_zoom]
    assert all(len(tile) <= MOST_BYTES for tile in deepest)
    lacking = done.lacking["routes"]
    assert lacking.tiles == sum(INCOMPLETE in mapbox_vector_tile.decode(one) for one in deepest) > 0
    every_id = [f"r{row}.v1" for row in range(CROWD)]
    assert lacking.rank > 0
    kept = ranks(pa.array(every_id)) >= lacking.rank
    shown = set().union(*map(ids, deepest))
    assert {name for name, is_kept in zip(every_id, kept, strict=True) if is_kept} <= shown
    assert len(shown) < CROWD


def test_an_edition_of_which_nothing_has_a_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.pmtiles"
    with pytest.raises(NotPlaced, match="nothing in edition 1 has a place"):
        pmtiles.write(published(tmp_path / "store", shapely.LineString()), path)
    assert not path.exists()


def test_what_cannot_be_written_is_refused_and_leaves_what_was_there(tmp_path: Path) -> None:
    edition = published(tmp_path / "store", shapely.LineString([(12, 41), (19, 46)]))
    with pytest.raises(StoreError, match="was not written"):
        pmtiles.write(edition, tmp_path / "nowhere" / "one.pmtiles", max_zoom=0)

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "one.pmtiles"
    path.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        pmtiles.write(edition, path, stop)
    assert path.read_bytes() == b"before"
    assert {one.name for one in tmp_path.iterdir()} == {"store", "one.pmtiles"}
