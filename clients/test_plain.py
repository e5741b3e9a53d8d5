"""The address alone, as people add it to QGIS and copy it with ogr2ogr."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyogrio
import pytest

from clients.conftest import Qgis, features, ids

COLLECTIONS = (
    "routes", "crossings", "shifts", "events", "roles", "statistics", "boundaries", "borders",
)  # fmt: skip
DANUBE = "22.3,44.6,22.5,44.8"


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_qgis_adds_a_collection_by_the_address_of_the_service(
    qgis: Qgis, live_server: str, collection: str
) -> None:
    layer = qgis("address", live_server, collection)
    assert layer["valid"]
    assert layer["ids"] == ids(features(live_server, collection))


@pytest.mark.parametrize("collection", ["crossings", "routes", "boundaries"])
def test_qgis_asks_for_a_place_and_gets_what_the_service_says_is_there(
    qgis: Qgis, live_server: str, collection: str
) -> None:
    layer = qgis("address", live_server, collection, DANUBE)
    there = ids(features(live_server, collection, bbox=DANUBE))
    assert layer["ids"] == there
    assert 0 < len(there) < features(live_server, collection)["numberMatched"]


def ogr2ogr(*arguments: object) -> None:
    done = subprocess.run(
        ["ogr2ogr", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, "ERROR" in done.stderr) == (0, False), done.stderr


def test_ogr2ogr_copies_everything_to_a_geopackage_and_back_with_the_same_ids(
    live_server: str, tmp_path: Path
) -> None:
    package = tmp_path / "atlas.gpkg"
    ogr2ogr("-f", "GPKG", package, f"OAPIF:{live_server}")
    assert {name for name, _ in pyogrio.list_layers(package)} == set(COLLECTIONS)
    for collection in COLLECTIONS:
        back = tmp_path / f"{collection}.geojson"
        ogr2ogr("-f", "GeoJSON", back, package, collection)
        given = ids(features(live_server, collection))
        for file, layer in ((package, collection), (back, None)):
            frame = pyogrio.read_dataframe(file, layer=layer)
            assert sorted(frame["id"]) == given, file
