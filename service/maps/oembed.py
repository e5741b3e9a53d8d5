"""oEmbed 1.0: another site asks how to show an address of this one, and gets a frame.

https://oembed.com, section 2. Only what shows a map has an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service import answers, formats
from service.maps import sharing
from service.maps.days import nearest_day, opening_day
from service.maps.page import state_of
from service.maps.view import MapView
from service.maps.web import PARAMETERS, parse_view
from service.maps.words import words
from service.markup import legal
from service.ogc.parameters import Parameter, refuse_unknown
from service.problems import BadParameter, Missing, Problem
from service.site import Site

router = APIRouter()

XML = "text/xml"
WIDTH, HEIGHT = 800, 520
"""What the frame has where nothing else is asked for."""
LEAST_PICTURE = (300, 250)
_CACHE_S = 3600
_SIZE: dict[str, Any] = {"type": "integer", "minimum": 1}
_SHOWN = re.compile(r"(?:/editions/(?P<edition>[1-9]\d{0,8}))?/(?:map|embed)")

EVERY = (
    Parameter("url", "The address of a map of this service.",
              {"type": "string", "format": "uri"}, "https://maps.example/map?date=2003-12-01"),
    Parameter("format", "Form of the answer.",
              {"type": "string", "enum": ["json", "xml"], "default": "json"}, "json"),
    Parameter("maxwidth", "Greatest width of the frame, pixels.", _SIZE, "600"),
    Parameter("maxheight", "Greatest height of the frame, pixels.", _SIZE, "450"),
)  # fmt: skip


@dataclass(frozen=True)
class Room:
    """How large a frame or a picture may be; None for no bound."""

    width: int | None
    height: int | None

    def within(self, width: int, height: int) -> tuple[int, int]:
        """Give a size that has room."""
        return min(width, self.width or width), min(height, self.height or height)


@router.get("/oembed")
async def oembed(request: Request) -> Response:
    """Tell how to show a map of this service."""
    refuse_unknown(request, *(one.name for one in EVERY))
    values = request.query_params
    form = values.get("format", "json")
    if form not in ("json", "xml"):
        # oEmbed, 2.3.2: what the provider cannot give is 501, not 400.
        raise Problem(f"{form[:40]!r} is not a form of this answer; there are json and xml",
                      "format", "json", HTTPStatus.NOT_IMPLEMENTED)  # fmt: skip
    site = Site.of(request)
    if "url" not in values:
        raise BadParameter("is missing: the address of a map", "url", f"{site.root}/map")
    room = Room(_size(request, "maxwidth"), _size(request, "maxheight"))
    shown, view = _shown(request, site, values["url"])
    document = told(shown, view, room)
    if form == "xml":
        return answers.answer(request, site, lambda: as_xml(document), XML)
    return answers.answer(request, site, lambda: orjson.dumps(document), formats.JSON)


def told(site: Site, view: MapView, room: Room) -> dict[str, Any]:
    """Give the answer's members (oEmbed, 2.3.4.4: rich)."""
    atlas, said = site.edition.atlas, words(view.lang)
    if view.date:
        view = replace(view, date=nearest_day(state_of(site.edition, view.lang), view.date))
    title = sharing.titled(atlas["title"], view.date or opening_day(atlas), view.lang)
    width, height = room.within(WIDTH, HEIGHT)
    fallback = said["share"]["fallback"].format(title=title)
    return {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "author_name": str(atlas.get("byline") or ""),
        "provider_name": str(atlas["title"]),
        "provider_url": site.root,
        "cache_age": _CACHE_S,
        "html": sharing.frame(view, title, fallback, width, height),
        "width": width,
        "height": height,
        **_thumbnail(view, room),
    }


def as_xml(document: dict[str, Any]) -> bytes:
    """Write the same as XML (oEmbed, 2.3.2)."""
    root = Element("oembed")
    for name, value in document.items():
        SubElement(root, name).text = legal(str(value))
    head = b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
    written: bytes = head + tostring(root, encoding="utf-8", xml_declaration=False)
    return written


def _thumbnail(view: MapView, room: Room) -> dict[str, Any]:
    """Give the picture, where there is room for the smallest; its members come together."""
    width, height = room.within(*sharing.CARD_SIZE)
    if width < LEAST_PICTURE[0] or height < LEAST_PICTURE[1]:
        return {}
    address = sharing.address(view, "picture.png", width=width, height=height)
    return {"thumbnail_url": address, "thumbnail_width": width, "thumbnail_height": height}


def _shown(request: Request, site: Site, url: str) -> tuple[Site, MapView]:
    """Read the address of a map as if it were asked itself. Raises Missing or BadParameter."""
    found = _SHOWN.fullmatch(_path(url, site.root))
    if found is None:
        raise Missing(f"{url[:200]!r} is not the address of a map of this service", "url",
                      f"{site.root}/map")  # fmt: skip
    number = found["edition"]
    scope = {
        **request.scope,
        "query_string": urlsplit(url).query.encode(),
        "path_params": {"edition": int(number)} if number else {},
    }
    asked = Request(scope)
    try:
        refuse_unknown(asked, *PARAMETERS)
        shown = Site.of(asked)
        return shown, parse_view(asked, shown)
    except BadParameter as problem:
        fault = f"its {problem.parameter!r}: {problem.fault}"
        raise BadParameter(fault, "url", f"{site.root}/map?date=2003-12-01") from None


def _path(url: str, root: str) -> str:
    """Give the path of an address below the service's own; "" for one of another."""
    try:
        parts, own = urlsplit(url), urlsplit(root)
    except ValueError:
        return ""
    # A page may be known by http and by https: both are this service.
    is_here = parts.scheme in ("http", "https") and parts.netloc.lower() == own.netloc.lower()
    if not is_here or not parts.path.startswith(own.path):
        return ""
    return parts.path.removeprefix(own.path)


def _size(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise BadParameter(f"{text[:40]!r} is not a whole number from 1 on", name, "600")
    return int(text[:9])
