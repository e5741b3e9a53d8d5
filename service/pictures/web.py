"""Pictures over HTTP: the parameters of the map, a size, and a file at the end of the path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from anyio import CapacityLimiter
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from routes import Edition
from service import answers
from service.headers import disposition
from service.maps.days import opening_day, require_shown
from service.maps.looks import parse_accent
from service.maps.page import state_of
from service.maps.view import Look
from service.maps.web import PARAMETERS, parse_view
from service.ogc.parameters import refuse_unknown
from service.pictures import parameters
from service.pictures.pdf import pdf
from service.pictures.picture import PictureView, svg
from service.pictures.raster import png
from service.site import Site
from service.turns import in_thread

router = APIRouter()

Draw = Callable[[Edition, PictureView], bytes]

SVG, PNG, PDF = "image/svg+xml", "image/png", "application/pdf"
ENDINGS = {SVG: "svg", PNG: "png", PDF: "pdf"}
KNOWN = (*(name for name in PARAMETERS if name != "f"), *(one.name for one in parameters.MORE))
# Opened by itself an SVG is a document: it runs and loads nothing. The fonts in it are its style.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; sandbox"


@router.get("/picture.svg")
@router.get("/editions/{edition:int}/picture.svg")
async def picture_svg(request: Request) -> Response:
    """Give a still of the map as SVG."""
    return await _drawn(request, SVG, lambda *what: svg(*what, with_fonts=True).encode())


@router.get("/picture.png")
@router.get("/editions/{edition:int}/picture.png")
async def picture_png(request: Request) -> Response:
    """Give a still of the map as PNG."""
    return await _drawn(request, PNG, lambda edition, asked: png(svg(edition, asked)))


@router.get("/picture.pdf")
@router.get("/editions/{edition:int}/picture.pdf")
async def picture_pdf(request: Request) -> Response:
    """Give a still of the map as PDF."""
    return await _drawn(request, PDF, pdf)


def _made(draw: Draw, edition: Edition, asked: PictureView) -> bytes:
    """Draw a day that the map shows. Raises BadParameter for any other.

    The live map goes to the nearest one, and says so; a picture of another day than was asked for
    would be taken for that day.
    """
    require_shown(state_of(edition, asked.view.lang), asked.view)
    return draw(edition, asked)


async def _drawn(request: Request, media_type: str, draw: Draw) -> Response:
    refuse_unknown(request, *KNOWN)
    site = Site.of(request)
    view = parse_view(request, site)
    if "accent" in request.query_params:
        # Pictures are light.
        accent = parse_accent(request.query_params["accent"], "light")
        view = replace(view, look=Look(accent=accent))
    asked = parameters.parse(request.query_params, view)
    day = asked.view.date or opening_day(site.edition.atlas)
    until = f"-to-{asked.view.to}" if asked.view.to else ""
    stem = f"{site.edition.atlas['id']}-{day}{until}-edition-{site.edition.number}"
    name = f"{stem}.{ENDINGS[media_type]}"
    headers = answers.for_caches(site, media_type, {
        "Content-Disposition": disposition(name, "inline"),
        # A browser shows no PDF in a sandbox; it is no document that could run anything.
        **({} if media_type == PDF else {"Content-Security-Policy": POLICY}),
        # An embed or a newsroom's page shows it from another origin.
        "Cross-Origin-Resource-Policy": "cross-origin",
    })  # fmt: skip
    unchanged = answers.unchanged(request, headers)
    if unchanged:
        return unchanged
    # Drawing keeps a processor busy: others wait for their turn, and no other answer waits.
    limiter: CapacityLimiter = request.app.state.writers
    body = await in_thread(_made, draw, site.edition, asked, limiter=limiter)
    return Response(body, media_type=media_type, headers=headers)
