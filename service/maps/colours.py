"""The colours of the map, read from the stylesheet that the map itself uses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STYLESHEET = Path(__file__).parent / "static/page.css"


@cache
def named() -> dict[str, str]:
    """Give each variable that is a colour, without its dashes, as six hexadecimal digits.

    By day: pictures are light whatever the reader's scheme.
    """
    written = STYLESHEET.read_text(encoding="utf-8")
    return dict(
        re.findall(r"^\s*--([\w-]+): var\(--light, #([0-9a-f]{6})\)", written, re.MULTILINE)
    )
