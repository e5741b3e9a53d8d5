"""Free text: which features say some words, in any of their columns of text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo.times import Mask
from routes.columns import Table
from routes.schema import Collection
from routes.text import fold, fold_text

SEARCHED = ("text", "list")
# No text holds it, so that no words are found across the end of one column.
BETWEEN = "\n"


def searchable(collection: Collection, frame: Table) -> pd.Series:
    """Give all text of each row in one, folded; shape (n,)."""
    columns = [
        _joined(frame[field.name]) if field.kind == "list" else frame[field.name].fillna("")
        for field in collection.fields
        if field.kind in SEARCHED
    ]
    whole = columns[0].str.cat(pd.concat(columns[1:], axis=1), sep=BETWEEN)
    return fold(whole.str.replace(r"[^\S\n]+", " ", regex=True))


def saying(texts: pd.Series, terms: Sequence[str]) -> Mask:
    """Tell which rows say one of some terms; the words of a term side by side, in their order.

    OGC 20-004r1 /req/record-core-query-parameters/param-q-response, and folded on both sides.
    """
    found = np.zeros(len(texts), dtype=bool)
    for term in terms:
        words = " ".join(fold_text(term).split())
        found |= texts.str.contains(words, regex=False).to_numpy(dtype=bool)
    return found


def _joined(lists: pd.Series) -> pd.Series:
    return pd.Series([BETWEEN.join(one) for one in lists], index=lists.index, dtype="str")
