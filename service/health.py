"""For supervisors: is the process alive, and can it answer?"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from service.library import Library
from service.turns import in_the_loop

router = APIRouter()


@router.get("/health/live")
@in_the_loop
async def live() -> JSONResponse:
    """Say that the process runs."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """Say that an edition is open and can be asked; 503 until then."""
    library: Library = request.app.state.library
    edition = library.current()
    for collection in edition.collections:
        edition.index(collection)
    # All this may be known from before.
    library.store.current()
    return JSONResponse({"status": "ready", "edition": edition.number})
