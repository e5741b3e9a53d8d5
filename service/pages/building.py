"""What the page says that makes the code of a map for another site."""

from __future__ import annotations

from typing import Any

from service.maps import looks, sharing
from service.maps.days import days_of
from service.maps.page import LAYERS, SHOWN_BY
from service.maps.state import State
from service.maps.view import MapView
from service.maps.words import languages, own_name, words
from service.site import Site

WIDTHS = (1200, 600, 360)
"""Of the frames that show it, in pixels: an article over the whole page, a column, a telephone."""
FEW_LAYERS = ("routes", "crossings", "eu")
"""What a frame shows unless its address asks for more, as in static/main.js."""


def said(
    site: Site, state: State, view: MapView, height: int, made: dict[str, Any]
) -> dict[str, Any]:
    """Give what the page's template fills in; `made` are the codes and addresses."""
    names = words(view.lang)["layers"]
    shown = view.layers if view.layers is not None else FEW_LAYERS
    first, last = days_of(state)
    return {
        "asked": view,
        "made": made,
        "height": height,
        "days": {"first": first, "last": last, "opening": state["atlas"]["opening"]},
        "layers": [
            {"name": name, "label": names[name], "is_on": name in shown}
            for name in LAYERS
            if state[SHOWN_BY[name]]
        ],
        "languages": {lang: own_name(lang) for lang in languages()},
        "schemes": {"auto": "as the reader’s device", "light": "light", "dark": "dark"},
        "accent_example": looks.ACCENT_EXAMPLE,
        "newest": site.edition.number,
        "widths": WIDTHS,
        "preview": sharing.path(view, "embed"),
        "script": f"{view.root_path}/embed.js",
        "action": f"{view.root_path}/embed/builder",
    }
