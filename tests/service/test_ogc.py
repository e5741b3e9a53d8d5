"""What OGC API Features asks of the resources around the items."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.ogc import properties

COLLECTIONS = {
    "routes", "crossings", "shifts", "events", "roles", "statistics", "boundaries", "borders",
}  # fmt: skip


def links(document: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in document["links"]}


@pytest.mark.parametrize("prefix", ["", "/editions/1"])
def test_from_the_front_page_every_link_leads_somewhere(live_server: str, prefix: str) -> None:
    with httpx.Client(timeout=20) as client:
        front = client.get(f"{live_server}{prefix}/").json()
        rels = links(front)
        assert {"self", "service-desc", "service-doc", "conformance", "data"} <= rels.keys()
        documents = [front, client.get(rels["data"]).json()]
        documents += documents[1]["collections"]
        for document in documents:
            for link in document["links"]:
                if not link["href"].startswith(live_server):
                    assert link["rel"] == "license"
                    continue
                answer = client.get(link["href"])
                assert answer.status_code == 200, link
                assert answer.headers["content-type"].split(";")[0] == link["type"].split(";")[0]


def test_every_collection_says_where_and_when_it_lies(live_server: str) -> None:
    listed = httpx.get(f"{live_server}/collections").json()["collections"]
    assert {one["id"] for one in listed} == COLLECTIONS
    for one in listed:
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert -15 <= west <= east <= 65
        assert 30 <= south <= north <= 72
        assert len(one["extent"]["temporal"]["interval"][0]) == 2


def test_the_api_is_described_in_openapi_3_0_with_the_parameters_that_work(
    live_server: str,
) -> None:
    document = httpx.get(f"{live_server}/api").json()
    assert document["openapi"].startswith("3.0.")
    items = document["paths"]["/collections/{collectionId}/items"]["get"]
    queries = {one["name"]: one for one in items["parameters"] if one["in"] == "query"}
    assert {"mode", "route", "version"} < set(queries)
    assert set(queries) - {one.name for one in properties.every()} == {
        "bbox", "bbox-crs", "crs", "datetime", "certainty", "filter", "filter-lang", "filter-crs",
        "q", "sortby", "properties", "skipGeometry", "limit", "cursor", "count", "f",
    }  # fmt: skip
    assert queries["bbox"]["explode"] is False
    for path, written in document["paths"].items():
        there = {
            one["name"]: one["example"]
            for one in written["get"]["parameters"]
            if one["in"] == "path"
        }
        filled = path.format(**there)
        needed = {"/changes": "?from=2001&to=2004", "/oembed": f"?url={live_server}/map"}
        answer = httpx.get(f"{live_server}{filled}{needed.get(path, '')}", timeout=60)
        assert answer.status_code == 200, path


def test_the_schema_names_every_property_that_a_feature_has(live_server: str) -> None:
    for collection in COLLECTIONS:
        schema = httpx.get(f"{live_server}/collections/{collection}/schema").json()
        page = httpx.get(f"{live_server}/collections/{collection}/items?limit=1").json()
        properties = page["features"][0]["properties"]
        assert set(properties) == set(schema["properties"]) - {"geometry"}


def test_a_download_is_a_whole_collection_with_its_provenance(live_server: str) -> None:
    answer = httpx.get(f"{live_server}/downloads/boundaries.geojson")
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    document = answer.json()
    assert len(document["features"]) == 132
    assert document["edition"] == 1
    assert document["sources"]["natural-earth"]
    assert "CC-BY-4.0" in document["licence"]


def test_the_history_of_the_vlora_route_names_its_shift(live_server: str) -> None:
    history = httpx.get(f"{live_server}/routes/vlora-italy").json()
    (shift,) = history["shifts_out"]
    assert {one["route"] for one in shift["to"]} == {
        "durres-sea", "montenegro-sea", "overland-greece-macedonia",
    }  # fmt: skip
    assert "police" in shift["cause"].lower()
    assert shift["source"] == "lindstrom-2004"
    assert history["sources"]["lindstrom-2004"]["author"] == "Nicole Lindstrom"
    assert "editor's reading" in shift["caveat"]
    assert shift["date_in_words"] == "about 2003 (between 2002 and 2004)"
    successor = httpx.get(shift["to"][0]["href"]).json()
    assert successor["shifts_in"][0]["id"] == shift["id"]


def test_changes_between_two_days_name_routes_states_and_the_shift(live_server: str) -> None:
    changes = httpx.get(f"{live_server}/changes?from=2001-06-01&to=2003-12-01").json()
    by_id = {one["id"]: one for one in changes["changes"]}
    assert by_id["vlora-italy.v1"]["change"] == "less-certain"
    assert by_id["durres-sea.v1"]["change"] == "appeared"
    assert by_id["fr-yugoslavia.1992-04-27"]["change"] == "ended"
    assert by_id["serbia-and-montenegro.2003-02-04"]["change"] == "appeared"
    assert [shift["id"] for shift in changes["shifts"]] == ["vlora-disruption"]


def test_after_the_sources_knowledge_a_route_is_no_longer_described(live_server: str) -> None:
    changes = httpx.get(f"{live_server}/changes?from=2003-12-01&to=2010-01-01").json()
    by_id = {one["id"]: one["change"] for one in changes["changes"]}
    assert by_id["durres-sea.v1"] == "no-longer-described"
    assert by_id["vlora-italy.v1"] == "ended"
    assert changes["knowledge_ends"] == "2004"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("", "from"), ("from=2003", "to"), ("from=x&to=2003", "from"), ("from=2004&to=2003", "from")],
)
def test_changes_without_two_days_in_order_are_refused(
    live_server: str, query: str, parameter: str
) -> None:
    answer = httpx.get(f"{live_server}/changes?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/collections/routes/items", "/map", "/health/live"])
def test_another_method_is_refused_and_told_which_there_are(
    live_server: str, method: str, path: str
) -> None:
    answer = httpx.request(method, f"{live_server}{path}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
