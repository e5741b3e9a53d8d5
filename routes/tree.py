"""A tree over space and time: runs of rows, runs of such runs, and how far each reaches in both.

Rows lie along the Hilbert curve, so a run of neighbours in the file is a patch of the map; to know
what a query can leave out, it is enough to keep the box and the time of each run. Runs are found in
the order of the rows, and so a page can stop at the first that fill it. Each level is asked with a
few operations on arrays. (A packed R-tree: Kamel and Faloutsos 1993, "On packing R-trees".)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.times import Bounds, Mask, Window
from routes import mapped

Rows = NDArray[np.intp]

RUN = 32
"""How many rows a run holds, and how many runs a run of the next level."""
TOP = 32
"""A level of so few runs is asked as a whole."""
LEVELS = ("run-times.npy", "runs.npy")
"""The files that hold the levels; the others hold the rows, packed."""
ROWS_AT_ONCE = 1024 * RUN
CELLS = 65_535
DAY = 86_400
FARTHEST_DAY = 2**31 - 1
_WITHIN = np.arange(RUN)


class Box(NamedTuple):
    """A box in degrees, EPSG:4326: west <= east, south <= north."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Level:
    """Runs of one length: their boxes, shape (4, n), and times, datetime64[s] of shape (2, n).

    A run without geometry has a box that meets none.
    """

    sides: NDArray[np.float64]
    times: NDArray[np.datetime64]

    def meeting(self, boxes: Sequence[Box], window: Window | None, runs: Rows | None) -> Rows:
        """Give which of some runs, or of all, may hold a row that answers."""
        sides, times = self.sides, self.times
        if runs is not None:
            sides, times = sides[:, runs], times[:, runs]
        kept = meeting(sides, boxes) if boxes else np.ones(sides.shape[1], dtype=bool)
        if window is not None:
            kept &= (times[0] < window.last) & (times[1] > window.first)
        found = np.flatnonzero(kept)
        return found if runs is None else runs[found]


@dataclass(frozen=True)
class Tree:
    """All levels over n rows, those of the longest runs first.

    `sides`, shape (4, r), and `times`, (2, r), are those of all r runs, the shortest first.
    """

    levels: tuple[Level, ...]
    count: int
    sides: NDArray[np.float64]
    times: NDArray[np.int64]

    @classmethod
    def open(cls, folder: Path, count: int) -> Tree:
        """Map the files that `save` wrote into memory; `count`: how many rows there are."""
        sides, times = mapped.array(folder / "runs.npy"), mapped.array(folder / "run-times.npy")
        if sides.shape != (4, sum(_sizes(count))) or times.shape != (2, sides.shape[1]):
            raise ValueError(f"the tree in {folder} is not one over {count} rows")
        levels, begin = [], 0
        for size in _sizes(count):
            part = slice(begin, begin + size)
            levels.append(Level(sides[:, part], times.view("datetime64[s]")[:, part]))
            begin += size
        return cls(tuple(reversed(levels)), count, sides, times)

    @property
    def sizes(self) -> list[int]:
        """How many runs each level has, that of the shortest first."""
        return list(_sizes(self.count))

    def runs(self, boxes: Sequence[Box], window: Window | None) -> Rows:
        """Give the shortest runs that may hold a row that answers, ascending."""
        runs: Rows | None = None
        for level in self.levels:
            if runs is not None:
                runs = _members(runs, level.sides.shape[1])
            runs = level.meeting(boxes, window, runs)
        return np.empty(0, np.intp) if runs is None else runs

    def rows(self, runs: Rows) -> Rows:
        """Give the rows of some runs."""
        return _members(runs, self.count)


@dataclass(frozen=True)
class Packed:
    """The boxes and times of all rows, by the s shortest runs: `cells` (s, 4, RUN), `days`
    (s, 2, RUN).
    """

    cells: NDArray[np.uint16]
    days: NDArray[np.int32]

    @classmethod
    def open(cls, folder: Path) -> Packed:
        """Map the files that `save` wrote into memory."""
        return cls(mapped.array(folder / "cells.npy"), mapped.array(folder / "days.npy"))


