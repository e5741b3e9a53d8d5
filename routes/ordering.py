"""The order of a collection's rows by some of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.times import BOUND_COLUMNS, Bounds
from routes.columns import Table
from routes.schema import Collection
from routes.text import fold
from routes.tree import Rows

ORDERED = ("text", "edtf", "integer", "number", "datetime")


class SortKey(NamedTuple):
    """A column to sort by."""

    column: str
    descending: bool = False


def orderable(collection: Collection) -> list[str]:
    """Give the columns that rows can be sorted by: not lists, not JSON."""
    return [field.name for field in collection.fields if field.kind in ORDERED]


def ordered(collection: Collection, frame: Table, bounds: Bounds, keys: Sequence[SortKey]) -> Rows:
    """Give all rows of a frame in the order of some keys, equals as they stand; shape (n,).

    Text goes by its letters without case and marks. A missing value comes last, a bound that is
    missing is none: before, or after, all others. EDTF goes by its possible start, then its end.
    """
    columns: list[pd.Series] = []
    ascending: list[bool] = []
    for column, descending in keys:
        parts = _parts(collection.field(column).kind, column, frame, bounds)
        columns += parts
        ascending += [not descending] * len(parts)
    table = pd.concat([part.reset_index(drop=True) for part in columns], axis=1)
    table.columns = pd.RangeIndex(len(columns))
    in_order = table.sort_values(by=list(table.columns), ascending=ascending, kind="stable")
    return in_order.index.to_numpy(dtype=np.intp)


def _parts(kind: str, column: str, frame: Table, bounds: Bounds) -> list[pd.Series]:
    if column in BOUND_COLUMNS:
        return [_seconds(bounds, column)]
    if column == "valid":
        return [_seconds(bounds, "start_earliest"), _seconds(bounds, "end_latest")]
    return [fold(frame[column]), frame[column]] if kind == "text" else [frame[column]]


def _seconds(bounds: Bounds, column: str) -> pd.Series:
    return pd.Series(getattr(bounds, column).view(np.int64))
