"""The valid times of rows in a database, fetched when they are looked at: some, or all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.times import Bounds

Load = Callable[[NDArray[np.integer[Any]] | None], NDArray[np.int64]]
"""Gives six times of some rows, or of all, int64 of shape (6, n)."""
NAMES = tuple(field.name for field in fields(Bounds))


class FetchedBounds(Bounds):
    """Bounds whose arrays are not there until one of them is asked for.

    Of some rows, those alone are fetched: a tile has a thousand of a million. Where there are `few`
    in all, all are.
    """

    def __init__(self, load: Load, *, few: bool) -> None:
        object.__setattr__(self, "_load", load)
        object.__setattr__(self, "_few", few)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever is asked for)
        # Called only for what is not there yet.
        if name not in NAMES:
            raise AttributeError(name)
        every = Bounds.from_array(self._load(None))
        for each in NAMES:
            object.__setattr__(self, each, getattr(every, each))
        return getattr(self, name)

    def take(self, rows: NDArray[np.integer[Any]]) -> Bounds:
        """Give the bounds of some rows."""
        if self._few or NAMES[0] in self.__dict__:
            return super().take(rows)
        return Bounds.from_array(self._load(rows))
