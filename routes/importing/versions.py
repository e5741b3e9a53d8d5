"""The versions of the routes in a file, and those that an edition has of them, in one sequence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.times import Bounds
from geo.times import faults as edtf_faults
from routes import sequence
from routes.importing.scratch import Mask
from routes.reading import Draft
from routes.report import Fault

# Open, or unknown: of both it can be said that they ended where the next version begins.
OPEN_ENDS = ("..", "")
CLOSE = "; where one is open, --close-versions ends it there"


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

    `draft` has id, route and valid of all of them; and the places of those in the file.
    """

    draft: Draft
    own: int

    @classmethod
    def of(cls, draft: Draft, held: pd.DataFrame, name: str) -> Versions:
        """Take the rows of a file with the collection of an edition, which people call `name`."""
        own = draft.frame[["id", "route", "valid"]]
        there = held[held["route"].isin(set(own["route"]))][["id", "route", "valid"]]
        both = pd.concat([pd.DataFrame(own), pd.DataFrame(there)], ignore_index=True).astype(object)
        both = both.where(both.notna(), None)
        rows = draft.rows + [f"{name} ({one})" for one in there["id"]]
        points = np.concatenate([draft.frame.geometry.to_numpy(), np.full(len(there), None)])
        frame = geopandas.GeoDataFrame(both, geometry=points, crs="EPSG:4326")
        return cls(Draft(draft.collection, draft.file, frame, rows, []), len(own))

    @property
    def valid(self) -> pd.Series:
        """The times of the versions in the file."""
        valid: pd.Series = self.draft.frame["valid"].iloc[: self.own]
        return valid

    def in_sequence(
        self, faulty: Iterable[int], *, close: bool
    ) -> tuple[Versions, list[tuple[int, Fault]]]:
        """Close the versions if that is asked, and find those that overlap.

        A row with a fault, at the positions `faulty`, ends no other: it may be left out. Nor does
        one that overlaps, so that what remains is looked at again without it.
        """
        out = np.zeros(len(self.draft.frame), dtype=bool)
        out[list(faulty)] = True
        # What is wrong with a row may be its time: then it has none, and not all of time.
        kept = ~(out & self.draft.frame["valid"].isna().to_numpy())
        faults: list[tuple[int, Fault]] = []
        while True:
            now = self._closed(kept) if close else self
            found = now._overlaps(kept, hint="" if close else CLOSE)
            faults += found
            out[[position for position, _ in found]] = True
            if not close or not (kept & out).any():
                return now, faults
            kept = ~out

    def changed(self, before: Versions) -> tuple[Closed, ...]:
        """Give the versions of the edition that are closed here, and were not before."""
        now, was = (one.draft.frame.iloc[self.own :] for one in (self, before))
        other = was["valid"].notna() & (now["valid"] != was["valid"])
        told = zip(now["id"][other], now["valid"][other], was["valid"][other], strict=True)
        return tuple(Closed(*map(str, one)) for one in told)

    def _closed(self, kept: Mask) -> Versions:
        """End each open version where the next of its route begins, as that is written.

        Next is what has the next earliest start; of two with the same one neither is. What the
        edition has ends only where a version of the file begins.
        """
        table = pd.DataFrame(self.draft.frame.loc[kept, ["route", "valid"]])
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
        frame = self.draft.frame.copy()
        closed = (parts[0] + "/" + after["begin"])[ends]
        frame.loc[closed.index, "valid"] = closed.astype(object)
        return replace(self, draft=replace(self.draft, frame=frame))

    def _overlaps(self, kept: Mask, hint: str) -> list[tuple[int, Fault]]:
        """Find overlapping versions, in the file and with what the edition has."""
        positions = np.flatnonzero(kept)
        found = []
        for pair in sequence.overlaps(self.draft.frame[kept]):
            later, earlier = positions[list(pair)].tolist()
            mine, other = (later, earlier) if later < self.own else (earlier, later)
            if mine < self.own:
                fault = sequence.overlap_fault(self.draft, mine, other)
                found.append((mine, replace(fault, remedy=fault.remedy + hint)))
        return found


def earliest_starts(valid: pd.Series) -> NDArray[np.int64]:
    """Give the earliest start of each time, seconds; one that cannot be read is like no time."""
    readable = valid.copy()
    readable.iloc[list(edtf_faults(readable.tolist()))] = None
    return Bounds.parse(readable.tolist()).start_earliest.astype(np.int64)


def with_closed(batch: pa.RecordBatch, closed: Sequence[Closed]) -> pa.RecordBatch:
    """Give rows of an edition with the versions that were closed as they are now."""
    ids, valid = (pa.array([one[part] for one in closed], pa.string()) for part in (0, 1))
    at = pc.index_in(batch.column("id"), ids)
    now = pc.coalesce(valid.take(at), batch.column("valid"))
    return batch.set_column(batch.schema.get_field_index("valid"), "valid", now)
