"""Which years a map of an atlas shows: the ends of its axis of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import geopandas
import numpy as np

FIRST_YEAR, LAST_YEAR = 1, 9990
VISIBLE = 0.002
"""The share of the opening view that a boundary has to fill to be seen."""
BEYOND_YEARS = 5
DAY_S = 86_400

Box = tuple[float, float, float, float]


def years(dated: Sequence[int], floors: Sequence[int], ends: int) -> tuple[int, int]:
    """Give the first and the last year that a map shows, both of them whole.

    All in seconds since 1970: `dated` is when the routes, shifts and events that have a beginning
    begin, `floors` when the boundaries in view do, `ends` the end of the source's knowledge.

    The axis begins where the record of boundaries does, on the day on which most of those in view
    begin, which is a floor and no event; or before it, where the source dates anything earlier. It
    goes on for five years after the source's knowledge ends, to a year that five divides.
    """
    begins = min(dated, default=ends)
    counted = Counter(floors)
    floor = max(counted, key=lambda at: (counted[at], -at), default=begins)
    last = -(-(_year(ends - DAY_S) + BEYOND_YEARS) // BEYOND_YEARS) * BEYOND_YEARS
    return _year(min(floor, begins)), last


def in_view(boundaries: geopandas.GeoDataFrame, view: Box) -> set[str]:
    """Give the ids of the boundaries that fill a visible part of a box in degrees."""
    west, south, east, north = view
    inside = boundaries.geometry.clip_by_rect(west, south, east, north)
    # Degrees squared on purpose: the question is the share of the picture.
    shares = np.array([shape.area for shape in inside]) / ((east - west) * (north - south))
    return set(boundaries["id"][shares > VISIBLE])


def _year(seconds: int) -> int:
    """Give the year of a moment, or the nearest that an address and a slider can hold."""
    year = int(np.datetime64(seconds, "s").astype("datetime64[Y]").astype(np.int64)) + 1970
    return min(max(year, FIRST_YEAR), LAST_YEAR)
