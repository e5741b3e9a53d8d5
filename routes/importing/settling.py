"""What only all rows of a file together can tell: ids, numbers of versions, their sequence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import geopandas
import numpy as np
import pandas as pd

from geo.ragged import places
from routes import sequence
from routes.importing.scratch import PLACE, Scratch
from routes.importing.versions import Closed, Versions, earliest_starts
from routes.reading import Draft
from routes.report import Fault
from routes.schema import Collection

Found = tuple[int, Fault]
"""A fault and the position of its row."""

OTHERS_NAMED = 5


@dataclass(frozen=True)
class Held:
    """What an edition has of a collection already, to which rows are added.

    `frame` has the ids, and of routes also route, version and valid.
    """

    frame: pd.DataFrame
    name: str


@dataclass(frozen=True)
class Settled:
    """Columns in place of the provisional ones, and faults with the position of their row.

    `closed`: what changes in the rows that the edition has already; see `versions.with_closed`.
    """

    columns: dict[str, pd.Series]
    faults: list[Found]
    closed: tuple[Closed, ...] = ()


@dataclass(frozen=True)
class Settling:
    """All rows of a file, of each what tells it from the others.

    `table` has id and valid, of routes also route, version and what the route is called in the
    file, as texts that Arrow holds: a row of Python objects would take ten times as much.
    """

    table: pd.DataFrame
    scratch: Scratch
    collection: Collection
    file: str
    held: Held
    faults: list[Found] = field(default_factory=list)

    def blame(self, positions: list[int], describe: Callable[[Draft, int, int], Fault]) -> None:
        """Add a fault for each of some rows.

        `describe` is given these rows as a draft, the place of one in it, and its position.
        """
        if not positions:
            return
        picked = self.scratch.table(["_row", *PLACE]).take(positions).to_pandas()
        points = geopandas.points_from_xy(*(picked[name] for name in PLACE))
        rows = self.table.iloc[positions].reset_index(drop=True).astype(object)
        frame = geopandas.GeoDataFrame(
            rows.where(rows.notna(), None), geometry=points, crs="EPSG:4326"
        )
        draft = Draft(self.collection, self.file, frame, picked["_row"].tolist(), [])
        self.faults.extend(
            (position, describe(draft, place, position)) for place, position in enumerate(positions)
        )

    def label(self, position: int) -> str:
        """Give a row as the report names it."""
        said: str = self.scratch.table(["_row"])["_row"][position].as_py()
        return said


def settle(
    scratch: Scratch,
    collection: Collection,
    file: str,
    held: Held,
    *,
    numbered: bool,
    named: bool,
    close: bool,
) -> Settled:
    """Give every row its id and look for what stands twice or overlaps.

    `numbered`: versions have their numbers from the file; `named`: so have rows their ids.
    `close`: a version that is open ends where the next of its route begins, whichever of the two
    is the file's.
    """
    is_routes = collection.name == "routes"
    names = ["id", "valid", *(["route", "version", "_said"] if is_routes else [])]
    table: pd.DataFrame = scratch.table(names).combine_chunks().to_pandas()
    if is_routes:
        _number(table, held.frame, numbered=numbered)
    elif not named:
        again = table.groupby("id").cumcount()
        table["id"] = table["id"].where(again == 0, table["id"] + "-" + (again + 1).astype(str))
    settling = Settling(table, scratch, collection, file, held)
    _twice(settling)
    if not is_routes:
        return Settled({"id": table["id"]}, settling.faults)
    _one_name_each(settling)
    faulty = scratch.table(["_faulty"])["_faulty"].to_numpy().copy()
    faulty[[position for position, _ in settling.faults]] = True
    before = Versions.of(table, held.frame)
    versions, pairs = before.in_sequence(faulty, close=close)
    _overlaps(settling, versions, pairs, close=close)
    columns = {name: table[name] for name in ("id", "version")} | {"valid": versions.valid}
    return Settled(columns, settling.faults, versions.changed(before))


def _number(table: pd.DataFrame, held: pd.DataFrame, *, numbered: bool) -> None:
    """Number the versions of each route in the order of time, and make their ids."""
    if not numbered:
        codes, routes = pd.factorize(table["route"])
        # Versions that the edition has keep their numbers; new ones go on from there.
        before = held.groupby("route")["version"].max() if len(held) else pd.Series(dtype="int64")
        first = before.reindex(routes).fillna(0).to_numpy(np.int64)
        order = np.lexsort((earliest_starts(table["valid"]), codes))
        number = np.empty(len(table), np.int64)
        number[order] = places(np.bincount(codes)) + 1 + first[codes[order]]
        table["version"] = number
    table["id"] = table["route"] + ".v" + table["version"].astype("str")


def _twice(settling: Settling) -> None:
    ids, rows = settling.table["id"], settling.scratch
    own = "Give each its own"
    if settling.collection.name == "routes":
        own = "Give each version of the route another number; without a column they are counted"
    again = np.flatnonzero(ids.duplicated(keep=False) & ids.notna())
    same = pd.Series(again).groupby(ids.iloc[again].to_numpy()).agg(list)
    labels = rows.table(["_row"])["_row"]

    def twice(draft: Draft, place: int, position: int) -> Fault:
        here = same[draft.frame["id"].iloc[place]]
        others = [labels[other].as_py() for other in here[: OTHERS_NAMED + 1] if other != position]
        return draft.fault(place, "id", f"stands in {', '.join(others)} too", own)

    def there(draft: Draft, place: int, _: int) -> Fault:
        remedy = "Give it another, or put the file in place of what is there: --replace"
        return draft.fault(place, "id", f"stands in {settling.held.name} already", remedy)

    settling.blame(again.tolist(), twice)
    settling.blame(np.flatnonzero(ids.isin(settling.held.frame["id"])).tolist(), there)


def _one_name_each(settling: Settling) -> None:
    """Refuse two routes that would become one, as their names make the same id."""
    said = settling.table["_said"]
    # Names that are ids already stay as they are.
    if (said == settling.table["route"]).all():
        return
    routes, names = (pd.factorize(settling.table[name])[0] for name in ("route", "_said"))
    # The first row of each route, and of each row's route.
    first = np.unique(routes, return_index=True)[1][routes]

    def as_another(draft: Draft, place: int, position: int) -> Fault:
        problem = f"would be the same as {said.iloc[first[position]]!r}, which is another name"
        return draft.fault(place, "route", problem, "Give it an id of its own: --map route=COLUMN")

    settling.blame(np.flatnonzero(names != names[first]).tolist(), as_another)


def _overlaps(
    settling: Settling, versions: Versions, pairs: dict[int, int], *, close: bool
) -> None:
    """Refuse versions that overlap another: `pairs` has the position of that for each."""
    hint = "" if close else "; where one is open, --close-versions ends it there"

    def overlapping(draft: Draft, place: int, position: int) -> Fault:
        other = versions.table.iloc[pairs[position]]
        label = f"{settling.held.name} ({other['id']})"
        if pairs[position] < versions.own:
            label = settling.label(pairs[position])
        # As it is said now: it may have been closed.
        draft.frame.loc[place, "valid"] = versions.table["valid"].iloc[position]
        fault = sequence.overlap_fault(draft, place, label, other["valid"])
        return replace(fault, remedy=fault.remedy + hint)

    settling.blame(list(pairs), overlapping)
