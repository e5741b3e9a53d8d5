"""Files that hold other files, layers or sheets, and tables as they come: read, or told clearly."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from routes.importing import BadOption
from routes.report import AtlasRefused, as_text
from tests.importing.ferries import NORTH, SOUTH, faults_of, imported, lines, options

FRAME = lines(route=["north", "south"], begin=["2003", "2004-05"])
TIMES = {"north.v1": "2003/..", "south.v1": "2004-05/.."}


def test_a_sheet_of_libreoffice_with_dates_in_cells(tmp_path: Path) -> None:
    begins = pd.to_datetime(["2003-01-02 10:00:15", "2004-05-01 00:00:00"])
    table = pd.DataFrame({"route": ["north", "south"], "begin": begins,
                          "wkt": [NORTH.wkt, SOUTH.wkt]})  # fmt: skip
    path = tmp_path / "lines.ods"
    pyogrio.write_dataframe(table, path, driver="ODS", layer="Lines")
    found = imported(path, tmp_path)
    assert found["valid"].to_dict() == {
        "north.v1": "2003-01-02T10:00:15/..", "south.v1": "2004-05-01T00:00:00/..",
    }  # fmt: skip
    assert found["locator"].tolist() == ["row 2 of lines.ods", "row 3 of lines.ods"]


@pytest.mark.parametrize("inside", [None, "lines.gdb/", "export/lines.gdb/"])
def test_a_file_geodatabase_as_a_folder_or_anywhere_in_a_zip(
    tmp_path: Path, inside: str | None
) -> None:
    path = tmp_path / "lines.gdb"
    pyogrio.write_dataframe(FRAME.to_crs("EPSG:3035"), path, driver="OpenFileGDB", layer="lines")
    if inside is not None:
        packed = tmp_path / "download.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            for file in path.iterdir():
                archive.write(file, inside + file.name)
        path = packed
    found = imported(path, tmp_path)
    assert found["valid"].to_dict() == TIMES
    # A geodatabase knows lines of any number of parts only.
    (part,) = found.loc["north.v1"].geometry.geoms
    assert part.equals_exact(NORTH, 1e-6)


def test_a_kmz_of_gdal_whose_layers_are_documents_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "lines.kmz"
    pyogrio.write_dataframe(FRAME.assign(Name=FRAME["route"]), path, driver="LIBKML", layer="Lines")
    assert imported(path, tmp_path)["valid"].to_dict() == TIMES


def test_a_gpx_route_has_the_time_of_its_points_and_a_waypoint_its_own(tmp_path: Path) -> None:
    points = "".join(
        f'<rtept lat="{lat}" lon="{lon}"><time>2003-05-0{day}T10:00:00Z</time></rtept>'
        for day, (lon, lat) in enumerate(NORTH.coords, start=1)
    )
    path = tmp_path / "north.gpx"
    path.write_text(
        '<gpx version="1.1" creator="a planner" xmlns="http://www.topografix.com/GPX/1/1">'
        '<wpt lat="43.6" lon="14.2"><time>2003-05-01T10:00:00Z</time><name>Harbour</name></wpt>'
        f"<rte><name>North line</name>{points}</rte></gpx>"
    )
    found = imported(path, tmp_path / "lines")
    assert found["valid"].tolist() == ["2003-05-01T10:00:00Z/2003-05-03T10:00:00Z"]
    asked = options(sets=("kind=harbour",), collection="events")
    found = imported(path, tmp_path / "points", asked)
    assert found["valid"].to_dict() == {"harbour": "2003-05-01T10:00:00"}


def test_a_gpx_route_of_gdal_that_has_no_time(tmp_path: Path) -> None:
    path = tmp_path / "lines.gpx"
    frame = FRAME.rename(columns={"route": "name"})[["name", "geometry"]]
    pyogrio.write_dataframe(frame, path, driver="GPX", layer="routes")
    assert imported(path, tmp_path)["valid"].isna().all()


def test_a_geojson_sequence_with_record_separators(tmp_path: Path) -> None:
    path = tmp_path / "lines.geojsons"
    pyogrio.write_dataframe(FRAME, path, driver="GeoJSONSeq", RS="YES")
    assert path.read_bytes()[:1] == b"\x1e"
    assert imported(path, tmp_path)["valid"].to_dict() == TIMES


def test_a_file_with_several_layers_names_them(tmp_path: Path) -> None:
    path = tmp_path / "lines.gpkg"
    for layer in ("summer", "winter"):
        pyogrio.write_dataframe(FRAME, path, layer=layer)
    with pytest.raises(AtlasRefused, match=r"summer \(2\), winter \(2\). Choose one by --layer"):
        imported(path, tmp_path)
    with pytest.raises(AtlasRefused, match=r"no layer 'spring'. Its layers are summer \(2\)"):
        imported(path, tmp_path, options(layer="spring"))
    assert len(imported(path, tmp_path, options(layer="winter"))) == 2


def test_a_shapefile_without_its_crs_or_its_other_files(tmp_path: Path) -> None:
    path = tmp_path / "lines.shp"
    pyogrio.write_dataframe(FRAME.to_crs("EPSG:3035"), path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(AtlasRefused, match=r"names no CRS.*--crs EPSG:3035"):
        imported(path, tmp_path)
    found = imported(path, tmp_path, options(crs="EPSG:3035"))
    assert found.loc["north.v1"].geometry.equals_exact(NORTH, 1e-6)
    path.with_suffix(".shx").unlink()
    with pytest.raises(AtlasRefused, match=r"stands alone: .*\.shx, \.dbf"):
        imported(path, tmp_path / "again")


@pytest.mark.parametrize(
    ("text", "encoding"), [("Küste", "utf-16"), ("Küste", "latin-1"), ("Küste", "cp1252")]
)
def test_a_csv_in_another_encoding_is_read_by_its_mark_or_by_what_is_said(
    tmp_path: Path, text: str, encoding: str
) -> None:
    path = tmp_path / "lines.csv"
    path.write_bytes(f"route\tbegin\twkt\n{text}\t2003\t{NORTH.wkt}\n".encode(encoding))
    asked = options() if encoding == "utf-16" else options(encoding=encoding)
    assert imported(path, tmp_path, asked)["name"].tolist() == ["Küste"]
    if encoding != "utf-16":
        with pytest.raises(AtlasRefused, match=r"encoding expected.*--encoding cp1252 for Western"):
            imported(path, tmp_path / "again")


def test_a_csv_with_trailing_separators_has_no_columns_there(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(f'route,begin,wkt,,\nnorth,2003,"{NORTH.wkt}",,\n')
    assert imported(path, tmp_path)["valid"].tolist() == ["2003/.."]


def test_a_csv_of_no_rows_or_without_a_place_says_so(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("route,begin,wkt\n")
    with pytest.raises(AtlasRefused, match="holds no rows") as refused:
        faults_of(path, tmp_path)
    assert as_text(refused.value.faults) == (
        "lines.csv: the file holds no rows\n  Give a file with some"
    )
    path.write_text("route,begin\nnorth,2003\n")
    with pytest.raises(BadOption, match=r"--map lon=COLUMN,lat=COLUMN.*there is route, begin"):
        faults_of(path, tmp_path)


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_two_columns_of_one_name_are_refused_in_any_form(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"lines.{form}"
    names, row = ["route", "route", "begin", "wkt"], ["a", "b", "2003", NORTH.wkt]
    if form == "csv":
        path.write_text(f'{",".join(names)}\n{",".join(row[:3])},"{row[3]}"\n')
    elif form == "parquet":
        pq.write_table(pa.Table.from_arrays([pa.array([one]) for one in row], names), path)
    else:
        pd.DataFrame([row], columns=names).to_excel(path, index=False)
    with pytest.raises(AtlasRefused, match="columns of one name: 'route'"):
        imported(path, tmp_path)


@pytest.mark.parametrize("form", ["gpkg", "geojson", "parquet"])
def test_rows_that_all_lack_a_geometry_are_told_one_by_one(tmp_path: Path, form: str) -> None:
    frame = geopandas.GeoDataFrame(FRAME.drop(columns="geometry"), geometry=[None, None],
                                   crs="EPSG:4326")  # fmt: skip
    path = tmp_path / f"lines.{form}"
    if form == "parquet":
        frame.to_parquet(path)
    else:
        pyogrio.write_dataframe(frame, path, geometry_type="LineString")
    faults = faults_of(path, tmp_path)
    assert [(fault.field, fault.problem) for fault in faults] == [("geometry", "is missing")] * 2


@pytest.mark.parametrize(
    ("driver", "name"),
    [("GML", "lines.gml"), ("MapInfo File", "lines.tab"), ("SQLite", "lines.sqlite"),
     ("JSONFG", "lines.json")],
)  # fmt: skip
def test_other_formats_of_gdal(tmp_path: Path, driver: str, name: str) -> None:
    path = tmp_path / name
    pyogrio.write_dataframe(FRAME, path, driver=driver)
    found = imported(path, tmp_path)
    assert found["valid"].to_dict() == TIMES
    assert shapely.equals_exact(found.loc["south.v1"].geometry, SOUTH, 1e-6)


def test_what_is_no_data_is_refused_with_the_formats_that_are(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_text("Dear editor")
    with pytest.raises(AtlasRefused, match=r"nothing that GDAL reads.*file geodatabase") as refused:
        faults_of(path, tmp_path)
    assert "driver explicitly" not in str(refused.value)
