"""Plain dates, `2003`, `2003-02` and `2003-02-04`, whole columns at a time as the spans they name.

They are nearly all dates that there are; the others are left to `geo.dates`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Times = NDArray[np.datetime64]

_PLAIN = r"^\d{4}(-\d{2}(-\d{2})?)?$"
_FIRST_DAY = "-01-01"
_PARTS = (
    (slice(0, 4), np.array([1000, 100, 10, 1])),
    (slice(5, 7), np.array([10, 1])),
    (slice(8, 10), np.array([10, 1])),
)


class Spans(NamedTuple):
    """The half-open span [first, after) of each of n texts, `datetime64[s]`, where it `is_plain`.

    Of what is no plain date, or no day of the calendar, the spans say nothing.
    """

    is_plain: Mask
    first: Times
    after: Times


def spans(texts: Any) -> Spans:  # noqa: ANN401 (pyarrow has no types)
    """Read an Arrow array of texts; a missing one is no plain date."""
    shaped = pc.fill_null(pc.match_substring_regex(texts, _PLAIN), fill_value=False)
    is_plain = shaped.to_numpy(zero_copy_only=False).copy()
    plain = texts.filter(shaped)
    length = pc.binary_length(plain).to_numpy()
    year, month, day = _numbers(plain)
    months = ((year - 1970) * 12 + month - 1).view("datetime64[M]")
    first = months.astype("datetime64[D]") + (day - 1).view("timedelta64[D]")
    years = np.where(length == len("2003"), 12, 1).view("timedelta64[M]")
    after = np.where(length == len("2003-02-04"), first + 1, (months + years).astype(first.dtype))
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (first.astype("datetime64[M]") == months)
    is_plain[is_plain] = exists
    made = (_spread(one[exists], is_plain) for one in (first, after))
    return Spans(is_plain, *made)


def _numbers(plain: Any) -> NDArray[np.int64]:  # noqa: ANN401 (pyarrow has no types)
    """Give year, month and day of dates; what they lack is that of the first day; (3, n)."""
    whole = pc.utf8_slice_codeunits(pc.binary_join_element_wise(plain, _FIRST_DAY, ""), 0, 10)
    data = whole.buffers()[2]
    letters = np.frombuffer(data, np.uint8, 10 * len(whole)) if data else np.empty(0, np.uint8)
    digits = letters.reshape(-1, 10).astype(np.int64) - ord("0")
    return np.stack([digits[:, part] @ weights for part, weights in _PARTS])


def _spread(values: NDArray[Any], where: Mask) -> Times:
    spread = np.zeros(len(where), "datetime64[s]")
    spread[where] = values
    return spread
