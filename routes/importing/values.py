"""Single values of a file, taken to the columns of a collection and to ids."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from routes.fitting import LARGEST_WHOLE, LIST_SEPARATOR, Unfit, fit
from routes.reading import shown
from routes.schema import Field
from routes.text import fold_text

# What is wrong, by position and our column: the value as it stands in the file, and why.
Wrong = dict[tuple[int, str], tuple[str, Unfit]]

# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d",
                          "ı": "i", "ß": "ss"})  # fmt: skip
_SPACES = re.compile(r"[^\w~]+|_+")


def slug(name: object) -> str:
    """Give a name as an id that can stand in an address: `Tiha – Otok Vran` is `tiha-otok-vran`.

    Letters of any script stay; one that is an id already stays as it is.
    """
    text = str(name)
    if re.fullmatch(r"[a-z0-9][a-z0-9.~-]*", text):
        return text
    folded = fold_text(text.translate(_LETTERS)).translate(_LETTERS)
    return _SPACES.sub("-", folded).strip("-") or "unnamed"


def first(values: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Give a column, and where it has no value the next."""
    column = values[names[0]]
    for name in names[1:]:
        column = column.where(column.notna(), values[name])
    return column.where(column.notna(), None).reset_index(drop=True)


def fitted(values: pd.Series, field: Field, wrong: Wrong) -> pd.Series:
    """Fit each value to its column; what does not fit is missing, and put into `wrong`.

    Texts are fitted once each, however often they stand there; other values would compare as
    equal where they are not, like 1 and true.
    """
    if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "empty"):
        made = [_one(value, field) for value in values]
        codes = np.arange(len(values))
    else:
        codes, distinct = pd.factorize(values)
        made = [*(_one(value, field) for value in distinct), None]
    unfit = [isinstance(one, Unfit) for one in made]
    if any(unfit):
        for row in np.flatnonzero(np.array(unfit)[codes]).tolist():
            wrong[row, field.name] = shown(values.iloc[row]), made[codes[row]]
    kept = [None if bad else one for one, bad in zip(made, unfit, strict=True)]
    return pd.Series([kept[code] for code in codes], dtype=object)


def _one(value: Any, field: Field) -> Any:  # noqa: ANN401 (of the column's type)
    """Fit one value, or give why it does not fit."""
    try:
        return fit(field, _lenient(field, value))
    except Unfit as unfit:
        return unfit


def _lenient(field: Field, value: Any) -> Any:  # noqa: ANN401
    """Take a value of a file that was not made for us to what a person would have written."""
    if isinstance(value, str):
        value = value.strip()
        if field.kind in ("integer", "number") and re.fullmatch(r"-?\d+,\d+", value):
            return value.replace(",", ".")
        if field.kind == "list" and LIST_SEPARATOR not in value:
            return [part.strip() for part in re.split(r"[;,]", value)] if value else None
        return value
    if field.kind == "text" and isinstance(value, int | float) and not isinstance(value, bool):
        if value != value:
            return None
        whole = float(value).is_integer() and abs(value) <= LARGEST_WHOLE
        return str(int(value)) if whole else str(value)
    return value
