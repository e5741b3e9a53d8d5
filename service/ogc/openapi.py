"""The API's description, OpenAPI 3.0.3, from the declarations that the service itself reads.

FastAPI writes OpenAPI 3.1; the conformance class of OGC API Features is 3.0, so this is written
here: the operations stand in `operations`, the answers' schemas in
`schemas`.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from service import formats
from service.ogc import schemas
from service.ogc.operation import Operation
from service.ogc.operations import operations
from service.ogc.parameters import Parameter
from service.ogc.schema_parts import TEXT, ref
from service.site import Site

_PROBLEM = {"$ref": "#/components/responses/Problem"}
_RESPONSES = {
    "Problem": {
        "description": "What is wrong, with which parameter, and a right one",
        "content": {
            formats.PROBLEM: {"schema": ref("problem")},
            "text/html": {"schema": TEXT},
        },
    }
}
_RANGE = {
    "name": "Range",
    "in": "header",
    "required": False,
    "description": "The bytes to send (RFC 9110, 14.2); of a file that is not kept, all are sent",
    "schema": {"type": "string", "pattern": "^bytes=[0-9]*-[0-9]*(,[0-9]*-[0-9]*)*$"},
    "example": "bytes=0-99",
}


def document(site: Site) -> dict[str, Any]:
    """Give the description of the API of one edition."""
    atlas = site.edition.atlas
    return {
        "openapi": "3.0.3",
        "info": {
            "title": atlas["title"],
            "description": atlas["summary"].strip(),
            "version": version("routeshift"),
            "license": {"name": atlas["licence"]},
        },
        "servers": [{"url": site.base}],
        "paths": {one.path: {"get": _operation(one)} for one in operations(site)},
        "components": {"schemas": schemas.every(), "responses": _RESPONSES},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    queries = [_query(one, one.name in operation.required) for one in operation.asked]
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            *map(_in_path, operation.paths),
            *queries,
            *([_RANGE] if operation.in_ranges else []),
        ],
        "responses": _responses(operation),
    }


def _responses(operation: Operation) -> dict[str, Any]:
    content = {
        media_type: {"schema": ref(name) if name else TEXT}
        for media_type, name in operation.content.items()
    }
    written = {
        "200": {"description": operation.summary, "content": content},
        "304": {"description": "The client has this answer already"},
        "400": _PROBLEM,
        # Behind a path without parameters, too: a cursor names an edition.
        "404": _PROBLEM,
        "503": _PROBLEM,
    }
    if operation.in_ranges:
        # Part of a document is none, so it has no schema.
        written["206"] = {"description": "The bytes asked for, of the form that is sent"}
        written["416"] = _PROBLEM
    if operation.nothing:
        written["204"] = {"description": operation.nothing}
    if operation.name == "oembed":
        written["501"] = _PROBLEM
    if operation.name == "items":
        written["303"] = {"description": "The same page, asked for without its empty fields"}
    return written


def _in_path(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "path",
        "required": True,
        "description": parameter.description,
        "schema": parameter.schema,
        "example": _typed(parameter),
    }


def _query(parameter: Parameter, required: bool) -> dict[str, Any]:
    written: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": required,
        "description": parameter.description,
        "schema": parameter.schema,
    }
    # OGC 17-069r4 /req/core/fc-bbox-definition asks for form style, not exploded.
    return written | {"style": "form", "explode": False}


def _typed(parameter: Parameter) -> str | int:
    return int(parameter.example) if parameter.schema["type"] == "integer" else parameter.example
