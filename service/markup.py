"""What XML and HTML can hold: any text, and data inside a page."""

from __future__ import annotations

import orjson
from markupsafe import Markup


def as_json(value: object) -> str:
    """Give JSON that can stand inside a script element: no `<` can end it (HTML, 13.1.2.6)."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def lang_unless(own: str, lang: str) -> str:
    """Give the attribute for words in a language of their own on a page in another."""
    return "" if own == lang else Markup(' lang="{}"').format(own)


def legal(said: str) -> str:
    """Leave out what XML 1.0 cannot hold (2.2): an atlas may carry any character."""
    return "".join(sign for sign in said if sign in "\t\n" or _is_legal(ord(sign)))


def _is_legal(sign: int) -> bool:
    return 0x20 <= sign <= 0xD7FF or 0xE000 <= sign <= 0xFFFD or sign >= 0x10000
