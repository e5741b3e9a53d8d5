"""File formats: what was written is what GDAL and geopandas read."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.formats import FORMATS, Table
from geo.formats.dbase import cut, short_names
from tests import filed
from tests.filed import ABOUT, layers, plain, read, saved, table

LONG = "Ëx" * 5000
TEXTS = [
    "plain",
    'says "yes", twice\nand; more',
    LONG,
    "Dürres, Скопје, 🚢",
    "=1+1",
    None,
    "-2 <&> '",
]
STAGES = ['[["albania"],["italy"]]', None, '{"a":{"b":1.5}}', "[]", "null", None, "3"]
GEOMETRY = [
    shapely.Point(19.4414123456, 41.3231),
    None,
    shapely.LineString([(0, 0), (1, 1.5), (2, 0.1)]),
    shapely.MultiPoint([(1, 2), (3, 4)]),
    shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (1, 2), (2, 2), (2, 1)]]),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
]
STARTS = ["0001-01-01T00:00:00", "1500-06-01T12:30:59", "NaT", "2003-02-04T00:00:00",
          "1677-01-01T00:00:00", "2300-01-01T00:00:00", "NaT"]  # fmt: skip
ENDS = ["NaT", "2262-12-31T00:00:00", "9999-12-31T23:59:59", "2003-02-05T00:00:00",
        "1678-01-01T00:00:00", "NaT", "NaT"]  # fmt: skip
ROWS: list[filed.Row] = [
    {
        "id": f"ë-{number}.v1",
        "description": TEXTS[number],
        "count": [1, None, -7, 2**31 - 1, 0, 5, 6][number],
        "value": [0.1, None, -2.5e-7, 123456789.25, 0.0, 1 / 3, 5.0][number],
        "also": [["Durrës", 'a "b"|c, d'], [], [""], ["one"], [], [], ["ф"]][number],
        "stages": STAGES[number],
        "start_earliest": STARTS[number],
        "end_latest": ENDS[number],
    }
    for number in range(7)
]  # fmt: skip
WHOLE = [one for one in FORMATS if one != "shp.zip"]
IN_ANY_SYSTEM = [one for one, form in FORMATS.items() if form.any_crs]
STREAMS = [one for one, form in FORMATS.items() if form.stream]


def expected(rows: list[filed.Row]) -> dict[str, filed.Row]:
    return plain(geopandas.pd.DataFrame(rows).astype(object))


def whole(path: Path) -> geopandas.GeoDataFrame:
    """All layers of a file, in one frame."""
    frames = [read(path, layer) for layer in layers(path)]
    return geopandas.GeoDataFrame(geopandas.pd.concat(frames, ignore_index=True))


def same_shape(one: Any, other: Any, tolerance: float) -> bool:  # noqa: ANN401
    if one is None or other is None:
        return one is other
    parts, others = shapely.get_parts(one.normalize()), shapely.get_parts(other.normalize())
    return len(parts) == len(others) and bool(
        shapely.equals_exact(shapely.normalize(parts), shapely.normalize(others), tolerance).all()
    )


@pytest.mark.parametrize("extension", WHOLE)
def test_what_was_written_is_what_is_read(extension: str, tmp_path: Path) -> None:
    frame = read(saved(extension, table(ROWS, GEOMETRY), tmp_path))
    assert plain(frame) == expected(ROWS)
    shapes = dict(zip(frame["id"], frame.geometry, strict=True))
    for row, shape in zip(ROWS, GEOMETRY, strict=True):
        assert same_shape(shapes[row["id"]], shape, 1e-12), row["id"]


def test_shapefiles_have_all_rows_by_kind_of_geometry(tmp_path: Path) -> None:
    path = saved("shp.zip", table(ROWS, GEOMETRY), tmp_path)
    assert layers(path) == ["routes-areas", "routes-lines", "routes-multipoints", "routes-points",
                            "routes-without-geometry"]  # fmt: skip
    frame = whole(path)
    found, wanted = plain(frame), expected(ROWS)
    for row in wanted.values():
        if row["description"] == LONG:
            row["description"] = "Ëx" * 84 + "Ë"
    assert found.keys() == wanted.keys()
    for name, row in wanted.items():
        assert found[name].pop("value") == pytest.approx(row.pop("value"), abs=1e-15)
        assert found[name] == row
    shapes = dict(zip(frame["id"], frame.geometry, strict=True))
    for row, shape in zip(ROWS, GEOMETRY, strict=True):
        assert same_shape(shapes[row["id"]], shape, 1e-12), row["id"]


def test_the_readme_of_shapefiles_tells_what_was_cut(tmp_path: Path) -> None:
    path = saved("shp.zip", table(ROWS, GEOMETRY), tmp_path)
    with zipfile.ZipFile(path) as archive:
        said = archive.read("README.txt").decode()
        assert archive.read("routes-points.cpg") == b"UTF-8"
    for words in (
        "descriptio  description\r\n",
        "start_earl  start_earliest\r\n",
        "Texts that were cut, by column\r\n------------------------------\r\ndescriptio  1\r\n",
        "routes-without-geometry  1\r\n",
        ABOUT.licence, ABOUT.attribution, ABOUT.address, ABOUT.content,
        "Edition      7, published 2026-03-04T05:06:07Z",
        "ë-2004: Article. 2004",
    ):  # fmt: skip
        assert words in said


def test_short_names_stay_apart() -> None:
    names = ["description", "descriptions", "descriptio", "valid", "ëëëëëëë"]
    given = short_names(names)
    assert list(given.values()) == ["descriptio", "descript_1", "descript_2", "valid", "ëëëëë"]


def test_a_text_is_cut_between_characters_and_counted() -> None:
    texts, count = cut(pa.array(["a" + "ë" * 127, "ë" * 127, None, "x" * 254]))
    assert count == 1
    assert texts.to_pylist() == ["a" + "ë" * 126, "ë" * 127, None, "x" * 254]


def test_a_number_that_a_shapefile_cannot_write_is_left_out_and_told(tmp_path: Path) -> None:
    numbers = [1e22, -1e300, float("inf"), 1e16, None]
    rows = [{**ROWS[0], "id": str(row), "value": number} for row, number in enumerate(numbers)]
    path = saved("shp.zip", table(rows, [shapely.Point(1, 2)] * len(rows)), tmp_path)
    found = plain(read(path))
    assert [row["value"] for row in found.values()] == [1e22, None, None, 1e16, None]
    with zipfile.ZipFile(path) as archive:
        said = archive.read("README.txt").decode()
    heading = "Numbers too large, left out, by column"
    assert f"{heading}\r\n{'-' * len(heading)}\r\nvalue       2\r\n" in said


FAR = [
    {**ROWS[0], "id": "a", "start_earliest": "-4712-01-01T00:00:00", "end_latest": "NaT"},
    {**ROWS[0], "id": "b", "start_earliest": "NaT", "end_latest": "9999-12-31T23:59:59"},
    {**ROWS[0], "id": "c", "start_earliest": "12000-01-01T00:00:00", "end_latest": "NaT"},
]


@pytest.mark.parametrize("extension", FORMATS)
def test_years_that_no_date_of_gdal_holds_are_not_lost(extension: str, tmp_path: Path) -> None:
    path = saved(extension, table(FAR, [shapely.Point(1, 2)] * 3), tmp_path)
    if extension.startswith("geojson"):
        # GDAL takes the texts of GeoJSON for its dates: the file has what it then loses.
        assert path.read_bytes().count(b'"-4712-01-01T00:00:00Z"') == 1
        assert path.read_bytes().count(b'"12000-01-01T00:00:00Z"') == 1
        return
    rows = plain(read(path) if extension == "parquet" else whole(path))
    for wanted in FAR:
        for name in ("start_earliest", "end_latest"):
            assert rows[wanted["id"]][name] == wanted[name]
    if extension in ("gpkg", "fgb"):
        types = pyogrio.read_info(path)["ogr_types"]
        assert types[-2:] == ["OFTString", "OFTDateTime"]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_of_no_rows_can_be_read(extension: str, tmp_path: Path) -> None:
    path = saved(extension, table([], []), tmp_path)
    if extension == "geojsons":
        # A sequence of nothing is nothing: GDAL knows no file of no bytes.
        assert path.read_bytes() == b""
        return
    frame = read(path)
    assert len(frame) == 0
    if extension not in ("geojson", "kml"):
        assert [name[:8] for name in frame.columns][:3] == ["id", "descript", "count"]


@pytest.mark.parametrize("extension", [one for one in FORMATS if one != "parquet"])
def test_a_table_without_geometry_is_a_file_without(extension: str, tmp_path: Path) -> None:
    path = saved(extension, table(ROWS[:2], None), tmp_path)
    frame = read(path)
    assert list(plain(frame)) == ["ë-0.v1", "ë-1.v1"]
    assert "geometry" not in frame or frame.geometry.isna().all()


def test_parquet_without_geometry_is_plain_parquet(tmp_path: Path) -> None:
    path = saved("parquet", table(ROWS, None), tmp_path)
    made = pq.read_table(path)
    assert made.column_names == [one.name for one in filed.COLUMNS]
    assert b"geo" not in pq.read_metadata(path).metadata
    assert made["also"].to_pylist()[:2] == [["Durrës", 'a "b"|c, d'], []]


@pytest.mark.parametrize("extension", IN_ANY_SYSTEM)
def test_a_file_in_another_system_says_so_and_has_east_before_north(
    extension: str, tmp_path: Path
) -> None:
    point = shapely.Point(4321000.5, 3210000.25)
    frame = read(saved(extension, table(ROWS[:1], [point], crs="EPSG:3035"), tmp_path))
    assert pyproj.CRS(frame.crs).equals(pyproj.CRS("EPSG:3035"), ignore_axis_order=True)
    assert frame.geometry[0].equals_exact(point, 1e-6)


@pytest.mark.parametrize("extension", ["gpkg", "fgb"])
def test_what_is_said_of_a_file_is_in_its_metadata(extension: str, tmp_path: Path) -> None:
    info = pyogrio.read_info(saved(extension, table(ROWS, GEOMETRY), tmp_path))
    metadata = {name.lower(): text for name, text in info["layer_metadata"].items()}
    assert ABOUT.texts().items() <= metadata.items()


def test_what_is_said_of_a_parquet_file_is_in_its_metadata(tmp_path: Path) -> None:
    metadata = pq.read_metadata(saved("parquet", table(ROWS, GEOMETRY), tmp_path)).metadata
    for name, text in ABOUT.texts().items():
        assert metadata[f"routeshift:{name}".encode()].decode() == text
    geo = json.loads(metadata[b"geo"])
    (column,) = geo["columns"].values()
    assert geo["version"] == "1.1.0"
    assert column["bbox"] == [0, 0, 19.4414123456, 41.3231]
    assert column["covering"]["bbox"]["ymax"] == ["bbox", "ymax"]
    assert "Point" in column["geometry_types"]


def test_parquet_is_read_by_its_boxes(tmp_path: Path) -> None:
    path = saved("parquet", table(ROWS, GEOMETRY), tmp_path)
    frame = geopandas.read_parquet(path, bbox=(19, 41, 20, 42))
    assert frame["id"].tolist() == ["ë-0.v1"]


def test_geojson_says_edition_licence_and_sources_before_its_features(tmp_path: Path) -> None:
    document = json.loads(saved("geojson", table(ROWS, GEOMETRY), tmp_path).read_bytes())
    assert list(document)[-1] == "features"
    assert document["edition"] == 7
    assert document["licence"] == ABOUT.licence
    assert document["sources"] == ABOUT.sources


def test_a_sequence_has_a_separator_before_and_a_line_feed_after_each(tmp_path: Path) -> None:
    lines = saved("geojsons", table(ROWS, GEOMETRY), tmp_path).read_bytes().split(b"\x1e")
    assert lines[0] == b""
    assert [json.loads(line)["id"] for line in lines[1:]] == [row["id"] for row in ROWS]
    assert all(line.endswith(b"}\n") for line in lines[1:])


def test_kml_says_when_each_may_have_held_and_what_it_is(tmp_path: Path) -> None:
    path = saved("kml", table(ROWS, GEOMETRY), tmp_path)
    text = path.read_text(encoding="utf-8")
    spans = text.count("<TimeSpan>")
    assert spans == 6
    assert "<begin>2003-02-04T00:00:00Z</begin><end>2003-02-05T00:00:00Z</end>" in text
    assert '<name>Routes &amp; "ways" &lt;2003&gt;</name>' in text
    for words in ABOUT.texts():
        assert f'<Data name="{words}">' in text
    frame = read(path)
    assert str(frame["begin"].iloc[3]).startswith("2003")
    # KML winds outer rings against the clock.
    ring = text.partition("<outerBoundaryIs>")[2].partition("</coordinates>")[0].split(">")[-1]
    corners = [tuple(map(float, pair.split(","))) for pair in ring.split()]
    assert shapely.LinearRing(corners).is_ccw


def test_what_xml_cannot_hold_is_replaced(tmp_path: Path) -> None:
    rows = [{**ROWS[0], "description": "bell \x07, a lone\rreturn and \x00"}]
    frame = read(saved("kml", table(rows, GEOMETRY[:1]), tmp_path))
    assert frame["description"].tolist() == ["bell \ufffd, a lone\rreturn and \ufffd"]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_that_cannot_be_written_is_an_error_of_the_system(
    extension: str, tmp_path: Path
) -> None:
    with pytest.raises(OSError, match=r"routes|missing"):
        saved(extension, table(ROWS, GEOMETRY), tmp_path / "missing")


@pytest.mark.parametrize("extension", FORMATS)
def test_an_error_in_the_rows_comes_through_as_it_is(extension: str, tmp_path: Path) -> None:
    made = table(ROWS, GEOMETRY)

    def broken() -> Iterator[Any]:
        yield from made.batches()
        raise ValueError("a feature lies beyond the map")

    broken_too = (bytes(feature) for feature in broken() if isinstance(feature, bytes))
    failing = Table("routes", made.columns, broken, lambda: broken_too, made.geometry_types)
    with pytest.raises(ValueError, match="a feature lies beyond the map"):
        saved(extension, failing, tmp_path)


@pytest.mark.parametrize("extension", FORMATS)
def test_the_same_rows_give_the_same_bytes(extension: str, tmp_path: Path) -> None:
    made = table(ROWS, GEOMETRY)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (saved(extension, made, tmp_path / name).read_bytes() for name in ("one", "two"))
    assert one == two


def test_flatgeobuf_keeps_an_order_that_was_asked_for(tmp_path: Path) -> None:
    rows = [{**ROWS[0], "id": str(number)} for number in range(200)]
    points = [shapely.Point(number * 37 % 101, number * 53 % 89) for number in range(200)]
    made = table(rows, points, ordered=True)
    assert read(saved("fgb", made, tmp_path))["id"].tolist() == [row["id"] for row in rows]
    assert pyogrio.read_info(saved("gpkg", made, tmp_path))["geometry_type"] == "Point"


@pytest.mark.parametrize("extension", STREAMS)
def test_the_first_bytes_are_there_before_the_last_row_is_made(extension: str) -> None:
    made, asked = counted(table(ROWS * 400, GEOMETRY * 400, batch=100))
    stream = FORMATS[extension].stream
    assert stream is not None
    chunks = stream(made, ABOUT)
    next(chunks)
    next(chunks)
    assert asked["rows"] <= 1000
    assert sum(1 for _ in chunks) > 2
    assert asked["rows"] == 2800


@pytest.mark.parametrize("extension", ["gpkg", "fgb", "shp.zip", "parquet"])
def test_memory_does_not_grow_with_the_file(extension: str, tmp_path: Path) -> None:
    rows = [{**ROWS[0], "description": "x" * 2000}] * 40_000
    made, asked = counted(table(rows, [shapely.Point(1, 2)] * 40_000, batch=1000))
    before = pa.total_allocated_bytes()
    saved(extension, made, tmp_path)
    assert asked["rows"] == 40_000
    # All rows are 80 MB; a row group of Parquet holds less than half of them.
    assert asked["bytes"] - before < 40_000_000


def counted(made: Table) -> tuple[Table, dict[str, int]]:
    """Count the rows that are made, and the most bytes that Arrow holds meanwhile."""
    asked = {"rows": 0, "bytes": 0}

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in made.batches():
            asked["rows"] += len(batch)
            asked["bytes"] = max(asked["bytes"], pa.total_allocated_bytes())
            yield batch
            del batch

    def features() -> Iterator[bytes | memoryview]:
        for feature in made.features():
            asked["rows"] += 1
            yield feature

    return (
        Table(made.name, made.columns, batches, features, made.geometry_types, made.has_geometry),
        asked,
    )


@settings(max_examples=10)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"),
                        min_size=1), min_size=1, max_size=4))  # fmt: skip
@pytest.mark.parametrize("extension", WHOLE)
def test_every_text_comes_back(
    tmp_path_factory: pytest.TempPathFactory, extension: str, texts: list[str]
) -> None:
    rows = [
        {**ROWS[0], "id": str(number), "description": text, "also": texts}
        for number, text in enumerate(texts)
    ]
    path = saved(extension, table(rows, [shapely.Point(1, 2)] * len(rows)),
                 tmp_path_factory.mktemp("texts"))  # fmt: skip
    found = plain(read(path))
    assert [row["description"] for row in found.values()] == texts
    assert [row["also"] for row in found.values()] == [texts] * len(texts)
    assert np.isfinite(read(path).total_bounds).all()
