"""Collections: what there is, where and when it lies, and the schema of its features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from geo.crs import CRS84_URI as CRS84
from routes.schema import COLLECTIONS, JSON_TYPES, Field
from routes.stores.base import CollectionRecord
from service import answers, files, formats, pages
from service.ogc.parameters import refuse_unknown
from service.settings import Settings
from service.site import Site
from service.tiles import links as tiles

router = APIRouter()

GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
MOST_STRETCHES = 20
SCHEMA_REL = "http://www.opengis.net/def/rel/ogc/1.0/schema"
QUERYABLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


@router.get("/collections")
@router.get("/editions/{edition:int}/collections")
async def collections(request: Request) -> Response:
    """List the collections (OGC 17-069r4 /req/core/fc-md-success)."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    document = {
        "links": site.self_links(),
        "crs": systems_of(request),
        "collections": [
            collection_document(site, name, ["#/crs"]) for name in site.edition.collections
        ],
    }
    if site.format == "html":
        return answers.html(request, site, lambda: pages.collections(site, document))
    return answers.json(request, site, document)


@router.get("/collections/{collection}")
@router.get("/editions/{edition:int}/collections/{collection}")
async def collection(request: Request, collection: str) -> Response:
    """Describe one collection (OGC 17-069r4 /req/core/sfc-md-success)."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    document = collection_document(site, collection, systems_of(request))
    document["links"] = [*site.self_links(), *document["links"][1:]]
    if site.format == "html":
        return answers.html(request, site, lambda: pages.collection(site, collection, document))
    return answers.json(request, site, document)


@router.get("/collections/{collection}/schema")
@router.get("/editions/{edition:int}/collections/{collection}/schema")
async def schema(request: Request, collection: str) -> Response:
    """Give the JSON Schema of a feature's properties."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    site.edition.index(collection)
    document = schema_document(site, collection)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.schema(site, collection, document))
    return answers.json(request, site, document, formats.SCHEMA)


def systems_of(request: Request) -> list[str]:
    """Give the URIs of the systems that answers can be in (OGC 18-058r1 /req/crs/crs-uri)."""
    settings: Settings = request.app.state.settings
    return list(settings.systems)


def collection_document(site: Site, name: str, systems: Iterable[str]) -> dict[str, Any]:
    """Describe a collection with its extents and links. Raises NotFound."""
    site.edition.index(name)
    record = site.edition.manifest.collections[name]
    declared = COLLECTIONS[name]
    path = f"/collections/{name}"
    extent: dict[str, Any] = {
        "temporal": {"interval": _intervals(site, name, record), "trs": GREGORIAN}
    }
    if record.bbox:
        extent["spatial"] = {"bbox": [list(record.bbox)], "crs": CRS84}
    return {
        "id": name,
        "title": declared.title,
        "description": declared.description,
        "itemType": "feature",
        "crs": list(systems),
        "storageCrs": CRS84,
        "extent": extent,
        "itemCount": record.count,
        "links": [
            site.link("self", site.url(path), formats.JSON, declared.title),
            site.link("items", site.url(f"{path}/items"), formats.GEOJSON, "Items"),
            site.link("items", site.url(f"{path}/items", f="html"), "text/html", "Items, a table"),
            site.link(SCHEMA_REL, site.url(f"{path}/schema"), formats.SCHEMA, "Schema"),
            site.link(QUERYABLES_REL, site.url(f"{path}/queryables"), formats.SCHEMA,
                      "What a filter can name"),
            site.link("describedby", site.url(f"{path}/schema"), formats.SCHEMA, "Schema"),
            *(
                site.link("enclosure", href, form.media_type, f"Download all as {form.title}")
                for form, href in files.of_collection(site, name)
            ),
            tiles.of_collection(site, name),
            site.link("license", site.licence, "text/html", "Licence"),
        ],
    }  # fmt: skip


def _intervals(site: Site, name: str, record: CollectionRecord) -> list[Sequence[str | None]]:
    """Give the extent in time and, where it has gaps, each stretch between them.

    OGC 17-069r4, 7.14.4: the first interval is the whole, those after it are more precise.
    """
    stretches = site.edition.index(name).bounds.stretches(MOST_STRETCHES)
    parts = [window.written() for window in stretches]
    return [record.interval, *parts] if len(parts) > 1 else [record.interval]


def schema_document(site: Site, name: str) -> dict[str, Any]:
    """Give the JSON Schema of one collection's features."""
    declared = COLLECTIONS[name]
    properties: dict[str, Any] = {field.name: _property(field) for field in declared.fields}
    properties["geometry"] = {
        "description": " or ".join(declared.geometry),
        "format": "geometry-any",
        "x-ogc-role": "primary-geometry",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": site.url(f"/collections/{name}/schema"),
        "type": "object",
        "title": declared.title,
        "properties": properties,
    }


def _property(field: Field) -> dict[str, Any]:
    written = {"description": field.description, **JSON_TYPES[field.kind]}
    if field.choices:
        written["enum"] = list(field.choices)
    if field.unique:
        written["x-ogc-role"] = "id"
    return written