def meeting(sides: NDArray[np.float64], boxes: Sequence[Box]) -> Mask:
    """Tell which of n boxes, shape (4, n), meet one of some; one of NaN meets none."""
    west, south, east, north = sides
    found: Mask | None = None
    for box in boxes:
        meets: Mask = west <= box.east
        meets &= east >= box.west
        meets &= south <= box.north
        meets &= north >= box.south
        found = meets if found is None else found | meets
    return np.ones(sides.shape[1], dtype=bool) if found is None else found


def save(folder: Path, boxes: NDArray[np.float64], bounds: Bounds) -> None:
    """Write the tree over rows with these boxes, shape (n, 4), NaN for none, and bounds."""
    parts = [_part(boxes, bounds, begin) for begin in range(0, max(len(boxes), 1), ROWS_AT_ONCE)]
    sides, times, cells, days = zip(*parts, strict=True)
    levels = list(_levels(np.concatenate(sides, axis=1), np.concatenate(times, axis=1)))
    np.save(folder / "runs.npy", np.concatenate([level[0] for level in levels], axis=1))
    np.save(folder / "run-times.npy", np.concatenate([level[1] for level in levels], axis=1))
    np.save(folder / "cells.npy", np.concatenate(cells))
    np.save(folder / "days.npy", np.concatenate(days))


def _part(
    boxes: NDArray[np.float64], bounds: Bounds, begin: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.uint16], NDArray[np.int32]]:
    """Give the shortest runs of some rows, their boxes and times, and these rows packed."""
    part = slice(begin, begin + ROWS_AT_ONCE)
    sides = sides_of(boxes[part])
    times = np.stack([bounds.start_earliest[part], bounds.end_latest[part]]).view(np.int64)
    return *_runs(sides, times), _by_runs(cells_of(sides)), _by_runs(days_of(times))


def sides_of(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give boxes, shape (n, 4), NaN for none, as sides, (4, n), which meet nothing for none."""
    return np.where(np.isnan(boxes), [np.inf, np.inf, -np.inf, -np.inf], boxes).T


def cells_of(sides: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Pack boxes, shape (4, n): each side as the cell in which it lies, of 65,536 around the world.

    What meets another in degrees also does in cells.
    """
    half = np.array([180, 90, 180, 90])[:, None]
    cells = np.clip(np.floor((sides + half) * (CELLS / (2 * half))), 0, CELLS)
    return np.asarray(cells, np.uint16)


def days_of(times: NDArray[np.int64]) -> NDArray[np.int32]:
    """Pack times in seconds as days, and times beyond all days as the first or the last one."""
    return np.clip(times // DAY, -FARTHEST_DAY, FARTHEST_DAY).astype(np.int32)


def _by_runs(values: NDArray[Any]) -> NDArray[Any]:
    """Lay out arrays, shape (k, n), as the search reads them: run by run, (s, k, RUN)."""
    runs = -(-values.shape[1] // RUN)
    whole = np.zeros((len(values), runs * RUN), values.dtype)
    whole[:, : values.shape[1]] = values
    return np.ascontiguousarray(whole.reshape(len(values), runs, RUN).transpose(1, 0, 2))


def _levels(
    sides: NDArray[np.float64], times: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Give the levels, from that of the shortest runs on."""
    yield sides, times
    while sides.shape[1] > TOP:
        sides, times = _runs(sides, times)
        yield sides, times


def _runs(
    sides: NDArray[np.float64], times: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give how far runs of rows, or of shorter runs, reach: shapes (4, n) and (2, n) to s."""
    begins = np.arange(0, sides.shape[1], RUN)
    low = np.minimum.reduceat(sides[:2], begins, axis=1)
    high = np.maximum.reduceat(sides[2:], begins, axis=1)
    first, last = np.minimum.reduceat(times[0], begins), np.maximum.reduceat(times[1], begins)
    return np.concatenate([low, high]), np.stack([first, last])


def _sizes(count: int) -> Iterator[int]:
    """Give how many runs each level over so many rows has, that of the shortest first."""
    size = count
    while size:
        size = -(-size // RUN)
        yield size
        if size <= TOP:
            return


def _members(runs: Rows, count: int) -> Rows:
    """Give the rows, or the shorter runs, of some runs; the last run may have less than others."""
    members = (runs[:, None] * RUN + _WITHIN).ravel()
    if len(members) and members[-1] >= count:
        members = members[: np.searchsorted(members, count)]
    return members
