"""Values of a file, whole columns at a time, taken to the columns of a collection and to ids."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from routes.fitting import LARGEST_WHOLE, LIST_SEPARATOR, Unfit, fit
from routes.reading import LONGEST_LABEL, labelled, shown
from routes.recorded import listed, type_of
from routes.schema import Field
from routes.text import fold_text

# What is wrong, by position and our column: the value as it stands in the file, and why.
Wrong = dict[tuple[int, str], tuple[str, Unfit]]

# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d",
                          "ı": "i", "ß": "ss"})  # fmt: skip
_SPACES = re.compile(r"[^\w~]+|_+")
# The same for texts in ASCII, as RE2 reads it (github.com/google/re2/wiki/Syntax).
_IS_SLUG = r"^[a-z0-9][a-z0-9.~-]*$"
_ASCII, _ASCII_SPACES = r"^[\x00-\x7f]*$", _SPACES.pattern
# What a label does not show as it is: spaces at an end or side by side, and other than plain ones.
_UNEVEN = r"^ | $|  |[^\PZ ]|\pC"


def slug(name: object) -> str:
    """Give a name as an id that can stand in an address: `Tiha – Otok Vran` is `tiha-otok-vran`.

    Letters of any script stay; one that is an id already stays as it is.
    """
    text = str(name)
    if re.fullmatch(_IS_SLUG, text):
        return text
    folded = fold_text(text.translate(_LETTERS)).translate(_LETTERS)
    return _SPACES.sub("-", folded).strip("-") or "unnamed"


def slugs(names: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Give a column of names as ids, each as `slug` gives it; what is missing stays missing."""
    is_slug = pc.match_substring_regex(names, _IS_SLUG)
    if pc.all(is_slug, min_count=0).as_py():
        return names
    spaced = pc.replace_substring_regex(pc.ascii_lower(names), _ASCII_SPACES, "-")
    trimmed = pc.ascii_trim(spaced, characters="-")
    made = pc.if_else(pc.equal(trimmed, ""), "unnamed", trimmed)
    made = pc.if_else(is_slug, names, made)
    others = pc.fill_null(pc.invert(pc.match_substring_regex(names, _ASCII)), fill_value=False)
    return replaced(made, others, [slug(name) for name in listed(names.filter(others))])


def labels(unit: str, rows: Any, names: pd.Series | None) -> Any:  # noqa: ANN401
    """Name rows for a report, each as `routes.reading.labelled` does: by number and by name.

    `rows`: an array of whole numbers. Gives an Arrow array of texts.
    """
    places = pc.binary_join_element_wise(unit, pa.array(rows).cast(pa.string()), " ")
    if names is None:
        return places
    said = texts_of(names)
    if said is None:
        said = pa.array([shown(name) for name in names], pa.string())
    said = pc.fill_null(said, "")
    made = pc.if_else(
        pc.equal(said, ""), places, pc.binary_join_element_wise(places, " (", said, ")", "")
    )
    odd = pc.or_(
        pc.greater(pc.utf8_length(said), LONGEST_LABEL), pc.match_substring_regex(said, _UNEVEN)
    )
    pairs = zip(listed(places.filter(odd)), listed(said.filter(odd)), strict=True)
    return replaced(made, odd, [labelled(place, name) for place, name in pairs])


def replaced(column: Any, where: Any, values: list[str]) -> Any:  # noqa: ANN401
    """Put texts in place of some of a column, in their order."""
    if not values:
        return column
    return pc.replace_with_mask(column, where, pa.array(values, column.type))


def first(values: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Give a column, and where it has no value the next."""
    column = values[names[0]]
    for name in names[1:]:
        column = column.where(column.notna(), values[name])
    return column.reset_index(drop=True)


def texts_of(values: pd.Series) -> Any | None:  # noqa: ANN401
    """Give values as an Arrow array of texts if they are all texts that it can hold, or missing."""
    if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "empty"):
        return None
    try:
        return pa.array(values, pa.string(), from_pandas=True)
    except UnicodeEncodeError:  # half a character
        return None


def fitted(values: pd.Series, field: Field, wrong: Wrong) -> Any:  # noqa: ANN401
    """Fit each value to its column; what does not fit is missing, and put into `wrong`.

    Gives an Arrow array. Texts are fitted once each, however often they stand there; other values
    would compare as equal where they are not, like 1 and true.
    """
    kind = type_of(field.kind)
    texts = texts_of(values)
    if texts is not None and texts.null_count == len(texts):
        return pa.nulls(len(texts), kind)
    if texts is not None and field.kind == "text":
        trimmed = pc.utf8_trim_whitespace(texts)
        return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    values = values.where(values.notna(), None)
    if texts is None:
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
    return pa.array(kept, kind).take(pa.array(codes % len(kept)))


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
