"""The versions of the routes in a file, and those that an edition has of them, in one sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo import intervals
from geo.times import Bounds
from routes import sequence
from routes.importing.scratch import Mask

# Open, or unknown: of both it can be said that they ended where the next version begins.
OPEN_ENDS = ("..", "")


class Closed(NamedTuple):
    """A version of the edition that ends where one of the file begins: `valid`, and what it was."""

    id: str
    valid: str
    was: str

    def told(self, edition: str) -> str:
        """Say what is done: `closes north.v1 of edition 3 at 2003-05: was open`."""
        end, was = (text.partition("/")[2] for text in (self.valid, self.was))
        said = "open" if was else "of unknown end"
        return f"closes {self.id} of {edition} at {end}: was {said} ({self.was})"


@dataclass(frozen=True)
class Versions:
    """Versions of the file, `own` of them, then those that the edition has of the same routes.

    `table` has id, route and valid of all of them, as texts.
    """

    table: pd.DataFrame
    own: int

    @classmethod
    def of(cls, own: pd.DataFrame, held: pd.DataFrame) -> Versions:
        """Take the rows of a file with the collection of an edition."""
        names = ["id", "route", "valid"]
        there = held[held["route"].isin(own["route"].unique())] if len(held) else held
        both = pd.concat([own[names], there[names]], ignore_index=True).astype("str")
        return cls(both, len(own))

    @property
    def valid(self) -> pd.Series:
        """The times of the versions in the file."""
        valid: pd.Series = self.table["valid"].iloc[: self.own]
        return valid

    def in_sequence(self, faulty: Mask, *, close: bool) -> tuple[Versions, dict[int, int]]:
        """Close the versions if that is asked, and find those of the file that overlap another.

        Gives the position of the other for each. A row with a fault ends no other: it may be left
        out. Nor does one that overlaps, so that what remains is looked at again without it.
        """
        out = np.zeros(len(self.table), dtype=bool)
        out[: self.own] = faulty
        # What is wrong with a row may be its time: then it has none, and not all of time.
        kept = ~(out & self.table["valid"].isna().to_numpy())
        pairs: dict[int, int] = {}
        while True:
            now = self._closed(kept) if close else self
            found = now._overlaps(kept)
            pairs |= found
            out[list(found)] = True
            if not close or not (kept & out).any():
                return now, pairs
            kept = ~out

    def changed(self, before: Versions) -> tuple[Closed, ...]:
        """Give the versions of the edition that are closed here, and were not before."""
        now, was = (one.table.iloc[self.own :] for one in (self, before))
        other = was["valid"].notna() & (now["valid"] != was["valid"])
        told = zip(now["id"][other], now["valid"][other], was["valid"][other], strict=True)
        return tuple(Closed(*map(str, one)) for one in told)

    def _closed(self, kept: Mask) -> Versions:
        """End each open version where the next of its route begins, as that is written.

        Next is what has the next earliest start; of two with the same one neither is. What the
        edition has ends only where a version of the file begins.
        """
        table = pd.DataFrame(self.table.loc[kept, ["route", "valid"]])
        table["start"] = earliest_starts(table["valid"])
        ordered = table.dropna(subset="route").sort_values(["route", "start"], kind="stable")
        ordered["mine"] = ordered.index < self.own
        written = ordered["valid"].where(ordered["valid"].notna(), "").astype("str")
        parts = written.str.extract(r"^([^/]*)(/?)(.*)$")
        ordered["begin"] = parts[0]
        after = ordered.groupby("route", sort=False)[["begin", "start", "mine"]].shift(-1)
        ends = (parts[1] == "/") & parts[2].isin(OPEN_ENDS)
        ends &= (after["start"] > ordered["start"]) & ~after["begin"].isin(["", ".."])
        ends &= ordered["mine"] | (after["mine"] == True)  # noqa: E712 (missing after the last)
        closed = (parts[0] + "/" + after["begin"])[ends]
        now = self.table.copy()
        now.loc[closed.index, "valid"] = closed
        return replace(self, table=now)

    def _overlaps(self, kept: Mask) -> dict[int, int]:
        """Find versions of the file that overlap: position -> that of the other."""
        positions = np.flatnonzero(kept)
        found = {}
        for pair in sequence.overlaps(self.table[kept]):
            later, earlier = positions[list(pair)].tolist()
            mine, other = (later, earlier) if later < self.own else (earlier, later)
            if mine < self.own:
                found[mine] = other
        return found


def earliest_starts(valid: pd.Series) -> NDArray[np.int64]:
    """Give the earliest start of each time, seconds; one that cannot be read is like no time."""
    return Bounds.parse(valid.where(intervals.readable(valid))).start_earliest.astype(np.int64)


def with_closed(batch: pa.RecordBatch, closed: Sequence[Closed]) -> pa.RecordBatch:
    """Give rows of an edition with the versions that were closed as they are now."""
    ids, valid = (pa.array([one[part] for one in closed], pa.string()) for part in (0, 1))
    at = pc.index_in(batch.column("id"), ids)
    now = pc.coalesce(valid.take(at), batch.column("valid"))
    return batch.set_column(batch.schema.get_field_index("valid"), "valid", now)
