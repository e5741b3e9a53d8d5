"""Filters: CQL2 (OGC 21-065r2), text or JSON, compiled to masks over whole columns.

from routes.filters import Filter
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from geopandas import GeoDataFrame

from geo.crs import Crs
from geo.times import Bounds
from routes.columns import Columns, Frame
from routes.filters.compiling import Compiler
from routes.filters.describing import queryables
from routes.filters.errors import EXAMPLE, FilterError
from routes.filters.logic import Coded, Mask, Rows, Truth
from routes.filters.parsing import Language, parse
from routes.query import Certainty
from routes.schema import Collection

ROWS_AT_ONCE = 1 << 17
"""So many rows are looked at together: what is worked out of them takes little memory."""

__all__ = ["EXAMPLE", "Filter", "FilterError", "Language", "queryables"]


@dataclass(frozen=True)
class Filter:
    """A filter of one collection, read and checked; made by `Filter.parse`."""

    text: str
    lang: Language
    holds: Callable[[Rows, Certainty], Truth]

    @classmethod
    def parse(cls, text: str, lang: Language, collection: Collection, crs: Crs) -> Self:
        """Read a filter whose geometries are of `crs`, axes in the order of its authority.

        Raises FilterError, which says what is wrong and gives a right one.
        """
        compiler = Compiler(collection, crs, escapes=lang == "cql2-text")
        return cls(text, lang, compiler.predicate(parse(text, lang)))

    def mask(
        self, frame: Columns | GeoDataFrame, bounds: Bounds, certainty: Certainty = "possible"
    ) -> Mask:
        """Tell for which rows it is true, bool of shape (n,); unknown is not true.

        `bounds` are of the same rows. What depends on the uncertain valid time has to hold
        possibly or certainly, as asked.
        """
        table = frame if isinstance(frame, Columns) else Frame(frame)
        found = np.zeros(len(table), dtype=bool)
        texts: dict[str, Coded | None] = {}
        for begin in range(0, len(table), ROWS_AT_ONCE):
            part = slice(begin, min(begin + ROWS_AT_ONCE, len(table)))
            found[part] = self.holds(Rows(table, bounds, part, texts), certainty).true
        return found
