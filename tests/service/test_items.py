"""Items over HTTP: time, space, paging, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

REPLACEMENTS = {"durres-sea.v1", "montenegro-sea.v1", "overland-greece-macedonia.v1"}
FOUR = {"vlora-italy.v1"} | REPLACEMENTS


@pytest.fixture(scope="module")
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, timeout=20) as client:
        yield client


def ids(client: httpx.Client, collection: str, **query: str) -> set[str]:
    answer = client.get(f"/collections/{collection}/items", params={"limit": "1000", **query})
    assert answer.status_code == 200, answer.text
    return {feature["id"] for feature in answer.json()["features"]}


@pytest.mark.parametrize("certainty", ["possible", "certain"])
def test_in_2001_the_route_from_vlora_is_there_and_none_of_its_replacements(
    client: httpx.Client, certainty: str
) -> None:
    found = ids(client, "routes", datetime="2001-06-01", certainty=certainty)
    assert found & FOUR == {"vlora-italy.v1"}


@pytest.mark.parametrize("day", ["2003-12-01", "2004-06-15", "2004-06"])
def test_around_the_shift_all_four_are_possible_and_none_is_certain(
    client: httpx.Client, day: str
) -> None:
    assert ids(client, "routes", datetime=day) >= FOUR
    assert not ids(client, "routes", datetime=day, certainty="certain") & FOUR


def test_after_the_sources_knowledge_no_route_is_answered(client: httpx.Client) -> None:
    assert ids(client, "routes", datetime="2010-01-01") == set()


def test_a_route_is_described_until_2004_and_did_not_end_then(client: httpx.Client) -> None:
    feature = client.get("/collections/routes/items/durres-sea.v1").json()
    assert feature["properties"]["when"] == "from about 2003, described until 2004"
    assert feature["properties"]["end"] == "source-ends"


def entities(client: httpx.Client, day: str, **query: str) -> set[str]:
    answer = client.get(
        "/collections/boundaries/items", params={"datetime": day, "limit": "1000", **query}
    )
    return {feature["properties"]["entity"] for feature in answer.json()["features"]}


def test_the_state_of_the_day_is_the_one_on_the_map(client: httpx.Client) -> None:
    before, after = entities(client, "2003-02-03"), entities(client, "2003-02-04")
    assert "fr-yugoslavia" in before
    assert "serbia-and-montenegro" not in before
    assert "serbia-and-montenegro" in after
    assert "fr-yugoslavia" not in after


def test_in_2003_crimea_is_ukraines(client: httpx.Client) -> None:
    there = {"bbox": "34.1,45.1,34.1001,45.1001"}
    assert entities(client, "2003-06-01", **there) == {"ukraine"}


def test_a_half_open_interval_and_dots_mean_no_bound(client: httpx.Client) -> None:
    assert ids(client, "routes", datetime="2010-01-01/..") == set()
    assert ids(client, "routes", datetime="../2001-12-31") == ids(
        client, "routes", datetime="/2001-12-31"
    )


def test_features_without_a_time_always_match(client: httpx.Client) -> None:
    undated = {
        feature["id"]
        for feature in client.get("/collections/boundaries/items?limit=1000").json()["features"]
        if feature["properties"]["valid"] is None
    }
    assert undated
    assert undated <= ids(client, "boundaries", datetime="1750-01-01")


def test_a_box_gives_what_it_meets_and_not_what_only_its_box_meets(client: httpx.Client) -> None:
    # The sea routes' boxes reach over Vlora's hinterland, the lines do not.
    assert "vlora-italy.v1" in ids(client, "routes", bbox="18.5,40.2,19.5,40.8")
    assert "east-to-western-europe.v1" not in ids(client, "routes", bbox="15,44,15.1,44.1")


def test_pages_walked_by_next_give_each_feature_once(client: httpx.Client) -> None:
    address: str | None = "/collections/statistics/items?limit=7"
    seen: list[str] = []
    while address:
        page: dict[str, Any] = client.get(address).json()
        assert page["numberMatched"] == 96
        assert page["numberReturned"] == len(page["features"]) <= 7
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(seen) == len(set(seen)) == 96


def test_a_limit_over_the_most_gives_the_most(client: httpx.Client) -> None:
    assert client.get("/collections/routes/items?limit=99999999999999999999").status_code == 200


def test_an_item_stands_under_its_own_address(client: httpx.Client) -> None:
    feature = client.get("/collections/routes/items/vlora-italy.v1").json()
    rels = {link["rel"]: link["href"] for link in feature["links"]}
    assert {"self", "alternate", "collection"} <= rels.keys()
    assert client.get(rels["self"]).json()["id"] == "vlora-italy.v1"


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("bbox=1,2,3", "bbox", "3 numbers"),
        ("bbox=a,b,c,d", "bbox", "not a number"),
        ("bbox=nan,1,2,3", "bbox", "not a number"),
        ("bbox=1,50,2,40", "bbox", "south"),
        ("bbox=-190,0,10,10", "bbox", "longitude"),
        ("bbox=0,0,10,91", "bbox", "latitude"),
        ("datetime=yesterday", "datetime", "'yesterday'"),
        ("datetime=2003-02-30", "datetime", "calendar"),
        ("datetime=2004/2003", "datetime", "ends before"),
        ("datetime=", "datetime", "not an instant"),
        ("datetime=a/b/c", "datetime", "not an instant"),
        ("limit=-1", "limit", "whole number"),
        ("limit=0", "limit", "whole number"),
        ("limit=ten", "limit", "whole number"),
        ("certainty=sure", "certainty", "neither"),
        ("cursor=zz", "cursor", "not a cursor"),
        ("f=xml", "f", "not a format"),
        ("colour=red", "colour", "not known"),
        ("limit=1&limit=2", "limit", "twice"),
    ],
)
def test_a_wrong_parameter_is_refused_with_its_fault_and_what_is_right(
    client: httpx.Client, query: str, parameter: str, words: str
) -> None:
    answer = client.get(f"/collections/routes/items?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["parameter"] == parameter
    assert words in problem["detail"]
    assert problem.get("example") or "known ones are" in problem["fault"]


def test_a_cursor_of_an_edition_that_is_not_there_is_refused(client: httpx.Client) -> None:
    # base64url of "999.0"
    answer = client.get("/collections/routes/items?cursor=OTk5LjA")
    assert answer.status_code == 400
    assert "there is no edition 999; there is 1 to 1" in answer.json()["fault"]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/collections/nothing",
        "/collections/nothing/items",
        "/collections/routes/items/nothing",
        "/collections/routes/items/..%2F..%2Fetc%2Fpasswd",
        "/downloads/nothing.geojson",
        "/routes/nothing",
        "/editions/99",
        "/editions/99/collections",
        "/static/nothing.js",
    ],
)
def test_what_is_not_there_is_a_404(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["status"] == 404


def test_a_cursor_of_another_edition_is_refused_where_the_edition_is_pinned(
    client: httpx.Client,
) -> None:
    answer = client.get("/editions/1/collections/routes/items?cursor=OTk5LjA")
    assert answer.status_code == 400
    assert "of edition 999" in answer.json()["fault"]


def test_a_form_sent_with_empty_fields_is_answered_without_them(client: httpx.Client) -> None:
    asked = client.get("/collections/routes/items?datetime=&bbox=&limit=5&f=html")
    assert asked.status_code == 303
    assert asked.headers["location"].endswith("/collections/routes/items?limit=5&f=html")
