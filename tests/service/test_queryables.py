"""Queryables over HTTP, and the parameters of a filter."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import numpy as np
import pytest
from markupsafe import escape
from starlette.requests import Request

from geo.crs import CRS84_URI, EPSG_URI, Crs
from routes import Edition
from routes.filters import EXAMPLE, queryables
from routes.schema import COLLECTIONS
from service import pages
from service.ogc.filtering import CONFORMANCE, FILTER, FILTER_CRS, FILTER_LANG, parse_filter
from service.problems import BadParameter

REL = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SYSTEMS = {uri: Crs.parse(uri) for uri in (CRS84_URI, f"{EPSG_URI}4326", f"{EPSG_URI}3857")}


@pytest.fixture(scope="module")
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, timeout=20) as client:
        yield client


def request(**query: str) -> Request:
    return Request({"type": "http", "query_string": urlencode(query).encode(), "headers": []})


@pytest.mark.parametrize("prefix", ["", "/editions/1"])
def test_every_collection_leads_to_its_queryables(client: httpx.Client, prefix: str) -> None:
    for one in client.get(f"{prefix}/collections").json()["collections"]:
        (link,) = [link for link in one["links"] if link["rel"] == REL]
        answer = client.get(link["href"])
        assert answer.headers["content-type"] == link["type"] == "application/schema+json"
        document = answer.json()
        assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert (
            document["$id"]
            == link["href"]
            == str(client.base_url).rstrip("/") + (f"{prefix}/collections/{one['id']}/queryables")
        )
        assert document["type"] == "object"
        assert document["additionalProperties"] is False
        assert document["properties"] == queryables(COLLECTIONS[one["id"]])


def test_people_get_the_queryables_as_a_table(client: httpx.Client) -> None:
    page = client.get("/collections/routes/queryables", params={"f": "html"})
    assert page.headers["content-type"].startswith("text/html")
    for name in queryables(COLLECTIONS["routes"]):
        assert f"<code>{name}</code>" in page.text
    assert "Queryables of routes" in page.text


def test_queryables_of_what_is_not_there_are_not_there(client: httpx.Client) -> None:
    assert client.get("/collections/ships/queryables").status_code == 404
    assert client.get("/collections/routes/queryables?x=1").status_code == 400


def test_a_filter_is_read_with_its_language_and_its_crs(edition: Edition) -> None:
    frame, index = edition.frame("routes"), edition.index("routes")
    in_json = '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[39,18,43,21]}]}'
    found = [
        parse_filter(request(**query), "routes", SYSTEMS)
        for query in (
            {"filter": "S_INTERSECTS(geometry, BBOX(18,39,21,43))"},
            {"filter": in_json, "filter-lang": "cql2-json", "filter-crs": f"{EPSG_URI}4326"},
        )
    ]
    masks = [one.mask(frame, index.bounds) for one in found if one]
    assert np.array_equal(*masks)
    assert masks[0].any()
    assert parse_filter(request(), "routes", SYSTEMS) is None


@pytest.mark.parametrize(
    ("query", "parameter", "fault", "example"),
    [
        ({"filter": "mode="}, "filter", "ends too early, after character 5", EXAMPLE),
        ({"filter": ""}, "filter", "is empty", EXAMPLE),
        ({"filter": ' {"op":"="}'}, "filter",
         "is JSON, but is read as CQL2 text; with it goes filter-lang=cql2-json", EXAMPLE),
        ({"filter": "true", "filter-lang": "cql"}, "filter-lang",
         "'cql' is neither cql2-text nor cql2-json", "cql2-text"),
        ({"filter": "true", "filter-crs": "x"}, "filter-crs",
         f"'x' is none of the systems here: {', '.join(SYSTEMS)}", f"{EPSG_URI}3857"),
        ({"filter-lang": "x"}, "filter-lang",
         "'x' is neither cql2-text nor cql2-json", "cql2-text"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_a_bad_request(
    query: dict[str, str], parameter: str, fault: str, example: str
) -> None:
    with pytest.raises(BadParameter) as caught:
        parse_filter(request(**query), "routes", SYSTEMS)
    refused = caught.value
    assert (refused.status, refused.parameter) == (400, parameter)
    assert (refused.fault, refused.example) == (fault, example)


def test_the_page_of_a_refused_filter_shows_a_right_one_whole() -> None:
    text = "T_DURING(valid, INTERVAL('2003-01-01','..')) or true"
    document = BadParameter("is empty", "filter", text).document("/collections/routes/items")
    assert f">{escape(text)}<" in pages.problem(document, "")


def test_the_parameters_and_classes_are_those_of_the_standard() -> None:
    assert (FILTER.name, FILTER_LANG.name, FILTER_CRS.name) == (
        "filter", "filter-lang", "filter-crs",
    )  # fmt: skip
    # The last is a draft's name for text, and the only one that GDAL knows.
    assert FILTER_LANG.schema["enum"] == ["cql2-text", "cql2-json", "cql-text"]
    assert FILTER_LANG.schema["default"] == "cql2-text"
    assert FILTER_CRS.schema["default"] == CRS84_URI
    assert parse_filter(request(filter=FILTER.example), "routes", SYSTEMS)
    assert len(set(CONFORMANCE)) == len(CONFORMANCE) == 16
    assert "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions" in CONFORMANCE
