"""Files as others make them, each written by the program or library that really writes them."""

from __future__ import annotations

import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import duckdb
import geopandas
import openpyxl
import pyogrio
import pytest
import shapely

import routes
from routes.report import AtlasRefused
from tests.importing.ferries import NORTH, SOUTH, imported, lines, options

WORLD_ATLAS = Path(__file__).parents[2] / "node_modules/world-atlas/countries-110m.json"


def test_a_geopackage_in_another_crs_with_dates_as_qgis_writes_it(tmp_path: Path) -> None:
    frame = lines(
        fid=[1, 2],
        Route_ID=["north", "south"],
        Title=["North line", "South line"],
        valid_from=geopandas.pd.Series(["1066-10-14", "2003-02-04"]).astype("datetime64[s]"),
        valid_to=geopandas.pd.Series([None, "2301-01-01T12:30:15"]).astype("datetime64[s]"),
    )
    path = tmp_path / "lines.gpkg"
    pyogrio.write_dataframe(frame.to_crs("EPSG:3035"), path, layer="lines")
    found = imported(path, tmp_path)
    assert found["valid"].tolist() == [
        "1066-10-14T00:00:00Z/..", "2003-02-04T00:00:00Z/2301-01-01T12:30:15Z",
    ]  # fmt: skip
    assert found["name"].tolist() == ["North line", "South line"]
    assert found.loc["north.v1"].geometry.equals_exact(NORTH, 1e-6)
    assert found["locator"].tolist() == ["feature 1 of lines.gpkg", "feature 2 of lines.gpkg"]


@pytest.mark.parametrize("inside", ["", "export/"])
def test_a_shapefile_in_a_zip_in_cp1250_with_names_cut_after_ten_letters(
    tmp_path: Path, inside: str
) -> None:
    frame = lines(
        valid_from=["2003", "2004"],
        route_name=["Žlutá čára", "Bílá čára"],
        descriptio=["Říční", "Mořská"],
    )
    folder = tmp_path / "shape"
    folder.mkdir()
    pyogrio.write_dataframe(frame, folder / "lines.shp", encoding="cp1250")
    (folder / "lines.cpg").unlink()
    packed = tmp_path / "lines.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, inside + file.name)
    found = imported(packed, tmp_path, options(encoding="cp1250"))
    assert found["route"].tolist() == ["bila-cara", "zluta-cara"]
    assert found["description"].tolist() == ["Mořská", "Říční"]
    assert found["valid"].tolist() == ["2004/..", "2003/.."]


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Tidewater</name>
<Folder><name>Summer</name>
 <Placemark><name>North line</name><TimeSpan><begin>2003</begin><end>2004-05</end></TimeSpan>
  <LineString><coordinates>14.2,43.6,0 15.0,43.3,0</coordinates></LineString></Placemark>
 <Folder><name>Night</name>
  <Placemark><name>South line</name><TimeStamp><when>1066-10-14</when></TimeStamp>
   <LineString><coordinates>17.0,42.3 17.9,41.8</coordinates></LineString></Placemark></Folder>
 <Placemark><name>West line</name><TimeSpan><begin>1990-01-01T10:00:00Z</begin></TimeSpan>
  <MultiGeometry><LineString><coordinates>14.2,43.6 14.3,43.6</coordinates></LineString>
   <LineString><coordinates>14.4,43.6 14.5,43.6</coordinates></LineString></MultiGeometry>
 </Placemark>
</Folder>
<Folder><name>Summer</name>
 <Placemark><name>East line</name><TimeSpan><end>1999</end></TimeSpan>
  <LineString><coordinates>15.2,43.0 15.3,43.0</coordinates></LineString></Placemark>
