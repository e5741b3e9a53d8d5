"""What is no filter: refused in words, quickly, and in no other way."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import CRS84_URI, EPSG_URI, Crs
from routes import Edition
from routes.filters import Filter, FilterError
from routes.filters.limits import MAX_DEPTH, MAX_LENGTH, MAX_NODES, MAX_POSITIONS, MAX_TOKENS
from routes.schema import COLLECTIONS

CRS84 = Crs.parse(CRS84_URI)
ROUTES = COLLECTIONS["routes"]
LONGEST_S = 1.0


def refused(text: str, lang: str = "cql2-text", crs: Crs = CRS84) -> FilterError:
    begun = time.perf_counter()
    with pytest.raises(FilterError) as caught:
        Filter.parse(text, lang, ROUTES, crs)  # type: ignore[arg-type]
    assert time.perf_counter() - begun < LONGEST_S
    return caught.value


def json(tree: Any) -> str:  # noqa: ANN401
    return orjson.dumps(tree).decode()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("mode=", "ends too early, after character 5"),
        ("mode='sea' mode", "cannot be read from character 12 on: 'mode'"),
        ("mode = .5 x", "cannot be read from character 11 on: 'x'"),
        ("name='it\\'s' AND\n mode='sea' x", "cannot be read from character 30 on: 'x'"),
        ("mode='sea", "has a ' at character 6 that nothing closes"),
        ("mode='sea\\'", "has a ' at character 6 that nothing closes"),
        ('"mode=1', 'has a " at character 1 that nothing closes'),
        ("(mode='sea'", "has a ( at character 1 that nothing closes"),
        ("mode='sea')", "has a ) at character 11 that nothing opens"),
        ("mode=NULL", "has NULL at character 6, where only IS NULL can be asked"),
        ("mode=5", "'mode' is a text and 5 is a number: = compares two of one kind"),
        ("mode > 5", "'mode' is a text and 5 is a number: > compares two of one kind"),
        ("version = 'x'", "'version' is a number and 'x' is a text: = compares two of one kind"),
        ("mode = TRUE", "'mode' is a text and TRUE is a truth value: = compares two of one kind"),
        ("mode IN ('sea', 5)", "'mode' is a text and 5 is a number: IN compares two of one kind"),
        ("geometry = 'x'", "'geometry' is a geometry, which = does not compare"),
        ("mode BETWEEN 'a' AND 'b'", "BETWEEN takes numbers or moments, and 'mode' is a text"),
        ("version LIKE '1%'", "LIKE takes a text, and 'version' is a number"),
        ("mode LIKE name", "has LIKE without a text as its pattern"),
        ("CASEI(version) = 'x'", "CASEI takes a text, and 'version' is a number"),
        ("mode + 1 = 2", "'+' takes a number, and 'mode' is a text"),
        ("mode", "has the property 'mode' alone where a condition should stand"),
        ("'sea'", "has 'sea' where a condition should stand"),
        ("mode='sea' AND 5", "has 5 where a condition should stand"),
        ("version + 1", "has a value (+) where a condition should stand"),
        ("(mode='sea') = 'x'", "has a condition (=) where a value should stand"),
        ("version = 1e400", "has a number that is too large"),
        ("S_INTERSECTS(geometry, mode)", "S_INTERSECTS takes a geometry, and 'mode' is a text"),
        ("S_INTERSECTS(geometry)", "gives S_INTERSECTS 1 arguments; it takes 2"),
        ("S_INTERSECTS(geometry, POLYGON((0 0,1 1)))",
         "has a Polygon that is none: a ring, for one, ends where it began"),
        ("S_INTERSECTS(geometry, BBOX(1,2,3))", "has a BBOX that is not of 4 or 6 numbers"),
        ("S_INTERSECTS(geometry, BBOX(1,5,3,4))",
         "has a BBOX [1.0, 5.0, 3.0, 4.0] whose corners are not in order"),
        ("A_CONTAINS(mode, ('sea'))", "A_CONTAINS takes a list, and 'mode' is a text"),
        ("A_CONTAINS((geometry, 1), ('sea'))",
         "a list holds scalars, and 'geometry' is a geometry"),
        ("start_earliest > 'soon'", "DATE takes a day, not 'soon'"),
        ("mode = 'a\0b'", "has a character that no text has, U+0000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_or_name(text: str, fault: str) -> None:
    assert refused(text).fault == fault


def test_an_unknown_name_is_named_with_those_that_are_known() -> None:
    unknown = refused("mod='sea'")
    assert unknown.fault.startswith("names 'mod', which is no queryable of routes; there is id, ")
    assert refused("stages IS NULL").fault.startswith("names 'stages', which is no queryable")
    function = refused("buffer(geometry, 10) = 5")
    assert function.fault.startswith("calls 'buffer', which is no function here; there is CASEI, ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"op":"="', "is not JSON: unexpected end of data at character 10"),
        ("mode='sea'",
         "is not JSON: unexpected character, expected a JSON value at character 1"),
        ("{}", "has an object where a condition should stand"),
        ("[]", "has [] where a condition should stand"),
        ('{"op":"=","args":{"property":"mode"}}', "has an object where a condition should stand"),
        ('{"op":"=","args":[{"property":"mode"}]}', "gives = 1 arguments; it takes 2"),
        ('{"op":"=","args":[{"property":"mode"},null]}',
         "has NULL as a value; IS NULL asks for it"),
        ('{"op":"and","args":[true]}', "has AND of fewer than two"),
        ('{"op":"in","args":[{"property":"mode"},[]]}', "IN has an empty list"),
        ('{"op":"t_during","args":[{"property":"valid"},{"interval":["2003-01-01"]}]}',
         "has an INTERVAL without two ends"),
        ('{"op":"t_after","args":[{"property":"valid"},{"date":5}]}', "DATE takes a day, not 5.0"),
        ('{"op":"s_within","args":[{"property":"geometry"},{"type":"Point","coordinates":["a"]}]}',
         "has a Point that is none: a ring, for one, ends where it began"),
    ],
)  # fmt: skip
def test_json_is_refused_as_precisely(text: str, fault: str) -> None:
    assert refused(text, "cql2-json").fault == fault


def test_a_position_beyond_the_crs_is_refused() -> None:
    crs = Crs.parse(f"{EPSG_URI}3035")
    text = "S_INTERSECTS(geometry, POINT(1e30 1e30))"
    fault = f"has a Point of which a position lies nowhere on the earth, in {crs.uri}"
    assert refused(text, crs=crs).fault == fault
    box = refused("S_INTERSECTS(geometry, BBOX(1e30,1e30,2e30,2e30))", crs=crs)
    assert box.fault.endswith(f"that is none of {crs.uri}")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "(" * 10_000 + "mode='sea'" + ")" * 10_000,
        "NOT " * 10_000 + "mode='sea'",
        "NOT " * 5_000 + "true",
        "NOT(" * 7_000 + "true" + ")" * 7_000,
        "CASEI(" * 5_000 + "mode" + ")" * 5_000,
        "version = " + "-" * 10_000 + "1",
        "version = " + "1+" * 15_000 + "1",
        "version = " + "1^" * (MAX_TOKENS // 2 - 5) + "1",
        " OR ".join(["mode='sea'"] * (MAX_NODES // 4)),
        f"mode IN ({','.join(['1'] * MAX_TOKENS)})",
        "(" * 20 + "mode = )" + ")" * 19,
        "(" * 15 + "mode sea" + ")" * 15,
        "(version BETWEEN (" * 8 + "mode sea" + "))" * 8,
        "(" * 12 + "'" + "x" * 20_000 + "' x" + ")" * 12,
        "GEOMETRYCOLLECTION(" * 1_000 + "POINT(0 0)" + ")" * 1_000,
        " OR ".join(["S_TOUCHES(geometry, BBOX(1,1,2,2))"] * 21),
        "S_WITHIN(geometry, MULTIPOINT(" + ",".join(["1 1"] * (MAX_POSITIONS + 1)) + "))",
    ],
)  # fmt: skip
def test_what_would_take_long_is_refused_quickly(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"op":"not","args":[' * 1_500 + "true" + "]}" * 1_500,
        '{"op":"not","args":[' * (MAX_DEPTH + 1) + "true" + "]}" * (MAX_DEPTH + 1),
        "[" * 16_000 + "]" * 16_000,
        "[" * 400 + "]" * 400,
        '{"a":' * 400 + "1" + "}" * 400,
        '{"op":"in","args":[{"property":"mode"},' + "[" * 400 + "]" * 400 + "]}",
        '{"op":"in","args":[{"property":"mode"},[' + '"x",' * 5_000 + '"x"]]}',
        '{"op":"s_within","args":[{"property":"geometry"},{"type":"MultiPoint","coordinates":['
        + "[1,1]," * MAX_POSITIONS + "[1,1]]}]}",
        "1" * 30_000,
        '{"op":"=","args":[{"property":"version"},' + "9" * 20_000 + "]}",
        '{"op":"=","args":[{"property":"' + "x" * 30_000 + '"},1]}',
        '{"op":"' + "x" * 30_000 + '","args":[]}',
        "{" * MAX_LENGTH,
    ],
)  # fmt: skip
def test_json_that_would_take_long_is_refused_quickly(text: str) -> None:
    assert len(refused(text, "cql2-json").fault) < 1_000


def test_within_the_bounds_a_long_filter_is_answered(edition: Edition) -> None:
    index, frame = edition.index("routes"), edition.frame("routes")
    ring = ", ".join(f"{18 + x / 1000} 39" for x in range(1_000))
    texts = [
        " OR ".join(["mode='sea'"] * 150),
        "(" * 10 + "mode='sea'" + ")" * 10,
        f"S_INTERSECTS(geometry, POLYGON(({ring}, 21 43, 18 39)))",
        f"mode IN ({','.join(['1' * 3] * 0 + [repr(str(one)) for one in range(500)])})",
        "name LIKE '" + "%a" * 1_000 + "'",
    ]
    for text in texts:
        begun = time.perf_counter()
        Filter.parse(text, "cql2-text", ROUTES, CRS84).mask(frame, index.bounds)
        assert time.perf_counter() - begun < LONGEST_S


# Scraps of filters: most make no sense together, some do.
SCRAPS = """mode name version valid start_earliest geometry also stages "mode" x 'sea' 'a%' ''
'it''s' '\\' 5 -3 .5 1e9 1e400 TRUE false NULL ( ) ( ) , , = <> < > <= >= + - * / % ^ div and or
not like in between is null casei( accenti( S_INTERSECTS( S_WITHIN( T_AFTER( T_DURING( T_MEETS(
A_EQUALS( POINT(1 2) POINT(1) POLYGON((0 0,1 0,1 1,0 0)) POLYGON((0 0)) BBOX(1,2,3,4) BBOX(1,2)
BBOX() POINT EMPTY GEOMETRYCOLLECTION(POINT(0 0)) DATE('2003-01-01') DATE('2003-13-01') DATE(mode)
TIMESTAMP('2003-01-01T00:00:00Z') INTERVAL('2003-01-01','..') INTERVAL(start_earliest,'..')
INTERVAL('..','..') () ('a','b') (1,2) foo( " ' \\ ; é \u0000""".split()  # noqa: SIM905
PIECES = [
    "{} = {}", "{} AND {}", "NOT {}", "{} LIKE {}", "{} IN ({}, {})", "{} BETWEEN {} AND {}",
    "{} IS NULL", "T_AFTER({}, {})", "T_DURING({}, {})", "S_WITHIN({}, {})", "A_CONTAINS({}, {})",
    "CASEI({})", "({})", "({}, {})", "INTERVAL({}, {})", "DATE({})", "{} + {}",
]  # fmt: skip


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """A filter whose parts stand where parts stand, mostly of the wrong kind."""
    text = draw(st.sampled_from(PIECES))
    for _ in range(draw(st.integers(0, 3))):
        text = text.replace("{}", draw(st.sampled_from(PIECES)), 1)
    while "{}" in text:
        text = text.replace("{}", draw(st.sampled_from(SCRAPS)), 1)
    return text


trees = st.recursive(
    st.sampled_from([None, True, 5, -1.5, "sea", "2003-01-01", "..", [], {}, {"property": "mode"},
                     {"property": "valid"}, {"property": "geometry"}, {"property": 5},
                     {"date": "2003-01-01"}, {"date": None}, {"timestamp": "x"},
                     {"interval": ["..", "2003-01-01"]}, {"interval": 5}, {"bbox": [1, 2, 3, 4]},
                     {"bbox": "x"}, {"type": "Point", "coordinates": [1, 2]},
                     {"type": "Polygon", "coordinates": []}, {"type": 5}]),
    lambda inner: st.lists(inner, max_size=3)
    | st.builds(
        lambda op, args: {"op": op, "args": args},
        st.sampled_from(["and", "or", "not", "isNull", "=", "<", "in", "like", "between", "casei",
                         "accenti", "+", "t_after", "t_metBy", "s_within", "a_equals", "foo", 5]),
        st.lists(inner, max_size=3),
    ) | st.builds(lambda one: {"interval": [one, ".."]}, inner),
    max_leaves=8,
)  # fmt: skip


def answered_or_refused(edition: Edition, text: str, lang: str) -> None:
    try:
        asked = Filter.parse(text, lang, ROUTES, CRS84)  # type: ignore[arg-type]
    except FilterError as error:
        assert error.fault
        assert error.example
        return
    mask = asked.mask(edition.frame("routes"), edition.index("routes").bounds)
    assert mask.shape == (len(edition.frame("routes")),)


@settings(max_examples=400)
@given(st.lists(st.sampled_from(SCRAPS), max_size=9).map(" ".join) | sentences())
def test_scraps_of_filters_are_answered_or_refused(edition: Edition, text: str) -> None:
    answered_or_refused(edition, text, "cql2-text")


@given(st.text(max_size=40))
def test_any_text_is_answered_or_refused(edition: Edition, text: str) -> None:
    answered_or_refused(edition, text, "cql2-text")
    answered_or_refused(edition, text, "cql2-json")


@settings(max_examples=300)
@given(trees)
def test_any_json_is_answered_or_refused(edition: Edition, tree: Any) -> None:  # noqa: ANN401
    answered_or_refused(edition, json(tree), "cql2-json")
