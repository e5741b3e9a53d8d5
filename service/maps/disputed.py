"""Borders of disputed status: between two states that are both disputed at the same time.

A state whose status is disputed has borders that are not: only the one that it shares with the
other party to the dispute is drawn as such, as between Serbia and Kosovo since 2008.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import shapely

from service.maps import shapes

Row = dict[str, Any]


def borders(rows: Iterable[tuple[Row, list[int]]], box: shapes.Box) -> list[Row]:
    """Give the lines with the bounds within which both states hold; exact, so both sides agree."""
    parties = [
        (row, bounds)
        for row, bounds in rows
        if row["kind"] == "state" and row["status"] == "disputed"
    ]
    told = []
    for (one, held), (other, also_held) in combinations(parties, 2):
        bounds = _both(held, also_held)
        if bounds[0] >= bounds[3]:
            continue
        rims = (shapely.boundary(one["geometry"]), shapely.boundary(other["geometry"]))
        lines = shapes.lines(shapely.line_merge(shapely.intersection(*rims)), box, shapes.DECIMALS)
        if lines:
            told.append({"id": f"{one['id']} {other['id']}", "bounds": bounds, "lines": lines})
    return told


def _both(held: list[int], also_held: list[int]) -> list[int]:
    """Give the bounds of the time that two rows share: the later start, the earlier end."""
    starts = [max(pair) for pair in zip(held[:2], also_held[:2], strict=True)]
    ends = [min(pair) for pair in zip(held[2:4], also_held[2:4], strict=True)]
    return [*starts, *ends, *held[4:]]
