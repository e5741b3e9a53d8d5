"""Choosing over HTTP: free text, order, properties, geometry, JSON-FG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pyogrio
import pytest
from shapely import from_wkt
from shapely.geometry import shape

LAEA = "http://www.opengis.net/def/crs/EPSG/0/3035"


@pytest.fixture(scope="module")
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, timeout=20) as client:
        yield client


def features(client: httpx.Client, collection: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(f"/collections/{collection}/items", params={"limit": "1000", **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["features"]
    return found


@pytest.mark.parametrize("spelling", ["Durres", "Dürres", "Durrës"])
def test_every_spelling_of_a_port_finds_it(client: httpx.Client, spelling: str) -> None:
    assert [one["id"] for one in features(client, "crossings", q=spelling)] == ["durres"]


def test_words_and_a_time_narrow_together(client: httpx.Client) -> None:
    spoken = {one["id"] for one in features(client, "routes", q="vlora")}
    then = {one["id"] for one in features(client, "routes", q="vlora", datetime="2001-06-01")}
    assert "vlora-italy.v1" in then
    assert then < spoken | {"vlora-italy.v1"}
    assert features(client, "routes", q="vlora", datetime="2010-01-01") == []


def test_features_come_in_the_order_asked_for(client: httpx.Client) -> None:
    names = [one["properties"]["name"] for one in features(client, "crossings", sortby="-name")]
    assert names == ["Vlora", "Tekija", "Dürres", "Adriatic port towns of Montenegro"]
    signed = features(client, "crossings", sortby="+name")
    assert [one["properties"]["name"] for one in signed] == names[::-1]


def test_pages_of_an_order_join_to_the_whole(client: httpx.Client) -> None:
    asked = {"sortby": "unit,-value", "datetime": "2001", "limit": "7"}
    whole = [one["id"] for one in features(client, "statistics", **(asked | {"limit": "1000"}))]
    address: str | None = str(httpx.URL("/collections/statistics/items", params=asked))
    walked: list[str] = []
    while address:
        page = client.get(address).json()
        assert page["numberMatched"] == len(whole)
        walked += [one["id"] for one in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(whole) > 7
    assert walked == whole


def test_only_the_properties_asked_for_are_given(client: httpx.Client) -> None:
    (one, *_) = features(client, "routes", properties="when,name")
    assert list(one["properties"]) == ["name", "when"]
    assert one["id"]
    assert one["geometry"]["type"] == "MultiLineString"


def test_geometry_is_left_out_where_nobody_wants_it(client: httpx.Client) -> None:
    plain, bare = features(client, "routes"), features(client, "routes", skipGeometry="true")
    assert {one["geometry"] is None for one in bare} == {True}
    assert [one["properties"] for one in bare] == [one["properties"] for one in plain]
    assert features(client, "routes", skipGeometry="false") == plain


def test_one_feature_is_shaped_as_many_are(client: httpx.Client) -> None:
    path = "/collections/routes/items/vlora-italy.v1?properties=mode&skipGeometry=true"
    one = client.get(path).json()
    assert one["properties"] == {"mode": "sea"}
    assert one["geometry"] is None


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("q=", "q", "no word"),
        ("q=,%20,", "q", "no word"),
        ("q=" + ",".join("abcdefghijklmnopqrstu"), "q", "21 terms"),
        ("sortby=colour", "sortby", "'colour' is none of the properties here: id, name"),
        ("sortby=stages", "sortby", "'stages' is none"),
        ("sortby=name,-name", "sortby", "named twice"),
        ("sortby=name,,mode", "sortby", "empty name"),
        ("properties=name,colour", "properties", "'colour' is none"),
        ("properties=", "properties", "empty name"),
        ("skipGeometry=yes", "skipGeometry", "neither true nor false"),
    ],
)
def test_a_wrong_choice_is_refused_with_what_is_right(
    client: httpx.Client, query: str, parameter: str, words: str
) -> None:
    answer = client.get(f"/collections/routes/items?f=json&{query}")
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["parameter"] == parameter
    assert words in problem["fault"]
    assert problem["example"]


def test_json_fg_says_when_a_feature_may_have_held(client: httpx.Client) -> None:
    times = {one["id"]: one["time"] for one in features(client, "routes", f="jsonfg")}
    assert times["vlora-italy.v1"] == {"interval": ["..", "2004-12-31"]}
    assert times["durres-sea.v1"] == {"interval": ["2002-01-01", "2004-12-31"]}
    states = {one["id"]: one for one in features(client, "boundaries", f="jsonfg")}
    undated = [one for one in states.values() if one["properties"]["valid"] is None]
    assert undated
    assert {one["time"] is None for one in undated} == {True}
    legal = [one for one in states.values() if one["properties"]["entity"] == "fr-yugoslavia"]
    assert legal[-1]["time"]["interval"][1] == "2003-02-03"


def test_json_fg_has_the_place_in_the_system_asked_for(client: httpx.Client) -> None:
    answer = client.get("/collections/crossings/items", params={"f": "jsonfg", "crs": LAEA})
    document = answer.json()
    assert answer.headers["content-type"] == "application/vnd.ogc.fg+json"
    assert document["coordRefSys"] == LAEA
    assert document["featureType"] == "crossings"
    plain = features(client, "crossings", crs=LAEA)
    for one, projected in zip(document["features"], plain, strict=True):
        assert shape(one["place"]).equals(shape(projected["geometry"]))
        assert -180 < shape(one["geometry"]).centroid.x < 180


def test_gdal_reads_json_fg_in_its_own_system(client: httpx.Client, tmp_path: Path) -> None:
    document = client.get("/collections/crossings/items", params={"f": "jsonfg", "crs": LAEA})
    path = tmp_path / "crossings.json"
    path.write_bytes(document.content)
    frame = pyogrio.read_dataframe(f"JSONFG:{path}")
    assert frame.crs == "EPSG:3035"
    expected = [one["id"] for one in document.json()["features"]]
    assert frame["id"].tolist() == expected
    plain = pyogrio.read_dataframe(str(client.base_url.join("/collections/crossings/items?f=json")))
    back = frame.to_crs("EPSG:4326").geometry
    assert back.geom_equals_exact(plain.geometry, 1e-6).all()


def test_the_accept_header_chooses_json_fg(client: httpx.Client) -> None:
    path = "/collections/routes/items"
    answer = client.get(path, headers={"Accept": "application/vnd.ogc.fg+json"})
    assert answer.headers["content-type"] == "application/vnd.ogc.fg+json"
    rels = {link["rel"]: link["type"] for link in answer.json()["links"]}
    assert rels["self"] == "application/vnd.ogc.fg+json"


ITALY = "POLYGON((12 38,20 38,20 44,12 44,12 38))"
FILTER = (
    "T_INTERSECTS(valid, INTERVAL('2002-01-01','2002-12-31')) AND mode='sea' "
    f"AND S_INTERSECTS(geometry, {ITALY})"
)


def test_a_filter_answers_what_geopandas_answers_on_the_downloaded_file(
    client: httpx.Client, tmp_path: Path
) -> None:
    path = tmp_path / "routes.geojson"
    path.write_bytes(client.get("/downloads/routes.geojson").content)
    frame = pyogrio.read_dataframe(path)
    starts = pd.to_datetime(frame["start_earliest"], utc=True)
    ends = pd.to_datetime(frame["end_latest"], utc=True)
    then = (starts.isna() | (starts < "2003-01-01")) & (ends.isna() | (ends > "2002-01-01"))
    there = frame.intersects(from_wkt(ITALY))
    expected = frame["id"][then & (frame["mode"] == "sea") & there].tolist()
    assert set(expected) >= {"vlora-italy.v1", "durres-sea.v1"}
    assert [one["id"] for one in features(client, "routes", filter=FILTER)] == expected


def test_a_filter_goes_with_every_other_choice(client: httpx.Client) -> None:
    asked = {"filter": "mode = 'sea'", "sortby": "-name", "properties": "name"}
    found = features(client, "routes", datetime="2001-06-01", **asked)
    assert [one["properties"] for one in found] == [{"name": "Vlora to Italy"}]
    assert features(client, "routes", q="tekija", **asked) == []


def test_a_filter_is_as_sure_as_it_is_asked_to_be(client: httpx.Client) -> None:
    asked = {"filter": "T_INTERSECTS(valid, DATE('2003-12-01')) AND mode = 'sea'"}
    assert len(features(client, "routes", **asked)) == 3
    assert features(client, "routes", certainty="certain", **asked) == []


def test_a_broken_filter_is_refused_on_a_collection_that_is_not_there_first(
    client: httpx.Client,
) -> None:
    assert client.get("/collections/nothing/items?filter=)").status_code == 404
    answer = client.get("/collections/routes/items?filter=mode ==")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "filter"


def test_a_property_is_a_parameter_of_its_own(client: httpx.Client) -> None:
    sea = features(client, "routes", mode="sea")
    assert {one["properties"]["mode"] for one in sea} == {"sea"}
    assert len(sea) == len(features(client, "routes", filter="mode = 'sea'"))
    assert [one["id"] for one in features(client, "routes", mode="sea", route="durres-sea")] == [
        "durres-sea.v1"
    ]
    assert features(client, "routes", mode="sea", version="2") == []
    answer = client.get("/collections/routes/items?version=one")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "version"
    assert client.get("/collections/crossings/items?mode=sea").status_code == 400


def test_the_older_dialect_of_gdal_is_understood(client: httpx.Client) -> None:
    asked = {"filter-lang": "cql-text"}
    said = "(name ILIKE 'VLORA%') AND (description <> 'x ILIKE ''y''')"
    found = features(client, "routes", filter=said, **asked)
    assert [one["id"] for one in found] == ["vlora-italy.v1"]
    later = features(client, "routes", filter="start_earliest >= '2002-01-01T'", **asked)
    assert len(later) == 3
