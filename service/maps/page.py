"""The map's pages: Folium builds them, Leaflet draws them, the modules in static/ move them.

Folium's own page loads from five other hosts, gives its elements random ids and starts the map by
an inline script. Here all files are our own, every id is fixed, and there is no inline script or
style at all: what the page knows travels as JSON in `<script type="application/json">`, which is
data and runs nowhere. So `script-src 'self'; style-src 'self'` holds without a nonce; a nonce
would have to change with every answer, and then the page could have no ETag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

import folium
from branca.element import Figure
from folium.utilities import camelize
from jinja2 import Environment, PackageLoader, Template, select_autoescape
from markupsafe import Markup

from geo.tiling import WEB_MERCATOR
from routes.stories import LAYERS as LAYERS
from routes.stories import ZOOMS
from service.maps import assets, sharing
from service.maps.carried import carried
from service.maps.days import within
from service.maps.state import ShownEdition, State, build
from service.maps.view import Correction, MapView, Mode
from service.maps.words import for_browsers, languages, own_name, words
from service.markup import as_json, lang_unless

SHOWN_BY = {name: "borders" if name == "eu" else name for name in LAYERS}
PLACES = {
    "crossing": "crossings",
    "area": "crossings",
    "event": "events",
    "undated": "events",
    "eu": "borders",
    "administered": "boundaries",
    "disputed": "boundaries",
}
"""What the legend explains of places, each with what has to be there to need it."""

TILED = ("name", "route", "mode", "end", "precision", "source", "implied")
"""What the map of a large atlas has to know of each version, beside its id and bounds."""

MOST_IN_A_TILE = 1_000
"""Of these a day shows a hundred or two, and about eight tiles are seen at once."""

MIN_ZOOM, MAX_ZOOM = ZOOMS
"""Farther out the region ends; farther in 1:50m boundaries pretend to what they are not."""


class Page(Figure):
    """The HTML document: a language, a title, and no script of its own at the end.

    Head and body of its map stand in it as they are. Folium would read them as templates once more,
    and they hold what an atlas says: two braces in a name would be code.
    """

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.lang }}" data-mode="{{ this.mode }}"'
        ' data-scheme="{{ this.scheme }}">\n'
        "<head>\n{{ this.header.render(**kwargs) }}\n{{ this.shown.head }}\n</head>\n"
        "<body>\n{{ this.html.render(**kwargs) }}\n{{ this.shown.body }}\n</body>\n"
        "</html>\n"
    )

    def __init__(self, view: MapView, mode: Mode, shown: TimeMap) -> None:
        super().__init__()
        self.lang, self.mode, self.scheme = view.lang, mode, view.look.scheme
        self.shown = shown


class TimeMap(folium.Map):
    """A Folium map whose head and body are templates of ours and which has no inline script."""

    folder = ""
    """Where the templates of its body lie."""

    _template = Template("")

    def __init__(
        self,
        state: State,
        view: MapView,
        mode: Mode,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Fill the template of a mode; `more` is what it says beyond what every map says.

        `of_head` in it holds what the head says otherwise than the body.
        """
        west, south, east, north = state["atlas"]["view"]
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2],
            tiles=None,
            zoom_control=False,
            zoom_snap=0.05,
            zoom_delta=0.75,
            wheel_px_per_zoom_level=90,
            attribution_control=False,
        )
        # Folium's own tags would be among them, and keep the browser from reading the page.
        self.default_js, self.default_css = [], []
        told = _told(state, view, mode) | dict(more or {})
        told["settings"] = _settings(told, self._leaflet_options())
        self.head = environment().get_template("head.html").render(told | told.get("of_head", {}))
        self.body = environment().get_template(f"{self.folder}{mode}.html").render(told)
        Page(view, mode, self).add_child(self)

    def _leaflet_options(self) -> dict[str, Any]:
        """Give what Folium would write into its inline script, as data."""
        options = {camelize(key): value for key, value in self.options.items()}
        return options | {"center": self.location, "minZoom": MIN_ZOOM, "maxZoom": MAX_ZOOM}

    def get_name(self) -> str:
        """Give a fixed id: Folium's random one would change the page with every answer."""
        return "map"


def map_page(edition: ShownEdition, view: MapView) -> str:
    """Give the HTML of `/map`: the same text for the same edition and view.

    Raises KeyError for a language that `service.maps.words` does not have.
    """
    return str(TimeMap(state_of(edition, view.lang), view, "map").get_root().render())


