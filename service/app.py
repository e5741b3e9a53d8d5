"""The application: routers, middleware, and what happens when something goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp
from starlette_compress import CompressMiddleware, add_compress_type

from routes import open_store
from routes.errors import NotFound, StoreError
from routes.memory import give_back
from routes.stores.base import Distant, Store
from service import downloads, formats, health, kept
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
from service.problems import Problem
from service.proxy import BehindProxy
from service.qgis import web as qgis
from service.refusals import refuse
from service.settings import Settings, settings
from service.stories import web as stories
from service.tiles import archive
from service.tiles import web as tiles
from service.turns import Turns
from service.watching import WatchedLibrary
from service.writing import MOST_AT_ONCE

ROUTERS = (
    items, landing, collections, queryables, tiles, editions, feed, timemaps, route_histories,
    changes, qgis, archive, downloads, maps, map_table, compare, stories, pictures, oembed, builder,
    health,
)  # fmt: skip
EXPOSED = (
    "ETag", "Link", "Content-Crs", "Content-Disposition", "Memento-Datetime", tiles.INCOMPLETE,
    "OGC-NumberMatched", "OGC-NumberReturned", "Accept-Ranges", "Content-Range",
)  # fmt: skip
BYTES_A_MB = 1 << 20
# Drawing a tile, and a pass over all rows, keep a processor busy and take memory: others wait.
# Two tiles at once come hardly sooner than one after the other, and leave more behind.
MOST_DRAWN_AT_ONCE, MOST_PASSES_AT_ONCE = 1, 2
GIVES_BACK_EVERY_S = 0.5


def create_app(configured: Settings | None = None) -> FastAPI:
    """Make the application that serves the store of the settings."""
    configured = configured or settings()
    store = open_store(
        configured.store,
        configured.store_read or None,
        within_s=configured.store_answers_within_s,
        # One for who watches the store while all others are taken.
        connections=configured.store_connections + 1,
    )
    turns = Turns(store, configured.store_connections)
    app = FastAPI(
        title="routeshift", openapi_url=None, redirect_slashes=False, lifespan=_while_it_runs
    )
    app.state.settings = configured
    app.state.library = _library(store)
    app.state.turns = turns
    app.state.writers = CapacityLimiter(MOST_AT_ONCE)
    # What waits for a database keeps no processor busy: turns are enough.
    app.state.drawing = CapacityLimiter(turns.most or MOST_DRAWN_AT_ONCE)
    app.state.passing = CapacityLimiter(turns.most or MOST_PASSES_AT_ONCE)
    app.state.kept = kept.of(configured, app.state.writers)
    for module in ROUTERS:
        app.include_router(turns.router(module.router))
    app.mount("/static", StaticAssets())
    for error in (Problem, NotFound, StoreError, HTTPException, Exception):
        app.add_exception_handler(error, refuse)
    for media_type in formats.ALSO_COMPRESSED:
        add_compress_type(media_type)
    # The last added stands outermost.
    app.add_middleware(Memento, library=app.state.library)
    app.add_middleware(Shortcut, library=app.state.library, settings=configured, turns=turns)
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


def _library(store: Store) -> Library:
    return WatchedLibrary(store, store.listening) if isinstance(store, Distant) else Library(store)


@asynccontextmanager
async def _while_it_runs(app: FastAPI) -> AsyncIterator[None]:
    """Give back memory, and watch a store that tells of new editions, for as long as it serves."""
    keeper = asyncio.create_task(_giving_back())
    library: Library = app.state.library
    with library.watched() if isinstance(library, WatchedLibrary) else nullcontext():
        yield
    keeper.cancel()
    if isinstance(library, WatchedLibrary):
        library.store.close()


async def _giving_back() -> None:
    """Give back again and again what requests left free: else it stays with the process."""
    while True:
        await asyncio.sleep(GIVES_BACK_EVERY_S)
        give_back()