</Folder></Document></kml>"""


@pytest.mark.parametrize("packed", [False, True])
def test_a_kml_with_nested_folders_keeps_its_times_as_they_are_written(
    tmp_path: Path, packed: bool
) -> None:
    path = tmp_path / ("lines.kmz" if packed else "lines.kml")
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", KML)
    else:
        path.write_text(KML)
    found = imported(path, tmp_path)
    assert found["valid"].to_dict() == {
        "east-line.v1": "/1999",
        "north-line.v1": "2003/2004-05",
        "south-line.v1": "1066-10-14",
        "west-line.v1": "1990-01-01T10:00:00Z/..",
    }
    assert found.loc["west-line.v1"].geometry.geom_type == "MultiLineString"


def test_a_gpx_track_has_the_time_of_its_points(tmp_path: Path) -> None:
    points = "".join(
        f'<trkpt lat="{lat}" lon="{lon}"><ele>3</ele><time>2003-05-0{day}T10:00:00Z</time></trkpt>'
        for day, (lon, lat) in enumerate(NORTH.coords, start=1)
    )
    path = tmp_path / "north.gpx"
    path.write_text(
        '<gpx version="1.1" creator="a receiver" xmlns="http://www.topografix.com/GPX/1/1">'
        '<wpt lat="43.6" lon="14.2"><name>Harbour</name></wpt>'
        f"<trk><name>North line</name><trkseg>{points}</trkseg></trk></gpx>"
    )
    found = imported(path, tmp_path)
    assert found["valid"].tolist() == ["2003-05-01T10:00:00Z/2003-05-03T10:00:00Z"]
    assert not shapely.has_z(found.geometry.iloc[0])


def test_tags_of_openhistoricalmap_with_partial_dates(tmp_path: Path) -> None:
    tags = [
        {"name": "North line", "route": "ferry", "start_date": "1850", "end_date": "1903-05"},
        {"name": "South line", "route": "ferry", "start_date": "~1850", "end_date": "1890s"},
        {"name": "East line", "route": "ferry", "start_date": "1850-03-04",
         "start_date:edtf": "1850-03-04?", "end_date": "C20"},
        {"name": "West line", "route": "ferry", "end_date": "1911"},
    ]  # fmt: skip
    features = [{"type": "Feature", "id": f"way/{number}", "properties": tag,
                 "geometry": shapely.geometry.mapping(NORTH)}
                for number, tag in enumerate(tags)]  # fmt: skip
    path = tmp_path / "ways.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = imported(path, tmp_path, options("route=name"))
    assert found["valid"].to_dict() == {
        "east-line.v1": "1850-03-04?/19XX",
        "north-line.v1": "1850/1903-05",
        "south-line.v1": "1850~/189X",
        "west-line.v1": "/1911",
    }


def test_a_spreadsheet_with_dates_as_text_and_as_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Lines"
    sheet.append(["Linie", "Beginn", "Ende", "WKT"])
    sheet.append(["Nordlinie", "03.04.2001", "05.2002", NORTH.wkt])
    sheet.append(["Südlinie", date(2001, 4, 3), datetime(2001, 4, 3, 10, 30, 15), SOUTH.wkt])
    path = tmp_path / "lines.xlsx"
    book.save(path)
    found = imported(path, tmp_path, options(dates="dd.mm.yyyy"))
    assert found["valid"].to_dict() == {
        "nordlinie.v1": "2001-04-03/2002-05",
        "sudlinie.v1": "2001-04-03/2001-04-03T10:30:15",
    }
    assert found.loc["nordlinie.v1", "locator"] == "row 2 of lines.xlsx"


def test_a_csv_with_semicolons_decimal_commas_and_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "ports.csv"
    path.write_text(
        'Název;Druh;Od;Zem. šířka;X;Y\n"Port; north";harbour;2001;ignored;14,25;43,5\n',
        encoding="utf-8-sig",
    )
    asked = options(sets=("kind=harbour",), collection="events")
    found = imported(path, tmp_path, asked)
    assert found.loc["port-north"].geometry.equals(shapely.Point(14.25, 43.5))
    assert found.loc["port-north", "valid"] == "2001/.."
    assert found.loc["port-north", "locator"] == "line 2 of ports.csv"


def test_a_csv_with_wkt_over_several_lines_in_an_old_encoding(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    wkt = f"SRID=4326;{NORTH.wkt}".replace("(", "(\n")
    path.write_bytes(
        f'ruta;popis;geom\nžlutá;"řádek 1\nřádek 2";"{wkt}"\nbílá;;"{SOUTH.wkt}"\n'.encode("cp1250")
    )
    found = imported(path, tmp_path, options(encoding="cp1250"))
    assert found["route"].tolist() == ["bila", "zluta"]
    assert found.loc["zluta.v1"].geometry.equals(NORTH)
    assert found["locator"].tolist() == ["line 5 of lines.csv", "line 4 of lines.csv"]
    with pytest.raises(AtlasRefused, match="--encoding"):
        imported(path, tmp_path / "again")


def test_geojson_with_a_crs_heights_and_collections(tmp_path: Path) -> None:
    metric = geopandas.GeoSeries([NORTH], crs="EPSG:4326").to_crs("EPSG:3035")[0]
    high = shapely.force_3d(metric, 12.5)
    shape = {"type": "GeometryCollection", "geometries": [shapely.geometry.mapping(high)]}
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3035"}},
        "features": [{"type": "Feature", "properties": {"route": "north", "year": 2003},
                      "geometry": shape}],
    }  # fmt: skip
    path = tmp_path / "lines.geojson"
    path.write_text(json.dumps(document))
    found = imported(path, tmp_path)
    assert found.loc["north.v1"].geometry.equals_exact(NORTH, 1e-6)
    assert found.loc["north.v1", "valid"] == "2003"


@pytest.mark.parametrize("driver", ["GeoJSONSeq", "FlatGeobuf"])
def test_formats_that_are_read_as_a_stream(tmp_path: Path, driver: str) -> None:
    path = tmp_path / ("lines.geojsonl" if driver == "GeoJSONSeq" else "lines.fgb")
    frame = lines(route=["north", "south"], start=["2003", "2003-05"], stop=["2004", "2004"])
    pyogrio.write_dataframe(frame, path, driver=driver)
    found = imported(path, tmp_path, options("valid_from=start,valid_to=stop"))
    assert found["valid"].tolist() == ["2003/2004", "2003-05/2004"]


def test_geoparquet_of_geopandas_with_a_box_and_another_crs(tmp_path: Path) -> None:
    frame = lines(route=["north", "south"], begin=[date(1612, 1, 2), None],
                  until=[2003.0, float("nan")])  # fmt: skip
    path = tmp_path / "lines.parquet"
    frame.to_crs("EPSG:3035").to_parquet(path, write_covering_bbox=True)
    found = imported(path, tmp_path)
    assert found.loc["north.v1", "valid"] == "1612-01-02/2003"
    assert isinstance(found.loc["south.v1", "valid"], float)
    assert found.loc["north.v1"].geometry.equals_exact(NORTH, 1e-6)


@pytest.mark.parametrize("column", ["::GEOMETRY", ""])
def test_parquet_of_duckdb_with_a_geometry_or_with_wkt(tmp_path: Path, column: str) -> None:
    path = tmp_path / "lines.parquet"
    duckdb.sql(
        f"copy (select 'north' as route, date '2003-05-01' as valid_from, 2004 as valid_to, "
        f"'{NORTH.wkt}'{column} as geom) to '{path}' (format parquet)"
    )
    found = imported(path, tmp_path)
    assert found.loc["north.v1", "valid"] == "2003-05-01/2004"
    assert found.loc["north.v1"].geometry.equals(NORTH)


def test_the_worlds_countries_make_an_atlas_of_their_own(tmp_path: Path) -> None:
    asked = options(
        sets=("valid=2018/..",), collection="boundaries", layer="countries",
        source_title="Natural Earth", mend_areas=True,
    )  # fmt: skip
    found = imported(WORLD_ATLAS, tmp_path, asked)
    assert len(found) == 177
    assert {"Fiji", "Brazil", "Antarctica"} <= set(found["name"])
    assert found.geometry.is_valid.all()
    assert found["entity"].notna().all()
    edition = routes.open(tmp_path / "store")
    assert set(edition.sources) == {"natural-earth"}
    assert edition.manifest.collections["borders"].count == 0
    assert edition.manifest.collections["boundaries"].bbox[0] == -180
