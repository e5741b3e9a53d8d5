"""Text in XML: what it can hold."""

from __future__ import annotations


def legal(said: str) -> str:
    """Leave out what XML 1.0 cannot hold (2.2): an atlas may carry any character."""
    return "".join(sign for sign in said if sign in "\t\n" or _is_legal(ord(sign)))


def _is_legal(sign: int) -> bool:
    return 0x20 <= sign <= 0xD7FF or 0xE000 <= sign <= 0xFFFD or sign >= 0x10000
