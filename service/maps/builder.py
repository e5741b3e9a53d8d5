"""The code for another site: for people a page that makes it, for programs the same as JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service import answers, pages
from service.maps import assets, looks, sharing
from service.maps import parameters as maps
from service.maps.days import within
from service.maps.page import state_of
from service.maps.view import MapView
from service.maps.web import parse_look, parse_view
from service.ogc.parameters import Parameter, refuse_unknown
from service.problems import BadParameter
from service.site import Site

router = APIRouter()

LEAST_HEIGHT, MOST_HEIGHT = 400, 2000
SCRIPT = "around/embed.js"
JAVASCRIPT = "text/javascript"
_HOUR = "public, max-age=3600"

EDITION = Parameter(
    "edition",
    "The edition that the map stays at for ever; without it the map follows corrections.",
    {"type": "integer", "minimum": 1},
    "1",
)
HEIGHT = Parameter(
    "height",
    f"Height of the frame in pixels where scripts are taken out, {LEAST_HEIGHT} to {MOST_HEIGHT}.",
    {
        "type": "integer",
        "minimum": LEAST_HEIGHT,
        "maximum": MOST_HEIGHT,
        "default": sharing.HEIGHT,
    },
    str(sharing.HEIGHT),
)
# Since when the map is on the other site, the builder itself knows.
_LOOK = (*looks.OF_A_MAP, *(one for one in looks.OF_AN_EMBED if one.name != "since"))
EVERY = (*maps.EVERY, *_LOOK, EDITION, HEIGHT)


@dataclass(frozen=True)
class Asked:
    """What is to be embedded: its edition's site, its view, and the height of its frame."""

    site: Site
    view: MapView
    height: int


@router.get("/embed/builder")
async def builder(request: Request) -> Response:
    """Make the code of a map for another site."""
    site = Site.of(request)
    asked = parse(request, site)
    document = told(asked)
    if site.format == "html":
        state = state_of(asked.site.edition, asked.view.lang)
        return answers.html(
            request, site, lambda: pages.builder(site, state, asked.view, asked.height, document)
        )
    return answers.json(request, site, document)


@router.get("/embed.js")
async def script(request: Request) -> Response:
    """Give the script of the page around: the frame as high as its map wants to be."""
    refuse_unknown(request)
    written = (assets.FOLDER / SCRIPT).read_bytes()
    headers = {
        "ETag": f'"{assets.version(assets.FOLDER / "around")}"',
        # The address is on others' pages for years, so it is asked again; not at each visit.
        "Cache-Control": _HOUR,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    unchanged = answers.unchanged(request, headers)
    return unchanged or Response(written, media_type=JAVASCRIPT, headers=headers)


def parse(request: Request, site: Site) -> Asked:
    """Read what is to be embedded. Raises BadParameter, NotFound and Gone."""
    values = _written(request)
    number = values.pop(EDITION.name, None)
    height = _height(values.pop(HEIGHT.name, str(sharing.HEIGHT)))
    path = {"edition": _edition(number)} if number else {}
    shown = Request(
        {**request.scope, "query_string": urlencode(values).encode(), "path_params": path}
    )
    refuse_unknown(shown, "f", *(one.name for one in EVERY))
    of_edition = Site.of(shown)
    look = parse_look(shown, of_edition)
    if not of_edition.pinned:
        look = replace(look, since=site.edition.number)
    view = replace(parse_view(shown, of_edition), look=look)
    state = state_of(of_edition.edition, view.lang)
    return Asked(of_edition, within(state, view), height)


def told(asked: Asked) -> dict[str, Any]:
    """Give the codes and addresses of what is to be embedded."""
    view = asked.view
    title = sharing.title_of(view, asked.site.edition.atlas)
    width, height = sharing.STILL_SIZE
    page = sharing.address(view, "map")
    return {
        "title": title,
        **({"edition": view.edition} if view.edition else {}),
        "code": sharing.figure(view, title, asked.height),
        "frame": sharing.frame(view, title, "100%", asked.height),
        "picture": sharing.still_figure(view, title),
        "embed": sharing.address(view, "embed"),
        "map": page,
        "oembed": f"{view.root}/oembed?{urlencode({'url': sharing.address(view, 'embed')})}",
        "png": sharing.address(view, "picture.png", width=width, height=height),
        "svg": sharing.address(view, "picture.svg", width=width, height=height),
    }


def _written(request: Request) -> dict[str, str]:
    """Give the parameters as a map's address has them.

    A form without a script sends its empty fields too, and each layer by itself.
    """
    written: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in written and name != "layers":
            raise BadParameter("is given twice", name, f"one {name}=")
        if value:
            written[name] = f"{written[name]},{value}" if name in written else value
    if "accent" in written:
        written["accent"] = written["accent"].removeprefix("#")
    return written


def _edition(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
        raise BadParameter(f"{text[:40]!r} is not the number of an edition", EDITION.name,
                           EDITION.example)  # fmt: skip
    return int(text)


def _height(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadParameter(f"{text[:40]!r} is not a whole number", HEIGHT.name, HEIGHT.example)
    if not LEAST_HEIGHT <= int(text) <= MOST_HEIGHT:
        fault = f"{text!r} is not between {LEAST_HEIGHT} and {MOST_HEIGHT}"
        raise BadParameter(fault, HEIGHT.name, HEIGHT.example)
    return int(text)
