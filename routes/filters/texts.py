"""Text literals and patterns: what their backslashes mean, and LIKE without regard to case."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from routes import text
from routes.filters.logic import Predicate, Rows, Truth, by_text
from routes.filters.operands import Operand, known
from routes.query import Certainty

# OGC 21-065r2 /req/cql2-text/escaping
CONTROLS = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PIECE = re.compile(r"\\.|[%_]|[^\\%_]+|\\", re.DOTALL)


class Folding(NamedTuple):
    """A function of the standard that makes texts alike, for a column and for one text."""

    column: Callable[[pd.Series], pd.Series]
    one: Callable[[str], str]


FOLDINGS = {
    "casei": Folding(text.without_case, text.caseless_text),
    "accenti": Folding(text.without_accents, text.plain_text),
}


def unescaped(written: str) -> str:
    """Give the text that a CQL2 text literal stands for; an unknown escape stays as it is."""

    def meant(escape: re.Match[str]) -> str:
        return CONTROLS.get(escape[1], "\\" if escape[1] == "\\" else escape[0])

    return _ESCAPE.sub(meant, written)


def folded(operand: Operand, name: str) -> Operand:
    """Apply CASEI or ACCENTI to a text operand."""
    folding = FOLDINGS[name]

    said = f"{name.upper()}({operand.said})"

    def get(rows: Rows) -> str | pd.Series:
        value = operand.get(rows)
        if isinstance(value, str):
            return folding.one(value)
        made: pd.Series = rows.once(said, lambda: folding.column(value))
        return made

    return Operand("text", said, get, operand.is_column, missing=operand.missing, text=operand.text)


def like(operand: Operand, written: str, foldings: tuple[str, ...], controls: bool) -> Predicate:
    """LIKE: `%` stands for any characters, `_` for one, a backslash makes either plain.

    OGC 21-065r2 /req/advanced-comparison-operators/like-predicate. Matched by RE2, in linear time.
    `foldings` apply to the pattern, the innermost first; `controls`: whether \\n is a newline.
    """
    pattern = _pattern(written, foldings, controls)

    def holds(rows: Rows, _: Certainty) -> Truth:
        return Truth.of(_matches(operand.get(rows), pattern), known(rows, operand), len(rows))

    return by_text(holds, operand.text)


def _matches(value: str | pd.Series, pattern: str) -> NDArray[np.bool_]:
    one = isinstance(value, str)
    column = pa.array([value], pa.large_string()) if one else pa.array(value, pa.large_string())
    found = pc.match_like(column, pattern).fill_null(False).to_numpy(zero_copy_only=False)
    return np.asarray(found, dtype=bool)


def _pattern(written: str, foldings: tuple[str, ...], controls: bool) -> str:
    """Fold what is plain in a pattern, and write the pattern as Arrow reads it."""
    # Neighbours are joined before they are folded: an accent may stand apart from its letter.
    pieces: list[str] = []
    plain = ""
    for piece in _PIECE.findall(written):
        if piece in ("%", "_"):
            pieces += [_plain(plain, foldings), piece]
            plain = ""
        else:
            plain += _meant(piece, controls)
    return "".join([*pieces, _plain(plain, foldings)])


def _meant(piece: str, controls: bool) -> str:
    if not piece.startswith("\\") or piece == "\\":
        return piece
    return CONTROLS.get(piece[1], piece[1]) if controls else piece[1]


def _plain(plain: str, foldings: tuple[str, ...]) -> str:
    for name in foldings:
        plain = FOLDINGS[name].one(plain)
    return re.sub(r"([\\%_])", r"\\\1", plain)
