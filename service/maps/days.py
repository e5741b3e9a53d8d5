"""The days of a map: the one that it opens on, and the first and last that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from geo import dates
from service.maps.view import MapView
from service.problems import BadParameter

DAY = 86_400


def opening_day(atlas: Mapping[str, Any]) -> str:
    """Give the day that a map opens on, ISO: the atlas's, or the first of what it knows last."""
    known = dates.span_of(str(atlas["knowledge_ends"])).first
    return str(atlas.get("opening_date") or known.astype("datetime64[D]"))


def nearest_day(state: Mapping[str, Any], day: str) -> str:
    """Give an ISO day, or the nearest one that the map shows."""
    first, last = days_of(state)
    return min(max(day, first), last)


def require_shown(state: Mapping[str, Any], view: MapView) -> None:
    """Refuse a day, or a range of days, that the map does not show. Raises BadParameter."""
    first, last = days_of(state)
    for name, day in (("date", view.date), ("to", view.to)):
        if day is not None and not first <= day <= last:
            fault = f"{day!r} is not between {first} and {last}, the days that this map shows"
            raise BadParameter(fault, name, state["atlas"]["opening"])


def within(state: Mapping[str, Any], view: MapView) -> MapView:
    """Give a view of the nearest day, or range of days, that the map shows."""
    date, to = (day and nearest_day(state, day) for day in (view.date, view.to))
    return replace(view, date=date, to=to)


def days_of(state: Mapping[str, Any]) -> tuple[str, str]:
    """Give the first and the last day that the map shows, ISO; years have four digits."""
    first, last = state["axis"]["first"], state["axis"]["last"] - DAY
    return str(np.datetime64(first, "s"))[:10], str(np.datetime64(last, "s"))[:10]
