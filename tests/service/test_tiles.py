"""Tiles over HTTP: OGC API - Tiles, TileJSON, and what caches and people need around them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import mapbox_vector_tile
import pyogrio
import pytest

from service.tiles.links import CONFORMANCE

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
MVT = "application/vnd.mapbox-vector-tile"
SETS = ["WebMercatorQuad", "EuropeanETRS89_LAEAQuad"]
PLACES = ["", "/collections/routes"]
# South of Italy and Albania, where all four successors and the old route lie.
TILE = "tiles/WebMercatorQuad/2/1/2"


def ids(answer: httpx.Response, layer: str = "routes") -> set[str]:
    assert answer.status_code == 200
    features = mapbox_vector_tile.decode(answer.content)[layer]["features"]
    return {feature["properties"]["id"] for feature in features}


def link(document: dict[str, Any], rel: str, media_type: str = "") -> dict[str, Any]:
    (found,) = (
        one for one in document["links"] if one["rel"] == rel and one["type"].startswith(media_type)
    )
    return dict(found)


@pytest.mark.parametrize("prefix", ["", "/editions/1"])
@pytest.mark.parametrize("place", PLACES)
def test_from_the_front_page_links_lead_to_a_tile(
    live_server: str, prefix: str, place: str
) -> None:
    with httpx.Client(timeout=20) as client:
        origin = client.get(f"{live_server}{prefix}{place or '/'}").json()
        listed = client.get(link(origin, f"{REL}tilesets-vector")["href"]).json()
        assert [one["tileMatrixSetId"] for one in listed["tilesets"]] == SETS
        for one in listed["tilesets"]:
            tileset = client.get(link(one, "self")["href"]).json()
            assert tileset == one
            definition = client.get(link(tileset, f"{REL}tiling-scheme")["href"]).json()
            assert definition["id"] == tileset["tileMatrixSetId"]
            assert definition["uri"] == tileset["tileMatrixSetURI"]
            assert definition["crs"] == tileset["crs"]
            template = link(tileset, "item")
            assert (template["templated"], template["type"]) == (True, MVT)
            assert template["href"].startswith(f"{live_server}{prefix}{place}/tiles/")
            for limits in tileset["tileMatrixSetLimits"][::7]:
                status = {}
                for row in (limits["minTileRow"], limits["maxTileRow"], limits["maxTileRow"] + 1):
                    address = (
                        template["href"]
                        .replace("{tileMatrix}", limits["tileMatrix"])
                        .replace("{tileRow}", str(row))
                        .replace("{tileCol}", str(limits["maxTileCol"]))
                    )
                    status[row] = client.get(address).status_code
                assert status.pop(limits["maxTileRow"] + 1) == 404
                assert set(status.values()) <= {200, 204}


def test_a_tileset_says_what_the_standard_asks_for(live_server: str) -> None:
    tileset = httpx.get(f"{live_server}/collections/crossings/tiles/WebMercatorQuad").json()
    assert tileset["dataType"] == "vector"
    assert tileset["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert tileset["tileMatrixSetLimits"][3] == {
        "tileMatrix": "3", "minTileRow": 0, "maxTileRow": 7, "minTileCol": 0, "maxTileCol": 7,
    }  # fmt: skip
    (layer,) = tileset["layers"]
    assert layer["id"] == "crossings"
    # Points and areas: then the standard wants no dimension to be said.
    assert "geometryDimension" not in layer
    assert layer["propertiesSchema"]["properties"]["start_latest"]["type"] == "integer"
    collection = httpx.get(f"{live_server}/collections/crossings").json()
    west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
    assert tileset["boundingBox"]["lowerLeft"] == [west, south]
    assert tileset["boundingBox"]["upperRight"] == [east, north]
    assert link(tileset, f"{REL}geodata")["href"] == f"{live_server}/collections/crossings"


def test_the_schema_of_a_layer_names_every_property_of_its_features(live_server: str) -> None:
    layers = httpx.get(f"{live_server}/tiles/WebMercatorQuad").json()["layers"]
    dimensions = {one["id"]: one.get("geometryDimension") for one in layers}
    assert (dimensions["events"], dimensions["routes"], dimensions["roles"]) == (0, 1, 2)
    declared = {one["id"]: set(one["propertiesSchema"]["properties"]) for one in layers}
    tile = mapbox_vector_tile.decode(httpx.get(f"{live_server}/{TILE}").content)
    assert list(tile) == [one["id"] for one in layers]
    for name, layer in tile.items():
        for feature in layer["features"]:
            assert set(feature["properties"]) <= declared[name]


def test_the_tile_matrix_sets_are_listed_from_the_front_page(live_server: str) -> None:
    front = httpx.get(f"{live_server}/").json()
    listed = httpx.get(link(front, f"{REL}tiling-schemes")["href"]).json()["tileMatrixSets"]
    assert [one["id"] for one in listed] == SETS
    for one in listed:
        definition = httpx.get(link(one, "self")["href"]).json()
        assert {definition[name] == one[name] for name in ("id", "uri", "crs", "title")} == {True}
        assert definition["tileMatrices"][0]["id"] == "0"


def test_what_is_claimed_is_declared_and_no_more(live_server: str) -> None:
    declared = httpx.get(f"{live_server}/conformance").json()["conformsTo"]
    assert set(CONFORMANCE) <= set(declared)
    tiles = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
    assert {uri.removeprefix(tiles) for uri in declared if uri.startswith(tiles)} == {
        "core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets",
        "collections-selection", "mvt", "oas30",
    }  # fmt: skip


def test_the_operations_bear_the_names_that_the_standard_asks_for(live_server: str) -> None:
    paths = httpx.get(f"{live_server}/api").json()["paths"]
    for place, origin in (("", "dataset"), ("/collections/{collectionId}", "collection")):
        path = f"{place}/tiles"
        for more, name in (
            ("", "getTileSetsList"),
            ("/{tileMatrixSetId}", "getTileSet"),
            ("/{tileMatrix}/{tileRow}/{tileCol}", "getTile"),
        ):
            path += more
            operation = paths[path]["get"]
            assert operation["operationId"].endswith(f".{origin}.vector.{name}")
            queries = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
            also = {"collections"} if origin == "dataset" else set()
            assert queries == {"datetime", "certainty", "properties", "limit", "f"} | also


@pytest.mark.parametrize("place", PLACES)
def test_datetime_and_certainty_apply_to_tiles(live_server: str, place: str) -> None:
    address = f"{live_server}{place}/{TILE}"
    four = {"vlora-italy.v1", "durres-sea.v1", "montenegro-sea.v1", "overland-greece-macedonia.v1"}
    before = ids(httpx.get(address, params={"datetime": "2001-06-01"}))
    assert before & four == {"vlora-italy.v1"}
    then = httpx.get(address, params={"datetime": "2003-12-01"})
    assert ids(then) & four == four
    certain = httpx.get(address, params={"datetime": "2003-12-01", "certainty": "certain"})
    assert ids(certain)
    assert not ids(certain) & four


def test_a_program_can_ask_for_few_properties_and_few_features(live_server: str) -> None:
    answer = httpx.get(f"{live_server}/collections/routes/{TILE}?properties=mode,name&limit=3")
    features = mapbox_vector_tile.decode(answer.content)["routes"]["features"]
    assert 0 < len(features) <= 3
    for feature in features:
        assert {"id", "mode", "name"} <= set(feature["properties"])
        assert not {"route", "description", "source"} & set(feature["properties"])
    all_of_them = ids(httpx.get(f"{live_server}/collections/routes/{TILE}"))
    assert {one["properties"]["id"] for one in features} < all_of_them
    said = f"routes;shown={len(features)};of="
    assert answer.headers["routeshift-incomplete"].startswith(said)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_asked_of_a_tileset_is_carried_to_its_tiles(live_server: str, place: str) -> None:
    query = {"datetime": "2003-01-01/..", "certainty": "possible"}
    if not place:
        query["collections"] = "routes,shifts"
    address = f"{live_server}{place}/tiles"
    tileset = httpx.get(f"{address}/WebMercatorQuad", params=query).json()
    listed = httpx.get(address, params=query).json()["tilesets"][0]
    tilejson = httpx.get(link(tileset, "alternate", "application/vnd")["href"]).json()
    ogc = link(tileset, "item")["href"]
    for name, value in (("{tileMatrix}", "2"), ("{tileRow}", "1"), ("{tileCol}", "2")):
        ogc = ogc.replace(name, value)
    (xyz,) = tilejson["tiles"]
    assert xyz.replace("{z}", "2").replace("{y}", "1").replace("{x}", "2") == ogc
    assert link(listed, "item") == link(tileset, "item")
    assert dict(httpx.URL(ogc).params) == query
    tile = mapbox_vector_tile.decode(httpx.get(ogc).content)
    assert list(tile) == (["routes"] if place else ["routes", "shifts"])


def test_collections_choose_the_layers_and_their_order(live_server: str) -> None:
    for names in ("routes,boundaries", "boundaries,routes"):
        tile = httpx.get(f"{live_server}/{TILE}", params={"collections": names})
        assert ",".join(mapbox_vector_tile.decode(tile.content)) == names
        tileset = httpx.get(f"{live_server}/tiles/WebMercatorQuad", params={"collections": names})
        assert ",".join(one["id"] for one in tileset.json()["layers"]) == names


def test_tilejson_tells_a_map_program_all_that_it_needs(live_server: str) -> None:
    address = f"{live_server}/collections/routes/tiles/WebMercatorQuad"
    by_name = httpx.get(address, params={"f": "tilejson"})
    by_header = httpx.get(address, headers={"Accept": "application/vnd.mapbox.tilejson+json"})
    assert by_name.headers["content-type"] == "application/vnd.mapbox.tilejson+json"
    assert by_name.json() == by_header.json()
    said = by_name.json()
    assert said["tilejson"] == "3.0.0"
    assert said["tiles"] == [f"{address}/{{z}}/{{y}}/{{x}}"]
    assert (said["minzoom"], said["maxzoom"]) == (0, 14)
    assert said["attribution"]
    west, south, east, north = said["bounds"]
    assert -15 <= west <= east <= 65
    assert 30 <= south <= north <= 72
    (layer,) = said["vector_layers"]
    assert layer["id"] == "routes"
    assert all(isinstance(meaning, str) for meaning in layer["fields"].values())


def test_gdal_reads_a_tile_that_it_is_given(live_server: str, tmp_path: Path) -> None:
    path = tmp_path / "2/2/1.pbf"
    path.parent.mkdir(parents=True)
    path.write_bytes(httpx.get(f"{live_server}/{TILE}").content)
    frame = pyogrio.read_dataframe(f"MVT:{path}", layer="crossings").to_crs("EPSG:4326")
    place = frame.set_index("id").geometry["durres"].centroid
    assert (place.x, place.y) == pytest.approx((19.45, 41.32), abs=0.1)


def test_a_tile_of_the_sea_is_204_and_can_be_kept_as_others_can(live_server: str) -> None:
    for place, tile in (("", "5/3/3"), ("/collections/routes", "9/196/270")):
        path = f"{place}/tiles/WebMercatorQuad/{tile}"
        answer = httpx.get(f"{live_server}{path}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["etag"].startswith('"e1-')
        assert answer.headers["oatiles-hint"] == "empty"
        assert "content-type" not in answer.headers
        pinned = httpx.get(f"{live_server}/editions/1{path}")
        assert pinned.status_code == 204
        assert "immutable" in pinned.headers["cache-control"]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_tile_that_a_client_has_is_not_sent_again(live_server: str, encoding: str) -> None:
    address = f"{live_server}/{TILE}"
    first = httpx.get(address, headers={"Accept-Encoding": encoding})
    assert first.headers["content-type"] == MVT
    assert first.headers.get("content-encoding", "identity") == encoding
    assert first.headers["etag"].startswith('"e1-')
    again = {"Accept-Encoding": encoding, "If-None-Match": first.headers["etag"]}
    second = httpx.get(address, headers=again)
    assert (second.status_code, second.content) == (304, b"")
    other = httpx.get(address, params={"datetime": "2003-12-01"}, headers=again)
    assert other.status_code == 200
    assert httpx.head(address).headers["etag"] == httpx.get(address).headers["etag"]


def test_under_an_edition_a_tile_never_changes(live_server: str) -> None:
    current = httpx.get(f"{live_server}/{TILE}")
    pinned = httpx.get(f"{live_server}/editions/1/{TILE}")
    assert pinned.content == current.content
    assert "immutable" in pinned.headers["cache-control"]
    assert "must-revalidate" in current.headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "status", "fault"),
    [
        ("tiles/WebMercatorQuad/3/8/0", 404,
         "tile matrix 3 of WebMercatorQuad has no tile in row '8', column '0'; "
         "its rows are 0 to 7, its columns 0 to 7"),
        ("tiles/EuropeanETRS89_LAEAQuad/15/0/0", 404,
         "EuropeanETRS89_LAEAQuad has no tile matrix '15' here; there are 0 to 14"),
        ("tiles/Mars/0/0/0", 404,
         "there is no tile matrix set 'Mars' here; "
         "the known ones are WebMercatorQuad, EuropeanETRS89_LAEAQuad"),
        ("tileMatrixSets/Mars", 404,
         "there is no tile matrix set 'Mars' here; "
         "the known ones are WebMercatorQuad, EuropeanETRS89_LAEAQuad"),
        ("tiles/WebMercatorQuad/0/0/0?collections=routes,roads", 400,
         "'roads' is no collection here; the known ones are routes, crossings, shifts, events, "
         "roles, statistics, boundaries, borders"),
        ("tiles/WebMercatorQuad/0/0/0?collections=", 400,
         "'' is no collection here; the known ones are routes, crossings, shifts, events, "
         "roles, statistics, boundaries, borders"),
        ("collections/routes/tiles/WebMercatorQuad/0/0/0?collections=routes", 400,
         "is not known here; the known ones are certainty, datetime, f, limit, properties"),
        ("tiles/WebMercatorQuad/0/0/0?bbox=1,2,3,4", 400,
         "is not known here; the known ones are certainty, collections, datetime, f, limit, "
         "properties"),
        ("tiles/WebMercatorQuad/0/0/0?limit=none", 400,
         "'none' is not a whole number from 1 on"),
        ("collections/routes/tiles/WebMercatorQuad/0/0/0?properties=name,colour", 400, None),
        ("tiles/WebMercatorQuad?datetime=soon", 400, None),
        ("tiles?certainty=perhaps", 400, "'perhaps' is neither possible nor certain"),
        ("tiles/WebMercatorQuad/0/0/0?f=png", 400, "'png' is not a format of this resource"),
        ("tiles/WebMercatorQuad?f=png", 400, "'png' is not a format of this resource"),
        ("tiles/EuropeanETRS89_LAEAQuad?f=tilejson", 400,
         "TileJSON describes tiles of WebMercatorQuad only, not of EuropeanETRS89_LAEAQuad"),
        ("tileMatrixSets?f=tilejson", 400, "'tilejson' is not a format of this resource"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefix", ["", "editions/1/"])
def test_what_is_not_there_or_not_understood_is_refused_in_words(
    live_server: str, prefix: str, path: str, status: int, fault: str | None
) -> None:
    answer = httpx.get(f"{live_server}/{prefix}{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    if fault:
        assert answer.json()["fault"] == fault


def test_an_unknown_collection_or_edition_is_missing(live_server: str) -> None:
    for path in ("collections/roads/tiles", f"collections/roads/{TILE}", f"editions/9/{TILE}"):
        assert httpx.get(f"{live_server}/{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("tileMatrixSets", "EuropeanETRS89_LAEAQuad"),
        ("tileMatrixSets/WebMercatorQuad", "559,082,264"),
        ("tiles", "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"),
        ("tiles/WebMercatorQuad", "f=tilejson"),
        ("collections/routes/tiles", "/collections/routes/tiles/WebMercatorQuad/{tileMatrix}"),
        ("collections/routes/tiles/EuropeanETRS89_LAEAQuad?datetime=2003", "datetime=2003"),
    ],
)
def test_people_get_pages(live_server: str, path: str, words: str) -> None:
    for prefix in ("", "editions/1/"):
        page = httpx.get(f"{live_server}/{prefix}{path}", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert words in page.text
