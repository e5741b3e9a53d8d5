"""Printed tables as features: a row a figure, printed totals and what does not add up included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd

from geo import intervals
from geo.boundaries import Boundaries
from routes.fitting import Unfit, fit, is_finite
from routes.reading import Draft, read_table, read_toml
from routes.report import Fault
from routes.schema import COLLECTIONS

GRAND_TOTAL = "grand-total"
NOT_PERIODS = ("country", "printed_total", "printed_as")
NEEDED = ("id", "title", "kind", "unit", "source", "locator")
TEXTS = (*NEEDED, "caveat", "primary_source", "editor_note")
COLLECTION = COLLECTIONS["statistics"]
FILE = "statistics/"
EXAMPLE = "2000 or 2003-01/2003-06"
ESTIMATES = {"id", "name", "value", "qualifier", "unit", "by", "valid", "end", "source", "locator",
             "caveat", "editor_note"}  # fmt: skip

Labelled = tuple[str, dict[str, Any]]


def read(folder: Path, boundaries: Boundaries, sources: dict[str, Any]) -> Draft:
    """Read `tables.toml`, a CSV file a table as printed, and `estimates.csv`."""
    tables, faults = _tables(folder / "tables.toml")
    rows = [row for table in tables for row in _figures(folder, table, boundaries, sources, faults)]
    rows += _estimates(folder, faults)
    typed = [_typed(row, faults) for row in rows]
    frame = _frame([row for _, row in typed], boundaries)
    return Draft(COLLECTION, FILE, frame, [label for label, _ in typed], faults)


def _tables(path: Path) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Read what tables.toml declares: the tables without a fault, and the faults of the others."""
    declared, faults = read_toml(path)
    tables = declared.get("tables", [])
    if not isinstance(tables, list):
        return [], [Fault(path.name, "", "tables", "", "is not a list", "Begin each by [[tables]]")]
    whole = []
    for number, table in enumerate(tables, start=1):
        found = list(_table_faults(path.name, f"table {number}", table))
        faults += found
        whole += [] if found else [table]
    return whole, faults


def _table_faults(file: str, label: str, table: object) -> Iterator[Fault]:
    if not isinstance(table, dict):
        yield Fault(file, label, "the table", str(table), "is no table", "Begin it by [[tables]]")
        return
    for name in NEEDED:
        if name not in table:
            yield Fault(file, label, name, "", "is missing", "Add it")
    for name in TEXTS:
        if not isinstance(table.get(name, ""), str):
            yield Fault(file, label, name, str(table[name]), "is not text", "Put it in quotes")
    if not is_finite(table.get("printed_grand_total", 0)):
        yield Fault(file, label, "printed_grand_total", str(table["printed_grand_total"]),
                    "is not a number", "Write digits only")  # fmt: skip
    notes = table.get("notes", [])
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        yield Fault(file, label, "notes", str(notes), "is not a list of texts",
                    'Write it like ["..."]')  # fmt: skip
    for one in _items(table.get("discrepancies", [])):
        if not all(isinstance(_get(one, name), str) for name in ("of", "says")):
            yield Fault(file, label, "discrepancies", str(one), "does not say of what, and what",
                        "Give `of`, a country or grand-total, and `says`")  # fmt: skip


def _figures(
    folder: Path,
    table: dict[str, Any],
    boundaries: Boundaries,
    sources: dict[str, Any],
    faults: list[Fault],
) -> Iterator[Labelled]:
    path = folder / f"{table['id']}.csv"
    printed = read_table(path, faults, needed={"country"})
    if not printed:
        return
    periods = [name for name in printed[0][1] if name not in NOT_PERIODS]
    unread = intervals.faults(periods, COLLECTION.reading).values()
    faults += [
        Fault(path.name, "line 1", "period", error.text, error.fault, f"Write it like {EXAMPLE}")
        for error in unread
    ]
    if not periods:
        faults.append(Fault(path.name, "line 1", "period", "", "is missing", "Add a column of one"))
    if unread or not periods:
        return
    names = boundaries.countries()["name"]
    common = _common(table, sources)
    said = {one["of"]: one["says"].strip() for one in table.get("discrepancies", [])}
    span = _whole(periods)
    for line, row in printed:
        country = row["country"]
        label = f"{path.name}, {line}"
        place = {
            "country": country if country != "overall" else None,
            "caveat": table.get("caveat"),
        }
        title = names.get(country, country.capitalize())
        for period in periods:
            yield label, common | place | {
                "id": f"{table['id']}.{country}.{period.replace('/', '--')}",
                "name": f"{title}, {period.replace('/', ' to ')}",
                "kind": table["kind"], "period": period, "valid": period,
                "value": row[period], "printed_as": row.get("printed_as"),
            }  # fmt: skip
        if row.get("printed_total"):
            yield label, common | place | {
                "id": f"{table['id']}.{country}.printed-total",
                "name": f"{title}, printed total", "kind": "printed-total",
                "period": span, "valid": span, "value": row["printed_total"],
                "discrepancy": said.get(country),
            }  # fmt: skip
    if "printed_grand_total" in table:
        yield f"tables.toml ({table['id']})", common | {
            "id": f"{table['id']}.{GRAND_TOTAL}",
            "name": f"{table['title']}: printed grand total", "kind": "printed-total",
            "period": span, "valid": span, "value": table["printed_grand_total"],
            "discrepancy": said.get(GRAND_TOTAL),
            "caveat": " ".join([table.get("caveat", "").strip(), *table.get("notes", [])]),
        }  # fmt: skip


def _common(table: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    primary = table.get("primary_source")
    if primary in sources:
        source = sources[primary]
        parts = (source.get("author"), source.get("title"), source.get("publisher"))
        primary = ", ".join(str(part) for part in parts if part)
    return {
        "table": table["id"], "table_title": table["title"], "unit": table["unit"],
        "source": table["source"], "locator": table["locator"], "primary_source": primary,
        "end": None, "editor_note": table.get("editor_note"),
    }  # fmt: skip


def _estimates(folder: Path, faults: list[Fault]) -> Iterator[Labelled]:
    path = folder / "estimates.csv"
    if not path.is_file():
        return
    for line, row in read_table(path, faults, ESTIMATES, {"id", "value"}):
        figures = {name: value for name, value in row.items() if name != "by"}
        yield f"{path.name}, {line}", figures | {
            "table": "estimates", "kind": "estimate", "primary_source": row.get("by"),
        }  # fmt: skip


def _typed(row: Labelled, faults: list[Fault]) -> Labelled:
    """Take each value to the type of its column; what does not fit is a fault and missing."""
    label, values = row
    fitted = {}
    for name, value in values.items():
        try:
            fitted[name] = fit(COLLECTION.field(name), value)
        except Unfit as unfit:
            faults.append(Fault(FILE, label, name, str(value), unfit.problem, unfit.remedy))
    return label, fitted


def _frame(rows: list[dict[str, Any]], boundaries: Boundaries) -> geopandas.GeoDataFrame:
    authored = [field.name for field in COLLECTION.written]
    columns = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in authored}
    shapes = boundaries.countries().geometry
    geometry = [shapes.get(row.get("country")) for row in rows]
    frame = geopandas.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")
    frame["precision"] = [None if shape is None else "generalised-area" for shape in geometry]
    return frame


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _get(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _whole(periods: list[str]) -> str:
    """Give the period from the start of the first to the end of the last."""
    return f"{periods[0].partition('/')[0]}/{periods[-1].rpartition('/')[2]}"
