"""Statistics as their sources print them: countries down, periods across, totals as printed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo.words import describe
from service.pages import words
from service.pages.values import citation, place, source_address
from service.site import Site

TABLE_KINDS = ("count", "share", "printed-total")
TOTAL = "Printed total"
MOST_ROWS = 2_000
"""A collection longer than this is no printed table."""


def tables(site: Site) -> list[dict[str, Any]]:
    """Give the printed tables of the collection `statistics`; none of a very long one."""
    if site.edition.manifest.collections["statistics"].count > MOST_ROWS:
        return []
    frame = site.edition.frame("statistics")
    frame = frame[frame["kind"].isin(TABLE_KINDS)]
    return [_table(site, rows) for _, rows in frame.groupby("table", sort=True)]


def _table(site: Site, rows: pd.DataFrame) -> dict[str, Any]:
    first = rows.iloc[0]
    totals = rows["kind"] == "printed-total"
    column = rows["period"].fillna("").astype(str).where(~totals, TOTAL)
    periods = sorted(set(column[~totals]) - {""})
    heads = [*periods, *([TOTAL] if totals.any() else [])]
    lines: dict[str, dict[str, str]] = {}
    for key, (_, row) in zip(column, rows.iterrows(), strict=True):
        lines.setdefault(_country(site, row), {})[key or heads[0]] = _figure(row)
    discrepancies = rows["discrepancy"].dropna().unique().tolist()
    return {
        "title": first["table_title"],
        "unit": first["unit"],
        "primary": first["primary_source"],
        "caveat": first["caveat"] if isinstance(first["caveat"], str) else None,
        "source": citation(site, str(first["source"])),
        "source_href": source_address(site, str(first["source"])),
        "locator": first["locator"],
        "heads": [_period(head) for head in heads],
        "lines": [
            {"name": name, "cells": [figures.get(head, "") for head in heads]}
            for name, figures in sorted(lines.items(), key=_order)
        ],
        "discrepancies": discrepancies,
    }


def _country(site: Site, row: pd.Series) -> str:
    country = row["country"]
    return place(site, country) if isinstance(country, str) and country else "All countries"


def _figure(row: pd.Series) -> str:
    if pd.notna(row["value"]):
        return words.number(float(row["value"]))
    return str(row["printed_as"]) if isinstance(row["printed_as"], str) else ""


def _period(head: str) -> str:
    return head if head == TOTAL else describe(head, reading="exact")


def _order(line: tuple[str, Any]) -> tuple[bool, str]:
    return line[0] == "All countries", line[0]
