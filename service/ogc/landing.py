"""The front page, the conformance declaration and the API's description."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service import answers, formats, pages
from service.ogc import filtering, openapi, properties
from service.ogc.parameters import refuse_unknown
from service.site import Site
from service.tiles import links as tiles

router = APIRouter()

CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
CONFORMANCE = [
    *(f"{CORE}{name}" for name in ("core", "oas30", "html", "geojson")),
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    *filtering.CONFORMANCE,
    *properties.CONFORMANCE,
    *tiles.CONFORMANCE,
]


@router.get("/")
@router.get("/editions/{edition:int}/")
async def landing(request: Request) -> Response:
    """Say what this is and where everything stands (OGC 17-069r4 /req/core/root-success)."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.front(site))
    return answers.json(request, site, landing_document(site))


@router.get("/conformance")
@router.get("/editions/{edition:int}/conformance")
async def conformance(request: Request) -> Response:
    """Declare what this service conforms to (OGC 17-069r4 /req/core/conformance-success)."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.conformance(site, CONFORMANCE))
    return answers.json(request, site, {"conformsTo": CONFORMANCE, "links": site.self_links()})


@router.get("/api")
@router.get("/editions/{edition:int}/api")
async def api(request: Request) -> Response:
    """Describe the API as OpenAPI 3.0 (OGC 17-069r4 /req/oas30/oas-definition-2)."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.api(site, openapi.document(site)))
    return answers.json(request, site, openapi.document(site), formats.OPENAPI)


@router.get("/api.html")
@router.get("/editions/{edition:int}/api.html")
async def api_for_people(request: Request) -> Response:
    """Describe the API for people."""
    refuse_unknown(request)
    site = Site.of(request)
    return answers.html(request, site, lambda: pages.api(site, openapi.document(site)))


def landing_document(site: Site) -> dict[str, Any]:
    """Give the landing page for programs."""
    atlas = site.edition.atlas
    return {
        "title": atlas["title"],
        "description": atlas["summary"].strip(),
        "attribution": atlas["byline"],
        "edition": site.edition.number,
        "links": [
            *site.self_links(),
            site.link("service-desc", site.url("/api"), formats.OPENAPI, "The API, OpenAPI 3.0"),
            site.link("service-doc", site.url("/api.html"), "text/html", "The API, for people"),
            site.link("conformance", site.url("/conformance"), formats.JSON, "Conformance"),
            site.link("data", site.url("/collections"), formats.JSON, "Collections"),
            *tiles.of_landing(site),
            site.link("related", site.url("/map"), "text/html", "The map"),
            site.link("related", site.url("/stories"), formats.JSON, "Stories"),
            site.link("related", site.url("/downloads/routeshift.qlr"), formats.QLR, "QGIS layers"),
            site.link("version-history", f"{site.root}/editions", formats.JSON, "Editions"),
        ],
    }
