"""The versions of one route in the order of time: no two of them certainly hold at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geo import intervals, times
from routes.reading import Draft, shown
from routes.report import Fault


def faults(routes: Draft) -> Iterator[Fault]:
    """Refuse two versions of one route that both certainly hold at the same time."""
    for later, earlier in overlaps(routes.frame):
        valid = routes.frame["valid"].iloc[earlier]
        yield overlap_fault(routes, later, routes.rows[earlier], valid)


def overlap_fault(routes: Draft, position: int, other: str, valid: object) -> Fault:
    """Describe in one row that its version overlaps that of another row, and when that holds."""
    problem = f"overlaps another version of this route: {other}, {shown(valid)!r}"
    return routes.fault(position, "valid", problem, "Let one end before the next begins")


def overlaps(frame: pd.DataFrame) -> list[tuple[int, int]]:
    """Find versions that begin, for certain, before an earlier one of their route has ended.

    `frame` has `route` and `valid` (EDTF). Gives pairs of positions, the later begun first, in
    the order of the rows. Rows without a route, or whose time cannot be read, count for none.
    """
    usable = frame["route"].notna().to_numpy() & intervals.readable(frame["valid"])
    bounds = times.Bounds.parse(frame["valid"][usable])
    start, end = (one.astype(np.int64) for one in (bounds.start_latest, bounds.end_earliest))
    lasting = start < end
    rows = np.flatnonzero(usable)[lasting]
    routes = pd.factorize(frame["route"].iloc[rows])[0]
    order = np.lexsort((start[lasting], routes))
    rows, routes = rows[order], routes[order]
    start, end = start[lasting][order], end[lasting][order]
    # Later routes have higher numbers, so that the highest so far never is that of another route.
    ends, place = np.unique(end, return_inverse=True)
    latest = np.maximum.accumulate(routes * len(ends) + place)
    is_latest = latest == routes * len(ends) + place
    # Which row the latest end so far belongs to.
    holder = np.maximum.accumulate(np.where(is_latest, np.arange(len(rows)), 0))
    late = 1 + np.flatnonzero((routes[1:] == routes[:-1]) & (end[holder[:-1]] > start[1:]))
    return sorted(zip(rows[late].tolist(), rows[holder[late - 1]].tolist(), strict=True))
