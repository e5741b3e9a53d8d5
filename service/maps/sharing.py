"""What others need of a map's address to show it: its card's picture, its oEmbed, its code."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

from service.maps import looks
from service.maps.days import opening_day
from service.maps.view import Look, MapView, Mode
from service.maps.words import days_said, words

Told = dict[str, Any]

CARD_SIZE = (1200, 630)
"""What sites that show cards ask for: 1.91 to 1 (Open Graph, Twitter's large card)."""
STILL_SIZE = (800, 520)
"""The picture that stands where a map cannot."""
HEIGHT = 520
"""What a frame has in pixels where nothing else is asked for."""
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


def address(view: MapView, page: str, **more: object) -> str:
    """Give the full address of a page or a picture of this view: "map", "embed", "picture.png"."""
    return f"{view.root}{_path(view, page, **more)}"


def path(view: MapView, page: str, **more: object) -> str:
    """Give the same without scheme and host, for a page of this service."""
    return f"{view.root_path}{_path(view, page, **more)}"


def _path(view: MapView, page: str, **more: object) -> str:
    asked = query_of(view) | _look_of(view.look, page)
    query = urlencode(asked | {name: str(value) for name, value in more.items()}, safe=",")
    return f"{view.pinned_path}/{page}{'?' + query if query else ''}"


def query_of(view: MapView) -> dict[str, str]:
    """Give what a view asks for as an address has it; what it leaves open is left out."""
    asked = {name: getattr(view, name) for name in ("date", "to", "lat", "lon", "zoom")}
    query = {name: _text(value) for name, value in asked.items() if value is not None}
    if view.bbox is not None:
        query["bbox"] = ",".join(map(_text, view.bbox))
    if view.layers is not None:
        query["layers"] = ",".join(view.layers)
    return query | ({} if view.lang == "en" else {"lang": view.lang})


def _look_of(look: Look, page: str) -> dict[str, str]:
    """Give the parameters of a look that a page has; what stands at its default is left out."""
    accent = {"accent": look.accent} if look.accent else {}
    if page.startswith("picture"):
        # Pictures are light.
        return accent if look.accent and looks.is_seen(look.accent, "light") else {}
    query = ({} if look.scheme == "auto" else {"scheme": look.scheme}) | accent
    if page == "embed":
        without = {"strip": look.strip, "legend": look.legend}
        query |= {name: "no" for name, is_there in without.items() if not is_there}
        query |= {} if look.since is None else {"since": str(look.since)}
    return query


def told(view: MapView, mode: Mode, title: str, day: str) -> Told:
    """Give what the head of a page tells those who link to it."""
    width, height = CARD_SIZE
    page = address(view, mode)
    oembed = [
        (f"{form}+oembed", f"{view.root}/oembed?{urlencode({'url': page, 'format': name})}")
        for name, form in (("json", "application/json"), ("xml", "text/xml"))
    ]
    return {
        "title": titled(title, day, view.to, view.lang),
        "url": address(view, "map"),
        "picture": address(view, "picture.png", width=width, height=height),
        "width": width,
        "height": height,
        "oembed": oembed,
    }


def titled(title: str, day: str, to: str | None, lang: str) -> str:
    """Give the title of a map of a day, or of the days until another."""
    return f"{title}, {days_said(day, to, words(lang))}"


def title_of(view: MapView, atlas: Mapping[str, Any]) -> str:
    """Give the title of what a view shows."""
    return titled(atlas["title"], view.date or opening_day(atlas), view.to, view.lang)


def frame(view: MapView, title: str, width: int | str, height: int, style: str = "border:0") -> str:
    """Give the code of a frame with the map, `width` by `height` pixels.

    What stands inside an iframe is shown by nothing that shows frames, and kept by some that take
    them out. The sandbox leaves the map an origin that is nobody's: it can reach nothing of the
    page around it, nor what the service's own pages keep.
    """
    src = escape(address(view, "embed"))
    return (
        f'<iframe src="{src}" title="{escape(title)}" width="{width}" height="{height}" '
        f'loading="lazy" style="{style}" sandbox="{SANDBOX}">{link(view, title)}</iframe>'
    )


def link(view: MapView, title: str) -> str:
    """Give the code of a link to the map."""
    text = words(view.lang)["share"]["fallback"].format(title=title)
    return f'<a href="{escape(address(view, "map"))}">{escape(text)}</a>'


def picture(view: MapView, title: str, style: str = "max-width:100%;height:auto") -> str:
    """Give the code of a picture of the map."""
    width, height = STILL_SIZE
    src = escape(address(view, "picture.png", width=width, height=height))
    return (
        f'<img src="{src}" alt="{escape(title)}" width="{width}" height="{height}" '
        f'loading="lazy" style="{style}">'
    )


def still_figure(view: MapView, title: str) -> str:
    """Give the code of a picture with a link to the map: no frame, no script."""
    still = f'<a href="{escape(address(view, "map"))}">{picture(view, title)}</a>'
    return _figure(still, link(view, title))


def figure(view: MapView, title: str, height: int) -> str:
    """Give the code of a frame that fits its map, over a picture of it, and a link below.

    The frame covers the picture: both lie in one cell of a grid. Where frames are taken out of the
    code the picture is left; where a page's policy blocks them, embed.js takes the frame away. The
    frame is as high as the picture, and at least `height` pixels, until embed.js knows better.
    """
    cell = "grid-area:1/1;width:100%"
    covered = picture(view, title, f"{cell};height:auto")
    shown = frame(view, title, "100%", height, f"{cell};height:100%;min-height:{height}px;border:0")
    script = f'<script async src="{escape(view.root)}/embed.js"></script>'
    inside = f'<div style="display:grid">\n{covered}\n{shown}\n</div>'
    return f"{_figure(inside, link(view, title))}\n{script}"


def _figure(shown: str, caption: str) -> str:
    return f'<figure style="margin:0">\n{shown}\n<figcaption>{caption}</figcaption>\n</figure>'


def _text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
