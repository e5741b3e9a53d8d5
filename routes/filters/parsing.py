"""Text or JSON to one syntax tree: CQL2 JSON as the library `cql2` gives it.

What the standard's schema demands beyond that is checked where the tree is compiled, in words that
name what is wrong; the library's own validation takes ten times as long and says "not valid".
"""

from __future__ import annotations

import re
from typing import Any, Literal

import cql2
import orjson

from routes.filters.errors import FilterError
from routes.filters.limits import check_length, check_tree
from routes.filters.scanning import Scan

Language = Literal["cql2-text", "cql2-json"]
Tree = Any

JSON_EXAMPLE = '{"op":"=","args":[{"property":"mode"},"sea"]}'

_PLACE = re.compile(r"--> (\d+):(\d+)")


def parse(text: str, lang: Language) -> Tree:
    """Give the syntax tree of a filter, within bounds. Raises FilterError."""
    if not text.strip():
        raise FilterError("is empty")
    tree = _of_text(text) if lang == "cql2-text" else _of_json(text)
    check_tree(tree)
    return tree


def _of_text(text: str) -> Tree:
    scan = Scan.of(text)
    if "\0" in text:
        raise FilterError("has a character that no text has, U+0000")
    try:
        return cql2.parse_text(scan.rewritten).to_json()
    except Exception as error:  # The library raises bare Exceptions, too.
        raise _misread(scan, str(error)) from None


def _misread(scan: Scan, said: str) -> FilterError:
    found = _PLACE.search(said)
    if not found:
        return FilterError(f"cannot be read: {said.splitlines()[0][:200]}")
    lines = scan.rewritten.split("\n")
    offset = sum(len(line) + 1 for line in lines[: int(found[1]) - 1]) + int(found[2]) - 1
    at = scan.place(offset)
    rest = " ".join(scan.text[at:].split())
    if not rest:
        return FilterError(f"ends too early, after character {len(scan.text.rstrip())}")
    return FilterError(f"cannot be read from character {at + 1} on: {rest[:30]!r}")


def _of_json(text: str) -> Tree:
    check_length(text)
    try:
        written = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        fault = f"is not JSON: {error.msg} at character {error.pos + 1}"
        raise FilterError(fault, JSON_EXAMPLE) from None
    check_tree(written)
    try:
        return cql2.parse_json(text).to_json()
    except Exception:
        # The library says only that it is wrong; compiling what was written says why.
        return written
