"""The fonts of the map: how wide a text is in them, and files that a rasteriser can read.

The page loads each font in two parts, Latin and the rest of Latin, as WOFF2, under names that a
stylesheet gives. A rasteriser looks for one file under the right name, so the parts are joined and
renamed, and kept for the processes that come after. What reads fonts is imported by who needs it:
it takes as much memory as a small atlas.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from service.kept_folder import of_our_own
from service.maps.assets import FOLDER, version

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

log = logging.getLogger("routeshift")
# It tells of every table that it joins.
logging.getLogger("fontTools").setLevel(logging.WARNING)

SANS, SERIF = "Source Sans 3", "Source Serif 4"
_FALLBACKS = {
    SANS: "'Source Sans 3', 'Source Sans Pro', 'Helvetica Neue', Arial, sans-serif",
    SERIF: "'Source Serif 4', 'Source Serif Pro', Georgia, 'Times New Roman', serif",
}


@dataclass(frozen=True)
class Face:
    """A font at one weight: family as pictures name it, and where its parts lie."""

    family: str
    weight: int
    italic: bool = False
    parts: tuple[str, ...] = ("latin", "latin-ext")
    """The letters that its files hold; what is in two of them is taken from the first."""

    @property
    def families(self) -> str:
        """The family and what stands in for it where a reader lacks it, as CSS writes them."""
        return _FALLBACKS[self.family]

    def part(self, letters: str) -> Path:
        """Give the file of some letters, one of `parts`."""
        name = self.family.lower().replace(" ", "-")
        style = "italic" if self.italic else "normal"
        return FOLDER / f"vendor/fonts/{name}-{letters}-{self.weight}-{style}.woff2"

    def signs(self, letters: str) -> frozenset[int]:
        """Give the characters that the file of some letters holds."""
        return _signs(self.part(letters))


@cache
def _signs(path: Path) -> frozenset[int]:
    return frozenset(_font(path).getBestCmap())


def _font(path: Path) -> TTFont:
    from fontTools.ttLib import TTFont

    return TTFont(path)


# The other faces take their Cyrillic from this one.
PLAIN = Face(SANS, 400, parts=("latin", "latin-ext", "cyrillic"))
SEMIBOLD, BOLD = Face(SANS, 600), Face(SANS, 700)
ITALIC, TITLE = Face(SERIF, 400, italic=True), Face(SERIF, 600)
FACES = (PLAIN, SEMIBOLD, BOLD, ITALIC, TITLE)


@cache
def _advances(face: Face) -> dict[int, float]:
    """Give how far each character moves on, in shares of the font's size."""
    found: dict[int, float] = {}
    for letters in reversed(face.parts):
        font = _font(face.part(letters))
        per_em, widths = font["head"].unitsPerEm, font["hmtx"].metrics
        found |= {sign: widths[glyph][0] / per_em for sign, glyph in font.getBestCmap().items()}
    return found


@cache
def _known(face: Face) -> dict[int, float]:
    return _advances(PLAIN) | _advances(face)


def width(text: str, face: Face, size: float) -> float:
    """Give the width of a text in pixels, without kerning, which mostly makes it narrower."""
    known = _known(face)
    # What no font here has comes from a reader's own: as wide as tall is the careful guess.
    return size * sum(known.get(ord(sign), 1.0) for sign in text)


@cache
def folder() -> Path:
    """Give the folder with the fonts as TrueType files, which are made where they are missing."""
    found = of_our_own(f"fonts of {version()}".encode()) or Path(_folder().name)
    for place, face in zip(_places(found), FACES, strict=True):
        if not place.exists():
            unfinished = place.with_suffix(f".{os.getpid()}")
            _joined(face).save(unfinished)
            unfinished.replace(place)
    return found


@cache
def _folder() -> TemporaryDirectory[str]:
    # Gone when this process ends, unless it is killed.
    return TemporaryDirectory(prefix="routeshift-fonts-")


def files() -> list[str]:
    """Give their paths."""
    return [str(place) for place in _places(folder())]


def _places(folder: Path) -> list[Path]:
    return [folder / f"{number}.ttf" for number in range(len(FACES))]


def _joined(face: Face) -> TTFont:
    from fontTools.merge import Merger

    joined = Merger().merge([str(face.part(letters)) for letters in face.parts])
    joined.flavor = None
    # The joined font would tell the time of joining, and a PDF would carry that on.
    joined.recalcTimestamp = False
    first = _font(face.part(face.parts[0]))["head"]
    joined["head"].created, joined["head"].modified = first.created, first.modified
    _rename(joined, face)
    return joined


def _rename(font: TTFont, face: Face) -> None:
    names = font["name"]
    for number in (16, 17, 21, 22):
        names.removeNames(nameID=number)
    for number, text in ((1, face.family), (2, "Italic" if face.italic else "Regular"),
                         (4, f"{face.family} {face.weight}")):  # fmt: skip
        names.setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = face.weight
