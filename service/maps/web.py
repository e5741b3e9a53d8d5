"""The map over HTTP: reads the address, gives the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from geo.dates import EdtfError, span_of
from routes import Edition
from routes.index import Box
from service import answers
from service.maps.page import (
    CONTENT_SECURITY_POLICY,
    LAYERS,
    MAX_ZOOM,
    MIN_ZOOM,
    embed_page,
    map_page,
)
from service.maps.view import MapView
from service.maps.words import languages
from service.ogc.parameters import parse_bbox, refuse_unknown
from service.problems import BadParameter
from service.settings import Settings
from service.site import Site

router = APIRouter()

PARAMETERS = ("date", "bbox", "lat", "lon", "zoom", "layers", "lang", "f")


@router.get("/map")
@router.get("/editions/{edition:int}/map")
async def map_(request: Request) -> Response:
    """Give the map of a day."""
    return _page(request, map_page, "'self'")


@router.get("/embed")
@router.get("/editions/{edition:int}/embed")
async def embed(request: Request) -> Response:
    """Give the map for a frame on another site."""
    settings: Settings = request.app.state.settings
    # The front page frames it too, wherever else it may be framed.
    return _page(request, embed_page, f"'self' {settings.embed_ancestors}")


def _page(request: Request, page: Callable[[Edition, MapView], str], ancestors: str) -> Response:
    refuse_unknown(request, *PARAMETERS)
    site = Site.of(request)
    view = parse_view(request, site)
    response = answers.html(request, site, lambda: page(site.edition, view))
    policy = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'; frame-ancestors {ancestors}"
    response.headers["Content-Security-Policy"] = policy
    return response


def parse_view(request: Request, site: Site) -> MapView:
    """Read what a map's address asks to show. Raises BadParameter."""
    values = request.query_params
    place = _Place.parse(request)
    boxes = parse_bbox(values["bbox"]) if "bbox" in values else ()
    if len(boxes) > 1:
        raise BadParameter("crosses the antimeridian, which this map does not show", "bbox",
                           "12,39,30,49")  # fmt: skip
    return MapView(
        date=day(values["date"]) if "date" in values else None,
        bbox=_corners(boxes[0]) if boxes else None,
        lat=place.lat,
        lon=place.lon,
        zoom=place.zoom,
        layers=_layers(values["layers"]) if "layers" in values else None,
        edition=site.edition.number if site.pinned else None,
        lang=_language(values.get("lang", "en")),
        root_path=request.scope.get("root_path", ""),
        root=site.root,
    )


def _corners(box: Box) -> tuple[float, float, float, float]:
    # A plain tuple: the page holds it as JSON, and orjson writes no named ones.
    return (box.west, box.south, box.east, box.north)


@dataclass(frozen=True)
class _Place:
    lat: float | None
    lon: float | None
    zoom: float | None

    @classmethod
    def parse(cls, request: Request) -> _Place:
        given = {
            "lat": (-90.0, 90.0, "42.5"),
            "lon": (-180.0, 180.0, "19.5"),
            "zoom": (MIN_ZOOM, MAX_ZOOM, "6"),
        }
        values = {name: _between(request, name, *limits) for name, limits in given.items()}
        missing = [name for name, value in values.items() if value is None]
        if missing and len(missing) < len(values):
            raise BadParameter("is missing: lat, lon and zoom come together", missing[0],
                               f"{missing[0]}={given[missing[0]][2]}")  # fmt: skip
        return cls(**values)


def _between(request: Request, name: str, least: float, most: float, example: str) -> float | None:
    text = request.query_params.get(name)
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
    try:
        first = span_of(text).first
    except EdtfError as error:
        raise BadParameter(f"{text!r} {error.fault}", name, "2003-12-01") from None
    if not np.datetime64("0001-01-01") <= first < np.datetime64("10000-01-01"):
        raise BadParameter(f"{text!r} is beyond the years 1 to 9999", name, "2003-12-01")
    return str(first.astype("datetime64[D]"))


def _layers(text: str) -> tuple[str, ...]:
    named = tuple(name for name in text.split(",") if name)
    for name in named:
        if name not in LAYERS:
            raise BadParameter(f"{name!r} is not a layer; there are {', '.join(LAYERS)}",
                               "layers", ",".join(LAYERS[:2]))  # fmt: skip
    return named


def _language(text: str) -> str:
    """Read a language's code, in letters of any case (BCP 47, 2.1.1).

    Serbian is here in Latin letters: `sr` means those, and `sr-Cyrl` is a language we do not have.
    """
    known = {lang.lower(): lang for lang in languages()} | {"sr": "sr-Latn"}
    found = known.get(text.lower())
    if found is None:
        fault = f"{text!r} is not a language of this map; there is {', '.join(languages())}"
        raise BadParameter(fault, "lang", languages()[0])
    return found
