"""What the map shows on one day, read from its state: as static/moment.js, for pages without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from geo.times import Bounds, Window
from service.maps.state import State

Row = dict[str, Any]
Mark = Literal["certain", "possible", "ending", "fading"]
Marked = tuple[Row, Mark]
"""A row of the state and how the map draws it."""


@dataclass(frozen=True)
class Moment:
    """All that holds on a day, and the last change before it; None if there was none.

    `day` is the ISO day; `union` the row of the union's border then, None where there is none.
    """

    day: str
    routes: list[Marked]
    crossings: list[Marked]
    roles: list[Marked]
    events: list[Marked]
    boundaries: list[Row]
    shifts: list[Row]
    union: Row | None
    latest: Row | None
    is_beyond: bool


def moment_of(state: State, day: str) -> Moment:
    """Give what holds on an ISO day."""
    window, at = Window.parse(day), _seconds(day)
    unions = marked(state["borders"], window)
    earlier = [change for change in state["changes"] if change["at"] <= at]
    return Moment(
        day=day,
        routes=marked(state["routes"], window),
        crossings=marked(state["crossings"], window),
        roles=marked(state["roles"], window),
        events=_events(state, day),
        boundaries=[row for row, _ in marked(state["boundaries"], window)],
        shifts=[row for row, _ in marked(state["shifts"], window)],
        union=unions[0][0] if unions else None,
        latest=earlier[-1] if earlier else None,
        is_beyond=at >= state["atlas"]["knowledge_ends"]["at"],
    )


def marked(rows: Sequence[Row], window: Window) -> list[Marked]:
    """Give the rows that may hold in a window, each with how it is drawn.

    "ending": it had surely begun and may have ended; "fading": it had surely begun and the
    source's knowledge is running out.
    """
    if not rows:
        return []
    table = np.array([row["bounds"] for row in rows], dtype=np.int64)
    bounds = Bounds.from_array(np.ascontiguousarray(table.T))
    possible, certain = bounds.possible(window), bounds.certain(window)
    begun = bounds.start_latest <= window.sure_start
    return [
        (row, _mark(row, is_certain=bool(certain[place]), has_begun=bool(begun[place])))
        for place, row in enumerate(rows)
        if possible[place]
    ]


def _mark(row: Row, *, is_certain: bool, has_begun: bool) -> Mark:
    if is_certain:
        return "certain"
    if not has_begun:
        return "possible"
    return "fading" if row.get("end") == "source-ends" else "ending"


def _events(state: State, day: str) -> list[Marked]:
    """Give the events of the year; undated ones only while the source dates anything."""
    told, known = state["axis"]["told"]
    is_told = told <= _seconds(day) < known
    rows = [row for row in state["events"] if is_told or not row["undated"]]
    return marked(rows, Window.parse(day[:4]))


def _seconds(day: str) -> int:
    return int(np.datetime64(day, "s").astype(np.int64))
