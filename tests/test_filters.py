"""Filters: the standard's examples on our columns, NULL, texts, numbers, lists, geometries."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import orjson
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import CRS84_URI, EPSG_URI, Crs
from geo.times import Bounds
from routes import Edition, frames
from routes.filters import EXAMPLE, Filter, FilterError, queryables
from routes.schema import COLLECTIONS
from tests.helpers import complete, versions

CRS84 = Crs.parse(CRS84_URI)
EVERYWHERE = Bounds.parse([None] * 4)

# Four rows. Their only numbers, texts, lists and geometries are these.
STATISTICS = COLLECTIONS["statistics"]
CROSSINGS = COLLECTIONS["crossings"]
NAMES = ["Vlora", "Durrës", "100% sea_way", None]
VALUES = [5.0, 10.0, np.nan, -3.0]
ALSO: list[list[str]] = [["Vlorë", "Valona"], ["Durazzo", "Durazzo"], [], ["Valona"]]
GEOMETRY = [
    shapely.Point(19.5, 40.5),
    shapely.LineString([(18, 40), (20, 40)]),
    shapely.box(18, 39, 20, 41),
    None,
]


def frame() -> geopandas.GeoDataFrame:
    """All rows with the columns of two collections."""
    columns: dict[str, Any] = {
        "id": ["a", "b", "c", "d"],
        "name": NAMES,
        "kind": ["count", "share", "estimate", None],
        "value": VALUES,
        "also": ALSO,
        "between": [["albania", "italy"], ["italy", "albania"], ["albania"], []],
    }
    made = geopandas.GeoDataFrame(columns, geometry=GEOMETRY, crs="EPSG:4326")
    one = frames.typed(STATISTICS, made)
    other = frames.typed(CROSSINGS, made)
    return one.assign(also=other["also"], between=other["between"])


FRAME = frame()


def rows(text: str, collection: str = "statistics", lang: str = "cql2-text",
         crs: str = CRS84_URI) -> str:  # fmt: skip
    """The ids of the rows for which a filter is true, in one word."""
    declared = COLLECTIONS[collection]
    asked = Filter.parse(text, lang, declared, Crs.parse(crs))  # type: ignore[arg-type]
    mask = asked.mask(FRAME, EVERYWHERE)
    assert mask.shape == (4,)
    assert mask.dtype == bool
    return "".join(FRAME["id"][mask])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # OGC 21-065r2, clauses 6 and 7 and annex B: the examples, on columns that we have.
        ("name='Vlora'", "a"),
        ("\"value\" < 10", "ad"),
        ("\"value\" > 5", "b"),
        ("\"value\" <= 10", "abd"),
        ("value>=5", "ab"),
        ("value <> 10", "ad"),
        ("10 <> value", "ad"),
        ("name LIKE 'Vlo%'", "a"),
        ("name NOT LIKE '%l%'", "bc"),
        ("NOT name LIKE 'Vlo%'", "bc"),
        ("name LIKE '_lora'", "a"),
        ("name LIKE '100\\% sea\\_way'", "c"),
        ("name LIKE '100_ sea%'", "c"),
        ("name LIKE 'v%'", ""),
        ("name LIKE '%'", "abc"),
        ("name LIKE ''", ""),
        ("'Vlora' LIKE 'V%'", "abcd"),
        ("CASEI(name) LIKE CASEI('V%')", "a"),
        ("CASEI(name) = CASEI('DURRËS')", "b"),
        ("ACCENTI(name) = ACCENTI('Dürres')", "b"),
        ("ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('dürr%'))", "b"),
        ("CASEI(ACCENTI(name)) LIKE CASEI(ACCENTI('%SEA\\_%'))", "c"),
        ("CASEI(name) IN (CASEI('vlora'),CASEI('durrËs'))", "ab"),
        ("value BETWEEN 5 AND 10", "ab"),
        ("value between 10 and 5", ""),
        ("value NOT BETWEEN 5 AND 10", "d"),
        ("NOT value BETWEEN 5 AND 10", "d"),
        ("7 BETWEEN value AND 10", "ad"),
        ("value IN (5.0, 2.0, -3)", "ad"),
        ("value NOT IN (5,2)", "bd"),
        ("kind IN ('count','share')", "ab"),
        ("'count' IN (kind, 'x')", "a"),
        ("value IN (2 + 3, value - 1)", "a"),
        ("value IN (5, 1 / 0)", "a"),
        ("value NOT IN (5, 1 / 0)", ""),
        ("5 IN (1, 5) AND 'a' IN ('a', name)", "abcd"),
        ("kind NOT IN ('count')", "bc"),
        ("value IS NULL", "c"),
        ("value IS NOT NULL", "abd"),
        ("NOT value IS NULL", "abd"),
        ("geometry IS NOT NULL", "abc"),
        ("valid IS NULL", "abcd"),
        ("(value > 5) IS NULL", "c"),
        ("'x' IS NULL", ""),
        ("(kind='count' AND value>3) OR name LIKE '1%'", "ac"),
        ("NOT (value<5) OR kind='estimate'", "abc"),
        ("true", "abcd"),
        ("FALSE", ""),
        ("TRUE = TRUE AND NOT FALSE", "abcd"),
        ("value-150.0 < -140", "ad"),
        ("value > (value - 1)", "abd"),
        ("value = 2 * 5", "b"),
        ("value = - value + 10", "a"),
        ("1 = (value % 2)", "a"),
        ("2 = (value div 2)", "a"),
        ("25 = value ^ 2", "a"),
        ("value / 0 > 1", ""),
        ("value > .5", "ab"),
        ("value > 4.9e0", "ab"),
        ("name = kind", ""),
        ("id = id", "abcd"),
        ("name < 'E'", "bc"),
        ("unit IS NULL AND name = 'it''s'", ""),
    ],
)  # fmt: skip
def test_the_examples_of_the_standard(text: str, expected: str) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"op": "=", "args": [{"property": "kind"}, "count"]}, "a"),
        ({"op": "like", "args": [{"op": "casei", "args": [{"property": "name"}]},
                                 {"op": "casei", "args": ["V%"]}]}, "a"),
        ({"op": "not", "args": [{"op": "between", "args": [{"property": "value"}, 5, 10]}]}, "d"),
        ({"op": "in", "args": [{"property": "kind"}, ["count", "share"]]}, "ab"),
        ({"op": "isNull", "args": [{"property": "value"}]}, "c"),
        ({"op": "and", "args": [{"op": ">", "args": [{"property": "value"}, 3]},
                                {"op": "<", "args": [{"property": "value"}, 7.5]}]}, "a"),
        ({"op": "s_within", "args": [{"property": "geometry"},
                                     {"bbox": [17, 38, 21, 42]}]}, "abc"),
        ({"op": "s_intersects", "args": [{"property": "geometry"},
                                         {"type": "Point", "coordinates": [19.5, 40.5]}]}, "ac"),
        ({"op": "t_metBy", "args": [{"property": "valid"},
                                    {"interval": ["2003-02-04", ".."]}]}, ""),
        (True, "abcd"),
    ],
)  # fmt: skip
def test_the_same_in_json(tree: Any, expected: str) -> None:  # noqa: ANN401
    assert rows(orjson.dumps(tree).decode(), lang="cql2-json") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A_CONTAINS(also, ('Valona'))", "ad"),
        ("A_CONTAINS(also, ('Valona','Vlorë'))", "a"),
        ("A_CONTAINS(between, ('italy','albania'))", "ab"),
        ("A_CONTAINEDBY(also, ('Valona','Durazzo'))", "bcd"),
        ("A_EQUALS(also, ('Durazzo'))", "b"),
        ("A_EQUALS(('albania','italy'), between)", "ab"),
        ("A_EQUALS(also, ())", "c"),
        ("A_OVERLAPS(also, ('Vlorë','Durazzo'))", "ab"),
        ("NOT A_OVERLAPS(also, ('Vlorë','Durazzo'))", "cd"),
        ("A_EQUALS(between, between)", "abcd"),
        ("A_OVERLAPS(also, (name, 'Valona'))", "a"),
        ("A_EQUALS(('a', TRUE, 1.0, 8), also)", ""),
        ("A_OVERLAPS(also, (TIMESTAMP('2012-08-10T05:30:00.000000Z'), DATE('2010-02-10'), FALSE))",
         ""),
        ("A_EQUALS(('a','b'),('b','a','b'))", "abcd"),
        ("also IS NULL", ""),
    ],
)  # fmt: skip
def test_lists_are_compared_as_sets(text: str, expected: str) -> None:
    assert rows(text, "crossings") == expected


@settings(max_examples=25)
@given(
    left=st.lists(st.lists(st.sampled_from("xyz"), max_size=3), min_size=1, max_size=5),
    right=st.lists(st.sampled_from("xyz"), max_size=3),
)
def test_lists_agree_with_sets(left: list[list[str]], right: list[str]) -> None:
    made = frames.typed(
        CROSSINGS, geopandas.GeoDataFrame({"also": left}, geometry=[None] * len(left))
    )
    bounds = Bounds.parse([None] * len(left))
    slow = {
        "A_EQUALS": lambda a, b: a == b,
        "A_CONTAINS": lambda a, b: a >= b,
        "A_CONTAINEDBY": lambda a, b: a <= b,
        "A_OVERLAPS": lambda a, b: bool(a & b),
    }
    for name, test in slow.items():
        text = f"{name}(also, ({','.join(map(repr, right))}))"
        asked = Filter.parse(text, "cql2-text", CROSSINGS, CRS84)
        expected = [test(set(one), set(right)) for one in left]
        assert asked.mask(made, bounds).tolist() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S_INTERSECTS(geometry,POINT(19.5 40.5))", "ac"),
        ("S_INTERSECTS(geometry,POINT(1.95e1 405E-1))", "ac"),
        ("S_EQUALS(geometry, POINT(19.5 40.5))", "a"),
        ("S_EQUALS(POLYGON((18 39,20 39,20 41,18 41,18 39)), geometry)", "c"),
        ("S_DISJOINT(geometry, MULTIPOLYGON(((0 0,1 0,1 1,0 0))))", "abc"),
        ("S_TOUCHES(geometry, MULTILINESTRING((18 30,18 50),(0 0,1 1)))", "bc"),
        ("S_WITHIN(geometry, BBOX(17,38,21,42))", "abc"),
        ("S_WITHIN(POINT(19.5 40.5), geometry)", "ac"),
        ("S_CONTAINS(geometry, MULTIPOINT((19 40.5),(19.5 40.5)))", "c"),
        ("S_CONTAINS(geometry, MULTIPOINT(19 40.5, 19.5 40.5))", "c"),
        ("S_CONTAINS(BBOX(17,38,21,42), geometry)", "abc"),
        ("S_OVERLAPS(geometry, BBOX(19,40,30,50))", "c"),
        ("S_CROSSES(geometry, LINESTRING(19 38, 19 43))", "bc"),
        ("S_CROSSES(geometry, POLYGON((19 39,30 39,30 41,19 41,19 39)))", "b"),
        ("NOT S_INTERSECTS(geometry, POINT(19.5 40.5))", "b"),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(19.5 40.5),LINESTRING(0 0,1 1)))", "ac"),
        ("S_INTERSECTS(geometry, BBOX(19.4,40.4,0,19.6,40.6,100))", "ac"),
        ("S_INTERSECTS(geometry, POINT Z(19.5 40.5 7))", "ac"),
        ("S_INTERSECTS(geometry, BBOX(170,-90,18.5,90))", "bc"),
        ("S_INTERSECTS(geometry, BBOX(19.5,40.5,19.5,40.5))", "ac"),
        ("S_INTERSECTS(geometry, POLYGON((18 39,20 41,20 39,18 41,18 39)))", "abc"),
        (
            "S_WITHIN(geometry, MULTIPOLYGON(((17 38,19.2 38,19.2 42,17 42,17 38)),"
            "((18.8 38,21 38,21 42,18.8 42,18.8 38))))",
            "abc",
        ),
        ("S_INTERSECTS(geometry, POINT(90 180))", ""),
        ("S_INTERSECTS(geometry, geometry)", "abc"),
        ("S_INTERSECTS(POINT(0 0), BBOX(-1,-1,1,1))", "abcd"),
    ],
)
def test_geometries_lie_to_one_another_as_simple_features_say(text: str, expected: str) -> None:
    assert rows(text) == expected


def test_a_geometry_is_of_the_crs_that_is_named_axes_in_its_order() -> None:
    assert rows("S_INTERSECTS(geometry, POINT(40.5 19.5))", crs=f"{EPSG_URI}4326") == "ac"
    assert rows("S_INTERSECTS(geometry, BBOX(40.4,19.4,40.6,19.6))", crs=f"{EPSG_URI}4326") == "ac"
    for code in ("3857", "3035"):
        crs = Crs.parse(f"{EPSG_URI}{code}")
        (around,) = crs.project(np.array([shapely.box(19.4, 40.4, 19.6, 40.6)], dtype=object))
        sides = ",".join(map(str, around.bounds))
        assert rows(f"S_INTERSECTS(geometry, {around.wkt})", crs=crs.uri) == "ac"
        assert rows(f"S_INTERSECTS(geometry, BBOX({sides}))", crs=crs.uri) == "ac"
        assert rows(f"S_DISJOINT(geometry, BBOX({sides}))", crs=crs.uri) == "b"


@pytest.mark.parametrize("code", ["4326", "3857", "3035"])
def test_to_a_crs_and_back_is_where_it_was(code: str) -> None:
    crs = Crs.parse(f"{EPSG_URI}{code}")
    shape = shapely.Polygon([(18, 39), (21, 39), (21, 43), (18, 39)])
    (there,) = crs.project(np.array([shape], dtype=object))
    assert shapely.equals_exact(crs.unproject(there), shape, tolerance=1e-6)


# In the first row these are true, false and unknown.
THREE = {"T": "(value > 0)", "F": "(value > 100)", "U": "(discrepancy = 'x')"}


@pytest.mark.parametrize(
    ("text", "is_true", "is_unknown"),
    [
        ("{T} AND {U}", False, True), ("{F} AND {U}", False, False), ("{U} AND {U}", False, True),
        ("{T} OR {U}", True, False), ("{F} OR {U}", False, True), ("NOT {U}", False, True),
        ("NOT ({F} AND {U})", True, False), ("NOT ({T} OR {U})", False, False),
        ("{U} AND NOT {U}", False, True), ("NOT NOT {T}", True, False),
        ("{U} IS NULL", True, False), ("NOT ({U} IS NULL)", False, False),
    ],
)  # fmt: skip
def test_unknown_goes_through_and_or_not_as_in_sql(
    text: str, is_true: bool, is_unknown: bool
) -> None:
    asked = text.format(**THREE)
    assert ("a" in rows(asked)) is is_true
    assert ("a" in rows(f"({asked}) IS NULL")) is is_unknown


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("name = 'it''s'", "it's"),
        (r"name = 'it\'s'", "it's"),
        (r"name = 'a\\b'", r"a\b"),
        (r"name = 'a\tb'", "a\tb"),
        (r"name = 'a\qb'", r"a\qb"),
        (r"name LIKE 'it\'s'", "it's"),
        (r"name LIKE 'a\\b'", r"a\b"),
        (r"name LIKE '\%\_'", "%_"),
        (r"name LIKE 'a\nb'", "a\nb"),
        ("name LIKE 'a%b'", "a\nb"),
        ("name LIKE '_'", "ë"),
        ("CASEI(name) LIKE CASEI('％')", "％"),
        ("ACCENTI(name) LIKE ACCENTI('％\\%')", "%%"),
    ],
)
def test_a_backslash_is_an_escape_in_cql2_text(text: str, meant: str) -> None:
    texts = geopandas.GeoDataFrame({"name": [meant, "other"]}, geometry=[None] * 2)
    made = frames.typed(STATISTICS, texts)
    asked = Filter.parse(text, "cql2-text", STATISTICS, CRS84)
    assert asked.mask(made, Bounds.parse([None] * 2)).tolist() == [True, False]


def test_a_backslash_is_itself_in_json() -> None:
    made = frames.typed(STATISTICS, geopandas.GeoDataFrame({"name": [r"a\tb"]}, geometry=[None]))
    for op, written in (("=", r"a\tb"), ("like", r"a\\t_")):
        tree = orjson.dumps({"op": op, "args": [{"property": "name"}, written]}).decode()
        asked = Filter.parse(tree, "cql2-json", STATISTICS, CRS84)
        assert asked.mask(made, Bounds.parse([None])).tolist() == [True]


def test_the_atlas_answers_as_geopandas_does(edition: Edition) -> None:
    """The filter of the docs, against the same asked by hand."""
    routes, index = edition.frame("routes"), edition.index("routes")
    text = (
        "T_INTERSECTS(valid, INTERVAL('2002-01-01','2002-12-31')) AND mode='sea' "
        "AND S_INTERSECTS(geometry, POLYGON((18 39, 20.5 39, 20.5 42, 18 42, 18 39)))"
    )
    asked = Filter.parse(text, "cql2-text", COLLECTIONS["routes"], CRS84)
    area = shapely.Polygon([(18, 39), (20.5, 39), (20.5, 42), (18, 42)])
    for certainty in ("possible", "certain"):
        in_2002 = edition.routes("2002-01-01/2002-12-31", certainty)["id"]
        by_hand = routes["id"].isin(in_2002) & (routes["mode"] == "sea") & routes.intersects(area)
        assert asked.mask(routes, index.bounds, certainty).tolist() == by_hand.tolist()
        assert by_hand.any() == (certainty == "possible")


def test_every_collection_can_be_asked_for_everything_that_its_queryables_name(
    edition: Edition,
) -> None:
    for name in edition.collections:
        rows, index = edition.frame(name), edition.index(name)
        for queryable, schema in queryables(COLLECTIONS[name]).items():
            asked = Filter.parse(f"{queryable} IS NULL", "cql2-text", COLLECTIONS[name], CRS84)
            missing = asked.mask(rows, index.bounds)
            if schema.get("type") != "array":
                assert missing.tolist() == rows[queryable].isna().tolist(), queryable


def test_a_collection_without_rows_has_a_mask_without_rows() -> None:
    empty = complete(versions([shapely.Point(0, 0)], ["2003"])).iloc[:0]
    for text in (EXAMPLE, "name LIKE 'a'", "'a' LIKE 'a'", "version IN (1)", "true"):
        asked = Filter.parse(text, "cql2-text", COLLECTIONS["routes"], CRS84)
        assert asked.mask(empty, Bounds.parse([])).shape == (0,)


def test_queryables_have_types_choices_and_units() -> None:
    said = queryables(COLLECTIONS["statistics"])
    assert said["kind"]["enum"] == ["count", "share", "printed-total", "estimate"]
    assert said["value"]["type"] == "number"
    assert "`unit`" in said["value"]["description"]
    assert said["start_earliest"]["format"] == "date-time"
    assert said["valid"] == said["valid"] | {"type": "string", "format": "interval"}
    assert said["geometry"]["format"] == "geometry-any"
    assert "type" not in said["geometry"]
    assert all("type" in one for name, one in said.items() if name != "geometry")
    assert "stages" not in queryables(COLLECTIONS["routes"])


@pytest.mark.parametrize("example", [EXAMPLE])
def test_the_example_of_a_refusal_is_right(example: str) -> None:
    Filter.parse(example, "cql2-text", COLLECTIONS["routes"], CRS84)


def test_a_refusal_is_a_value_error_that_says_what_is_right() -> None:
    with pytest.raises(ValueError, match="which is no queryable") as caught:
        Filter.parse("mod='sea'", "cql2-text", COLLECTIONS["routes"], CRS84)
    assert isinstance(caught.value, FilterError)
    assert caught.value.example
