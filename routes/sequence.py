"""The versions of one route in the order of time: no two of them certainly hold at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geo import times
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
    usable = frame["route"].notna().to_numpy() & times.readable(frame["valid"])
    read = frame[usable]
    bounds = times.Bounds.parse(read["valid"])
    table = pd.DataFrame(
        {
            "route": read["route"].to_numpy(),
            "start": bounds.start_latest.astype(np.int64),
            "end": bounds.end_earliest.astype(np.int64),
        },
        index=np.flatnonzero(usable),
    )
    table = table[table["start"] < table["end"]].sort_values(["route", "start"], kind="stable")
    same = table.groupby("route", sort=False)
    latest = same["end"].cummax()
    # The row that the latest end so far belongs to, and what it was one row before.
    holder = pd.Series(table.index, index=table.index, dtype="float64")
    holder = holder.where(table["end"] == latest).groupby(table["route"], sort=False).ffill()
    before = latest.groupby(table["route"], sort=False).shift()
    earlier = holder.groupby(table["route"], sort=False).shift()
    late = table.index[before > table["start"]]
    return sorted((int(row), int(earlier[row])) for row in late)
