"""The functions A_…: lists compared as sets.

OGC 21-065r2, 7.9. Lists of all rows stand flat in one column of (row, element); how many elements
a row has on either side, and in common, decides each function.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from routes.filters.errors import FilterError
from routes.filters.logic import Predicate, Rows, Truth
from routes.filters.operands import Operand, Spans, expect, known
from routes.query import Certainty

Counts = NDArray[np.intp]

EXAMPLE = "A_CONTAINS(between, ('albania','italy'))"

# Of the elements of the first, of the second, and of those in common.
RELATIONS: dict[str, Callable[[Counts, Counts, Counts], NDArray[np.bool_]]] = {
    "a_equals": lambda first, second, common: (common == first) & (common == second),
    "a_contains": lambda first, second, common: common == second,
    "a_containedby": lambda first, second, common: common == first,
    "a_overlaps": lambda first, second, common: common > 0,
}


def relate(relation: str, left: Operand, right: Operand) -> Predicate:
    """Compile `relation(left, right)`, as `a_contains`. Raises FilterError."""
    for one in (left, right):
        expect(one, "list", relation.upper(), EXAMPLE)
    test = RELATIONS[relation]

    def holds(rows: Rows, _: Certainty) -> Truth:
        first, second = left.get(rows), right.get(rows)
        common = first.merge(second, on=["row", "element"])
        counts = [np.bincount(one["row"], minlength=len(rows)) for one in (first, second, common)]
        return Truth.of(test(*counts), known(rows, left, right), len(rows))

    return holds


def list_column(name: str) -> Operand:
    """Take a column of lists of text; they are never missing, only empty."""

    def make(rows: Rows) -> pd.DataFrame:
        column = rows.column(name)
        lengths = column.str.len().to_numpy(dtype=np.intp)
        elements = column[lengths > 0].explode().to_numpy(dtype=object)
        return _pairs(np.repeat(np.arange(len(rows)), lengths), elements)

    def get(rows: Rows) -> pd.DataFrame:
        made: pd.DataFrame = rows.once(repr(name), lambda: make(rows))
        return made

    return Operand("list", repr(name), get, is_column=True)


def list_literal(items: Sequence[Operand]) -> Operand:
    """Take a list of scalars, properties among them; unknown where one is missing.

    Raises FilterError.
    """
    for item in items:
        if item.kind not in ("text", "number", "boolean", "instant"):
            raise FilterError(f"a list holds scalars, and {item.phrase()}", EXAMPLE)

    def get(rows: Rows) -> pd.DataFrame:
        count = len(rows)
        columns = [_elements(item, rows) for item in items]
        elements = np.concatenate([np.empty(0, dtype=object), *columns])
        return _pairs(np.tile(np.arange(count), len(items)), elements)

    def missing(rows: Rows) -> NDArray[np.bool_]:
        return ~known(rows, *items)

    is_column = any(item.is_column for item in items)
    return Operand("list", "the list", get, is_column=is_column, missing=missing)


def _pairs(rows: NDArray[np.intp], elements: NDArray[np.object_]) -> pd.DataFrame:
    pairs = pd.DataFrame({"row": rows, "element": pd.Series(elements, dtype=object)})
    return pairs.drop_duplicates()


def _elements(item: Operand, rows: Rows) -> NDArray[np.object_]:
    """Give one element of each row, shape (n,): what is of another kind is never the same."""
    value: Any = item.get(rows)
    made = np.empty(len(rows), dtype=object)
    if item.kind == "text":
        made[:] = value
    elif item.kind == "instant":
        made[:] = _moments(value, len(rows))
    else:
        kind = np.asarray(value).astype(object)
        made[:] = [(item.kind, one) for one in np.broadcast_to(kind, (len(rows),))]
    return made


def _moments(value: Spans, count: int) -> list[Hashable]:
    ends = [np.broadcast_to(np.asarray(one).astype(np.int64), (count,)) for one in value]
    return list(zip(*(one.tolist() for one in ends), strict=True))
