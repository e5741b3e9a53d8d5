"""What others need of a map's address to show it: its card's picture, its oEmbed, its code."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlencode

from service.maps.view import MapView, Mode
from service.maps.words import day_said, words

Told = dict[str, Any]

CARD_SIZE = (1200, 630)
"""What sites that show cards ask for: 1.91 to 1 (Open Graph, Twitter's large card)."""
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


def address(view: MapView, page: str, **more: object) -> str:
    """Give the full address of a page or a picture of this view: "map", "embed", "picture.png"."""
    query = urlencode(query_of(view) | {name: str(value) for name, value in more.items()}, safe=",")
    return f"{view.root}{view.pinned_path}/{page}{'?' + query if query else ''}"


def query_of(view: MapView) -> dict[str, str]:
    """Give what a view asks for as an address has it; what it leaves open is left out."""
    asked = {name: getattr(view, name) for name in ("date", "lat", "lon", "zoom")}
    query = {name: _text(value) for name, value in asked.items() if value is not None}
    if view.bbox is not None:
        query["bbox"] = ",".join(map(_text, view.bbox))
    if view.layers is not None:
        query["layers"] = ",".join(view.layers)
    return query | ({} if view.lang == "en" else {"lang": view.lang})


def told(view: MapView, mode: Mode, title: str, day: str) -> Told:
    """Give what the head of a page tells those who link to it."""
    width, height = CARD_SIZE
    page = address(view, mode)
    oembed = [
        (f"{form}+oembed", f"{view.root}/oembed?{urlencode({'url': page, 'format': name})}")
        for name, form in (("json", "application/json"), ("xml", "text/xml"))
    ]
    return {
        "title": titled(title, day, view.lang),
        "url": address(view, "map"),
        "picture": address(view, "picture.png", width=width, height=height),
        "width": width,
        "height": height,
        "oembed": oembed,
    }


def titled(title: str, day: str, lang: str) -> str:
    """Give the title of a map of a day."""
    return f"{title}, {day_said(day, words(lang))}"


def frame(view: MapView, title: str, fallback: str, width: int, height: int) -> str:
    """Give the code of a frame with the map, and in it a link for those who cannot show one.

    The twin of `embedCode` in static/share.js.
    """
    src, page = (escape(address(view, name)) for name in ("embed", "map"))
    return (
        f'<iframe src="{src}" title="{escape(title)}" width="{width}" height="{height}" '
        f'loading="lazy" style="border:0" sandbox="{SANDBOX}">'
        f'<a href="{page}">{escape(fallback)}</a></iframe>'
    )


def _text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
