"""The map over HTTP: reads the address, gives the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from geo.dates import SECOND, EdtfError, Span, span_of
from routes import Edition
from routes.tree import Box
from service import answers
from service.library import Library
from service.maps import headers, looks
from service.maps.assets import Needs
from service.maps.page import (
    LAYERS,
    MAX_ZOOM,
    MIN_ZOOM,
    embed_page,
    map_page,
)
from service.maps.state import is_large
from service.maps.view import Correction, Look, MapView, Mode
from service.maps.words import languages
from service.ogc.parameters import parse_bbox, refuse_unknown
from service.problems import BadParameter
from service.settings import Settings
from service.site import Site

router = APIRouter()

LOOK = tuple(one.name for one in looks.OF_A_MAP)
FRAMED = (*LOOK, *(one.name for one in looks.OF_AN_EMBED))
"""What /map and /embed take beyond what every map takes."""
PARAMETERS = ("date", "to", "bbox", "lat", "lon", "zoom", "layers", "lang", "f")


@router.get("/map")
@router.get("/editions/{edition:int}/map")
async def map_(request: Request) -> Response:
    """Give the map of a day."""
    return _page(request, "map", LOOK, map_page, "'self'")


@router.get("/embed")
@router.get("/editions/{edition:int}/embed")
async def embed(request: Request) -> Response:
    """Give the map for a frame on another site."""
    settings: Settings = request.app.state.settings
    library: Library = request.app.state.library

    def page(edition: Edition, view: MapView) -> str:
        return embed_page(edition, view, correction_of(library, edition, view))

    # The front page frames it too, wherever else it may be framed.
    return _page(request, "embed", FRAMED, page, f"'self' {settings.embed_ancestors}")


def _page(
    request: Request,
    mode: Mode,
    more: tuple[str, ...],
    page: Callable[[Edition, MapView], str],
    ancestors: str,
) -> Response:
    refuse_unknown(request, *PARAMETERS, *more)
    site = Site.of(request)
    view = replace(parse_view(request, site), look=parse_look(request, site))
    response = answers.html(request, site, lambda: page(site.edition, view))
    needs = Needs.of(view.root_path, mode, is_tiled=is_large(site.edition))
    return headers.told(response, needs, ancestors, frames="'self'")


def correction_of(library: Library, edition: Edition, view: MapView) -> Correction | None:
    """Give what corrected a map that follows corrections since it was placed; None for nothing."""
    since = view.look.since
    if since is None or since >= edition.number:
        return None
    # What was corrected can be told as long as the edition of then is there.
    is_there = since in [one.number for one in library.manifests()]
    query = f"/changes?from-edition={since}&to-edition={edition.number}"
    href = f"{view.root_path}{query if is_there else '/editions'}"
    return Correction(edition.number, edition.manifest.published[:10], href)


def parse_view(request: Request, site: Site, *, with_range: bool = True) -> MapView:
    """Read what a map's address asks to show. Raises BadParameter.

    `with_range`: `to` is the last day of a range; on other pages it means something else.
    """
    return replace(
        read_view(request.query_params, with_range=with_range),
        edition=site.edition.number if site.pinned else None,
        root_path=request.scope.get("root_path", ""),
        root=site.root,
    )


def read_view(values: Mapping[str, str], *, with_range: bool = True) -> MapView:
    """Read what some of the map's parameters ask to show. Raises BadParameter."""
    date = day(values["date"]) if "date" in values else None
    place = _Place.parse(values)
    boxes = parse_bbox(values["bbox"]) if "bbox" in values else ()
    if len(boxes) > 1:
        raise BadParameter("crosses the antimeridian, which this map does not show", "bbox",
                           "12,39,30,49")  # fmt: skip
    return MapView(
        date=date,
        to=last_day(values["to"], date) if with_range and "to" in values else None,
        bbox=_corners(boxes[0]) if boxes else None,
        lat=place.lat,
        lon=place.lon,
        zoom=place.zoom,
        layers=_layers(values["layers"]) if "layers" in values else None,
        lang=language(values.get("lang", "en")),
    )


