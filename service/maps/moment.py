"""What the map shows on a day or in a range of days: as static/moment.js, for pages without it.

A range is asked as an OGC API `datetime` interval is (OGC 17-069r4 /req/core/fc-time-response):

- what may have held at some moment of it is shown (`Bounds.possible`),
- what surely held at some moment of it is certain (`Bounds.certain`): at some moment, not
  throughout, so a longer range makes more things certain, never fewer;
- states, their borders and the union's are those of the range's last day: a map cannot draw two
  states of one border;
- events are those of the range itself, and not of its calendar years as on a single day;
- the source's knowledge is over if the whole range lies after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from geo.dates import SECOND
from geo.times import BEGINNING, END, Bounds, Window
from service.maps.features import NEVER_AFTER, NEVER_BEFORE
from service.maps.state import State

Row = dict[str, Any]
Mark = Literal["certain", "possible", "ending", "fading"]


class Entry(NamedTuple):
    """A row that holds, how the map draws it, and whether the source's knowledge runs out."""

    row: Row
    mark: Mark
    is_lighter: bool

    @property
    def is_sure(self) -> bool:
        """Whether it surely holds."""
        return self.mark == "certain"


@dataclass(frozen=True)
class Moment:
    """All that holds on a day or in a range.

    `day` is the first day, ISO; `to` the last of a range, None for a single day. `union` is the
    row of the union's border then, None where there is none. `latest` is the last change until
    then; `changes` are those of a range after its first day, none for a single day.
    """

    day: str
    to: str | None
    routes: list[Entry]
    crossings: list[Entry]
    roles: list[Entry]
    events: list[Entry]
    boundaries: list[Row]
    disputed: list[Row]
    shifts: list[Row]
    union: Row | None
    latest: Row | None
    changes: list[Row]
    is_beyond: bool

    @property
    def members(self) -> frozenset[str]:
        """The entities that are members of the union."""
        return frozenset(self.union["members"] if self.union else ())


def moment_of(state: State, day: str, to: str | None = None) -> Moment:
    """Give what holds on an ISO day, or at some time from one to another, both in the range."""
    last_day = to or day
    window, ground = Window.parse(f"{day}/{last_day}"), Window.parse(last_day)
    first, at = _seconds(window.first), _seconds(ground.first)
    unions = held(state["borders"], ground)
    until = [change for change in state["changes"] if change["at"] <= at]
    return Moment(
        day=day,
        to=to,
        routes=marked(state["routes"], window),
        crossings=marked(state["crossings"], window),
        roles=marked(state["roles"], window),
        events=_events(state, window, day if to is None else None),
        boundaries=held(state["boundaries"], ground),
        disputed=held(state["disputed"], ground),
        shifts=held(state["shifts"], window),
        union=unions[0] if unions else None,
        latest=until[-1] if until else None,
        changes=[change for change in until if to is not None and change["at"] > first],
        is_beyond=first >= state["atlas"]["knowledge_ends"]["at"],
    )


def marked(rows: Sequence[Row], window: Window) -> list[Entry]:
    """Give the rows that may hold in a window, each with how it is drawn.

    "ending": it had surely begun and may have ended; "fading": it had surely begun and the
    source's knowledge is running out.
    """
    bounds = bounds_of(rows)
    certain = bounds.certain(window)
    begun = bounds.start_latest <= window.sure_start
    lasts = np.maximum(bounds.end_earliest, bounds.start_earliest + SECOND) > window.first
    entries = []
    for place in np.flatnonzero(bounds.possible(window)).tolist():
        row = rows[place]
        is_source = row.get("end") == "source-ends"
        mark: Mark = "fading" if is_source else "ending"
        if certain[place]:
            mark = "certain"
        elif not begun[place]:
            mark = "possible"
        entries.append(Entry(row, mark, is_source and not bool(lasts[place])))
    return entries


def held(rows: Sequence[Row], window: Window) -> list[Row]:
    """Give the rows that may hold in a window."""
    return [rows[place] for place in np.flatnonzero(bounds_of(rows).possible(window)).tolist()]


def bounds_of(rows: Sequence[Row]) -> Bounds:
    """Give the bounds of rows whose `bounds` are six numbers of seconds since 1970."""
    numbers = np.array([row["bounds"] for row in rows], dtype=np.int64).reshape(-1, 6)
    moments = numbers.astype("datetime64[s]")
    moments[numbers == NEVER_BEFORE] = BEGINNING
    moments[numbers == NEVER_AFTER] = END
    return Bounds(*moments.T)


def _events(state: State, window: Window, day: str | None) -> list[Entry]:
    """Give the events of a day's year, or of a range where `day` is None.

    Undated ones only while the source dates anything, so that they do not claim every year before.
    """
    told, known = state["axis"]["told"]
    is_told = _seconds(window.first) < known and _seconds(window.last - SECOND) >= told
    dated = [row for row in state["events"] if not row["undated"]]
    undated = [row for row in state["events"] if row["undated"] and is_told]
    found = marked(dated, window if day is None else Window.parse(day[:4]))
    return [*found, *(Entry(row, "possible", False) for row in undated)]


def _seconds(moment: np.datetime64) -> int:
    return int(moment.astype("datetime64[s]").astype(np.int64))
