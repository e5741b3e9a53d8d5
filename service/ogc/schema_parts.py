"""The parts that schemas are made of, in the dialect of OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER_OF_EDITION: Schema = {"type": "integer", "minimum": 1}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ADDRESS: Schema = {"type": "string", "format": "uri"}
BOX: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
INTERVAL: Schema = {
    "type": "array", "items": {**MOMENT, "nullable": True}, "minItems": 2, "maxItems": 2,
}  # fmt: skip
ANYTHING: Schema = {"type": "object"}


def ref(name: str) -> Schema:
    """Refer to the schema called `name`."""
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Give the schema of an object with members that are always there and ones that may be."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def listed(items: Schema) -> Schema:
    """Give the schema of a list."""
    return {"type": "array", "items": items}


def by_name(values: Schema) -> Schema:
    """Give the schema of an object whose members' names are data."""
    return {"type": "object", "additionalProperties": values}


def choice(*values: str) -> Schema:
    """Give the schema of a text that is one of a few."""
    return {"type": "string", "enum": list(values)}