def parse_look(request: Request, site: Site) -> Look:
    """Read how the map is to look; `since` is an edition that there was. Raises BadParameter."""
    look = looks.parse(request.query_params)
    library: Library = request.app.state.library
    if look.since is not None and look.since > library.current().number:
        fault = f"there is no edition {look.since} yet; the newest is {library.current().number}"
        raise BadParameter(fault, "since", str(library.current().number))
    if look.since is not None and site.pinned:
        raise BadParameter("belongs to a map that follows corrections; this one stays at its "
                           "edition", "since", "/embed?since=1")  # fmt: skip
    return look


def _corners(box: Box) -> tuple[float, float, float, float]:
    # A plain tuple: the page holds it as JSON, and orjson writes no named ones.
    return (box.west, box.south, box.east, box.north)


@dataclass(frozen=True)
class _Place:
    lat: float | None
    lon: float | None
    zoom: float | None

    @classmethod
    def parse(cls, asked: Mapping[str, str]) -> _Place:
        given = {
            "lat": (-90.0, 90.0, "42.5"),
            "lon": (-180.0, 180.0, "19.5"),
            "zoom": (MIN_ZOOM, MAX_ZOOM, "6"),
        }
        values = {name: _between(asked, name, *limits) for name, limits in given.items()}
        missing = [name for name, value in values.items() if value is None]
        if missing and len(missing) < len(values):
            raise BadParameter("is missing: lat, lon and zoom come together", missing[0],
                               f"{missing[0]}={given[missing[0]][2]}")  # fmt: skip
        return cls(**values)


def _between(
    asked: Mapping[str, str], name: str, least: float, most: float, example: str
) -> float | None:
    text = asked.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        raise BadParameter(f"{text!r} is not a number", name, example) from None
    if not least <= value <= most:
        raise BadParameter(f"{text!r} is not between {least:g} and {most:g}", name, example)
    return value


def day(text: str, name: str = "date") -> str:
    """Read the day to show; of a month or a year, its first day."""
    return _iso(text, _span(text, name).first, name)


def last_day(text: str, first: str | None) -> str:
    """Read the last day of a range that begins on an ISO day; of a month or a year, its last day.

    Both ends belong to the range, as in OGC 17-069r4 /req/core/fc-time-definition.
    """
    example = "date=2000-01&to=2003-12"
    if first is None:
        raise BadParameter(f"{text!r} ends a range that has no beginning: `date` is missing", "to",
                           example)  # fmt: skip
    last = _iso(text, _span(text, "to").after - SECOND, "to")
    if last < first:
        raise BadParameter(f"{text!r} lies before {first}, the first day of the range", "to",
                           example)  # fmt: skip
    return last


def _span(text: str, name: str) -> Span:
    try:
        span = span_of(text)
    except EdtfError as error:
        raise BadParameter(f"{text!r} {error.fault}", name, "2003-12-01") from None
    # An instant lies in a day, and that day is shown.
    return span._replace(after=span.first + SECOND) if span.is_instant else span


def _iso(text: str, moment: np.datetime64, name: str) -> str:
    if not np.datetime64("0001-01-01") <= moment < np.datetime64("10000-01-01"):
        raise BadParameter(f"{text!r} is beyond the years 1 to 9999", name, "2003-12-01")
    return str(moment.astype("datetime64[D]"))


def _layers(text: str) -> tuple[str, ...]:
    named = tuple(name for name in text.split(",") if name)
    for name in named:
        if name not in LAYERS:
            raise BadParameter(f"{name!r} is not a layer; there are {', '.join(LAYERS)}",
                               "layers", ",".join(LAYERS[:2]))  # fmt: skip
    return named


def language(text: str) -> str:
    """Read a language's code, in letters of any case (BCP 47, 2.1.1).

    Serbian is here in Latin letters: `sr` means those, and `sr-Cyrl` is a language we do not have.
    """
    known = {lang.lower(): lang for lang in languages()} | {"sr": "sr-Latn"}
    found = known.get(text.lower())
    if found is None:
        fault = f"{text!r} is not a language of this map; there is {', '.join(languages())}"
        raise BadParameter(fault, "lang", languages()[0])
    return found
