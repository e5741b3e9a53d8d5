"""Where rows stand: numbers that give their order, with room between them for rows to come.

A row that does not change keeps its number when others come or go, so that it need not be written
again. (Dietz and Sleator 1987, "Two algorithms for maintaining order in a list".)
"""

from __future__ import annotations

import zlib
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

GAP = 2**32
"""Room between neighbours that are written together: 32 times one more fits between two."""
NOWHERE = np.iinfo(np.int64).min


def placed(before: Places) -> Places:
    """Give the places of all rows of a new state, ascending.

    `before`: in the order of the rows, where each of them stands already, or NOWHERE. As many rows
    as possible stay; those that would stand in a wrong order are placed anew. Where there is no
    room left between two that stay, all are.
    """
    stays = _rising(before)
    places = np.where(stays, before, NOWHERE)
    kept = np.flatnonzero(stays)
    first = int(places[kept[0]]) - GAP * (int(kept[0]) + 1) if len(kept) else 0
    last = int(places[kept[-1]]) + GAP * (len(before) - int(kept[-1])) if len(kept) else (
        GAP * (len(before) + 1))  # fmt: skip
    rows = np.concatenate([[-1], kept, [len(before)]])
    bounds = np.concatenate([[first], places[kept], [last]])
    missing, room = np.diff(rows) - 1, np.diff(bounds)
    if np.any(room <= missing):
        return GAP * np.arange(1, len(before) + 1)
    gap = np.searchsorted(kept, np.arange(len(before)))
    nth = np.arange(len(before)) - rows[gap]
    step = room[gap] // (missing[gap] + 1)
    return np.where(stays, places, bounds[gap] + nth * step)


def packed(places: Places) -> bytes:
    """Write ascending places: their distances, which are mostly alike, deflated."""
    return zlib.compress(np.diff(places, prepend=np.int64(0)).astype("<i8").tobytes(), 1)


def unpacked(packed: bytes) -> Places:
    """Read what `packed` wrote. Raises ValueError or zlib.error."""
    return np.cumsum(np.frombuffer(zlib.decompress(packed), "<i8"), dtype=np.int64)


def _rising(before: Places) -> NDArray[np.bool_]:
    """Tell which rows to keep: a longest series of them whose places ascend."""
    there = np.flatnonzero(before != NOWHERE)
    stays = np.zeros(len(before), dtype=bool)
    if np.all(np.diff(before[there]) > 0):
        stays[there] = True
        return stays
    # (Schensted 1961, "Longest increasing and decreasing subsequences".)
    tails: list[int] = []
    ends: list[int] = []
    previous = np.full(len(there), -1)
    for position, place in enumerate(before[there].tolist()):
        length = bisect_left(tails, place)
        previous[position] = ends[length - 1] if length else -1
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [position]
    at = ends[-1]
    while at >= 0:
        stays[there[at]] = True
        at = int(previous[at])
    return stays
