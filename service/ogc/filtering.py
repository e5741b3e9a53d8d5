"""Filtering with CQL2: its parameters, their reading, and the classes that hold.

OGC 19-079r2 (OGC API - Features - Part 3) and OGC 21-065r2 (CQL2).
"""

from __future__ import annotations

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
    "How `filter` is written.",
    {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"},
    "cql2-json",
)
FILTER_CRS = Parameter(
    "filter-crs",
    "The CRS of geometries in `filter`, one of those that the collection lists; its axes in their "
    "order.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    f"{EPSG_URI}3857",
)

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
    lang = parse_lang(values.get("filter-lang", "cql2-text"))
    crs = parse_crs(values.get("filter-crs"), "filter-crs", systems)
    text = values.get("filter")
    if text is None:
        return None
    if lang == "cql2-text" and text.lstrip().startswith("{"):
        fault = "is JSON, but is read as CQL2 text; with it goes filter-lang=cql2-json"
        raise BadParameter(fault, FILTER.name, FILTER.example)
    try:
        return Filter.parse(text, lang, COLLECTIONS[collection], crs)
    except FilterError as error:
        raise BadParameter(error.fault, FILTER.name, error.example) from None


def parse_lang(text: str) -> Language:
    """Read `cql2-text` or `cql2-json`."""
    if text == "cql2-text":
        return "cql2-text"
    if text == "cql2-json":
        return "cql2-json"
    fault = f"{text!r} is neither cql2-text nor cql2-json"
    raise BadParameter(fault, FILTER_LANG.name, "cql2-text")
