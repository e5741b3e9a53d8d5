"""Three-valued logic over whole columns, and the two ways of being sure.

A predicate is asked with a certainty. Where it is about uncertain time, `possible` asks whether it
holds in some world that the dates allow, `certain` whether in all. NOT turns one into the other:
it is possible that not P unless P is certain (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.times import Bounds
from routes.columns import Table
from routes.query import Certainty

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """The rows that a filter looks at: n of them, with the bounds of their valid time.

    `made` keeps columns that cost something to make, by their words: a filter may name one often.
    """

    frame: Table
    bounds: Bounds
    made: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)

    def column(self, name: str) -> pd.Series:
        """Give one column, rows numbered from 0."""
        return pd.Series(self.frame[name].array)

    def once(self, said: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Make a column when it is first asked for."""
        if said not in self.made:
            self.made[said] = make()
        return self.made[said]


class Truth(NamedTuple):
    """Where something is true and where false, bool of shape (n,); where neither, unknown."""

    true: Mask
    false: Mask

    @classmethod
    def of(cls, holds: Any, known: Any, count: int) -> Truth:  # noqa: ANN401
        """Take what holds, of shape (n,) or (), where it is known."""
        full = np.broadcast_to(np.asarray(holds, dtype=bool), (count,))
        sure = np.broadcast_to(np.asarray(known, dtype=bool), (count,))
        return cls(full & sure, ~full & sure)


Predicate = Callable[[Rows, Certainty], Truth]


def every(parts: Sequence[Predicate]) -> Predicate:
    """AND: false if any is false, else unknown if any is unknown."""

    def holds(rows: Rows, certainty: Certainty) -> Truth:
        found = [part(rows, certainty) for part in parts]
        true = np.logical_and.reduce([one.true for one in found])
        return Truth(true, np.logical_or.reduce([one.false for one in found]))

    return holds


def some(parts: Sequence[Predicate]) -> Predicate:
    """OR: true if any is true, else unknown if any is unknown."""
    return negated(every([negated(part) for part in parts]))


def negated(part: Predicate) -> Predicate:
    """NOT: unknown stays unknown, possible and certain change places."""

    def holds(rows: Rows, certainty: Certainty) -> Truth:
        true, false = part(rows, "certain" if certainty == "possible" else "possible")
        return Truth(false, true)

    return holds


def unknown(part: Predicate) -> Predicate:
    """IS NULL of a predicate: true where it is unknown."""

    def holds(rows: Rows, certainty: Certainty) -> Truth:
        true, false = part(rows, certainty)
        return Truth(~(true | false), true | false)

    return holds


def always(value: bool) -> Predicate:
    """TRUE or FALSE."""
    return lambda rows, _: Truth.of(value, True, len(rows))
