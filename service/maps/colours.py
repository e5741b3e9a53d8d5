"""The colours of the map, read from the stylesheet that the map itself uses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STYLESHEET = Path(__file__).parent / "static/page.css"


@cache
def named(scheme: str = "light") -> dict[str, str]:
    """Give each variable that is a colour, without its dashes, as six hexadecimal digits.

    `scheme` is "light", as pictures are whatever the reader's, or "dark".
    """
    written = STYLESHEET.read_text(encoding="utf-8")
    either = rf"^\s*--([\w-]+): .*var\(--{scheme}, #([0-9a-f]{{6}})\)"
    return dict(re.findall(either, written, re.MULTILINE))
