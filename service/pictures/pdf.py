"""A picture as PDF, for print: lines stay lines and text stays text, in the map's own fonts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from service.maps import sharing
from service.maps.page import state_of
from service.maps.state import ShownEdition
from service.pictures import fonts
from service.pictures.picture import PictureView, svg

if TYPE_CHECKING:
    from typst import Fonts

POINTS_PER_PIXEL = 0.75
"""A CSS pixel is a 96th of an inch, a point a 72nd (CSS Values 4, 6.2)."""

# No date: the same picture gives the same bytes. A page of the picture's size, and nothing else.
_SHEET = b"""
#let side(name) = float(sys.inputs.at(name)) * 1pt
#set document(title: sys.inputs.title, author: sys.inputs.author, date: none)
#set text(lang: sys.inputs.lang)
#set page(width: side("width"), height: side("height"), margin: 0pt)
#image(bytes(sys.inputs.picture), format: "svg", width: 100%, height: 100%, alt: sys.inputs.title)
"""


def pdf(edition: ShownEdition, asked: PictureView) -> bytes:
    """Set a picture on a page of its size. Raises KeyError as `svg` does."""
    side = POINTS_PER_PIXEL * asked.scale
    atlas = state_of(edition, asked.view.lang)["atlas"]
    told = {
        "picture": svg(edition, asked),
        "width": f"{asked.width * side:g}",
        "height": f"{asked.height * side:g}",
        "title": sharing.title_of(asked.view, edition.atlas),
        "author": atlas["byline"],
        "lang": asked.view.lang,
    }
    # It stays out of the memory of processes that set none.
    import typst

    return typst.compile(
        _SHEET, format="pdf", font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=told
    )


@cache
def _fonts() -> Fonts:
    """Read the fonts, once in each process."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.folder())]
    )
