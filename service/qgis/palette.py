"""The colours of the map, read from the stylesheet that the map itself uses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STYLESHEET = Path(__file__).parents[1] / "maps/static/page.css"


@cache
def _named() -> dict[str, str]:
    written = STYLESHEET.read_text(encoding="utf-8")
    return dict(re.findall(r"^\s*--([\w-]+):\s*#([0-9a-f]{6});", written, re.MULTILINE))


def colour(name: str, opacity: float = 1.0) -> str:
    """Give a colour of the map as QGIS writes it: red,green,blue,alpha, each 0 to 255.

    `name` is that of a variable of the stylesheet, without its dashes, or six hexadecimal digits
    with `#`. Raises KeyError for a name that the stylesheet lacks.
    """
    digits = name[1:] if name.startswith("#") else _named()[name]
    channels = [int(digits[place : place + 2], 16) for place in (0, 2, 4)]
    return ",".join(str(channel) for channel in (*channels, round(opacity * 255)))
