"""Filtering with CQL2: its parameters, their reading, and the classes that hold.

OGC 19-079r2 (OGC API - Features - Part 3) and OGC 21-065r2 (CQL2).
"""

from __future__ import annotations

import re

from starlette.requests import Request

from geo.crs import CRS84_URI, EPSG_URI
from routes.filters import EXAMPLE, Filter, FilterError, Language
from routes.schema import COLLECTIONS
from service.ogc.parameters import Parameter, Systems, parse_crs
from service.problems import BadParameter

FILTER = Parameter(
    "filter",
    "Only features for which this is true, in CQL2. The properties that it can name are the "
    "queryables of the collection. What depends on uncertain time holds with the `certainty` "
    "asked for.",
    {"type": "string"},
    EXAMPLE,
)
FILTER_LANG = Parameter(
    "filter-lang",
    "How `filter` is written. `cql-text` is what GDAL calls text.",
    {"type": "string", "enum": ["cql2-text", "cql2-json", "cql-text"], "default": "cql2-text"},
    "cql2-json",
)
FILTER_CRS = Parameter(
    "filter-crs",
    "The CRS of geometries in `filter`, one of those that the collection lists; its axes in their "
    "order.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    f"{EPSG_URI}3857",
)

# The only filter language that GDAL's OAPIF driver (3.12) knows is a draft's.
GDALS_TEXT = "cql-text"
_TEXT = r"'(?:[^']|'')*'"
_GDALS = re.compile(rf"(\w+) ILIKE ({_TEXT})|({_TEXT})")
_DAY = re.compile(r"'(\d{4}-\d\d-\d\d)T'")

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"
CONFORMANCE: tuple[str, ...] = (
    *(f"{_FEATURES}{name}" for name in ("queryables", "filter", "features-filter")),
    *(
        f"{_CQL2}{name}"
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "array-functions",
            "property-property",
            "arithmetic",
        )
    ),
)


def parse_filter(request: Request, collection: str, systems: Systems) -> Filter | None:
    """Read `filter` with its `filter-lang` and `filter-crs`; None where there is none.

    Raises BadParameter.
    """
    values = request.query_params
    named = values.get("filter-lang", "cql2-text")
    lang = parse_lang(named)
    crs = parse_crs(values.get("filter-crs"), "filter-crs", systems)
    text = values.get("filter")
    if text is None:
        return None
    if named == GDALS_TEXT:
        text = _of_gdal(text)
    if lang == "cql2-text" and text.lstrip().startswith("{"):
        fault = "is JSON, but is read as CQL2 text; with it goes filter-lang=cql2-json"
        raise BadParameter(fault, FILTER.name, FILTER.example)
    try:
        return Filter.parse(text, lang, COLLECTIONS[collection], crs)
    except FilterError as error:
        raise BadParameter(error.fault, FILTER.name, error.example) from None


def parse_lang(text: str) -> Language:
    """Read `cql2-text`, which GDAL calls `cql-text`, or `cql2-json`."""
    if text in ("cql2-text", GDALS_TEXT):
        return "cql2-text"
    if text == "cql2-json":
        return "cql2-json"
    fault = f"{text!r} is neither cql2-text nor cql2-json"
    raise BadParameter(fault, FILTER_LANG.name, "cql2-text")


def _of_gdal(text: str) -> str:
    """Write as CQL2 what GDAL writes in an older dialect: ILIKE, and days as `2003-01-01T`."""

    def written(found: re.Match[str]) -> str:
        name, pattern, literal = found.groups()
        if name:
            return f"CASEI({name}) LIKE CASEI({pattern})"
        return _DAY.sub(r"'\1'", literal)

    return _GDALS.sub(written, text)
