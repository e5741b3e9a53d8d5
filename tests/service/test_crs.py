"""Other coordinate reference systems over HTTP: OGC API - Features - Part 2."""

from __future__ import annotations

import httpx
import pyproj
import pytest

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LISTED = [CRS84, *(f"{EPSG}{code}" for code in (4326, 3857, 3035, 25834, 32634))]


def test_collections_list_their_systems_and_the_one_they_are_stored_in(live_server: str) -> None:
    document = httpx.get(f"{live_server}/collections").json()
    assert document["crs"] == LISTED
    assert all(one["crs"] == ["#/crs"] for one in document["collections"])
    one = httpx.get(f"{live_server}/collections/routes").json()
    assert (one["crs"], one["storageCrs"]) == (LISTED, CRS84)


@pytest.mark.parametrize("uri", LISTED)
def test_an_answer_is_in_the_system_asked_for_and_says_so(live_server: str, uri: str) -> None:
    code = "OGC:CRS84" if uri == CRS84 else f"EPSG:{uri.rpartition('/')[2]}"
    there = pyproj.Transformer.from_crs("OGC:CRS84", code).transform(19.4897, 40.4661)
    item = f"{live_server}/collections/crossings/items/vlora"
    one = httpx.get(item, params={"crs": uri})
    assert one.headers["content-crs"] == f"<{uri}>"
    assert one.json()["geometry"]["coordinates"] == pytest.approx(there, abs=0.01)
    page = httpx.get(item.rpartition("/")[0], params={"crs": uri})
    assert page.headers["content-crs"] == f"<{uri}>"
    plain = httpx.get(item.rpartition("/")[0]).json()
    for feature, usual in zip(page.json()["features"], plain["features"], strict=True):
        assert feature["properties"] == usual["properties"]
        assert feature["geometry"]["type"] == usual["geometry"]["type"]


def test_without_asking_an_answer_is_in_crs84(live_server: str) -> None:
    answer = httpx.get(f"{live_server}/collections/routes/items")
    assert answer.headers["content-crs"] == f"<{CRS84}>"


@pytest.mark.parametrize(
    ("bbox", "crs"),
    [
        ("22.3,44.6,22.5,44.8", CRS84),
        ("44.6,22.3,44.8,22.5", f"{EPSG}4326"),
        ("44.6,22.3,-10,44.8,22.5,900", f"{EPSG}4326"),
        ("2482000,5550000,2505000,5590000", f"{EPSG}3857"),
        # Northing first.
        ("2440000,5260000,2480000,5320000", f"{EPSG}3035"),
    ],
)
def test_a_box_is_read_in_its_own_system(live_server: str, bbox: str, crs: str) -> None:
    query = {"bbox": bbox, "bbox-crs": crs}
    page = httpx.get(f"{live_server}/collections/crossings/items", params=query).json()
    assert [feature["id"] for feature in page["features"]] == ["tekija"]
    html = httpx.get(f"{live_server}/collections/crossings/items", params=query | {"f": "html"})
    assert html.status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"crs": f"{EPSG}2154"}, "crs"),
        ({"crs": "EPSG:3857"}, "crs"),
        ({"bbox": "1,2,3,4", "bbox-crs": "x"}, "bbox-crs"),
        ({"bbox": "44.8,22.3,44.6,22.5", "bbox-crs": f"{EPSG}4326"}, "bbox"),
        ({"bbox": "5,0,1,1", "bbox-crs": f"{EPSG}3857"}, "bbox"),
        ({"bbox": "-1e9,-1e9,1e9,1e9", "bbox-crs": f"{EPSG}3035"}, "bbox"),
        ({"bbox": "1,2,3", "bbox-crs": f"{EPSG}3857"}, "bbox"),
    ],
)
def test_what_is_no_system_or_no_box_of_it_is_refused(
    live_server: str, query: dict[str, str], parameter: str
) -> None:
    answer = httpx.get(f"{live_server}/collections/routes/items", params=query)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter
    assert answer.json()["example"]


@pytest.mark.parametrize("collection", ["routes", "events", "statistics", "boundaries"])
@pytest.mark.parametrize("code", [3857, 3035, 32634])
def test_every_collection_can_be_had_in_every_system(
    live_server: str, collection: str, code: int
) -> None:
    query = {"crs": f"{EPSG}{code}", "limit": "200"}
    page = httpx.get(f"{live_server}/collections/{collection}/items", params=query)
    assert page.status_code == 200
    assert page.json()["numberReturned"] == page.json()["numberMatched"]


@pytest.mark.parametrize("code", [4326, 3857, 3035, 25834, 32634])
def test_a_box_that_is_a_point_meets_what_lies_on_it(live_server: str, code: int) -> None:
    vlora = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{code}").transform(19.4897, 40.4661)
    asked = {"bbox": ",".join(f"{at:.7f}" for at in (*vlora, *vlora)), "bbox-crs": f"{EPSG}{code}"}
    page = httpx.get(f"{live_server}/collections/crossings/items", params=asked).json()
    assert [one["id"] for one in page["features"]] == ["vlora"]


@pytest.mark.parametrize("box", ["1e20,1e20,1e20,1e20", "0,0,1e300,1", "2,1,1,2", "1,2,2,1"])
def test_a_box_of_a_system_that_is_none_is_refused(live_server: str, box: str) -> None:
    asked = {"bbox": box, "bbox-crs": f"{EPSG}3857"}
    answer = httpx.get(f"{live_server}/collections/crossings/items", params=asked)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "bbox")
