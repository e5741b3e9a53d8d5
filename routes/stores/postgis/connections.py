"""A few connections to one database, each lent to one thread, or one work in a loop, at a time.

They are made where they are asked for: a server that is away is told of at once, and one that has
come back is found by the next question. (A pool that mends itself in the background leaves both to
pauses that grow.)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from routes.errors import StoreError
from routes.stores.postgis import in_loop
from routes.stores.postgis.asking import Connection, Row

WAIT_S = 5.0
"""How long a thread waits for another one to give its connection back."""
T = TypeVar("T")


class Unanswered(psycopg.OperationalError):
    """The server took longer than it lets itself: it, or its machine, or the way there stands."""


class PatientConnection(psycopg.Connection[Row]):
    """A connection on which nothing is waited for longer than `patience_s`, where that is set.

    The server's own limit is of no use where the server stands still.
    """

    patience_s: float | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for one exchange with the server. Raises Unanswered."""
        if timeout is not None or self.patience_s is None:
            return super().wait(gen, interval, timeout)
        began_s = time.monotonic()
        try:
            if in_loop.is_here():
                return in_loop.wait(gen, self.pgconn.socket, self.patience_s)
            return super().wait(gen, interval, self.patience_s)
        except (psycopg.OperationalError, TimeoutError) as error:
            waited_s = time.monotonic() - began_s
            if waited_s < self.patience_s and not isinstance(error, TimeoutError):
                raise
            raise Unanswered(f"no answer for {self.patience_s:g} s") from error


class Connections:
    """At most `most` connections to the database of that name; idle ones are kept."""

    def __init__(self, connect: Callable[[], Connection], most: int, name: str) -> None:
        self._connect = connect
        self._most = most
        self._name = name
        self._turns = BoundedSemaphore(most)
        self._idle: list[Connection] = []

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """Lend a connection. Raises StoreError where all are lent for long, else as psycopg.

        In a loop, one that is idle. Raises WouldBlock where none is.
        """
        if not self._turns.acquire(blocking=False):
            in_loop.leave()
            if not self._turns.acquire(timeout=WAIT_S):
                raise StoreError(f"all {self._most} connections to {self._name} are busy")
        try:
            connection = self._taken() or self._made()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._turns.release()

    def drop_idle(self) -> None:
        """End the connections that nobody has."""
        while connection := self._taken():
            connection.close()

    def _made(self) -> Connection:
        in_loop.leave()
        return self._connect()

    def _taken(self) -> Connection | None:
        # The one used last has the most in its caches.
        with suppress(IndexError):
            return self._idle.pop()
        return None

    def _give_back(self, connection: Connection) -> None:
        if connection.info.transaction_status == TransactionStatus.IDLE:
            self._idle.append(connection)
        else:
            # In the midst of something, or lost.
            connection.close()
