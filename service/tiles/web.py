"""The addresses of tiles, tilesets and tile matrix sets."""

from __future__ import annotations

import logging

from anyio import CapacityLimiter
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette_compress import add_compress_type

from geo.tiling import WEB_MERCATOR, Tile
from routes import Edition, tiles
from routes.query import Query
from routes.tiles import VectorTile
from service import answers
from service.formats import DOCUMENT, Form
from service.ogc.parameters import refuse_unknown
from service.pages import tiling as pages
from service.problems import BadParameter
from service.site import Site
from service.tiles import asked as asking
from service.tiles import documents
from service.tiles.asked import MVT, TILEJSON, Asked
from service.turns import in_thread

log = logging.getLogger("routeshift")
router = APIRouter()

PINNED = "/editions/{edition:int}"
COLLECTION = "/collections/{collection}"
TILE = "/tiles/{tiling}/{zoom}/{row}/{column}"
INCOMPLETE = "Routeshift-Incomplete"
TILESET = (*DOCUMENT, Form(TILEJSON, documents.TILEJSON_TYPE, "This tileset as TileJSON"))
TILE_FORMS = (Form(MVT, documents.MVT_TYPE, "This tile"),)
for media_type in (documents.MVT_TYPE, documents.TILEJSON_TYPE):
    add_compress_type(media_type)


@router.get("/tileMatrixSets")
@router.get(f"{PINNED}/tileMatrixSets")
async def matrix_sets(request: Request) -> Response:
    """List the tile matrix sets (OGC 20-057 /rec/tileset/tmxslink)."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    document = documents.matrix_sets(site)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.matrix_sets(site, document))
    return answers.json(request, site, document)


@router.get("/tileMatrixSets/{tiling}")
@router.get(f"{PINNED}/tileMatrixSets/{{tiling}}")
async def matrix_set(request: Request, tiling: str) -> Response:
    """Define a tile matrix set (OGC 17-083r4 /req/json-tilematrixset)."""
    refuse_unknown(request, "f")
    site = Site.of(request)
    document = documents.matrix_set(asking.tiling(tiling))
    if site.format == "html":
        return answers.html(request, site, lambda: pages.matrix_set(site, document))
    return answers.json(request, site, document)


@router.get("/tiles")
@router.get(f"{PINNED}/tiles")
@router.get(f"{COLLECTION}/tiles")
@router.get(f"{PINNED}{COLLECTION}/tiles")
async def tilesets(request: Request, collection: str | None = None) -> Response:
    """List the tilesets of a collection, or of the whole (OGC 20-057 /req/tilesets-list)."""
    site = Site.of(request)
    asked = Asked.of(request, site, collection)
    document = documents.tilesets(site, asked)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.tilesets(site, asked, document))
    return answers.json(request, site, document)


@router.get("/tiles/{tiling}")
@router.get(f"{PINNED}/tiles/{{tiling}}")
@router.get(f"{COLLECTION}/tiles/{{tiling}}")
@router.get(f"{PINNED}{COLLECTION}/tiles/{{tiling}}")
async def tileset(request: Request, tiling: str, collection: str | None = None) -> Response:
    """Describe a tileset (OGC 20-057 /req/tileset/description), or give its TileJSON."""
    site = Site.of(request, TILESET)
    asked = Asked.of(request, site, collection)
    matrices = asking.tiling(tiling)
    if site.format == TILEJSON:
        if tiling != WEB_MERCATOR:
            fault = f"TileJSON describes tiles of {WEB_MERCATOR} only, not of {tiling}"
            raise BadParameter(fault, "f", "json")
        return answers.json(request, site, documents.tilejson(site, asked), documents.TILEJSON_TYPE)
    document = documents.tileset(site, asked, matrices)
    if site.format == "html":
        return answers.html(request, site, lambda: pages.tileset(site, asked, document))
    return answers.json(request, site, document)


@router.get(TILE)
@router.get(f"{PINNED}{TILE}")
@router.get(f"{COLLECTION}{TILE}")
@router.get(f"{PINNED}{COLLECTION}{TILE}")
async def tile(
    request: Request, tiling: str, zoom: str, row: str, column: str, collection: str | None = None
) -> Response:
    """Give a tile (OGC 20-057 /req/core/tc-success), drawn in a thread, as that takes a while."""
    site = Site.of(request, TILE_FORMS)
    asked = Asked.of(request, site, collection)
    place = asking.tile(tiling, zoom, row, column)
    known = answers.answer(request, site, lambda: b"", documents.MVT_TYPE)
    if known.status_code == 304:
        return known
    limiter: CapacityLimiter = request.app.state.drawing
    drawn = await in_thread(_drawn, site.edition, asked, place, limiter=limiter)
    headers = {name: known.headers[name] for name in ("etag", "cache-control", "vary")}
    return _told(site, drawn, headers)


def _drawn(edition: Edition, asked: Asked, place: Tile) -> VectorTile:
    indexes = {name: edition.index(name) for name in asked.layers}
    query = Query(window=asked.query.window, certainty=asked.query.certainty)
    return tiles.draw(indexes, query, place, asked.wanted)


def _told(site: Site, drawn: VectorTile, headers: dict[str, str]) -> Response:
    """Answer with a tile: 204 where nothing lies in it (OGC 20-057 /req/core/tc-error B)."""
    if not drawn.content:
        # Nor does anything lie in the tiles that divide it (/rec/core/tc-deepfullempty).
        return Response(status_code=204, headers=headers | {"OATiles-hint": "empty"})
    if drawn.shortfalls:
        # A list of items with parameters, as RFC 9651 writes it.
        said = ", ".join(f"{one.layer};shown={one.shown};of={one.of}" for one in drawn.shortfalls)
        log.info("%s: a tile is incomplete: %s", site.path, said)
        headers = headers | {INCOMPLETE: said}
    return Response(drawn.content, media_type=documents.MVT_TYPE, headers=headers)
