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
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geo.times import Bounds
from routes.columns import FEW, Codes, Frame, Parts
from routes.query import Certainty

Mask = NDArray[np.bool_]


class Coded(NamedTuple):
    """A column of few different texts: the code of each row, and the texts as rows to look at."""

    codes: Codes
    texts: Rows


@dataclass(frozen=True)
class Rows:
    """The rows that a filter looks at: a part of a table, with the bounds of their valid time.

    `coded` keeps columns by their codes, for all parts; `made` columns of this part that cost
    something to make, by their words: a filter may name one often.
    """

    table: Parts
    every_bound: Bounds
    part: slice
    coded: dict[str, Coded | None] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.part.stop - self.part.start)

    @property
    def bounds(self) -> Bounds:
        """The bounds of their valid time."""
        found: Bounds = self.once("bounds", lambda: self.every_bound.part(self.part))
        return found

    def column(self, name: str) -> pd.Series:
        """Give one column, rows numbered from 0."""
        found: pd.Series = self.once(f"column {name}", lambda: self.table.part(name, self.part))
        return found

    def codes(self, name: str) -> Coded | None:
        """Give a column of texts by codes, where few are different."""
        if name not in self.coded:
            known = self.table.codes(name)
            self.coded[name] = known and Coded(known[0], _texts(name, known[1]))
        every = self.coded[name]
        return every and Coded(every.codes[self.part], every.texts)

    def geometries(self, rows: NDArray[np.intp] | None = None) -> NDArray[np.object_]:
        """Give all geometries, or those of some of these rows."""
        if rows is not None:
            return self.table.geometries(rows + self.part.start)
        made: NDArray[np.object_] = self.once(
            "geometries", lambda: self.table.geometries(self.part)
        )
        return made

    def boxes(self) -> NDArray[np.float64]:
        """Give the boxes of the geometries, shape (n, 4), NaN for none and for empty ones."""
        return self.table.boxes(self.part)

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


def by_text(part: Predicate, name: str | None) -> Predicate:
    """Ask about each different text once where nothing counts but one column that has few.

    `name`: of that column, if there is one.
    """
    if name is None:
        return part

    def holds(rows: Rows, certainty: Certainty) -> Truth:
        coded = rows.codes(name)
        if coded is None:
            return part(rows, certainty)
        said = f"{id(part)} {certainty}"
        true, false = coded.texts.once(said, lambda: part(coded.texts, certainty))
        codes = coded.codes.tobytes()
        return Truth(_translated(codes, true), _translated(codes, false))

    return holds


def always(value: bool) -> Predicate:
    """TRUE or FALSE."""
    return lambda rows, _: Truth.of(value, True, len(rows))


def _texts(name: str, texts: pd.Series) -> Rows:
    # No text has a place or a time, and no predicate over texts asks for them.
    frame = GeoDataFrame({name: texts})
    return Rows(Frame(frame), Bounds.parse([None] * len(texts)), slice(0, len(texts)))


def _translated(codes: bytes, of_texts: Mask) -> Mask:
    """Give for each row what is so of its text, by the fastest table of 256 that Python has."""
    table = of_texts.tobytes().ljust(FEW, b"\0")
    return np.frombuffer(codes.translate(table), dtype=bool)
