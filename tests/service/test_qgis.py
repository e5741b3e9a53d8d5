"""The layer definition over HTTP; `clients` opens it in QGIS itself."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
import shapely

from routes.stores.files import FileStore
from service.app import create_app
from service.qgis.palette import colour
from service.qgis.rules import quoted
from service.settings import Settings
from tests.helpers import content, versions

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for httpx2
    from starlette.testclient import TestClient

TYPE = "application/x-qgis-layer-definition"


def document(address: str, **headers: str) -> ElementTree.Element:
    answer = httpx.get(address, headers=headers, timeout=30).raise_for_status()
    return ElementTree.fromstring(answer.content)


def sources(root: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in root.iter("datasource")]


def test_it_is_a_file_to_save_with_the_edition_in_its_name_and_tag(live_server: str) -> None:
    address = f"{live_server}/downloads/routeshift.qlr"
    answer = httpx.get(address)
    assert answer.headers["content-type"] == TYPE
    assert 'filename="balkans-edition-1.qlr"' in answer.headers["content-disposition"]
    assert answer.headers["etag"].startswith('"e1-')
    assert answer.content.startswith(b"<!DOCTYPE qgis-layer-definition>")
    again = httpx.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_it_is_the_same_byte_for_byte_each_time(live_server: str) -> None:
    address = f"{live_server}/downloads/routeshift.qlr"
    assert httpx.get(address).content == httpx.get(address).content


def test_pinned_to_an_edition_it_is_kept_for_ever_and_names_that_edition(live_server: str) -> None:
    address = f"{live_server}/editions/1/downloads/routeshift.qlr"
    assert "immutable" in httpx.get(address).headers["cache-control"]
    asked = sources(document(address))
    assert asked
    assert all(f"{live_server}/editions/1" in source for source in asked)


def test_an_edition_that_is_not_there_has_none(live_server: str) -> None:
    answer = httpx.get(f"{live_server}/editions/99/downloads/routeshift.qlr")
    assert answer.status_code == 404


def test_a_parameter_is_refused(live_server: str) -> None:
    answer = httpx.get(f"{live_server}/downloads/routeshift.qlr?date=2003-12-01")
    assert answer.status_code == 400


def test_behind_a_proxy_its_sources_are_where_readers_find_the_service(live_server: str) -> None:
    address = f"{live_server}/downloads/routeshift.qlr"
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "news.example"}
    asked = sources(document(address, **said, **{"X-Forwarded-Prefix": "/atlas"}))
    assert all("https://news.example/atlas" in source for source in asked)


def test_a_host_that_is_none_cannot_end_a_source_early(live_server: str) -> None:
    asked = sources(document(f"{live_server}/downloads/routeshift.qlr", Host="a'b|c"))
    assert asked
    assert not any("a'b" in source or "b|c" in source for source in asked)


def test_the_group_bears_the_title_and_the_edition(live_server: str) -> None:
    root = document(f"{live_server}/downloads/routeshift.qlr")
    names = [group.get("name") for group in root.iter("layer-tree-group")]
    assert names == ["", "Routes through the Balkans, 2000–2003, edition 1"]


def test_every_layer_of_the_tree_is_described_once(live_server: str) -> None:
    root = document(f"{live_server}/downloads/routeshift.qlr")
    placed = [one.get("id") for one in root.iter("layer-tree-layer")]
    described = [one.findtext("id") for one in root.iter("maplayer")]
    assert placed == described
    assert len(set(placed)) == len(placed) == 10


def test_every_rule_finds_its_symbol(live_server: str) -> None:
    root = document(f"{live_server}/downloads/routeshift.qlr")
    for renderer in root.iter("renderer-v2"):
        asked = {rule.get("symbol") for rule in renderer.iterfind("rules//rule")} - {None}
        assert asked == {symbol.get("name") for symbol in renderer.iterfind("symbols/symbol")}


def test_the_landing_page_and_the_api_lead_to_it(live_server: str) -> None:
    links = httpx.get(f"{live_server}/?f=json").json()["links"]
    (link,) = [one for one in links if one["type"] == TYPE]
    assert link["href"] == f"{live_server}/downloads/routeshift.qlr"
    assert "/downloads/routeshift.qlr" in httpx.get(f"{live_server}/api?f=json").json()["paths"]


def test_an_atlas_of_routes_alone_has_only_their_layers(tmp_path: Path) -> None:
    lines = [shapely.LineString([(19, 40), (18, 41)])]
    made = content(versions(lines, ["2003/2004"], name=["L'autre <route>"]))
    made.atlas.update(byline="Somebody", licence="CC0-1.0")
    FileStore(tmp_path).publish(made, "", "")
    client = TestClient(create_app(Settings(store=tmp_path)))
    answer = client.get("/downloads/routeshift.qlr")
    assert answer.status_code == 200
    root = ElementTree.fromstring(answer.content)
    assert [one.get("name") for one in root.iter("layer-tree-layer")] == [
        "Routes",
        "Routes, course schematic",
    ]


@pytest.mark.parametrize(
    ("name", "opacity", "written"),
    [
        ("water", 1.0, "178,60,23,255"),
        ("#000000", 0.5, "0,0,0,128"),
        ("paper", 0.0, "251,250,246,0"),
    ],
)
def test_colours_are_those_of_the_stylesheet(name: str, opacity: float, written: str) -> None:
    assert colour(name, opacity) == written


def test_a_colour_that_the_stylesheet_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        colour("mauve")


def test_a_quote_in_a_name_does_not_end_an_expression() -> None:
    assert quoted("Cote d'Ivoire\\") == "'Cote d''Ivoire\\\\'"
    assert re.fullmatch(r"'([^'\\]|''|\\\\)*'", quoted("a'\\'b"))
