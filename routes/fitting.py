"""A value as people wrote it, taken to the type of its column; or why it does not fit."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from routes.schema import Field, Kind

LIST_SEPARATOR = "|"
# More digits than a float holds are no figure that anybody counted.
LARGEST_WHOLE = 2**53
_HALF = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?", re.ASCII)
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list",
          dict: "an object"}  # fmt: skip


class Unfit(ValueError):
    """A value that its column cannot hold: `problem` and `remedy` in words."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(f"{problem}. {remedy}")


def fit(field: Field, value: object) -> Any:  # noqa: ANN401 (of the column's type)
    """Give the value as its column holds it; None for none or an empty text. Raises Unfit."""
    if value is None or value == "":
        return None
    return _FITS[field.kind](value)


def text(value: object) -> str:
    """Give a text. Raises Unfit, also for one that cannot be stored as UTF-8."""
    if not isinstance(value, str):
        quoted = "Put it in double quotes" if isinstance(value, int | float) else "Write it as text"
        raise Unfit(f"is {_kind(value)} where text is expected", quoted)
    if not value.isascii() and _HALF.search(value):
        raise Unfit("holds half a character", "Write the character itself instead of \\uD8..")
    return value


def number(value: object) -> float:
    """Give a number that is finite. Raises Unfit."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) <= LARGEST_WHOLE:
            return float(value)
        raise Unfit("is no number that can be counted", "Write a smaller one")
    raise Unfit("is not a number", "Write digits only")


def _whole(value: object) -> int:
    try:
        as_float = number(value)
    except Unfit as unfit:
        raise Unfit(unfit.problem.replace("a number", "a whole number"), unfit.remedy) from None
    if not as_float.is_integer():
        raise Unfit("is not a whole number", "Write digits only")
    return int(as_float)


def _list(value: object) -> list[str]:
    entries = value.split(LIST_SEPARATOR) if isinstance(value, str) else value
    if not isinstance(entries, list):
        raise Unfit(f"is {_kind(value)} where a list is expected", 'Write it like ["a", "b"]')
    if not all(isinstance(one, str) and one.strip() for one in entries):
        raise Unfit("has an entry that is not text", "Write each entry as text, and none empty")
    return [text(one) for one in entries]


def _json(value: object) -> str:
    """Give JSON text, of a value in a GeoJSON file or of the text of a CSV field."""
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
        written = json.dumps(parsed, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        raise Unfit("is not JSON", "Look for a missing comma, quote or bracket") from None
    # What a reader would have to take for infinite, or could not hold, is no figure either.
    if any(isinstance(one, int | float) and abs(one) > LARGEST_WHOLE for one in _leaves(parsed)):
        raise Unfit("holds a number that is too large", "Write a smaller one")
    return text(written)


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "something else")


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    return [leaf for one in value for leaf in _leaves(one)] if isinstance(value, list) else [value]


def _never(_: object) -> None:
    raise Unfit("is made at publication", "Leave it out")


_FITS: dict[Kind, Callable[[object], Any]] = {
    "text": text,
    "edtf": text,
    "integer": _whole,
    "number": number,
    "list": _list,
    "json": _json,
    "datetime": _never,
}


def is_box(value: object) -> bool:
    """Tell whether a value is a list of west, south, east and north in degrees."""
    if not isinstance(value, list) or len(value) != 4 or not all(map(is_finite, value)):
        return False
    west, south, east, north = value
    return bool(-180 <= west < east <= 180 and -90 <= south < north <= 90)


def is_finite(value: object) -> bool:
    """Tell whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
