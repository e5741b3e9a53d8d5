"""Rows of a revision by where they stand: their numbers, and what is written of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routes.errors import StoreDamaged
from routes.stores.postgis.asking import Ask
from routes.stores.postgis.bounds import NAMES as TIMES
from routes.stores.postgis.places import Places
from routes.stores.postgis.revisions import Revision
from routes.tree import Rows

AT_ONCE = 10_000
"""How many rows are fetched by one question."""
GAP = 8
"""To go on over a gap of so few rows costs less than to look for a place."""
IN_REVISION = "collection = %(collection)s AND since <= %(revision)s AND until > %(revision)s"
SIDES = ("west", "south", "east", "north")


@dataclass(frozen=True, eq=False)
class Standing:
    """The rows of a revision: `places` by their numbers. `ask` asks the database.

    `seen`: where each was last seen in the table, as in `Tids`; 0 where that is not known.
    """

    ask: Ask
    revision: Revision
    places: Places
    seen: NDArray[np.int64]

    @property
    def said(self) -> dict[str, Any]:
        """The values that stand in IN_REVISION."""
        return {"collection": self.revision.collection, "revision": self.revision.number}

    def rows(self, places: list[int] | NDArray[np.int64]) -> Rows:
        """Give the numbers of the rows that stand at some places."""
        return np.searchsorted(self.places, np.asarray(places, dtype=np.int64)).astype(np.intp)

    def stretches(self, rows: Rows) -> dict[str, Any]:
        """Give ascending rows as stretches of places, with what lies in small gaps between them."""
        ends = np.flatnonzero(np.diff(rows) > GAP)
        firsts = rows[np.concatenate([np.arange(len(rows))[:1], ends + 1])]
        lasts = rows[np.concatenate([ends, np.arange(len(rows))[-1:]])]
        return self.said | {"firsts": self.places[firsts], "lasts": self.places[lasts]}

    def values(self, what: str, rows: Rows) -> Iterator[Any]:
        """Give a value of each of some rows, in their order, some rows at a time."""
        for begin in range(0, len(rows), AT_ONCE):
            some = self.places[rows[begin : begin + AT_ONCE]]
            found = self.ask(
                f"SELECT {what} FROM unnest(%(places)s::int8[])"
                " WITH ORDINALITY AS asked (place, nth)"
                f" JOIN routeshift.rows USING (place) WHERE {IN_REVISION} ORDER BY nth",
                self.said | {"places": some},
            )
            yield from self._all_there(found, len(some))

    def boxes(self) -> NDArray[np.float64]:
        """Give the boxes of all rows, shape (n, 4)."""
        return self._numbers(SIDES, "float8send", ">f8", None).astype(np.float64)

    def times(self, rows: NDArray[np.integer[Any]] | None) -> NDArray[np.int64]:
        """Give the six times of some rows, or of all, shape (6, n)."""
        seconds = self._numbers(TIMES, "int8send", ">i8", rows).astype(np.int64)
        return np.ascontiguousarray(seconds.T)

    def _numbers(
        self,
        columns: tuple[str, ...],
        sent: str,
        kind: str,
        rows: NDArray[np.integer[Any]] | None,
    ) -> NDArray[Any]:
        """Give columns of numbers of some rows, or of all, shape (n, columns)."""
        joined = " || ".join(f"{sent}({column})" for column in columns)
        if rows is not None:
            values = b"".join(self.values(joined, rows.astype(np.intp)))
        else:
            ((values,),) = self.ask(
                f"SELECT coalesce(string_agg({joined}, '' ORDER BY place), '')"
                f" FROM routeshift.rows WHERE {IN_REVISION}",
                self.said,
            )
        return np.frombuffer(values, kind).reshape(-1, len(columns))

    def _all_there(self, found: list[Any], count: int) -> Iterator[Any]:
        if len(found) != count:
            raise self.missing()
        return (value for (value,) in found)

    def missing(self) -> StoreDamaged:
        """Give the error that says that rows are not there."""
        name, number = self.revision.collection, self.revision.number
        return StoreDamaged(f"rows of revision {number} of {name} are missing: pruned, or lost")
