"""Properties as parameters of their own: `mode=sea` is the filter `mode = 'sea'`.

OGC 17-069r4 /rec/core/fc-filters and OGC 19-079r2 /req/queryables-query-parameters.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

from geo.crs import Crs
from routes.filters import Filter, FilterError
from routes.schema import COLLECTIONS, Collection, Field
from service.ogc.parameters import Parameter
from service.problems import BadParameter

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
)
SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
}
EXAMPLES = {"text": "sea", "integer": "1", "number": "1.5"}


def names(collection: str) -> list[str]:
    """Give the properties of a collection that are parameters, too: texts and numbers."""
    if collection not in COLLECTIONS:
        return []
    return [field.name for field in COLLECTIONS[collection].fields if field.kind in SCHEMAS]


def every() -> tuple[Parameter, ...]:
    """Declare the parameters of all collections; each has some of them."""
    fields = {
        field.name: field
        for collection in COLLECTIONS.values()
        for field in collection.fields
        if field.kind in SCHEMAS
    }
    return tuple(_parameter(field) for field in fields.values())


def parse_properties(request: Request, collection: Collection) -> Filter | None:
    """Read the properties that have to have one value; None where none is asked for.

    Raises BadParameter.
    """
    asked = {
        name: _value(collection.field(name), text)
        for name, text in request.query_params.items()
        if name in names(collection.name)
    }
    if not asked:
        return None
    equal = [{"op": "=", "args": [{"property": one}, value]} for one, value in asked.items()]
    tree = equal[0] if len(equal) == 1 else {"op": "and", "args": equal}
    try:
        text = orjson.dumps(tree).decode()
        return Filter.parse(text, "cql2-json", collection, Crs.of("OGC:CRS84"))
    except FilterError as error:
        raise BadParameter(error.fault, next(iter(asked)), error.example) from None


def _value(field: Field, text: str) -> str | float:
    if field.kind == "text":
        return text
    try:
        number = int(text) if field.kind == "integer" else float(text)
    except ValueError:
        fault = f"{text!r} is not a number"
        raise BadParameter(fault, field.name, EXAMPLES[field.kind]) from None
    return number


def _parameter(field: Field) -> Parameter:
    description = f"Only features whose `{field.name}` is this, in collections that have it."
    return Parameter(field.name, description, SCHEMAS[field.kind], EXAMPLES[field.kind])
