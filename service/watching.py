"""A library that is told of new editions, and that no request waits for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread

from routes import Edition
from routes.errors import RoutesError, StoreError
from routes.stores.base import Store, Wait
from service.library import Library

LOOKS_EVERY_S = 10.0
"""How often it looks without being told: word may be lost, and a server may stand still."""
ENDS_WITHIN_S = 1.0
FIRST_LOOK_WITHIN_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0
log = logging.getLogger("routeshift")


class WatchedLibrary(Library):
    """The editions of a store that tells of new ones; `listening` gives what waits for word.

    While it is watched, a thread looks into the store, and has a new edition open before anybody
    is shown it. Where it cannot look, every question is told why: nothing is known of what is
    current, and nobody waits to find out.
    """

    def __init__(self, store: Store, listening: Callable[[], AbstractContextManager[Wait]]) -> None:
        super().__init__(store)
        self._listening = listening
        self._ended: Event | None = None
        self._looked = Event()
        self._fault: str | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch the store from here to the end; wait for the first look, but not for long."""
        self._ended, self._fault = Event(), "the store was not read yet"
        self._looked.clear()
        watcher = Thread(target=self._watch, args=(self._ended,), daemon=True)
        watcher.start()
        self._looked.wait(FIRST_LOOK_WITHIN_S)
        try:
            yield
        finally:
            self._ended.set()
            watcher.join(2 * ENDS_WITHIN_S)
            self._ended = None

    def _look(self) -> None:
        if self._ended is None:
            super()._look()
        elif self._fault is not None:
            raise StoreError(self._fault)

    def _watch(self, ended: Event) -> None:
        pause_s = FIRST_PAUSE_S
        while not ended.is_set():
            try:
                with self._listening() as wait:
                    self._take_up()
                    pause_s = FIRST_PAUSE_S
                    self._listen(wait, ended)
            except RoutesError as error:
                log.error("the store cannot be read: %s", error)
                self._fault = str(error)
                self._looked.set()
                ended.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _listen(self, wait: Wait, ended: Event) -> None:
        looked_s = time.monotonic()
        while not ended.is_set():
            if wait(ENDS_WITHIN_S) or time.monotonic() - looked_s >= LOOKS_EVERY_S:
                self._take_up()
                looked_s = time.monotonic()

    def _take_up(self) -> None:
        """Look, and open what is new before it is shown. Raises StoreError."""
        current, numbers = self.store.current(), self.store.numbers()
        for number in numbers:
            self.edition(number)
        if current is not None:
            self._open_all(self.edition(current))
        self._know(current, numbers)
        self._fault = None
        self._looked.set()

    def _open_all(self, edition: Edition) -> None:
        """Open the collections of an edition; who asks for one that cannot be is told why."""
        for collection in edition.collections:
            try:
                edition.index(collection)
            except StoreError as error:
                # Is it this one, or can nothing be read?
                self.store.current()
                log.error("%s of edition %d: %s", collection, edition.number, error)
