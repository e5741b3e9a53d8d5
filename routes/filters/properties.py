"""Which properties of a collection a filter can name, and what kind of operand each is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from routes.filters.arrays import list_column
from routes.filters.errors import FilterError
from routes.filters.operands import (
    Operand,
    geometry_column,
    moment_column,
    number_column,
    text_column,
    valid_column,
)
from routes.schema import Collection

GEOMETRY = "geometry"
VALID = "valid"
COLUMNS: dict[str, Callable[[str], Operand]] = {
    "text": text_column,
    "edtf": text_column,
    "integer": number_column,
    "number": number_column,
    "datetime": moment_column,
    "list": list_column,
}


def names_of(collection: Collection) -> list[str]:
    """Give the properties that a filter can name: all but nested JSON, and the geometry."""
    return [field.name for field in collection.fields if field.kind in COLUMNS] + [GEOMETRY]


def property_of(collection: Collection, name: Any) -> Operand:  # noqa: ANN401
    """Look up a property. Raises FilterError, as additional properties are not allowed.

    OGC 19-079r2 /req/queryables/get-queryables-response, G.
    """
    known = names_of(collection)
    if name not in known:
        fault = f"names {str(name)[:60]!r}, which is no queryable of {collection.name}"
        raise FilterError(f"{fault}; there is {', '.join(known)}", "id = 'an-id'")
    if name == GEOMETRY:
        return geometry_column(name)
    if name == VALID:
        return valid_column(name)
    return COLUMNS[collection.field(name).kind](name)
