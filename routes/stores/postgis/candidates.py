"""Which rows of a database are worth asking about: their boxes and times, rounded, in memory.

Sixteen bytes a row. A box is rounded outwards to cells of some hundred metres, a time to days, so
that nothing is missed; what is left the database decides.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from geo.times import Bounds, Window
from routes import tree
from routes.query import Query
from routes.tree import RUN, Box, Packed, Rows, Tree

NAMES = (*tree.LEVELS, "cells.npy", "days.npy")
"""The files of the tree, and of the rows under it."""
RUNS_AT_FIRST = 64
MOST_AT_ONCE = 10_000
"""How many rows are asked about by one question."""


class Candidates:
    """The tree over n rows and their rounded boxes and times; `files` as `packed` made them."""

    def __init__(self, files: dict[str, bytes], count: int) -> None:
        """Raises ValueError, OSError or zlib.error where the files are not of so many rows."""
        with TemporaryDirectory() as folder:
            for name in NAMES:
                Path(folder, name).write_bytes(zlib.decompress(files.get(name, b"")))
            self.tree = Tree.open(Path(folder), count)
            self._packed = Packed.open(Path(folder))
        runs = -(-count // RUN)
        if (self._packed.cells.shape, self._packed.days.shape) != ((runs, 4, RUN), (runs, 2, RUN)):
            raise ValueError(f"boxes and times are not of {count} rows")

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

    def portions(self, runs: Rows, query: Query, begin: int, wanted: int) -> Iterator[Rows]:
        """Give the rows from `begin` on that may match, at first enough of them for most pages."""
        runs = runs[np.searchsorted(runs, begin // RUN) :]
        size, at, length, held = 3 * wanted + RUN, 0, RUNS_AT_FIRST, np.empty(0, np.intp)
        while at < len(runs) or len(held):
            while len(held) < size and at < len(runs):
                more = self.rows(runs[at : at + length], query)
                held = np.concatenate([held, more[np.searchsorted(more, begin) :]])
                at, length = at + length, 2 * length
            yield held[:size]
            held, size = held[size:], min(2 * size, MOST_AT_ONCE)


def packed(boxes: NDArray[np.float64], bounds: Bounds) -> dict[str, bytes]:
    """Give the files for rows with boxes of shape (n, 4), deflated, by name."""
    with TemporaryDirectory() as folder:
        tree.save(Path(folder), boxes, bounds)
        return {name: zlib.compress(Path(folder, name).read_bytes(), 1) for name in NAMES}


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
