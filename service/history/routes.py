"""The history of one route: its versions, the shifts in and out, on whose word."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from routes import history
from service import answers, formats, pages
from service.ogc.parameters import refuse_unknown
from service.site import Site

router = APIRouter()


@router.get("/routes/{route}")
@router.get("/editions/{edition:int}/routes/{route}")
async def route(request: Request, route: str) -> Response:
    """Give a route's versions and shifts, with their sources."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    document = route_document(site, route)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.route(site, document))
    return answers.json(request, site, document)


def route_document(site: Site, route: str) -> dict[str, Any]:
    """Give the history of a route for programs. Raises NotFound."""
    said = history.of_route(site.edition, route)
    versions = [
        {**version, "links": [_feature_link(site, version["id"])]} for version in said.versions
    ]
    return {
        "route": said.route,
        "name": said.name,
        "edition": site.edition.number,
        "knowledge_ends": site.edition.atlas["knowledge_ends"],
        "versions": versions,
        "shifts_in": [shift_document(site, shift) for shift in said.shifts_in],
        "shifts_out": [shift_document(site, shift) for shift in said.shifts_out],
        "sources": said.sources,
        "links": site.self_links(),
    }


def shift_document(site: Site, shift: history.Shift) -> dict[str, Any]:
    """Give a shift with links to the routes that it joins."""
    return {
        **shift.properties,
        "date_in_words": shift.date_in_words,
        "from": [_version(site, link) for link in shift.from_versions],
        "to": [_version(site, link) for link in shift.to_versions],
    }


def _version(site: Site, link: history.Link) -> dict[str, Any]:
    return {**asdict(link), "href": site.url(f"/routes/{link.route}")}


def _feature_link(site: Site, feature: str) -> dict[str, str]:
    address = site.url(f"/collections/routes/items/{feature}")
    return site.link("item", address, formats.GEOJSON, "This version as GeoJSON")
