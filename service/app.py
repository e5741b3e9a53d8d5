"""The application: routers, middleware, and what happens when something goes wrong."""

from __future__ import annotations

import logging
from http import HTTPStatus

from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp
from starlette_compress import CompressMiddleware, add_compress_type

from routes import open_store
from routes.errors import Gone, NotFound, StoreError
from service import downloads, formats, health, kept, pages
from service.answer_cache import AnswerCache
from service.headers import EncodedEtags, HeadAsGet, SecurityHeaders
from service.history import changes, editions, feed, timemaps
from service.history import routes as route_histories
from service.history.memento import Memento
from service.library import Library
from service.maps import builder, compare, oembed
from service.maps import table as map_table
from service.maps import web as maps
from service.maps.assets import StaticAssets
from service.ogc import collections, items, landing, queryables
from service.ogc.shortcut import Shortcut
from service.pictures import web as pictures
from service.problems import Missing, Problem, Removed, Unavailable
from service.proxy import BehindProxy
from service.qgis import web as qgis
from service.settings import Settings, settings
from service.stories import web as stories
from service.tiles import archive
from service.tiles import web as tiles
from service.writing import MOST_AT_ONCE

log = logging.getLogger("routeshift")

ROUTERS = (
    items, landing, collections, queryables, tiles, editions, feed, timemaps, route_histories,
    changes, qgis, archive, downloads, maps, map_table, compare, stories, pictures, oembed, builder,
    health,
)  # fmt: skip
EXPOSED = (
    "ETag", "Link", "Content-Crs", "Content-Disposition", "Memento-Datetime", tiles.INCOMPLETE,
    "OGC-NumberMatched", "OGC-NumberReturned", "Accept-Ranges", "Content-Range",
)  # fmt: skip
RETRY_AFTER_S = "5"
ALLOWED = "GET, HEAD"
BYTES_A_MB = 1 << 20


def create_app(configured: Settings | None = None) -> FastAPI:
    """Make the application that serves the store of the settings."""
    configured = configured or settings()
    app = FastAPI(title="routeshift", openapi_url=None, redirect_slashes=False)
    app.state.settings = configured
    app.state.library = Library(open_store(configured.store, configured.store_read or None))
    app.state.writers = CapacityLimiter(MOST_AT_ONCE)
    app.state.kept = kept.of(configured, app.state.writers)
    for module in ROUTERS:
        app.include_router(module.router)
    app.mount("/static", StaticAssets())
    for error in (Problem, NotFound, StoreError, HTTPException, Exception):
        app.add_exception_handler(error, refuse)
    for media_type in formats.ALSO_COMPRESSED:
        add_compress_type(media_type)
    # The last added stands outermost.
    app.add_middleware(Memento, library=app.state.library)
    app.add_middleware(Shortcut, library=app.state.library, settings=configured)
    # Levels for what is compressed for one request, measured (ADR 17).
    app.add_middleware(
        CompressMiddleware, minimum_size=1000, zstd_level=3, brotli_quality=3, gzip_level=2
    )
    app.add_middleware(EncodedEtags)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD"],
        allow_headers=["Accept-Datetime", "Range", "If-Range"],
        expose_headers=EXPOSED,
    )
    app.add_middleware(HeadAsGet)
    app.add_middleware(BehindProxy, prefix=configured.root_path, trusted=configured.trusted_proxies)
    return app


def create_service() -> ASGIApp:
    """Make the application as it is served: with the answers that it keeps."""
    configured = settings()
    app = create_app(configured)
    most_bytes = configured.answer_cache_mb * BYTES_A_MB
    return AnswerCache(app, app.state.library, most_bytes) if most_bytes else app


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a request that went wrong: problem+json for programs, a page for people."""
    problem = _problem_of(error)
    if problem.status == Unavailable.status:
        log.error("%s %s: %s", request.method, request.url.path, error)
    document = problem.document(request.url.path)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if problem.status == Unavailable.status:
        headers["Retry-After"] = RETRY_AFTER_S
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ALLOWED
    if formats.preferred(request.headers.get("accept", "")) == "html":
        page = pages.problem(document, request.scope.get("root_path", ""))
        return HTMLResponse(page, problem.status, headers)
    return formats.ProblemResponse(document, problem.status, headers)


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, Gone):
        return Removed(str(error))
    if isinstance(error, NotFound):
        if error.kind == "edition" and error.name == "current":
            return Unavailable(str(error))
        return Missing(str(error))
    if isinstance(error, StoreError):
        return Unavailable(str(error))
    if isinstance(error, HTTPException):
        faults = {404: "there is nothing at this address", 405: "this address answers GET only"}
        fault = faults.get(error.status_code, str(error.detail))
        return Problem(fault, status=HTTPStatus(error.status_code))
    return Problem("something went wrong here; it was noted, and it is not your fault")