def embed_page(edition: ShownEdition, view: MapView, correction: Correction | None = None) -> str:
    """Give the HTML of `/embed`, made to stand in a frame from 360 by 400 pixels up.

    `correction` is what corrected it since it was placed there.
    """
    state = state_of(edition, view.lang)
    shown = within(state, view)
    width, height = sharing.STILL_SIZE
    more = {
        "correction": correction,
        "still": sharing.path(shown, "picture.svg", width=width, height=height),
    }
    return str(TimeMap(state, view, "embed", more).get_root().render())


@lru_cache(maxsize=32)
def state_of(edition: ShownEdition, lang: str) -> State:
    """Build what an edition shows once: it never changes, and most of a page's time goes there."""
    return build(edition, lang)


def _told(state: State, view: MapView, mode: Mode) -> dict[str, Any]:
    """Give what the templates say."""
    atlas, day = state["atlas"], view.date or state["atlas"]["opening"]
    # The map opens on the nearest day that it shows; so must what others show of it.
    shown = within(state, view)
    is_tiled = "counts" in state
    return {
        # Cards and oEmbed name full addresses; without one there is nothing to name. They show
        # one day, and neither two nor a story of many.
        "sharing": sharing.told(shown, mode, atlas["title"], shown.date or day)
        if view.root and mode in ("map", "embed")
        else None,
        "state": state,
        "atlas": atlas,
        "view": view,
        "mode": mode,
        "date": day,
        "to": view.to,
        "is_tiled": is_tiled,
        "layers": [
            name for name in LAYERS if state[SHOWN_BY[name]] or (is_tiled and name == "routes")
        ],
        # The routes are drawn all the same, from tiles.
        "left_out": [
            (name, count) for name, count in state.get("left_out", {}).items() if name != "routes"
        ],
        "legend_of_places": [kind for kind, name in PLACES.items() if state[name]],
        "icon": assets.address(view.root_path, "icon.svg"),
        "needs": assets.Needs.of(view.root_path, mode, is_tiled=is_tiled),
        "say": words(view.lang),
        "own_name": own_name(view.lang),
        "languages": [_language(shown, lang, day) for lang in languages()],
        # What the atlas says in its own words is in its own language.
        "own": lang_unless(atlas["lang"], view.lang),
        "with_lang": Markup("&amp;lang={}").format(view.lang) if view.lang != "en" else "",
    }


def _language(view: MapView, lang: str, day: str) -> dict[str, str]:
    """Give the link to the same map in a language, named in itself."""
    query = sharing.query_of(replace(view, lang=lang, date=view.date or day))
    href = f"{view.base}/map?{urlencode(query, safe=',')}"
    return {"code": lang, "name": own_name(lang), "href": href}


def _settings(told: dict[str, Any], leaflet: dict[str, Any]) -> dict[str, Any]:
    """Give what the modules have to know of the address."""
    view: MapView = told["view"]
    keys = ("bbox", "lat", "lon", "zoom", "layers", "lang")
    return {key: getattr(view, key) for key in keys} | {
        "mode": told["mode"],
        "file": "file" in told,
        "scheme": view.look.scheme,
        "accent": view.look.accent,
        "strip": view.look.strip,
        "date": told["date"],
        "to": view.to,
        "root": view.root_path,
        # A file that knows no service has nothing to link to.
        "base": view.base if view.root_path or "file" not in told else None,
        "pinned": view.edition is not None,
        "words": for_browsers(told["say"]),
        "leaflet": leaflet,
        **({"tiles": _tiles(told["state"], view)} if told["is_tiled"] else {}),
    }


def _tiles(state: State, view: MapView) -> str:
    """Give the address of the tiles: of this very edition, so that a browser may keep them."""
    place = f"{view.root_path}/editions/{state['edition']}/collections/routes/tiles/{WEB_MERCATOR}"
    asked = urlencode({"properties": ",".join(TILED), "limit": MOST_IN_A_TILE}, safe=",")
    return f"{place}/{{z}}/{{y}}/{{x}}?{asked}"


@cache
def environment() -> Environment:
    """Give what reads the maps' templates."""
    environment = Environment(
        loader=PackageLoader("service.maps"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"as_json": as_json, "carried": carried}
    return environment
