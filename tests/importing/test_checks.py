"""What is wrong with a file is said all at once, by row, field, value, remedy and place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from shapely import LineString, Point

from routes.importing import BadOption, prepare
from routes.report import AtlasRefused, as_document, as_text, grouped
from tests.importing.ferries import NORTH, SOUTH, faults_of, imported, lines, options, store_in

SOUND = {"route": "north", "begin": "2001", "end": "2004", "mode": "sea"}


def written(path: Path, *rows: dict[str, Any], crs: str = "EPSG:4326") -> Path:
    """A GeoJSON file with the rows given; `geometry` is NORTH where none is."""
    shapes = [row.get("geometry", NORTH) for row in rows]
    said = [{name: value for name, value in row.items() if name != "geometry"} for row in rows]
    frame = geopandas.GeoDataFrame(said, geometry=shapes, crs=crs)
    frame.to_file(path, driver="GeoJSON")
    return path


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a date in words": (
        {"begin": "since spring"},
        {"field": "begin (valid_from)", "value": "since spring", "problem": "not a date as EDTF",
         "remedy": "2003-02-04"},
    ),
    "a date whose order is not declared": (
        {"begin": "03.04.2001"},
        {"field": "begin (valid_from)", "value": "03.04.2001", "problem": "in two ways",
         "remedy": "--dates dd.mm.yyyy"},
    ),
    "a day that no calendar has": (
        {"end": "2003-02-30"},
        {"field": "end (valid_to)", "value": "2003-02-30", "problem": "not a day of the calendar"},
    ),
    "an interval in place of a date": (
        {"begin": "2001/2003"},
        {"field": "begin (valid_from)", "problem": "is an interval", "remedy": "`valid`"},
    ),
    "an end before the start": (
        {"begin": "2004", "end": "2001"},
        {"field": "begin, end (valid)", "value": "2004/2001", "problem": "ends before it starts"},
    ),
    "an unknown mode": (
        {"mode": "air"}, {"field": "mode", "value": "air", "remedy": "sea, river, land"},
    ),
    "no geometry": ({"geometry": None}, {"field": "geometry", "problem": "is missing"}),
    "a point for a line": (
        {"geometry": Point(14.2, 43.6)},
        {"field": "geometry", "problem": "is of the wrong type", "place": (14.2, 43.6)},
    ),
    "latitude first": (
        {"geometry": LineString([(43.6, 114.2), (43.3, 115.0)])},
        {"field": "geometry", "problem": "latitude and longitude swapped"},
    ),
    "null island": (
        {"geometry": LineString([(0, 0), (-3.0, -1.0)])},
        {"field": "geometry", "problem": "has a point at 0, 0", "place": (0.0, 0.0)},
    ),
    "a sea route over land": (
        {"geometry": LineString([(13.0, 41.0), (16.0, 41.6)])},
        {"field": "geometry", "problem": "km over land",
         "remedy": "round the land"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_one_fault_is_told_with_all_that_mends_it(case: str, tmp_path: Path) -> None:
    spoiled, expected = CASES[case]
    other = SOUND | {"route": "south", "geometry": SOUTH}
    path = written(tmp_path / "lines.geojson", SOUND | spoiled, other)
    (fault,) = faults_of(path, tmp_path, options(sets=()))
    assert (fault.file, fault.row) == ("lines.geojson", "feature 1 (north)")
    for part, words in expected.items():
        found = getattr(fault, part)
        assert found == words if part == "place" else words in found


def test_an_area_that_crosses_itself_is_told_with_the_place_and_mended_if_asked(
    tmp_path: Path,
) -> None:
    bow = shapely.Polygon([(14, 43), (15, 44), (15, 43), (14, 44)])
    frame = geopandas.GeoDataFrame({"name": ["Harbour"]}, geometry=[bow], crs="EPSG:4326")
    path = tmp_path / "areas.gpkg"
    frame.to_file(path)
    asked = options(sets=("kind=state",), collection="boundaries")
    (fault,) = faults_of(path, tmp_path, asked)
    assert "Self-intersection" in fault.problem
    assert fault.place == (14.5, 43.5)
    mended = imported(path, tmp_path, options(sets=(), collection="boundaries", mend_areas=True))
    assert mended.loc["harbour"].geometry.geom_type == "MultiPolygon"


def test_overlapping_versions_are_told_with_the_pair(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND, SOUND | {"begin": "2002", "end": "2009"},
                   SOUND | {"begin": "2010", "end": None})  # fmt: skip
    (fault,) = faults_of(path, tmp_path)
    assert (fault.row, fault.field, fault.value) == (
        "feature 2 (north)",
        "begin, end (valid)",
        "2002/2009",
    )
    assert "feature 1 (north), '2001/2004'" in fault.problem
    assert fault.place is not None


def test_the_same_version_twice_is_told_in_both_rows(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND | {"version": 1},
                   SOUND | {"version": 1, "begin": "2005", "end": "2006"})  # fmt: skip
    first, second = faults_of(path, tmp_path)
    assert (first.field, first.value) == ("id", "north.v1")
    assert "feature 2 (north)" in first.problem
    assert "feature 1 (north)" in second.problem


def test_two_names_that_make_one_id_are_not_taken_for_one_route(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND | {"route": "Line A"},
                   SOUND | {"route": "Line-A", "begin": "2005", "end": None})  # fmt: skip
    (fault,) = faults_of(path, tmp_path)
    assert fault.row == "feature 2 (Line-A)"
    assert "'Line A'" in fault.problem


def test_unknown_references_are_told_with_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "shifts.csv"
    path.write_text("id;name;from_versions;cause;cause_kind;source\ns;S;north.v1;C;K;nowhere\n")
    asked = options(sets=(), collection="shifts", source_title=None)
    reference, source = sorted(faults_of(path, tmp_path, asked))
    assert "names 'north.v1', not in the routes' versions of the new atlas" in reference.problem
    assert "names 'nowhere', not in the sources of the new atlas" in source.problem
    assert "natural-earth" in source.remedy


def test_a_crossing_far_from_its_border_is_told(tmp_path: Path) -> None:
    path = tmp_path / "crossings.csv"
    path.write_text("name;between;lon;lat\nTekija;serbia,romania;22,41;44,68\n"
                    "Inland;serbia,romania;21,0;44,0\n")  # fmt: skip
    (fault,) = faults_of(path, tmp_path, options(sets=("crossing=river",), collection="crossings"))
    assert fault.row == "line 3 (Inland)"
    assert "km from the border" in fault.problem
    assert fault.place == (21.0, 44.0)


def test_coordinates_outside_the_area_of_their_crs_or_with_their_axes_swapped(
    tmp_path: Path,
) -> None:
    metric = geopandas.GeoSeries([NORTH], crs="EPSG:4326").to_crs("EPSG:32633")[0]
    swapped = shapely.transform(metric, lambda points: points[:, ::-1])
    far = shapely.transform(metric, lambda points: points + np.array([60_000_000, 0]))
    path = written(
        tmp_path / "lines.geojson",
        SOUND | {"geometry": metric},
        SOUND | {"geometry": swapped, "route": "b"},
        SOUND | {"geometry": far, "route": "c"},
        crs="EPSG:32633",
    )
    axes, outside = sorted(faults_of(path, tmp_path))
    assert axes.row == "feature 2 (b)"
    assert "axes swapped" in axes.problem
    assert "outside the area of EPSG:32633" in outside.problem
    assert "--crs" in outside.remedy


def test_coordinates_without_a_crs_are_degrees_or_refused(tmp_path: Path) -> None:
    (tmp_path / "metric.csv").write_text("route,geom\nnorth,LINESTRING (4500000 2000000 ; 1 2)\n")
    (fault,) = faults_of(tmp_path / "metric.csv", tmp_path)
    assert "is not WKT in column 'geom'" in fault.problem
    text = 'route,geom\nnorth,"LINESTRING (4500000 2000000, 4600000 2000000)"\n'
    (tmp_path / "metric.csv").write_text(text)
    with pytest.raises(AtlasRefused, match="--crs"):
        faults_of(tmp_path / "metric.csv", tmp_path)
    found = imported(tmp_path / "metric.csv", tmp_path, options(sets=("mode=land",),
                                                                crs="EPSG:3035"))  # fmt: skip
    assert 0 < found.geometry.iloc[0].bounds[0] < 20


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("lines.geojson", b"{", "nothing that GDAL reads"),
        ("lines.csv", b"", "is empty"),
        ("lines.csv", b"route,route\na,b\n", "columns of one name: 'route'"),
        ("lines.csv", b"route,wkt\na\n", "has 1 columns in line 2"),
        ("lines.csv", b"route,wkt\n\xe1,b\n", "--encoding"),
        ("lines.csv", b"route,wkt\n", "holds no rows"),
        ("lines.parquet", b"PAR1", "is not Parquet"),
        ("lines.xlsx", b"PK", "is no workbook"),
        ("lines.gpkg", b"SQLite", "nothing that GDAL reads"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_fault(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AtlasRefused, match=said) as refused:
        faults_of(tmp_path / name, tmp_path)
    assert len(refused.value.faults) == 1


def test_several_layers_are_named_where_one_has_to_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "lines.gpkg"
    frame = lines(route=["north", "south"])
    frame.to_file(path, layer="summer")
    frame.to_file(path, layer="winter")
    with pytest.raises(AtlasRefused, match=r"summer \(2\), winter \(2\)"):
        faults_of(path, tmp_path)
    with pytest.raises(AtlasRefused, match="has no layer 'spring'"):
        faults_of(path, tmp_path, options(layer="spring"))
    assert len(imported(path, tmp_path, options(layer="winter"))) == 2


def test_a_required_column_that_nothing_gives_is_told_once(tmp_path: Path) -> None:
    path = written(tmp_path / "lines.geojson", SOUND, SOUND | {"route": "south"})
    text = path.read_text().replace('"mode"', '"colour"')
    path.write_text(text)
    with pytest.raises(AtlasRefused, match="--set mode=") as refused:
        faults_of(path, tmp_path, options(sets=()))
    assert len(refused.value.faults) == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"maps": "valid_from=start"}, "no column 'start'; there is route, begin"),
        ({"maps": "since=begin"}, "have no column 'since'"),
        ({"sets": ("mode",)}, "is not OURS=THEIRS"),
        ({"crs": "EPSG:999999"}, "is no CRS"),
        ({"collection": "ferries"}, "there is no collection 'ferries'"),
        ({"source": "nobody", "source_title": None}, "there is no source 'nobody'"),
    ],
)
def test_an_option_that_cannot_be_used_is_told(
    tmp_path: Path, asked: dict[str, Any], said: str
) -> None:
    path = written(tmp_path / "lines.geojson", SOUND)
    with pytest.raises(BadOption, match=said):
        prepare(path, store_in(tmp_path), options(**asked))


def test_lines_and_areas_are_cut_at_the_antimeridian(tmp_path: Path) -> None:
    path = tmp_path / "lines.geojson"
    line = LineString([(176, -40), (182, -41)])
    written(path, SOUND | {"geometry": line},
            SOUND | {"geometry": LineString([(181, -40), (182, -41)]), "route": "b"},
            SOUND | {"geometry": LineString([(178, -40), (-178, -41)]), "route": "c"})  # fmt: skip
    found = imported(path, tmp_path)
    assert found.loc["b.v1"].geometry.bounds == (-179.0, -41.0, -178.0, -40.0)
    for name in ("north.v1", "c.v1"):
        west, east = sorted(found.loc[name].geometry.geoms, key=lambda part: part.bounds[0])
        assert west.bounds[0] == -180
        assert east.bounds[2] == 180


def test_the_report_groups_faults_of_one_kind(tmp_path: Path) -> None:
    path = written(
        tmp_path / "lines.geojson",
        SOUND | {"begin": "in May"},
        SOUND | {"begin": "in June", "route": "b"},
        SOUND | {"mode": "air", "route": "c"},
    )
    faults = faults_of(path, tmp_path, options(sets=()))
    assert [len(group.faults) for group in grouped(faults)] == [2, 1]
    text = as_text(faults, most=1)
    assert "begin (valid_from) is not a date as EDTF writes it (2)" in text
    assert "  - feature 1 (north); 'in May'" in text
    assert "and 1 more of this kind" in text
    document = as_document(faults)
    assert json.loads(json.dumps(document))["groups"][0]["count"] == 2
    assert len(document["faults"]) == 3


def test_faults_of_versions_say_which_option_or_column_mends_them(tmp_path: Path) -> None:
    path = written(
        tmp_path / "lines.geojson",
        SOUND | {"version": 1, "end": None},
        SOUND | {"version": 1, "begin": "2003", "end": "31.02.2004"},
        SOUND | {"version": 2, "begin": "2006", "end": "2009"},
    )
    faults = faults_of(path, tmp_path, options(dates="dd.mm.yyyy"))
    told = {fault.field: fault.remedy for fault in faults}
    assert told["id"].startswith("Give each version of the route another number")
    assert "--close-versions" in told["begin, end (valid)"]
    assert told["end (valid_to)"] == "Write it like 2003, 2003-02, 2003-02-04, 2003~ or 2003?"


def test_a_row_without_a_source_says_the_option_that_gives_one(tmp_path: Path) -> None:
    row = SOUND | {"end": "2002"}
    path = written(
        tmp_path / "lines.geojson",
        row | {"source": "timetables"},
        row | {"route": "b", "source": None},
    )
    faults = faults_of(path, tmp_path, options(source_title=None))
    told = {fault.row: (fault.field, fault.remedy) for fault in faults}
    assert told["feature 2 (b)"] == ("source", "Give it in the row, or one for all by --source ID")
