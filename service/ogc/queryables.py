"""Queryables: what a filter can name, for programs as JSON Schema and for people as a table."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from routes.filters import queryables
from routes.schema import COLLECTIONS
from service import answers, formats, pages
from service.ogc.parameters import refuse_unknown
from service.site import Site

router = APIRouter()


@router.get("/collections/{collection}/queryables")
@router.get("/editions/{edition:int}/collections/{collection}/queryables")
async def of_collection(request: Request, collection: str) -> Response:
    """Give the queryables of a collection (OGC 19-079r2 /req/queryables/get-queryables-op)."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    site.edition.index(collection)
    document = queryables_document(site, collection)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.queryables(site, collection, document))
    return answers.json(request, site, document, formats.SCHEMA)


def queryables_document(site: Site, name: str) -> dict[str, Any]:
    """Give the JSON Schema (OGC 19-079r2 /req/queryables/get-queryables-response)."""
    declared = COLLECTIONS[name]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": site.url(f"/collections/{name}/queryables"),
        "type": "object",
        "title": declared.title,
        "description": "What a filter of this collection can name",
        "properties": queryables(declared),
        "additionalProperties": False,
    }
