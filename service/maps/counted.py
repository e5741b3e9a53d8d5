"""How many versions hold when, for a strip of time that has no room for a bar each."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.times import Bounds, Window
from service.maps.days import DAY

MOST_BINS = 240
"""Of a strip of a thousand pixels, four a bin."""


def counted(bounds: Bounds, first: int, last: int) -> dict[str, Any]:
    """Count the versions that possibly and certainly hold on the first day of each bin.

    `first` and `last` are the ends of the axis, in seconds since 1970. Gives `step`, the length of
    a bin in seconds, whole days, and two lists of counts, the first bin beginning at `first`.
    """
    days = (last - first) // DAY
    step = -(-days // MOST_BINS) * DAY
    starts = np.arange(first, last, step).astype("datetime64[s]")
    windows = [Window(start, start + np.timedelta64(DAY, "s")) for start in starts]
    return {
        "step": step,
        "possible": [int(np.count_nonzero(bounds.possible(window))) for window in windows],
        "certain": [int(np.count_nonzero(bounds.certain(window))) for window in windows],
    }
