"""The state of the map that a story's front matter gives to a section."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np

from geo.dates import EdtfError, span_of
from routes.fitting import is_box, is_finite
from routes.report import Fault
from routes.stories.source import Source
from routes.stories.story import LAYERS, ZOOMS, Box, Place

KEYS = ("date", "from", "to", "view", "layers", "highlight")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
FEW_LAYERS = ("routes", "crossings", "eu")
"""What is shown where nothing is said: what a small map has room for."""
BOX = "[west, south, east, north] in degrees, like [17, 39, 22, 43.5]"
PLACE = "{ lat = 41.5, lon = 19, zoom = 6 }"


@dataclass(frozen=True)
class Context:
    """What a story may name; None for what could not be read, and is not checked then.

    `routes` are names of routes and ids of their versions, `years` the first and the last year
    that the map shows, `extent` the box in which features may lie.
    """

    sources: Collection[str] | None
    routes: Collection[str] | None
    years: tuple[int, int] | None
    extent: Box


@dataclass(frozen=True)
class State:
    """What the front matter says of one section. What has a fault is missing when it is read."""

    source: Source
    section: str
    said: Mapping[str, Any]
    context: Context

    def faults(self) -> Iterator[Fault]:
        """Find all that is wrong with it."""
        yield from self._day_faults()
        yield from self._view_faults()
        yield from self._list_faults("layers", LAYERS, "layer of the map")
        yield from self._list_faults("highlight", self.context.routes, "route")

    @cached_property
    def days(self) -> tuple[str, ...]:
        """The days, ISO: one, or the two of a range; of a month or a year its first day."""
        names = ("date",) if "date" in self.said else ("from", "to")
        read = [_day(self.said[name]) for name in names if name in self.said]
        return tuple(one for one in read if isinstance(one, str))

    @cached_property
    def view(self) -> Box | Place | None:
        """What the map shows: the section's own, or the story's."""
        said = self._own_or_shared("view")
        if is_box(said):
            west, south, east, north = map(float, said)
            return west, south, east, north
        if _is_place(said):
            return Place(*(float(said[name]) for name in ("lat", "lon", "zoom")))
        return None

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The layers that are switched on: the section's own, or the story's, or a few."""
        said = self._own_or_shared("layers")
        return tuple(map(str, said)) if isinstance(said, list) else FEW_LAYERS

    @cached_property
    def highlight(self) -> tuple[str, ...]:
        """The routes or versions that stand out."""
        said = self.said.get("highlight")
        return tuple(map(str, said)) if isinstance(said, list) else ()

    def _own_or_shared(self, key: str) -> Any:  # noqa: ANN401 (whatever somebody wrote)
        return self.said.get(key, self.source.said.get(key))

    def _fault(self, key: str, problem: str, remedy: str, value: object = None) -> Fault:
        is_own = key in self.said or key not in self.source.said
        line = self.source.line_of(key, self.section if is_own else None)
        value = self._own_or_shared(key) if value is None else value
        name = f"sections.{self.section}.{key}" if is_own else key
        return self.source.fault(line, name, "" if value is None else value, problem, remedy)

    def _day_faults(self) -> Iterator[Fault]:
        given = [name for name in ("date", "from", "to") if name in self.said]
        remedy = "Give a date, like date = 2003-12-01, or both from and to"
        if not given:
            yield self._fault("date", "is missing", remedy)
        elif len(given) == 1 and given != ["date"]:
            missing = "to" if given == ["from"] else "from"
            yield self._fault(missing, "is missing", remedy)
        elif "date" in given and len(given) > 1:
            yield self._fault("date", f"stands beside {' and '.join(given[1:])}", remedy)
        for name in given:
            yield from self._one_day_faults(name)
        if given == ["from", "to"] and len(self.days) == 2 and self.days[0] >= self.days[1]:
            problem = f"does not lie after {self.days[0]}"
            yield self._fault("to", problem, "Give the earlier day as from and the later as to")

    def _one_day_faults(self, name: str) -> Iterator[Fault]:
        day = _day(self.said[name])
        if isinstance(day, EdtfError):
            yield self._fault(name, day.fault, 'Write it like 2003-12-01, "2003-12" or "2003"')
        elif self.context.years and not _is_within(day, self.context.years):
            first, last = self.context.years
            remedy = f"Give a day of the years {first} to {last}"
            yield self._fault(name, "is not on the map's axis of time", remedy)

    def _view_faults(self) -> Iterator[Fault]:
        said = self._own_or_shared("view")
        if said is None:
            return
        if not is_box(said) and not _is_place(said):
            zooms = "with a zoom of {} to {}".format(*ZOOMS)
            yield self._fault("view", "is not a view", f"Write {BOX}, or {PLACE}, {zooms}")
            return
        west, south, east, north = self.context.extent
        left, low, right, high = said if isinstance(said, list) else 2 * [said["lon"], said["lat"]]
        if left > east or right < west or low > north or high < south:
            remedy = f"Give a place inside {west:g}, {south:g}, {east:g}, {north:g}"
            yield self._fault("view", "lies outside the atlas", remedy)

    def _list_faults(self, key: str, known: Collection[str] | None, what: str) -> Iterator[Fault]:
        said = self._own_or_shared(key) if key == "layers" else self.said.get(key)
        if said is None:
            return
        if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
            yield self._fault(key, "is not a list of names", f'Write it like {key} = ["routes"]')
            return
        for one in said:
            if known is not None and one not in known:
                yield self._fault(key, f"is not a {what}", f"There is {', '.join(known)}", one)


def _day(said: object) -> str | EdtfError:
    if isinstance(said, date) and not isinstance(said, datetime):
        return said.isoformat()
    text = str(said)
    try:
        first = span_of(text).first if not isinstance(said, datetime) else None
    except EdtfError as error:
        return error
    if first is None or text[-1:] in "~?%X" or not _is_within(str(first), (1, 9999)):
        return EdtfError(text, "is not a day, a month or a year")
    return str(first.astype("datetime64[D]"))


def _is_within(day: str, years: tuple[int, int]) -> bool:
    first, last = years
    year = int(np.datetime64(day, "Y").astype(np.int64)) + 1970
    return first <= year <= last


def _is_place(said: object) -> bool:
    if not isinstance(said, dict) or said.keys() != {"lat", "lon", "zoom"}:
        return False
    if not all(map(is_finite, said.values())):
        return False
    return bool(
        -90 <= said["lat"] <= 90
        and -180 <= said["lon"] <= 180
        and ZOOMS[0] <= said["zoom"] <= ZOOMS[1]
    )
