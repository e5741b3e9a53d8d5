"""Editions: the list of what was published when, and one manifest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from routes import Edition
from service import answers, formats, pages
from service.history.corrections import told
from service.ogc.parameters import refuse_unknown
from service.site import Site
from service.turns import in_thread

router = APIRouter()


@router.get("/editions")
async def editions(request: Request) -> Response:
    """List the editions, newest first."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    known: list[Edition] = request.app.state.library.all()
    before = [*known[1:], None]
    listed = [summary(site, edition) for edition in known]
    for one, edition, predecessor in zip(listed, known, before, strict=True):
        one["before"] = predecessor.number if predecessor else None
        one["corrections"] = await in_thread(told, predecessor, edition)
    document = {"links": site.self_links(), "editions": listed}
    if site.format == "html":
        return answers.html(request, site, lambda: pages.editions(site, document))
    return answers.json(request, site, document)


@router.get("/editions/{edition:int}")
async def edition(request: Request) -> Response:
    """Give the manifest of one edition."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    document = {"links": site.self_links(), **asdict(site.edition.manifest)}
    if site.format == "html":
        return answers.html(request, site, lambda: pages.edition(site, document))
    return answers.json(request, site, document)


def summary(site: Site, edition: Edition) -> dict[str, Any]:
    """Give what the list says of one edition."""
    manifest = edition.manifest
    address = f"{site.root}/editions/{edition.number}"
    return {
        "number": manifest.number,
        "published": manifest.published,
        "author": manifest.author,
        "note": manifest.note,
        "content": manifest.content,
        "items": sum(record.count for record in manifest.collections.values()),
        "links": [
            site.link("item", address, formats.JSON, "Manifest"),
            site.link("data", f"{address}/collections", formats.JSON, "Collections"),
            site.link("related", f"{address}/map", "text/html", "The map of this edition"),
        ],
    }
