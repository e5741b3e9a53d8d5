"""The map of a day as a table: for those who cannot see the map, and for those who copy from it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from geo.times import Window
from routes.query import Query
from service import answers, pages
from service.maps.features import versions
from service.maps.page import state_of
from service.maps.state import is_large
from service.maps.web import parse_view
from service.ogc.items import at_edition_of
from service.ogc.parameters import CURSOR, Cursor, refuse_unknown
from service.problems import BadParameter
from service.site import Site

router = APIRouter()

PARAMETERS = ("date", "to", "lang", "f", CURSOR.name)
MOST_ROUTES = 100
"""Routes of a large atlas on one page; one that its map carries has them all on one."""


@router.get("/map/table")
@router.get("/editions/{edition:int}/map/table")
async def table(request: Request) -> Response:
    """Give everything that the map shows on a day, or in a range of days, in tables; of a large
    atlas in pages."""
    refuse_unknown(request, *PARAMETERS)
    site = Site.of(request)
    cursor = None
    if CURSOR.name in request.query_params:
        cursor = Cursor.parse(request.query_params[CURSOR.name])
        site = at_edition_of(cursor, site, request.app.state.library)
    view = parse_view(request, site)
    state = state_of(site.edition, view.lang)
    days = (view.date or state["atlas"]["opening"], view.to)
    if not is_large(site.edition):
        if cursor:
            raise BadParameter("leads to another page, and this table has one only", CURSOR.name)
        return answers.html(request, site, lambda: pages.day_table(site, state, days, view.lang))

    def page() -> str:
        part = _part(site, days, cursor.place if cursor else 0)
        return pages.day_table(site, state, days, view.lang, part)

    return answers.html(request, site, page)


def _part(site: Site, days: pages.Days, place: int) -> pages.PartOfRoutes:
    """Give the routes of a day, or of a range of days, from a place in their order on."""
    day, to = days
    index = site.edition.index("routes")
    found = index.page(Query(window=Window.parse(f"{day}/{to or day}")), place, MOST_ROUTES)
    following = None
    if found.next_place is not None:
        cursor = str(Cursor(site.edition.number, found.next_place))
        following = site.this(cursor=cursor, date=day, **({"to": to} if to else {}))
    return pages.PartOfRoutes(versions(index, found.rows), found.matched, following)
