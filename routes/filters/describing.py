"""Queryables: the properties that a filter can name, as JSON Schema.

OGC 19-079r2 /req/queryables/get-queryables-response.
"""

from __future__ import annotations

from typing import Any

from routes.filters.properties import GEOMETRY, VALID, names_of
from routes.schema import JSON_TYPES, Collection, Field

# What the type cannot say: in what a column is counted.
UNITS = {
    "value": "The unit is what the property `unit` says",
    "start_earliest": "UTC, to the second",
    "start_latest": "UTC, to the second",
    "end_earliest": "UTC, to the second",
    "end_latest": "UTC, to the second",
}


def queryables(collection: Collection) -> dict[str, Any]:
    """Give the JSON Schema of each property that a filter of this collection can name."""
    fields = [collection.field(name) for name in names_of(collection) if name != GEOMETRY]
    return {field.name: _queryable(field) for field in fields} | {
        GEOMETRY: {
            "title": "Geometry",
            "description": f"{' or '.join(collection.geometry)}; for the functions S_…",
            "format": "geometry-any",
            "x-ogc-role": "primary-geometry",
        }
    }


def _queryable(field: Field) -> dict[str, Any]:
    if field.name == VALID:
        return {
            "title": "Valid time",
            "description": "When it was so: an interval whose start and end may be uncertain; "
            "for the functions T_… and IS NULL",
            "type": "string",
            "format": "interval",
        }
    said = "; ".join([field.description, *([UNITS[field.name]] if field.name in UNITS else [])])
    schema = {"title": field.name.replace("_", " ").capitalize(), "description": said}
    schema |= JSON_TYPES[field.kind]
    if field.choices:
        schema["enum"] = list(field.choices)  # type: ignore[assignment]
    if field.unique:
        schema["x-ogc-role"] = "id"
    return schema
