"""Uncertain times as possible worlds: is a relation true of some start and end, or of all?

A row's start lies in one span and its end in another; each choice of a start before an end is a
world. The relations of OGC 21-065r2, 7.8 (after Allen) are boxes in the plane of (start, end), so
each question is answered by comparing corners: no world is ever listed (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from geo.times import Bounds
from routes.filters.logic import Mask
from routes.filters.operands import Definite
from routes.query import Certainty

Seconds = NDArray[np.int64]

# Beyond BEGINNING and END by more than a second, and far from overflow.
LOWEST = np.int64(-(2**62) - 2)
HIGHEST = np.int64(2**62 + 2)


class Box(NamedTuple):
    """Starts and ends, from the lowest to the highest that belong to it, in seconds."""

    start_low: Any = LOWEST
    start_high: Any = HIGHEST
    end_low: Any = LOWEST
    end_high: Any = HIGHEST


class Worlds(NamedTuple):
    """The starts and ends that rows may have: int64 seconds of shape (n,), all inclusive.

    The end is the first second after; it follows its start.
    """

    start_low: Seconds
    start_high: Seconds
    end_low: Seconds
    end_high: Seconds

    @classmethod
    def of_bounds(cls, bounds: Bounds) -> Self:
        """Take the bounds of valid times, narrowed by the dates on which a source attests them.

        Both spans are half-open: the first second lies before `start_latest`, the last before
        `end_latest` and, unless the end is known to the second, not before `end_earliest`.
        """
        parts = bounds.to_array()
        start_low, start_latest, end_earliest, end_high, attested_from, attested_until = parts
        end_low = np.minimum(end_earliest + 1, end_high)
        start_high = np.maximum(start_latest - 1, start_low)
        attested_high = np.minimum(start_high, attested_from)
        attested_low = np.maximum(end_low, attested_until)
        # Attested outside of what is written: the written bounds are kept.
        agrees = (attested_high >= start_low) & (attested_low <= end_high)
        return cls(
            start_low,
            np.where(agrees, attested_high, start_high),
            np.where(agrees, attested_low, end_low),
            end_high,
        )

    @classmethod
    def of_definite(cls, interval: Definite) -> Self:
        """Take intervals of which both ends are known."""
        start = np.atleast_1d(_seconds(interval.begin.first))
        end = np.atleast_1d(_seconds(interval.end.after))
        return cls(start, start, end, end)

    def allow(self, box: Box) -> Mask:
        """Tell which rows have some world in the box; bool of shape (n,)."""
        start_low = np.maximum(self.start_low, box.start_low)
        start_high = np.minimum(self.start_high, box.start_high)
        end_low = np.maximum(self.end_low, box.end_low)
        end_high = np.minimum(self.end_high, box.end_high)
        found: Mask = (start_low <= start_high) & (end_low <= end_high) & (start_low < end_high)
        return found

    def demand(self, box: Box) -> Mask:
        """Tell which rows have all worlds in the box: none on any side of it."""
        return ~(
            self.allow(Box(start_high=box.start_low - 1))
            | self.allow(Box(start_low=box.start_high + 1))
            | self.allow(Box(end_high=box.end_low - 1))
            | self.allow(Box(end_low=box.end_high + 1))
        )

    def hold(self, box: Box, certainty: Certainty) -> Mask:
        """Tell in which rows the box holds with the certainty asked for."""
        return self.demand(box) if certainty == "certain" else self.allow(box)


def box_of(relation: str, other: Definite) -> Box:
    """Give the box of a relation to an interval: `relation` as `t_during`.

    A start or end coincides with a date if it lies on that day. The last second that belongs to a
    row is the one before its end.
    """
    return _BOXES[relation](*(_seconds(edge) for side in other for edge in side))


def _seconds(moments: Any) -> Seconds:  # noqa: ANN401
    return np.asarray(moments, dtype="datetime64[s]").astype(np.int64)


# b, b1: the other's begin spans [b, b1); e, e1: its end spans [e, e1). A row's start s and its last
# second l = end - 1 are before one (s < b), on it (b <= s < b1) or after it (s >= b1).
_BOXES: dict[str, Callable[[Any, Any, Any, Any], Box]] = {
    "t_after": lambda b, b1, e, e1: Box(start_low=e1),
    "t_before": lambda b, b1, e, e1: Box(end_high=b),
    "t_intersects": lambda b, b1, e, e1: Box(start_high=e1 - 1, end_low=b + 1),
    "t_equals": lambda b, b1, e, e1: Box(b, b1 - 1, e + 1, e1),
    "t_contains": lambda b, b1, e, e1: Box(start_high=b - 1, end_low=e1 + 1),
    "t_during": lambda b, b1, e, e1: Box(start_low=b1, end_high=e),
    "t_starts": lambda b, b1, e, e1: Box(b, b1 - 1, end_high=e),
    "t_startedby": lambda b, b1, e, e1: Box(b, b1 - 1, end_low=e1 + 1),
    "t_finishes": lambda b, b1, e, e1: Box(start_low=b1, end_low=e + 1, end_high=e1),
    "t_finishedby": lambda b, b1, e, e1: Box(start_high=b - 1, end_low=e + 1, end_high=e1),
    "t_meets": lambda b, b1, e, e1: Box(
        start_high=b - 1, end_low=b + 1, end_high=np.minimum(b1, e)
    ),
    "t_metby": lambda b, b1, e, e1: Box(np.maximum(b1, e), e1 - 1, end_low=e1 + 1),
    "t_overlaps": lambda b, b1, e, e1: Box(start_high=b - 1, end_low=b1 + 1, end_high=e),
    "t_overlappedby": lambda b, b1, e, e1: Box(b1, e - 1, end_low=e1 + 1),
}
RELATIONS = (*_BOXES, "t_disjoint")
INVERSES = {
    "t_after": "t_before",
    "t_contains": "t_during",
    "t_starts": "t_startedby",
    "t_finishes": "t_finishedby",
    "t_meets": "t_metby",
    "t_overlaps": "t_overlappedby",
}
INVERSES |= {inverse: relation for relation, inverse in INVERSES.items()}
# The others are of intervals only (OGC 21-065r2, 7.8.2).
OF_INSTANTS = ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects")
