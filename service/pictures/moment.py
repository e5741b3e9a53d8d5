"""What holds on a day and how surely: the rules of geo.times over the state that the map carries.

The twin of static/time.js and static/moment.js: the same marks from the same bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from geo.dates import SECOND
from geo.times import BEGINNING, END, Bounds, Window
from service.maps.state import NEVER_AFTER, NEVER_BEFORE, Row, State

Mark = Literal["certain", "possible", "ending", "fading"]


@dataclass(frozen=True)
class Entry:
    """A row that holds on the day: how surely, and whether the source's knowledge runs out."""

    row: Row
    mark: Mark
    is_lighter: bool

    @property
    def is_sure(self) -> bool:
        """Whether it surely holds."""
        return self.mark == "certain"


@dataclass(frozen=True)
class Moment:
    """Everything that a picture of one day shows."""

    routes: list[Entry]
    crossings: list[Entry]
    roles: list[Entry]
    events: list[Entry]
    boundaries: list[Row]
    disputed: list[Row]
    border: Row | None
    is_beyond: bool

    @property
    def members(self) -> frozenset[str]:
        """The entities that are members of the union."""
        return frozenset(self.border["members"] if self.border else ())


def moment_of(state: State, day: str) -> Moment:
    """Read a state on an ISO day."""
    window = Window.parse(day)
    border = _held(state["borders"], window)
    return Moment(
        routes=marked(state["routes"], window),
        crossings=marked(state["crossings"], window),
        roles=marked(state["roles"], window),
        events=_events(state, day),
        boundaries=_held(state["boundaries"], window),
        disputed=_held(state["disputed"], window),
        border=border[0] if border else None,
        is_beyond=_seconds(window.first) >= state["atlas"]["knowledge_ends"]["at"],
    )


def marked(rows: Sequence[Row], window: Window) -> list[Entry]:
    """Give the rows that may hold in a window, each with how it is drawn.

    "ending": it had surely begun and may have ended; "fading": it had surely begun and the source's
    knowledge is running out.
    """
    bounds = bounds_of(rows)
    certain = bounds.certain(window)
    started = bounds.start_latest <= window.sure_start
    lasts = np.maximum(bounds.end_earliest, bounds.start_earliest + SECOND) > window.first
    entries = []
    for place in np.flatnonzero(bounds.possible(window)).tolist():
        row = rows[place]
        is_source = row.get("end") == "source-ends"
        mark: Mark = "fading" if is_source else "ending"
        if certain[place]:
            mark = "certain"
        elif not started[place]:
            mark = "possible"
        entries.append(Entry(row, mark, is_source and not lasts[place]))
    return entries


def bounds_of(rows: Sequence[Row]) -> Bounds:
    """Give the bounds of rows whose `bounds` are six numbers of seconds since 1970."""
    numbers = np.array([row["bounds"] for row in rows], dtype=np.int64).reshape(-1, 6)
    moments = numbers.astype("datetime64[s]")
    moments[numbers == NEVER_BEFORE] = BEGINNING
    moments[numbers == NEVER_AFTER] = END
    return Bounds(*moments.T)


def _held(rows: Sequence[Row], window: Window) -> list[Row]:
    return [rows[place] for place in np.flatnonzero(bounds_of(rows).possible(window)).tolist()]


def _events(state: State, day: str) -> list[Entry]:
    """Give the events of the day's year, and those without a date in the years that are told."""
    first, last = state["axis"]["told"]
    is_told = first <= _seconds(np.datetime64(day, "s")) < last
    dated = [row for row in state["events"] if not row["undated"]]
    undated = [row for row in state["events"] if row["undated"]] if is_told else []
    held = marked(dated, Window.parse(day[:4]))
    return [*held, *(Entry(row, "possible", False) for row in undated)]


def _seconds(moment: Any) -> int:  # noqa: ANN401
    return int(np.datetime64(moment, "s").astype(np.int64))
