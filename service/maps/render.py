"""A map as one file: it opens from disk, asks nothing of any network, and stays what it was.

The page is the one that the service gives, less what only a service can do. Scripts, sheets, fonts
and data are inside, and a policy in the page lets it run exactly these scripts and load nothing:
that it needs no network is enforced and not only meant. It tells no time of its own making, so the
same edition and options give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from routes import Edition
from service.maps import assets, joining, render_styles
from service.maps.page import TimeMap, environment, state_of
from service.maps.state import MOST_CARRIED, State, is_large
from service.maps.view import MapView, Mode
from service.maps.words import day_said, words
from service.problems import TooMuch

HASH_LENGTH = 12
"""How much of the content's hash is told: enough to tell editions apart, short enough to read."""


@dataclass(frozen=True)
class AboutFile:
    """What a file says of itself. `live`: the address of the service it comes from, or ""."""

    tool: str
    published: str
    content: str
    live: str


class FileMap(TimeMap):
    """The map's page with everything inside."""

    folder = "file/"

    def __init__(self, state: State, view: MapView, mode: Mode, about: AboutFile) -> None:
        super().__init__(state, view, mode, {"file": about, "languages": ()})
        self.head = _head(state, view, about, self.body)


def file_page(edition: Edition, view: MapView, mode: Mode = "map", url: str = "") -> str:
    """Give a page as one HTML document; `url`: where the service that has this edition answers.

    With it the page links to histories, records and the live map; without it such links are left
    out. Raises KeyError for a language that the map does not speak, TooMuch for a large atlas.
    """
    if is_large(edition):
        raise TooMuch(
            f"edition {edition.number} has {edition.count('routes'):,} route versions, and a page "
            f"in one file holds at most {MOST_CARRIED:,}; a picture of a smaller view can be made"
        )
    shown = replace(view, edition=edition.number, root_path=url, root="")
    about = AboutFile(
        tool=f"routeshift {version('routeshift')}",
        published=day_said(edition.manifest.published[:10], words(view.lang)),
        content=edition.manifest.content[:HASH_LENGTH],
        live=f"{url}/map" if url else "",
    )
    page = FileMap(state_of(edition, view.lang), shown, mode, about)
    return str(page.get_root().render())


def _head(state: State, view: MapView, about: AboutFile, body: str) -> str:
    folder = assets.FOLDER
    told: dict[str, Any] = {
        "atlas": state["atlas"],
        "say": words(view.lang),
        "file": about,
        "icon": render_styles.as_data((folder / "icon.svg").read_bytes(), "image/svg+xml"),
        "style": render_styles.with_fonts(folder, assets.SHEETS["map"], "".join(sorted(set(body)))),
        "leaflet": joining.inline((folder / f"{assets.LEAFLET}.js").read_text(encoding="utf-8")),
        "script": joining.inline(joining.script(folder / "start.js")),
    }
    told["policy"] = _policy([told["leaflet"], told["script"]], told["style"])
    return environment().get_template("file/head.html").render(told)


def _policy(scripts: list[str], style: str) -> str:
    """Give a policy that lets exactly these run and nothing be loaded (CSP 3, 2.3.1)."""
    allowed = " ".join(map(_source, scripts))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_source(style)}; font-src data:; "
        "img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
