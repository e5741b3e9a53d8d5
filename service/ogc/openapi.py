"""The API's description, OpenAPI 3.0.3, from the declarations that the service itself reads.

FastAPI writes OpenAPI 3.1; the conformance class of OGC API Features is 3.0, so this is written
here.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from service import formats
from service.ogc import parameters
from service.ogc.parameters import Parameter
from service.settings import settings
from service.site import Site

_ITEM = {"name": "item", "in": "path", "required": True, "schema": {"type": "string"}}
_ROUTE = {"name": "route", "in": "path", "required": True, "schema": {"type": "string"}}


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
        "paths": {path: {"get": operation} for path, operation in _operations(site).items()},
        "components": {"schemas": _SCHEMAS, "responses": _RESPONSES},
    }


def _operations(site: Site) -> dict[str, dict[str, Any]]:
    collection = {
        "name": "collection",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(site.edition.collections)},
    }
    limit = parameters.limit_parameter(settings().default_limit, settings().max_limit)
    page = (
        parameters.BBOX,
        parameters.BBOX_CRS,
        parameters.CRS,
        parameters.DATETIME,
        parameters.CERTAINTY,
        limit,
        parameters.CURSOR,
    )
    items = "/collections/{collection}/items"
    return {
        "/": _operation("landing", "Front page"),
        "/conformance": _operation("conformance", "What this service conforms to"),
        "/api": _operation("api", "This document", media_type=formats.OPENAPI),
        "/collections": _operation("collections", "The collections"),
        "/collections/{collection}": _operation("collection", "One collection", paths=[collection]),
        "/collections/{collection}/schema": _operation(
            "schema", "The schema of its features", paths=[collection], media_type=formats.SCHEMA
        ),
        items: _operation(
            "items", "Features", *page, paths=[collection], media_type=formats.GEOJSON
        ),
        f"{items}/{{item}}": _operation(
            "item", "One feature", parameters.CRS, paths=[collection, _ITEM],
            media_type=formats.GEOJSON,
        ),
        "/downloads/{collection}.geojson": _operation(
            "download", "A whole collection", paths=[collection], media_type=formats.GEOJSON,
            has_form=False,
        ),
        "/downloads/routeshift.qlr": _operation(
            "qgis", "Styled and dated layers for QGIS", media_type=formats.QLR, has_form=False
        ),
        "/routes/{route}": _operation("route", "The history of one route", paths=[_ROUTE]),
        "/changes": _operation(
            "changes", "What changed in the world between two days",
            parameters.FROM, parameters.TO, required=("from", "to"),
        ),
    }  # fmt: skip


def _operation(
    name: str,
    summary: str,
    *queries: Parameter,
    paths: list[dict[str, Any]] | None = None,
    required: tuple[str, ...] = (),
    media_type: str = formats.JSON,
    has_form: bool = True,
) -> dict[str, Any]:
    asked = [*queries, parameters.F] if has_form else list(queries)
    content: dict[str, Any] = {media_type: {"schema": {"type": "object"}}}
    if has_form:
        content["text/html"] = {"schema": {"type": "string"}}
    responses = {
        "200": {"description": summary, "content": content},
        "304": {"description": "The client has this answer already"},
        "400": {"$ref": "#/components/responses/Problem"},
        "503": {"$ref": "#/components/responses/Problem"},
    }
    if paths:
        responses["404"] = {"$ref": "#/components/responses/Problem"}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [*(paths or []), *(_query(one, one.name in required) for one in asked)],
        "responses": responses,
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


_SCHEMAS = {
    "problem": {
        "type": "object",
        "description": "Problem details (RFC 9457)",
        "required": ["title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "parameter": {"type": "string"},
            "fault": {"type": "string"},
            "example": {"type": "string"},
        },
    }
}
_RESPONSES = {
    "Problem": {
        "description": "What is wrong, with which parameter, and a right one",
        "content": {formats.PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}},
    }
}
