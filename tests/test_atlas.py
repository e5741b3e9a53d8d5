"""The shipped atlas has no fault; and whatever is wrong with an atlas is said, all at once."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import routes
from geo import boundaries
from geo.linestrings import Shapes
from geo.shipped import data_folder
from routes import atlas, frames, rules
from routes.fragments import fragments
from routes.reading import Draft, read_collection
from routes.recorded import Recorded
from routes.report import AtlasRefused, Fault
from routes.schema import COLLECTIONS
from tests.helpers import files_of

SOURCES = ("lindstrom-2004", "rcp-2003", "ec-ip-03-1608", "natural-earth")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped atlas, to be spoiled."""
    return Path(shutil.copytree(data_folder("balkans"), tmp_path / "balkans"))


def edit(folder: Path, file: str, change: Callable[[Any], object]) -> None:
    """Change the list of features of a GeoJSON file."""
    path = folder / file
    document = json.loads(path.read_text())
    change(document["features"])
    path.write_text(json.dumps(document))


def edit_row(folder: Path, file: str, row: int = 0, **properties: object) -> None:
    edit(folder, file, lambda features: features[row]["properties"].update(properties))


def replace(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(AtlasRefused) as refused:
        atlas.read(folder)
    for line in map(str, refused.value.faults):
        assert "\n" not in line
        assert "Traceback" not in line
        assert "nan" not in line.split()
    return refused.value.faults


def only_fault_of(folder: Path) -> Fault:
    (fault,) = faults_of(folder)
    return fault


# The shipped atlas


def test_the_shipped_atlas_has_what_the_article_says(edition: routes.Edition) -> None:
    """7 corridors, 4 crossings, 1 shift, 8 country roles, tables of 14 and 8 rows, 2 estimates."""
    counts = {name: record.count for name, record in edition.manifest.collections.items()}
    assert {name: counts[name] for name in ("routes", "crossings", "shifts", "roles")} == {
        "routes": 7, "crossings": 4, "shifts": 1, "roles": 8,
    }  # fmt: skip
    # Six dated events, and the three places that are seat, raid and market.
    assert counts["events"] == 6 + 3
    # 14 rows of 4 periods, 13 printed totals (one is n/a), a grand total; 8 rows of 3; estimates.
    assert counts["statistics"] == 14 * 4 + 13 + 1 + 8 * 3 + 2
    assert set(edition.collections) == set(COLLECTIONS)


def test_printed_figures_are_kept_with_what_does_not_add_up(edition: routes.Edition) -> None:
    figures = edition.frame("statistics").set_index("id")
    assert figures.loc["assisted-women.albania.printed-total", "value"] == 2241
    assert "1,341" in figures.loc["assisted-women.albania.printed-total", "discrepancy"]
    assert figures.loc["assisted-women.grand-total", "value"] == 5203
    assert "5,197" in figures.loc["assisted-women.grand-total", "discrepancy"]
    unprinted = figures.loc["assisted-women.macedonia.2000"]
    assert unprinted["value"] != unprinted["value"]
    assert unprinted["printed_as"] == "n/a"
    zero = figures.loc["assisted-women.croatia.2000"]
    assert zero["value"] == 0
    assert figures["unit"].notna().all()
    half_year = figures.loc["assisted-women.albania.2003-01--2003-06"]
    assert str(half_year["end_latest"]) == "2003-07-01 00:00:00"


def test_every_row_names_its_source_and_where_in_it(edition: routes.Edition) -> None:
    for collection in edition.collections:
        frame = edition.frame(collection)
        assert set(frame["source"]) <= set(edition.sources)
        assert frame["locator"].notna().all()
        drawn = frame.geometry.notna()
        if collection not in ("boundaries", "borders"):
            assert frame["precision"].notna().equals(drawn)


def test_shifts_and_roles_stand_where_their_place_and_country_are(
    edition: routes.Edition,
) -> None:
    vlora = edition.frame("crossings").set_index("id").geometry["vlora"]
    assert edition.frame("shifts").geometry.iloc[0].equals(vlora)
    roles = edition.frame("roles").set_index("id").geometry
    assert roles["albania.transit"].contains(vlora.buffer(0.5).centroid.buffer(0.01).centroid) or (
        roles["albania.transit"].distance(vlora) < 0.1
    )


# What is wrong: one line that says where, what and what to do


Spoiler = Callable[[Path], object]
CASES: dict[str, tuple[Spoiler, dict[str, str]]] = {
    "end before start": (
        lambda at: edit_row(at, "routes.geojson", 3, valid="2004/2003"),
        {"file": "routes.geojson", "row": "feature 4 (vlora-italy.v1)", "field": "valid",
         "value": "2004/2003", "problem": "ends before it starts"},
    ),
    "swapped coordinates": (
        lambda at: edit(at, "crossings.geojson",
                        lambda all: all[0]["geometry"]["coordinates"].reverse()),
        {"file": "crossings.geojson", "row": "feature 1 (tekija)", "field": "geometry",
         "problem": "latitude and longitude swapped", "remedy": "longitude first"},
    ),
    "a place elsewhere": (
        lambda at: edit(at, "crossings.geojson",
                        lambda all: all[0]["geometry"].update(coordinates=[-70.0, 10.0])),
        {"row": "feature 1 (tekija)", "field": "geometry", "problem": "lies outside the atlas"},
    ),
    "unknown source": (
        lambda at: edit_row(at, "events.geojson", 0, source="lindstrom"),
        {"file": "events.geojson", "row": "feature 1 (stability-pact)", "field": "source",
         "value": "lindstrom", "problem": "not in sources.toml", "remedy": "lindstrom-2004"},
    ),
    "invalid EDTF": (
        lambda at: edit_row(at, "routes.geojson", 0, valid="since 2003"),
        {"row": "feature 1 (east-to-western-europe.v1)", "field": "valid", "value": "since 2003",
         "problem": "is not a date as EDTF writes it", "remedy": "2003-02-04"},
    ),
    "a day that no calendar has": (
        lambda at: edit_row(at, "routes.geojson", 0, valid="../2003-02-30"),
        {"field": "valid", "value": "../2003-02-30", "problem": "is not a day of the calendar"},
    ),
    "attested without an end": (
        lambda at: edit_row(at, "routes.geojson", 0, attested="2003/.."),
        {"field": "attested", "value": "2003/..", "problem": "leaves open since or until when"},
    ),
    "a year as a number": (
        lambda at: edit_row(at, "routes.geojson", 0, valid=2003),
        {"field": "valid", "value": "2003", "problem": "is a number where text is expected",
         "remedy": "double quotes"},
    ),
    "a list where text is expected": (
        lambda at: edit_row(at, "routes.geojson", 0, name=["From", "east"]),
        {"field": "name", "value": "From|east", "problem": "is a list where text is expected"},
    ),
    "text where a number is expected": (
        lambda at: edit_row(at, "routes.geojson", 0, version="two"),
        {"field": "version", "value": "two", "problem": "is not a whole number"},
    ),
    "half a version": (
        lambda at: edit_row(at, "routes.geojson", 0, id="east-to-western-europe.v1", version=1.5),
        {"field": "version", "value": "1.5", "problem": "is not a whole number"},
    ),
    "a missing name": (
        lambda at: edit_row(at, "routes.geojson", 0, name=None),
        {"row": "feature 1 (east-to-western-europe.v1)", "field": "name", "problem": "is missing"},
    ),
    "unknown column": (
        lambda at: edit_row(at, "routes.geojson", 0, colour="red"),
        {"field": "colour", "value": "red", "problem": "is not a column of this file",
         "remedy": "caveat"},
    ),
    "a computed column": (
        lambda at: edit_row(at, "routes.geojson", 0, when="until 2004"),
        {"field": "when", "problem": "is not a column of this file"},
    ),
    "wrong choice": (
        lambda at: edit_row(at, "routes.geojson", 0, mode="air"),
        {"field": "mode", "value": "air", "problem": "is not one of the known ones",
         "remedy": "sea, river, land"},
    ),
    "stages that are none": (
        lambda at: edit_row(at, "routes.geojson", 0, stages={"from": "ukraine"}),
        {"field": "stages", "problem": "has not the form of its column", "remedy": "albania"},
    ),
    "null properties": (
        lambda at: edit(at, "events.geojson", lambda all: all[2].update(properties=None)),
        {"file": "events.geojson", "row": "feature 3", "field": "properties",
         "problem": "is missing"},
    ),
    "no geometry": (
        lambda at: edit(at, "crossings.geojson", lambda all: all[1].update(geometry=None)),
        {"row": "feature 2 (vlora)", "field": "geometry", "problem": "is missing"},
    ),
    "empty geometry": (
        lambda at: edit(at, "crossings.geojson",
                        lambda all: all[1].update(geometry={"type": "Point", "coordinates": []})),
        {"row": "feature 2 (vlora)", "field": "geometry", "problem": "is missing"},
    ),
    "a geometry that is none": (
        lambda at: edit(at, "crossings.geojson", lambda all: all[1].update(geometry="Vlora")),
        {"row": "feature 2 (vlora)", "field": "geometry",
         "problem": "is not a geometry as GeoJSON writes it"},
    ),
    "a line of one point": (
        lambda at: edit(at, "routes.geojson", lambda all: all[3].update(
            geometry={"type": "LineString", "coordinates": [[19, 40]]})),
        {"field": "geometry", "problem": "has a line of a single point"},
    ),
    "the wrong kind of geometry": (
        lambda at: edit(at, "routes.geojson", lambda all: all[3].update(
            geometry={"type": "Point", "coordinates": [19, 40]})),
        {"field": "geometry", "problem": "is of the wrong type", "remedy": "LineString"},
    ),
    "an area that crosses itself": (
        lambda at: edit(at, "crossings.geojson", lambda all: all[3].update(geometry={
            "type": "Polygon",
            "coordinates": [[[18.5, 42], [19, 42.4], [19, 42], [18.5, 42.4], [18.5, 42]]]})),
        {"row": "feature 4 (montenegro-adriatic-ports)", "field": "geometry",
         "problem": "is not valid: Self-intersection"},
    ),
    "a crossing far from its border": (
        lambda at: edit(at, "crossings.geojson",
                        lambda all: all[0]["geometry"].update(coordinates=[21.0, 44.0])),
        {"row": "feature 1 (tekija)", "field": "geometry", "problem": "km from the border",
         "remedy": "romania|serbia"},
    ),
    "a border that is none": (
        lambda at: edit_row(at, "crossings.geojson", 0, between=["romania", "albania"]),
        {"field": "between", "value": "romania|albania", "problem": "such a border"},
    ),
    "a border of one country": (
        lambda at: edit_row(at, "crossings.geojson", 0, between=["serbia"]),
        {"field": "between", "value": "serbia", "problem": "is not two countries"},
    ),
    "an unknown country": (
        lambda at: edit_row(at, "crossings.geojson", 0, between=["serbia", "ruritania"]),
        {"field": "between", "problem": "names 'ruritania', not in the countries",
         "remedy": "albania"},
    ),
    "an id that no address can have": (
        lambda at: edit_row(at, "events.geojson", 0, id="stability/pact"),
        {"field": "id", "value": "stability/pact", "problem": "an address cannot"},
    ),
    "no precision": (
        lambda at: edit_row(at, "crossings.geojson", 0, precision=None),
        {"field": "precision", "problem": "is missing", "remedy": "settlement"},
    ),
    "an unknown version": (
        lambda at: replace(at, "shifts.csv", "durres-sea.v1", "durres-sea.v2"),
        {"file": "shifts.csv", "row": "line 2 (vlora-disruption)", "field": "to_versions",
         "problem": "names 'durres-sea.v2', not in the routes' versions"},
    ),
    "an unknown place": (
        lambda at: replace(at, "shifts.csv", "law-enforcement,vlora,", "law-enforcement,valona,"),
        {"file": "shifts.csv", "field": "place", "value": "valona",
         "problem": "not in crossings.geojson"},
    ),
    "a comma too many": (
        lambda at: replace(at, "roles.csv", "Moldova: origin", "Moldova, origin"),
        {"file": "roles.csv", "row": "line 2 (moldova.origin)", "field": "the row",
         "problem": "has not the 11 columns of the first line", "remedy": "double quotes"},
    ),
    "a field too few": (
        lambda at: replace(at, "roles.csv", "Moldova: origin,", ""),
        {"file": "roles.csv", "row": "line 2 (moldova.origin)", "problem": "has not the 11"},
    ),
    "semicolons": (
        lambda at: (at / "roles.csv").write_text(
            (at / "roles.csv").read_text().replace(",", ";")),
        {"file": "roles.csv", "field": "the first line", "problem": "does not name",
         "remedy": "commas"},
    ),
    "an unknown column in a table": (
        lambda at: replace(at, "roles.csv", "locator,caveat", "locator,Caveat"),
        {"file": "roles.csv", "row": "line 1", "field": "column", "value": "Caveat"},
    ),
    "an empty file": (
        lambda at: (at / "roles.csv").write_text(""),
        {"file": "roles.csv", "problem": "is empty"},
    ),
    "broken JSON": (
        lambda at: replace(at, "events.geojson", '"name":', '"name"'),
        {"file": "events.geojson", "field": "line", "problem": "is not JSON",
         "remedy": "comma, quote or bracket"},
    ),
    "JSON that is not GeoJSON": (
        lambda at: (at / "events.geojson").write_text("[1, 2]"),
        {"file": "events.geojson", "problem": "is not GeoJSON: it has no list of features"},
    ),
    "too deep JSON": (
        lambda at: (at / "events.geojson").write_text("[" * 100_000),
        {"file": "events.geojson", "problem": "is not GEOJSON"},
    ),
    "a missing file": (
        lambda at: (at / "events.geojson").unlink(),
        {"file": "events.geojson", "field": "the file", "problem": "is missing",
         "remedy": "Add it to balkans/"},
    ),
    "a folder in place of a file": (
        lambda at: ((at / "events.geojson").unlink(), (at / "events.geojson").mkdir()),
        {"file": "events.geojson", "problem": "cannot be read"},
    ),
    "another encoding": (
        lambda at: (at / "roles.csv").write_bytes(
            (at / "roles.csv").read_text().replace("Moldova: origin", "Moldavië").encode("latin1")),
        {"file": "roles.csv", "problem": "is not CSV: 'utf-8'"},
    ),
    "an open quote": (
        lambda at: replace(at, "roles.csv", "Moldova: origin", '"Moldova: origin'),
        {"file": "roles.csv", "problem": "is not CSV: "},
    ),
    "broken TOML": (
        lambda at: replace(at, "sources.toml", "[rcp-2003]", "[rcp-2003"),
        {"file": "sources.toml", "problem": "is not TOML"},
    ),
    "a source without title": (
        lambda at: replace(at, "sources.toml", 'title = "First Annual', 'titel = "First Annual'),
        {"file": "sources.toml", "row": "rcp-2003", "problem": "is not a source with a title"},
    ),
    "no sources": (
        lambda at: (at / "sources.toml").unlink(),
        {"file": "sources.toml", "problem": "is missing"},
    ),
    "no title": (
        lambda at: replace(at, "atlas.toml", 'title = "', 'titel = "'),
        {"file": "atlas.toml", "field": "title", "problem": "is missing"},
    ),
    "a date in words": (
        lambda at: replace(at, "atlas.toml", '"2003-12-01"', '"December 2003"'),
        {"file": "atlas.toml", "field": "opening_date", "value": "December 2003"},
    ),
    "a date without quotes": (
        lambda at: replace(at, "atlas.toml", '"2003-12-01"', "2003-12-01"),
        {"file": "atlas.toml", "field": "opening_date", "problem": "is not text"},
    ),
    "a language that is no text": (
        lambda at: replace(at, "atlas.toml", 'id = "', 'lang = 3\nid = "'),
        {"file": "atlas.toml", "field": "lang", "problem": "is not text"},
    ),
    "a view that is no box": (
        lambda at: replace(at, "atlas.toml", "view = [12.3, 39.3", "view = [39.3"),
        {"file": "atlas.toml", "field": "view", "problem": "is not a box", "remedy": "west"},
    ),
    "an extent that is none": (
        lambda at: replace(at, "atlas.toml", "opening_date", "extent = 11\nopening_date"),
        {"file": "atlas.toml", "field": "extent", "problem": "is not a box"},
    ),
    "a figure with a comma": (
        lambda at: replace(at, "statistics/assisted-women.csv", ",2241,", ',"2,241",'),
        {"file": "statistics/", "row": "assisted-women.csv, line 2 (albania)", "field": "value",
         "value": "2,241", "problem": "is not a number"},
    ),
    "a period in words": (
        lambda at: replace(at, "statistics/assisted-women.csv", ",2001,", ",in 2001,"),
        {"file": "assisted-women.csv", "row": "line 1", "field": "period", "value": "in 2001"},
    ),
    "a table without periods": (
        lambda at: (at / "statistics" / "assisted-women.csv").write_text("country\nalbania\n"),
        {"file": "assisted-women.csv", "field": "period", "problem": "is missing"},
    ),
    "a row that is too long": (
        lambda at: replace(at, "statistics/assisted-women.csv", "albania,519", "albania,5,519"),
        {"file": "assisted-women.csv", "row": "line 2 (albania)", "problem": "has not the 7"},
    ),
    "a country that no map has": (
        lambda at: replace(at, "statistics/cards-jha-share.csv", "croatia,20,19,21,,",
                           "croatia,20,19,21,,\nruritania,,,1,,"),
        {"field": "country", "problem": "'ruritania'"},
    ),
    "a table without its unit": (
        lambda at: replace(at, "statistics/tables.toml", "unit =", "units ="),
        {"file": "tables.toml", "row": "table 1", "field": "unit", "problem": "is missing"},
    ),
    "a table without its figures": (
        lambda at: (at / "statistics" / "assisted-women.csv").unlink(),
        {"file": "assisted-women.csv", "problem": "is missing"},
    ),
    "an estimate in words": (
        lambda at: replace(at, "statistics/estimates.csv", "400000", "many"),
        {"file": "statistics/", "row": "estimates.csv, line 2 (iom-through)", "field": "value",
         "value": "many", "problem": "is not a number"},
    ),
}  # fmt: skip
# One fault of the file or column gives one line for each row that it spoils.
SEVERAL = {"a country that no map has"}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said_in_one_line(case: str, copy: Path) -> None:
    spoil, expected = CASES[case]
    spoil(copy)
    faults = faults_of(copy)
    assert len(faults) == 1 or case in SEVERAL, "\n".join(map(str, faults))
    for part, words in expected.items():
        assert words in getattr(faults[0], part)
    line = str(faults[0])
    assert line.startswith(faults[0].file)
    assert faults[0].problem[:20] in line


def test_the_line_is_one_that_a_journalist_understands(copy: Path) -> None:
    edit_row(copy, "routes.geojson", 3, valid="2004/2003")
    assert str(only_fault_of(copy)) == (
        "routes.geojson, feature 4 (vlora-italy.v1): valid '2004/2003' ends before it starts. "
        "Write it like 2003/2004"
    )


def test_an_id_that_stands_twice_is_told_in_both_places(copy: Path) -> None:
    edit_row(copy, "events.geojson", 1, id="stability-pact")
    first, second = faults_of(copy)
    assert (first.row, second.row) == ("feature 1 (stability-pact)", "feature 2 (stability-pact)")
    assert "stands in feature 2 (stability-pact) too" in first.problem
    assert "stands in feature 1 (stability-pact) too" in second.problem


def test_versions_of_one_route_that_overlap_are_refused_each(copy: Path) -> None:
    def add(features: list[Any]) -> None:
        for version, valid in ((2, "2000/2002"), (3, "1990/1992"), (4, "2003-12/2004")):
            more = json.loads(json.dumps(features[3]))
            more["properties"] |= {"version": version, "valid": valid}
            features.append(more)

    edit(copy, "routes.geojson", add)
    edit_row(copy, "routes.geojson", 3, valid="1980/2003")
    faults = faults_of(copy)
    assert [(fault.row, fault.field) for fault in faults] == [
        ("feature 8 (vlora-italy.v2)", "valid"), ("feature 9 (vlora-italy.v3)", "valid"),
    ]  # fmt: skip
    assert all("overlaps another version of this route" in fault.problem for fault in faults)


def test_one_version_may_follow_another_within_a_year(copy: Path) -> None:
    def add(features: list[Any]) -> None:
        more = json.loads(json.dumps(features[3]))
        more["properties"] |= {"version": 2, "valid": "2003~/2004"}
        features.append(more)

    edit(copy, "routes.geojson", add)
    assert len(atlas.read(copy).frames["routes"]) == 8


def test_all_faults_come_at_once_and_in_the_order_of_the_files(copy: Path) -> None:
    edit_row(copy, "routes.geojson", 0, valid="2004/2003", mode="air", source="nobody")
    edit_row(copy, "crossings.geojson", 1, name=7)
    replace(copy, "shifts.csv", "durres-sea.v1", "durres-sea.v2")
    replace(copy, "atlas.toml", 'title = "', 'titel = "')
    (copy / "events.geojson").write_text("{")
    replace(copy, "statistics/estimates.csv", "400000", "many")
    faults = faults_of(copy)
    assert {(fault.file, fault.field) for fault in faults} == {
        ("routes.geojson", "valid"), ("routes.geojson", "mode"), ("routes.geojson", "source"),
        ("crossings.geojson", "name"), ("shifts.csv", "to_versions"), ("atlas.toml", "title"),
        ("events.geojson", "line 1"), ("statistics/", "value"),
    }  # fmt: skip
    assert len(faults) == 8


def test_a_broken_file_is_not_taken_for_missing_references(copy: Path) -> None:
    for name in ("routes.geojson", "crossings.geojson", "sources.toml"):
        (copy / name).write_text("{")
    assert {fault.file for fault in faults_of(copy)} == {
        "routes.geojson", "crossings.geojson", "sources.toml",
    }  # fmt: skip


def test_a_folder_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    fault = only_fault_of(tmp_path / "nowhere")
    assert fault.file.endswith("nowhere")
    assert fault.problem == "is missing"


def test_what_a_spreadsheet_puts_before_the_first_word_is_no_fault(copy: Path) -> None:
    for path in copy.rglob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(atlas.read(copy).frames["roles"]) == 8


def test_nothing_is_published_and_the_last_edition_is_untouched(
    copy: Path, store: Path, tmp_path: Path
) -> None:
    kept = Path(shutil.copytree(store, tmp_path / "store"))
    before = files_of(kept)
    edit_row(copy, "routes.geojson", 3, valid="2004/2003")
    with pytest.raises(AtlasRefused):
        routes.publish(routes.open_store(kept), copy)
    assert files_of(kept) == before


# Whatever stands in a row is taken or refused, and nothing else happens

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6),
    st.sampled_from(["", "..", "2003", "a|b", "\ud800", "\x00", "null", '[["a"]]', "1e999", -0.0,
                     10**400, "albania", "vlora", "feature\n1"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)
GEOJSON = ("routes", "crossings", "events")


@given(st.data())
@settings(max_examples=120)
def test_any_value_in_any_column_is_taken_or_is_a_fault(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(GEOJSON))
    collection = COLLECTIONS[name]
    path = tmp_path_factory.getbasetemp() / f"fuzz-{name}.geojson"
    document = json.loads((data_folder("balkans") / f"{name}.geojson").read_text())
    feature = data.draw(st.sampled_from(document["features"][:4]))
    document["features"] = [feature]
    columns = [field.name for field in collection.fields if not field.computed]
    for column in data.draw(st.lists(st.sampled_from(columns), max_size=3, unique=True)):
        feature["properties"][column] = data.draw(values)
    if data.draw(st.booleans()):
        feature["geometry"] = data.draw(values)
    path.write_text(json.dumps(document))
    draft = read_collection(path, collection)
    faults = draft.faults + checked(draft)
    for fault in faults:
        assert "\n" not in str(fault)
    if not faults:
        frame = frames.complete(collection, draft.frame)
        (batch,) = Recorded.of(collection, frame).batches()
        said = dict(zip(batch.schema.names, batch.columns, strict=True))
        (fragment,) = fragments(collection, said, Shapes.of(batch.column("geometry")).geojson())
        assert json.loads(fragment.as_py())["properties"]["id"] == frame["id"].iloc[0]


def checked(draft: Draft) -> list[Fault]:
    extent = (11.0, 37.0, 32.0, 51.0)
    drafts = {draft.collection.name: draft}
    return list(rules.check(rules.Context(drafts, SOURCES, boundaries.load(), extent)))


@given(st.data())
@settings(max_examples=80)
def test_any_text_in_a_table_is_taken_or_is_a_fault(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["shifts", "roles"]))
    path = tmp_path_factory.getbasetemp() / f"fuzz-{name}.csv"
    lines = (data_folder("balkans") / f"{name}.csv").read_text().splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    cut = data.draw(st.integers(0, len(lines[at])))
    put = data.draw(st.text(st.sampled_from('",|\n\r;ab2/.~\x00é'), max_size=4))
    lines[at] = lines[at][:cut] + put + lines[at][cut + data.draw(st.integers(0, 3)) :]
    path.write_text("\n".join(lines))
    draft = read_collection(path, COLLECTIONS[name])
    faults = draft.faults + checked(draft)
    assert isinstance(draft.frame, geopandas.GeoDataFrame)
    if not faults:
        frames.complete(COLLECTIONS[name], draft.frame)


TOML_VALUES = ["7", "[1]", '"x"', "{a = 1}", "2003-12-01", "nan", "9" * 20, "[{of = 1}]", '""']


@pytest.mark.parametrize("value", TOML_VALUES)
@pytest.mark.parametrize("file", ["atlas.toml", "sources.toml", "statistics/tables.toml"])
def test_any_value_in_a_toml_file_is_taken_or_is_a_fault(copy: Path, file: str, value: str) -> None:
    """Every other value in the file is replaced, so that the rest still lets it be read."""
    found = 0

    def spoil(line: re.Match[str]) -> str:
        nonlocal found
        found += 1
        return f"{line[1]} = {value}" if found % 2 else line[0]

    text = (copy / file).read_text()
    spoiled = re.sub(r'(?m)^(\w+) = (?!""")[^\[\n]+$', spoil, text)
    assert spoiled != text
    (copy / file).write_text(spoiled)
    try:
        atlas.read(copy)
    except AtlasRefused as refused:
        assert all(fault.problem for fault in refused.faults)
