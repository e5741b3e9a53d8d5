"""The editions that a process has open."""

from __future__ import annotations

import time

from routes import Edition
from routes.stores.base import Manifest, Store

# How long a newly published edition may go unnoticed.
NOTICED_AFTER_S = 1.0


class Library:
    """Opens editions once and keeps them; looks for a new one at most once a second."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._open: dict[int, Edition] = {}
        self._current: int | None = None
        self._numbers: list[int] = []
        self._looked_s = float("-inf")
        self._state = 0

    def state(self) -> int:
        """Give a number that changes when an edition comes or goes. Raises StoreError."""
        self._look()
        return self._state

    def current(self) -> Edition:
        """Give the newest edition. Raises NotFound if nothing is published."""
        self._look()
        return self.edition(self._current)

    def edition(self, number: int | None) -> Edition:
        """Give the edition with this number. Raises NotFound."""
        edition = self._open.get(number or 0)
        if edition is None:
            edition = Edition.of(self.store, number)
            self._open[edition.number] = edition
        return edition

    def all(self) -> list[Edition]:
        """Give all editions, newest first."""
        self._look()
        return [self.edition(number) for number in reversed(self._numbers)]

    def manifests(self) -> list[Manifest]:
        """Give the manifests of all editions, oldest first. Raises NotFound if there is none."""
        self.current()
        return [self.edition(number).manifest for number in self._numbers]

    def _look(self) -> None:
        """Look what the store holds, if that was not done just now; close what is gone."""
        now_s = time.monotonic()
        if self._current is not None and now_s - self._looked_s <= NOTICED_AFTER_S:
            return
        self._looked_s = now_s
        self._know(self.store.current(), self.store.numbers())

    def _know(self, current: int | None, numbers: list[int]) -> None:
        """Take the editions that there are; close what is gone."""
        self._state += (current, numbers) != (self._current, self._numbers)
        self._current, self._numbers = current, numbers
        for number in set(self._open) - set(numbers):
            del self._open[number]
