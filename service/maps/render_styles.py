"""The style sheets of a page as one, with the fonts inside and no address left in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from service.maps.joining import sheet

_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_ADDRESS = re.compile(r"""url\(\s*["']?(?P<path>[^"')]+?)["']?\s*\)""")
_LETTERS = re.compile(r"-([a-z]+(?:-ext)?)-(?=\d{3}-)")
_WHOLE = "latin"
"""The letters of which a font is kept whole: the browser writes dates, in any of them."""


def with_fonts(folder: Path, names: Iterable[str], letters: str) -> str:
    """Give sheets of a folder, one after the other, with the fonts that some letters need.

    A picture that only an unused control of Leaflet shows is left out: its address leads nowhere.
    """
    used = frozenset(map(ord, letters + letters.upper() + letters.lower()))
    text = _FACE.sub(lambda found: _face(found[0], folder, used), sheet(folder, names))
    return _ADDRESS.sub(lambda found: found[0] if _is_inside(found["path"]) else "none", text)


def as_data(content: bytes, media_type: str) -> str:
    """Give a file as an address that holds it (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _is_inside(path: str) -> bool:
    return path.startswith(("data:", "#"))


def _face(rule: str, folder: Path, used: frozenset[int]) -> str:
    """Give a font's rule with the font in it; nothing where none of its letters is used."""
    found = _ADDRESS.search(rule)
    if found is None:
        return rule
    path = folder / found["path"]
    letters = _LETTERS.search(path.name)
    if letters is None or letters[1] == _WHOLE:
        content = path.read_bytes()
    else:
        content = _part(path, used - _held(path.with_name(_LETTERS.sub("-latin-", path.name))))
    if not content:
        return ""
    return rule.replace(found[0], f'url("{as_data(content, "font/woff2")}")')


def _held(path: Path) -> frozenset[int]:
    return frozenset(TTFont(path).getBestCmap()) if path.is_file() else frozenset()


def _part(path: Path, used: frozenset[int]) -> bytes:
    """Give a font with the letters that are used, the same bytes each time; b"" if none is."""
    held = used & _held(path)
    if not held:
        return b""
    font = TTFont(path, recalcTimestamp=False)
    options = subset.Options(flavor="woff2")
    options.layout_features = ["*"]
    maker = subset.Subsetter(options)
    maker.populate(unicodes=held)
    maker.subset(font)
    font.flavor = "woff2"
    made = BytesIO()
    font.save(made)
    return made.getvalue()
