"""Which rows of a database are worth asking about: what is known of them in memory.

It is rounded so that nothing is missed. Of most rows it decides whether they match; of the others
the database does. See `sketch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.times import Mask, Window
from routes import tree
from routes.index import IS_COMPILED, MOST_RUNS
from routes.query import Query
from routes.stores.postgis import sketch
from routes.tree import RUN, Box, Rows

if IS_COMPILED:
    from routes import scan

RUNS_AT_FIRST = 64
MOST_AT_ONCE = 10_000
"""How many rows are asked about at once."""
LIKELY = 2
"""Of four rows that are asked about as many match, nearly always: a second question for the rest
of a page costs more than some rows too many."""


class Found(NamedTuple):
    """Ascending rows that may match, and which of them have to be asked about; the others do.

    `matching`: how many do in all, of those that were looked at and need not be asked about.
    """

    rows: Rows
    asked: Mask
    matching: int


class Candidates:
    """The tree over n rows and what is known of each; `files` as `Sketch.packed` made them."""

    def __init__(self, files: dict[str, bytes], count: int) -> None:
        """Raises ValueError, OSError or zlib.error where the files are not of so many rows."""
        self.tree, self._packed, rasters = sketch.unpacked(files, count)
        self._scan = None
        if IS_COMPILED:
            levels = self.tree.sizes, self.tree.sides, self.tree.times
            self._scan = scan.RoughScan(
                count, *levels, self._packed.cells, self._packed.days, rasters
            )

    def are_few(self, query: Query) -> bool:
        """Tell whether a page of a query waits for the count of all that match."""
        if self._scan is None:
            return len(self.tree.runs(query.boxes, query.window)) <= MOST_RUNS
        return self._scan.runs(query.boxes, query.seconds, MOST_RUNS) <= MOST_RUNS

    def every(self, query: Query, begin: int, wanted: int) -> Found:
        """Give all rows to be asked about, and the first from `begin` on that match unasked."""
        if self._scan is not None:
            return self._scanned(query, begin, wanted, is_counted=True)
        return _asked(self.rows(self.tree.runs(query.boxes, query.window), query))

    def portions(self, query: Query, begin: int, wanted: int) -> Iterator[Found]:
        """Give rows from `begin` on, some at a time: at first enough for most pages of `wanted`."""
        if self._scan is None:
            size = wanted + wanted // 2 + RUN
            yield from map(_asked, self._portions(query, begin, size))
            return
        found = self._scanned(query, begin, wanted)
        while len(found.rows):
            yield found
            # Where few of those matched, the next ones have to be more.
            wanted = min(2 * wanted, MOST_AT_ONCE)
            found = self._scanned(query, int(found.rows[-1]) + 1, wanted)

    def _scanned(self, query: Query, begin: int, wanted: int, *, is_counted: bool = False) -> Found:
        assert self._scan is not None
        mask = None if query.mask is None else query.mask.view(np.uint8)
        is_certain, is_around = query.certainty == "certain", query.shape is not None
        rows, asked, matching, _, _ = self._scan.first(
            query.boxes, query.seconds, is_certain, mask, begin, wanted, is_counted,
            likely=LIKELY, is_around=is_around,
        )  # fmt: skip
        return Found(rows, asked, matching)

    def rows(self, runs: Rows, query: Query) -> Rows:
        """Give the rows of some runs that may match, ascending."""
        may = np.ones((len(runs), RUN), dtype=bool)
        if query.boxes:
            may &= _meeting(self._packed.cells[runs], query.boxes)
        if query.window is not None:
            may &= _lasting(self._packed.days[runs], query.window)
        run, nth = np.divmod(np.flatnonzero(may), RUN)
        rows: Rows = runs[run] * RUN + nth
        # The last run may be filled up with rows that are none.
        rows = rows[: np.searchsorted(rows, self.tree.count)]
        return rows if query.mask is None else rows[query.mask[rows]]

    def _portions(self, query: Query, begin: int, size: int) -> Iterator[Rows]:
        runs = self.tree.runs(query.boxes, query.window)
        runs = runs[np.searchsorted(runs, begin // RUN) :]
        at, length, held = 0, RUNS_AT_FIRST, np.empty(0, np.intp)
        while at < len(runs) or len(held):
            while len(held) < size and at < len(runs):
                more = self.rows(runs[at : at + length], query)
                held = np.concatenate([held, more[np.searchsorted(more, begin) :]])
                at, length = at + length, 2 * length
            yield held[:size]
            held, size = held[size:], min(2 * size, MOST_AT_ONCE)


def _asked(rows: Rows) -> Found:
    return Found(rows, np.ones(len(rows), dtype=bool), 0)


def _meeting(cells: NDArray[np.uint16], boxes: tuple[Box, ...]) -> NDArray[np.bool_]:
    """Tell which rows of k runs may meet one of some boxes, shape (k, RUN)."""
    found = np.zeros((len(cells), RUN), dtype=bool)
    for box in boxes:
        low, high = np.split(tree.cells_of(np.array(box)[:, None]), 2)
        meets = (cells[:, :2] <= high) & (cells[:, 2:] >= low)
        found |= meets[:, 0] & meets[:, 1]
    return found


def _lasting(days: NDArray[np.int32], window: Window) -> NDArray[np.bool_]:
    first, last = tree.days_of(np.array([window.first, window.last]).view(np.int64))
    return np.asarray((days[:, 0] <= last) & (days[:, 1] >= first))
