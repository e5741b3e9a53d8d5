"""What only all rows of a file together can tell: ids, numbers of versions, their sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas as pd

from routes.importing.scratch import Scratch
from routes.importing.versions import Closed, Versions, earliest_starts
from routes.reading import Draft
from routes.report import Fault
from routes.schema import Collection


@dataclass(frozen=True)
class Held:
    """What an edition has of a collection already, to which rows are added."""

    frame: pd.DataFrame
    name: str


@dataclass(frozen=True)
class Settled:
    """Columns in place of the provisional ones, and faults with the position of their row.

    `closed`: what changes in the rows that the edition has already; see `versions.with_closed`.
    """

    columns: dict[str, list[Any]]
    faults: list[tuple[int, Fault]]
    closed: tuple[Closed, ...] = ()


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
    table = scratch.columns([*names, "_row", "_lon", "_lat", "_faulty"])
    if is_routes:
        _number(table, held.frame, numbered=numbered)
    elif not named:
        again = table.groupby("id").cumcount()
        table["id"] = table["id"].where(again == 0, table["id"] + "-" + (again + 1).astype(str))
    columns: dict[str, list[Any]] = {"id": table["id"].tolist()}
    draft = _draft(table, collection, file)
    faults = _twice(draft, held)
    if not is_routes:
        return Settled(columns, faults)
    faults += _one_name_each(draft, table)
    bad = {*np.flatnonzero(table["_faulty"]).tolist(), *(position for position, _ in faults)}
    before = Versions.of(draft, held.frame, held.name)
    versions, overlaps = before.in_sequence(bad, close=close)
    columns |= {"version": table["version"].tolist(), "valid": versions.valid.tolist()}
    return Settled(columns, faults + overlaps, versions.changed(before))


def _number(table: pd.DataFrame, held: pd.DataFrame, *, numbered: bool) -> None:
    """Number the versions of each route in the order of time, and make their ids."""
    if not numbered:
        order = table.assign(_start=earliest_starts(table["valid"]))
        ordered = order.sort_values(["route", "_start"], kind="stable")
        # Versions that the edition has keep their numbers; new ones go on from there.
        before = held.groupby("route")["version"].max() if len(held) else pd.Series(dtype="int64")
        first = ordered["route"].map(before).fillna(0).astype("int64")
        table["version"] = (ordered.groupby("route").cumcount() + 1 + first).reindex(table.index)
    table["id"] = table["route"] + ".v" + table["version"].astype(str)


def _draft(table: pd.DataFrame, collection: Collection, file: str) -> Draft:
    points = geopandas.points_from_xy(table["_lon"].astype(float), table["_lat"].astype(float))
    frame = geopandas.GeoDataFrame(table, geometry=points, crs="EPSG:4326")
    return Draft(collection, file, frame, table["_row"].tolist(), [])


def _twice(draft: Draft, held: Held) -> list[tuple[int, Fault]]:
    ids = draft.frame["id"]
    own = "Give each its own"
    if draft.collection.name == "routes":
        own = "Give each version of the route another number; without a column they are counted"
    found = []
    for position in np.flatnonzero(ids.duplicated(keep=False) & ids.notna()).tolist():
        same = np.flatnonzero(ids == ids.iloc[position])[:6]
        others = ", ".join(draft.rows[other] for other in same if other != position)
        fault = draft.fault(position, "id", f"stands in {others} too", own)
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
