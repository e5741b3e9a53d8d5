"""For supervisors: is the process alive, and can it answer?"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

router = APIRouter()


@router.get("/health/live")
async def live() -> JSONResponse:
    """Say that the process runs."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """Say that an edition is open and can be asked; 503 until then."""
    edition = request.app.state.library.current()
    for collection in edition.collections:
        edition.index(collection)
    return JSONResponse({"status": "ready", "edition": edition.number})
