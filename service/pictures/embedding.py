"""The fonts of a picture inside it, so that a page that shows it needs none installed.

Browsers use them, also in `<img>`, where nothing may be loaded. Editors take the installed fonts.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from service.pictures.fonts import FACES, Face


def style(picture: Element) -> Element:
    """Give a style element with every font that the picture's texts use."""
    used: dict[Face, set[int]] = defaultdict(set)
    for text in picture.iter("text"):
        used[_face_of(text)] |= set(map(ord, text.text or ""))
    element = Element("style")
    element.text = "".join(rule for face in FACES for rule in _rules(face, used[face]))
    return element


def _face_of(text: Element) -> Face:
    said = (text.get("font-family"), int(text.get("font-weight", "400")),
            text.get("font-style") == "italic")  # fmt: skip
    return next(face for face in FACES if (face.families, face.weight, face.italic) == said)


def _rules(face: Face, used: set[int]) -> Iterator[str]:
    """Give a rule for each file of which a letter is used."""
    left = set(used)
    for letters in face.parts:
        held = left & face.signs(letters)
        left -= held
        if held:
            yield _rule(face, letters, sorted(held))


def _rule(face: Face, letters: str, held: list[int]) -> str:
    data = base64.b64encode(face.part(letters).read_bytes()).decode()
    ranges = ",".join(f"U+{sign:X}" for sign in held)
    return (
        f"@font-face{{font-family:'{face.family}';font-weight:{face.weight};"
        f"font-style:{'italic' if face.italic else 'normal'};unicode-range:{ranges};"
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}\n"
    )
