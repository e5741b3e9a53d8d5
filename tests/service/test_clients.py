"""Programs that people use: GDAL's OAPIF driver, by pyogrio and by ogrinfo."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import unquote

import pyogrio
import pyproj
import pytest

from tests.conftest import serving

EXPECTED = {
    "routes": (7, "MultiLineString"),
    "crossings": (4, "Unknown"),
    "shifts": (1, "Point"),
    "events": (9, "Point"),
    "roles": (8, "Polygon"),
    "statistics": (96, "MultiPolygon"),
    "boundaries": (132, "MultiPolygon"),
    "borders": (15, "MultiLineString"),
}


def test_gdal_lists_every_collection(live_server: str) -> None:
    layers = pyogrio.list_layers(f"OAPIF:{live_server}")
    assert {name for name, _ in layers} == set(EXPECTED)


@pytest.mark.parametrize("collection", EXPECTED)
def test_gdal_reads_a_collection_with_its_count_types_and_geometry(
    live_server: str, collection: str
) -> None:
    count, geometry = EXPECTED[collection]
    source = f"OAPIF:{live_server}"
    info = pyogrio.read_info(source, layer=collection, force_feature_count=True)
    frame = pyogrio.read_dataframe(source, layer=collection)
    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert info["features"] == len(frame) == count
    assert info["geometry_type"] == geometry
    assert pyproj.CRS(info["crs"]).to_authority() == ("OGC", "CRS84")
    assert types["id"] == "OFTString"
    assert types["end_latest"] == "OFTDateTime"
    assert frame.total_bounds[0] > -16


def test_gdal_asks_for_a_place_and_gets_only_that(live_server: str) -> None:
    frame = pyogrio.read_dataframe(
        f"OAPIF:{live_server}", layer="crossings", bbox=(22.3, 44.6, 22.5, 44.8)
    )
    assert frame["id"].tolist() == ["tekija"]


@pytest.mark.parametrize("code", ["EPSG:3035", "EPSG:3857", "EPSG:32634"])
def test_gdal_asks_for_another_system_and_gets_its_axes_right(live_server: str, code: str) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{live_server}", layer="crossings", CRS=code)
    plain = pyogrio.read_dataframe(f"OAPIF:{live_server}", layer="crossings")
    assert frame.crs == code
    back = frame.to_crs("OGC:CRS84").set_index("id").geometry
    assert back.geom_equals_exact(plain.set_index("id").geometry, 1e-6).all()


def test_ogrinfo_reads_every_collection(live_server: str) -> None:
    done = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", f"OAPIF:{live_server}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for collection, (count, _) in EXPECTED.items():
        _, _, described = done.stdout.partition(f"Layer name: {collection}\n")
        assert f"Feature Count: {count}\n" in described.partition("Layer name:")[0]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("mode = 'sea' AND version < 2", ["durres-sea", "montenegro-sea", "vlora-italy"]),
        ("name ILIKE 'VLORA%'", ["vlora-italy"]),
        ("mode = 'sea' AND start_earliest >= '2002/01/01'", ["durres-sea", "montenegro-sea"]),
        ("implied IS NULL AND mode IN ('sea', 'river')", ["danube-at-tekija", "vlora-italy"]),
    ],
)
def test_gdal_hands_its_attribute_filter_down_as_cql2(
    store: Path, tmp_path: Path, where: str, ids: list[str]
) -> None:
    log = tmp_path / "log.txt"
    with serving(store, log, "--access-log", "--root-path", "/atlas") as address:
        frame = pyogrio.read_dataframe(f"OAPIF:{address}/atlas", layer="routes", where=where)
    assert sorted(frame["route"]) == ids
    asked = [unquote(line) for line in log.read_text().splitlines() if "/items" in line]
    assert any("filter=" in line and "filter-lang=cql-text" in line for line in asked), asked
