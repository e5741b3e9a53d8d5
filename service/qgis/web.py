"""The layer definition, by HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service import answers, formats
from service.headers import disposition
from service.ogc.parameters import refuse_unknown
from service.qgis.definition import definition
from service.site import Site

router = APIRouter()


@router.get("/downloads/routeshift.qlr")
@router.get("/editions/{edition:int}/downloads/routeshift.qlr")
async def layer_definition(request: Request) -> Response:
    """Give the layers for QGIS, their sources at the address that was asked."""
    refuse_unknown(request)
    site = Site.of(request)
    name = f"{site.edition.atlas['id']}-edition-{site.edition.number}.qlr"
    headers = {"Content-Disposition": disposition(name)}
    return answers.answer(request, site, lambda: definition(site), formats.QLR, headers)
