"""Stories over HTTP: the list, one story, and one for a frame on another site."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service import answers, pages
from service.maps import headers
from service.maps.assets import Needs
from service.ogc.parameters import refuse_unknown
from service.settings import Settings
from service.site import Site
from service.stories import documents, telling
from service.stories.page import story_page

router = APIRouter()


@router.get("/stories")
@router.get("/editions/{edition:int}/stories")
async def stories(request: Request) -> Response:
    """List the stories of an edition."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    document = documents.listing(site)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.stories(site, document))
    return answers.json(request, site, document)


@router.get("/stories/{story}")
@router.get("/editions/{edition:int}/stories/{story}")
async def story(request: Request, story: str) -> Response:
    """Give a story: a page with the map beside the text, or its sections for programs."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    told = telling.named(site, story)
    if site.format != "html":
        return answers.json(request, site, documents.document(site, told))
    response = answers.html(request, site, lambda: story_page(site, told))
    return headers.told(response, _needs(request), "'self'")


@router.get("/stories/{story}/embed")
@router.get("/editions/{edition:int}/stories/{story}/embed")
async def embed(request: Request, story: str) -> Response:
    """Give a story for a frame on another site."""
    refuse_unknown(request)
    site = Site.of(request)
    told = telling.named(site, story)
    settings: Settings = request.app.state.settings
    response = answers.html(request, site, lambda: story_page(site, told, framed=True))
    return headers.told(response, _needs(request), f"'self' {settings.embed_ancestors}")


def _needs(request: Request) -> Needs:
    return Needs.of(request.scope.get("root_path", ""), "story")
