"""The map of a day as a table: for those who cannot see the map, and for those who copy from it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service import answers, pages
from service.maps.page import state_of
from service.maps.web import parse_view
from service.ogc.parameters import refuse_unknown
from service.site import Site

router = APIRouter()

PARAMETERS = ("date", "to", "lang", "f")


@router.get("/map/table")
@router.get("/editions/{edition:int}/map/table")
async def table(request: Request) -> Response:
    """Give everything that the map shows on a day, or in a range of days, in tables."""
    refuse_unknown(request, *PARAMETERS)
    site = Site.of(request)
    view = parse_view(request, site)
    state = state_of(site.edition, view.lang)
    days = (view.date or state["atlas"]["opening"], view.to)
    return answers.html(request, site, lambda: pages.day_table(site, state, days, view.lang))
