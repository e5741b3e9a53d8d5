"""Comparisons over HTTP: two days of the world, or two editions of what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from routes import Edition
from service import answers, pages
from service.history import corrections
from service.history.changes import changes_document
from service.history.corrections import FROM_EDITION, TO_EDITION
from service.library import Library
from service.maps import headers
from service.maps.assets import Needs
from service.maps.comparison import Arrangement, Comparison, compare_page
from service.maps.page import state_of
from service.maps.state import MOST_CARRIED, is_large
from service.maps.view import MapView
from service.maps.web import PARAMETERS as OF_THE_MAP
from service.maps.web import day, parse_view
from service.ogc.parameters import FROM, TO, refuse_unknown
from service.problems import BadParameter, TooMuch
from service.site import Site
from service.turns import in_thread

router = APIRouter()

OF_BOTH = (*(name for name in OF_THE_MAP if name not in ("date", "to")), "maps")
YEARS_BACK = 2
"""How far the earlier day lies before the later one, where the address names none."""


@router.get("/compare")
@router.get("/editions/{edition:int}/compare")
async def compare(request: Request) -> Response:
    """Give two days on two maps, or on one, with the words of what changed between them.

    With `from-edition` and `to-edition`: one day as the two editions have it.
    """
    if request.query_params.keys() & {FROM_EDITION.name, TO_EDITION.name}:
        return await _of_editions(request)
    refuse_unknown(request, FROM.name, TO.name, FROM_EDITION.name, TO_EDITION.name, *OF_BOTH)
    site = Site.of(request)
    view = parse_view(request, site, with_range=False)
    _refuse_large(site, site.edition)
    days = _days(request, state_of(site.edition, view.lang)["atlas"]["opening"])
    document = changes_document(site, *days)
    compared = Comparison(days, None, _numbers(request, site), _arrangement(request), "")
    return _answer(
        request, site, site.edition, site.edition,
        lambda: replace(compared, told=pages.changes_told(site, document, view.lang)), view,
    )  # fmt: skip


async def _of_editions(request: Request) -> Response:
    refuse_unknown(request, FROM_EDITION.name, TO_EDITION.name, "date", *OF_BOTH)
    site = Site.of(request)
    view = parse_view(request, site, with_range=False)
    earlier, later = corrections.asked(request)
    _refuse_large(site, earlier, later)
    found = await in_thread(corrections.between, earlier, later)
    document = corrections.corrections_document(site, earlier, later, found)
    shown = view.date or state_of(later, view.lang)["atlas"]["opening"]
    numbers = (earlier.number, later.number)
    corrected = pages.Compared(earlier, later, found)
    compared = Comparison(
        (shown, shown), numbers, _numbers(request, site, *numbers), _arrangement(request), ""
    )
    return _answer(
        request, site, earlier, later,
        lambda: replace(
            compared, told=pages.corrections_told(site, document, corrected, view.lang)
        ),
        view,
    )  # fmt: skip


def _answer(
    request: Request,
    site: Site,
    earlier: Edition,
    later: Edition,
    compared: Callable[[], Comparison],
    view: MapView,
) -> Response:
    response = answers.html(request, site, lambda: compare_page(earlier, later, compared(), view))
    needs = Needs.of(view.root_path, "compare")
    return headers.told(response, needs, "'self'", forms="'self'")


def _refuse_large(site: Site, *editions: Edition) -> None:
    """Refuse what two maps beside each other cannot show. Raises TooMuch."""
    for edition in editions:
        if is_large(edition):
            fault = (
                f"edition {edition.number} has {edition.count('routes'):,} route versions, and a "
                f"comparison shows two maps of at most {MOST_CARRIED:,} each; {site.url('/map')} "
                f"moves through time, and {site.url('/changes')} says what changed in words"
            )
            raise TooMuch(fault)


def _numbers(request: Request, site: Site, *shown: int) -> tuple[int, ...]:
    """Give the editions to choose from; on a page that never changes those that are `shown`."""
    if site.pinned:
        return tuple(sorted({*shown}))
    library: Library = request.app.state.library
    return tuple(sorted(one.number for one in library.manifests()))


def _arrangement(request: Request) -> Arrangement:
    text = request.query_params.get("maps", "two")
    if text == "one":
        return "one"
    if text == "two":
        return "two"
    raise BadParameter(f"{text!r} is neither one nor two", "maps", "one")


def _days(request: Request, opening: str) -> tuple[str, str]:
    """Read the two days; where one is missing, take the opening day, and two years before."""
    values = request.query_params
    later = day(values[TO.name], TO.name) if TO.name in values else opening
    earlier = day(values[FROM.name], FROM.name) if FROM.name in values else _before(later)
    if earlier > later:
        name = FROM.name if TO.name in values else TO.name
        fault = (
            f"{values[FROM.name]!r} lies after {later!r}"
            if TO.name in values
            else f"is missing, and {values[FROM.name]!r} lies after the atlas's day, {opening!r}"
        )
        raise BadParameter(fault, name, f"{FROM.name}={FROM.example}&{TO.name}={TO.example}")
    return earlier, later


def _before(later: str) -> str:
    """Give the first day of the year two years before a day."""
    year = max(1, int(np.datetime64(later, "Y").astype(np.int64)) + 1970 - YEARS_BACK)
    return f"{year:04d}-01-01"
