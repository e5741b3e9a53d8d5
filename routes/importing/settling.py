"""What only all rows of a file together can tell: ids, numbers of versions, their sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas as pd

from geo.times import Bounds
from geo.times import faults as edtf_faults
from routes import sequence
from routes.importing.scratch import Scratch
from routes.reading import Draft
from routes.report import Fault
from routes.schema import Collection

OPEN = ".."


@dataclass(frozen=True)
class Held:
    """What an edition has of a collection already, to which rows are added."""

    frame: pd.DataFrame
    name: str


@dataclass(frozen=True)
class Settled:
    """Columns in place of the provisional ones, and faults with the position of their row."""

    columns: dict[str, list[Any]]
    faults: list[tuple[int, Fault]]


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
    `close`: a version that is open ends where the next of its route begins.
    """
    is_routes = collection.name == "routes"
    names = ["id", "valid", *(["route", "version", "_said"] if is_routes else [])]
    table = scratch.columns([*names, "_row", "_lon", "_lat"])
    columns: dict[str, list[Any]] = {}
    if is_routes:
        _sequence(table, held.frame, numbered=numbered, close=close)
        columns |= {"version": table["version"].tolist(), "valid": table["valid"].tolist()}
    elif not named:
        again = table.groupby("id").cumcount()
        table["id"] = table["id"].where(again == 0, table["id"] + "-" + (again + 1).astype(str))
    columns["id"] = table["id"].tolist()
    draft = _draft(table, collection, file)
    faults = _twice(draft, held)
    if is_routes:
        faults += _one_name_each(draft, table)
        faults += _overlaps(draft, held)
    return Settled(columns, faults)


def _sequence(table: pd.DataFrame, held: pd.DataFrame, *, numbered: bool, close: bool) -> None:
    """Number the versions of each route in the order of time, and close the open ones."""
    readable = table["valid"].copy()
    readable.iloc[list(edtf_faults(readable.tolist()))] = None
    start = Bounds.parse(readable.tolist()).start_earliest.astype(np.int64)
    order = table.assign(_start=start).sort_values(["route", "_start"], kind="stable").index
    ordered = table.loc[order]
    if not numbered:
        # Versions that the edition has keep their numbers; new ones go on from there.
        before = held.groupby("route")["version"].max() if len(held) else pd.Series(dtype="int64")
        first = ordered["route"].map(before).fillna(0).astype("int64")
        table["version"] = (ordered.groupby("route").cumcount() + 1 + first).reindex(table.index)
    if close:
        table["valid"] = _closed(ordered).reindex(table.index)
    table["id"] = table["route"] + ".v" + table["version"].astype(str)


def _closed(ordered: pd.DataFrame) -> pd.Series:
    """End each open version where the next of its route begins; as written."""
    written = ordered["valid"].where(ordered["valid"].notna(), "").astype("str")
    parts = written.str.partition("/")
    following = parts[0].groupby(ordered["route"]).shift(-1).fillna("").astype("str")
    ends = (parts[2] == OPEN) & ~following.isin(["", OPEN])
    closed = ordered["valid"].where(~ends, (parts[0] + "/" + following).astype(object))
    return closed.where(closed.notna(), None)


def _draft(table: pd.DataFrame, collection: Collection, file: str) -> Draft:
    points = geopandas.points_from_xy(table["_lon"].astype(float), table["_lat"].astype(float))
    frame = geopandas.GeoDataFrame(table, geometry=points, crs="EPSG:4326")
    return Draft(collection, file, frame, table["_row"].tolist(), [])


def _twice(draft: Draft, held: Held) -> list[tuple[int, Fault]]:
    ids = draft.frame["id"]
    found = []
    for position in np.flatnonzero(ids.duplicated(keep=False) & ids.notna()).tolist():
        same = np.flatnonzero(ids == ids.iloc[position])[:6]
        others = ", ".join(draft.rows[other] for other in same if other != position)
        fault = draft.fault(position, "id", f"stands in {others} too", "Give each its own")
        found.append((position, fault))
    for position in np.flatnonzero(ids.isin(held.frame["id"])).tolist():
        remedy = "Give it another, or put the file in place of what is there: --replace"
        found.append(
            (position, draft.fault(position, "id", f"stands in {held.name} already", remedy))
        )
    return found


def _one_name_each(draft: Draft, table: pd.DataFrame) -> list[tuple[int, Fault]]:
    """Refuse two routes that would become one, as their names make the same id."""
    first = table.groupby("route")["_said"].transform("first")
    return [
        (
            position,
            draft.fault(position, "route", f"would be the same as {first.iloc[position]!r}, which "
                        "is another name", "Give it an id of its own: --map route=COLUMN"),
        )
        for position in np.flatnonzero(table["_said"].notna() & (table["_said"] != first)).tolist()
    ]  # fmt: skip


def _overlaps(draft: Draft, held: Held) -> list[tuple[int, Fault]]:
    """Find versions that overlap, in the file and with what the edition has."""
    own = draft.frame[["id", "route", "valid"]]
    routes = set(own["route"])
    there = held.frame[held.frame["route"].isin(routes)][["id", "route", "valid"]]
    both = pd.concat([pd.DataFrame(own), pd.DataFrame(there)], ignore_index=True).astype(object)
    both = both.where(both.notna(), None)
    rows = draft.rows + [f"{held.name} ({name})" for name in there["id"]]
    points = np.concatenate([draft.frame.geometry.to_numpy(), np.full(len(there), None)])
    frame = geopandas.GeoDataFrame(both, geometry=points, crs="EPSG:4326")
    joined = Draft(draft.collection, draft.file, frame, rows, [])
    found = []
    for later, earlier in sequence.overlaps(frame):
        mine, other = (later, earlier) if later < len(own) else (earlier, later)
        if mine < len(own):
            found.append((mine, sequence.overlap_fault(joined, mine, other)))
    return found
