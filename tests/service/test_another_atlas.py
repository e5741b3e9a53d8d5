"""An atlas of other ids, other places and other centuries: nothing holds only for the Balkans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings


@pytest.fixture(scope="module")
def client(ferries: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=ferries))) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/", "/?f=html", "/conformance", "/api", "/collections", "/collections?f=html",
        "/collections/routes", "/collections/routes?f=html", "/collections/routes/schema",
        "/collections/routes/queryables?f=html", "/collections/routes/items?f=html",
        "/collections/routes/items/night-ferry.v1?f=html", "/routes/night-ferry",
        "/routes/night-ferry?f=html", "/changes?from=1490&to=1600",
        "/changes?from=1490&to=1600&f=html", "/changes?from-edition=1&to-edition=1&f=html",
        "/editions", "/editions?f=html", "/editions/1?f=html", "/editions.atom", "/timemap/map",
        "/map", "/embed", "/map?date=1499-05-01", "/map/table",
        "/map/table?date=1499-05-01", "/compare", "/compare?from=1490&to=1600",
        "/picture.svg?date=1499-05-01", "/picture.png",
        "/oembed?url=http://testserver/map&format=xml",
        "/tiles", "/tiles/WebMercatorQuad?f=tilejson",
        "/downloads/routeshift.qlr", "/downloads/routes.gpkg", "/downloads/routes.kml",
    ],
)  # fmt: skip
def test_every_resource_is_there(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    text = answer.content.decode(errors="ignore")
    for word in ("Balkan", "Vlora", "Lindstrom", "Montenegro", "trafficked"):
        assert word not in text


def test_a_box_across_the_antimeridian_finds_what_lies_on_either_side(client: TestClient) -> None:
    def found(box: str) -> list[str]:
        page = client.get("/collections/routes/items", params={"bbox": box, "f": "json"}).json()
        return sorted(one["id"] for one in page["features"])

    assert found("179,-18,-171,-13") == ["moon-ferry.v1", "night-ferry.v1"]
    assert found("177,-19,179,-17") == ["night-ferry.v1"]
    assert found("-171.5,-15,-170,-13") == ["moon-ferry.v1"]


def test_centuries_far_away_are_asked_like_others(client: TestClient) -> None:
    def found(moment: str, **more: str) -> list[str]:
        asked = {"datetime": moment, "f": "json", **more}
        page = client.get("/collections/routes/items", params=asked).json()
        return sorted(one["id"] for one in page["features"])

    assert found("1500-01-01", certainty="certain") == ["moon-ferry.v1", "night-ferry.v1"]
    assert found("-0043-01-01") == ["moon-ferry.v1"]
    assert found("-0100-01-01") == []
    assert found("1522-06-01", certainty="certain") == ["moon-ferry.v1"]
