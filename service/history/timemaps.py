"""Time maps: all states of one address, edition by edition (RFC 7089, section 5)."""

from __future__ import annotations

import re
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from routes.stores.base import Manifest
from service import answers
from service.history.memento import LINK_FORMAT, SAFE, Place, timemap
from service.library import Library
from service.problems import Missing
from service.site import Site

router = APIRouter()

_IN_A_COLLECTION = re.compile(r"/(?:collections|downloads)/([^/.]+)(?:/items/(.+)|.*)")

_A_STORY = re.compile(r"/stories/([^/]+)(?:/embed)?")


@router.get("/timemap{path:path}")
async def time_map(request: Request, path: str) -> Response:
    """List the states of an address: those editions that have what it names."""
    library: Library = request.app.state.library
    site = Site.of(request)
    query = f"?{request.url.query}" if request.url.query else ""
    place = Place(site.root, quote(path or "/", SAFE), query, None)
    if not _leads_somewhere(request, path or "/"):
        raise Missing(f"there is nothing at {path!r}")
    known = [one for one in library.manifests() if _has(library, one, path or "/")]
    if not known:
        raise Missing(f"no edition has {place.path!r}")
    return answers.answer(request, site, lambda: timemap(place, known).encode(), LINK_FORMAT)


def _leads_somewhere(request: Request, path: str) -> bool:
    """Tell whether this service has an address for a path under an edition."""
    asked = {"type": "http", "method": "GET", "path": f"/editions/1{path}", "headers": []}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


def _has(library: Library, manifest: Manifest, path: str) -> bool:
    """Tell whether an edition has the collection, and the item, or the story that a path names."""
    told = _A_STORY.fullmatch(path)
    if told is not None:
        return told[1] in manifest.stories
    named = _IN_A_COLLECTION.fullmatch(path)
    if named is None:
        return True
    collection, item = named.groups()
    if collection not in manifest.collections:
        return False
    index = library.edition(manifest.number).index(collection)
    return item is None or index.row_of(item) is not None
