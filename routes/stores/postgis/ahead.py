"""Features that were read together with the rows of a page: whoever asks for one asks for both."""

from __future__ import annotations

from collections import OrderedDict

from routes.tree import Rows

MOST_AHEAD = 4
"""How many pages wait for who takes their features."""


class ReadAhead:
    """A few pages' features, each until it is taken."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, list[bytes]] = OrderedDict()

    def keep(self, rows: Rows, fragments: list[bytes]) -> None:
        """Keep the features of some rows until they are taken, or others come."""
        self._kept[rows.tobytes()] = fragments
        while len(self._kept) > MOST_AHEAD:
            self._kept.popitem(last=False)

    def take(self, rows: Rows) -> list[bytes] | None:
        """Give the features of just these rows, once, if they were read."""
        return self._kept.pop(rows.tobytes(), None)
