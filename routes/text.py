"""Texts compared as people read them: without regard to case, to accents, or to either.

Unicode's canonical caseless matching (The Unicode Standard, 3.13, D146) over NFKD.
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

# Combining marks of Latin, Greek and Cyrillic letters and of symbols. Not those of Japanese, which
# tell letters apart (OGC 21-065r2 /rec/accent-insensitive-comparison/japanese-non-spacing-marks).
MARKS = "[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"

_MARKS = re.compile(MARKS)


def fold(column: pd.Series) -> pd.Series:
    """Give texts without case and accents; missing ones stay missing.

    `Dürres`, `Durrës` and `DURRES` become the same.
    """
    return without_accents(without_case(column))


def fold_text(text: str) -> str:
    """Give one text as `fold` gives a column's."""
    return plain_text(caseless_text(text))


def without_case(column: pd.Series) -> pd.Series:
    """Give texts casefolded; `Straße` and `STRASSE` become the same."""
    return column.str.normalize("NFD").str.casefold().str.normalize("NFC")


def without_accents(column: pd.Series) -> pd.Series:
    """Give texts in NFKD without combining marks; letters of their own (ø, đ, ł) stay."""
    return column.str.normalize("NFKD").str.replace(MARKS, "", regex=True).str.normalize("NFC")


def caseless_text(text: str) -> str:
    """Give one text as `without_case` gives a column's."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def plain_text(text: str) -> str:
    """Give one text as `without_accents` gives a column's."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", plain)
