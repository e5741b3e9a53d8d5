"""Text compared as people compare it: Durres, Dürres and Durrës are one name."""

from __future__ import annotations

import unicodedata

import pandas as pd


def fold_text(text: str) -> str:
    """Give a text without case and without marks on its letters (Unicode NFKD, UAX 15)."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


def fold(column: pd.Series) -> pd.Series:
    """Fold each text of a column, each different one once; missing ones stay missing."""
    codes, distinct = pd.factorize(column)
    folded = pd.array([*map(fold_text, distinct), None], dtype="str")
    return pd.Series(folded.take(codes), index=column.index)
