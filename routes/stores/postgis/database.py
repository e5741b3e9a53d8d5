"""One database: its address, its connections, its time limits, and its faults in words."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from functools import cached_property
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from routes.errors import StoreBusy, StoreError
from routes.stores.addresses import shown
from routes.stores.postgis import migrating
from routes.stores.postgis.asking import Connection, Row, Values

READ_WITHIN_MS = 30_000
"""The longest that one question may take; no answer is worth more of a shared server."""
CONNECT_WITHIN_S = 10
MOST_CONNECTIONS = 8
WRITER = (0x726F_7574, 0x6573_6869)
"""The advisory lock of the one writer: two numbers, `route` and `shi` as bytes."""


class Database:
    """A database that may be asked, by one connection of a few, and be written to by one process.

    All that PostgreSQL says against it is raised as StoreError.
    """

    def __init__(self, address: str) -> None:
        try:
            self._parameters = conninfo_to_dict(address)
        except psycopg.ProgrammingError as error:
            # Nobody's password belongs on a screen.
            fault = _line(error).replace(address, "…")
            raise StoreError(
                f"the store's address cannot be read: {fault}. "
                "Write it as postgresql://user@host:5432/database"
            ) from None
        self.name = shown(address)

    def ask(self, query: str, values: Values | None = None, /) -> list[Row]:
        """Give the rows of one question. It is asked once more where a connection was lost."""
        try:
            return self._asked(query, values)
        except psycopg.errors.QueryCanceled:
            raise
        except psycopg.OperationalError:
            # The server may have been started anew: then the others are lost, too.
            self._pool.check()
            return self._asked(query, values)

    def _asked(self, query: str, values: Values | None) -> list[Row]:
        with self._pool.connection() as connection:
            try:
                return connection.execute(query, values, binary=True).fetchall()
            except psycopg.errors.UndefinedTable:
                if migrating.applied(connection) is None:
                    # Nothing was ever published here: a store without editions, as a new folder is.
                    return []
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database for as long as it is held."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.execute("SET LOCAL statement_timeout = 0")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection of the one writer: all that it does happens, or nothing.

        The tables are made where there are none. Raises StoreBusy.
        """
        with self._alone() as connection:
            migrating.ready(connection, self.name)
            yield connection

    def migrate(self, to: int | None) -> list[str]:
        """Bring the tables to a form; see `migrating.migrate`. Raises StoreBusy."""
        with self._alone() as connection:
            return migrating.migrate(connection, self.name, to)

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """Give a connection that nobody writes beside, in one transaction."""
        with self._connected() as connection, connection.transaction():
            connection.execute("SET LOCAL statement_timeout = 0")
            if not connection.execute(
                "SELECT pg_try_advisory_xact_lock(%s, %s)", WRITER
            ).fetchall()[0][0]:
                raise StoreBusy(f"{_writer(connection)} is publishing to {self.name}; "
                                "try again when it is done")  # fmt: skip
            yield connection

    def close(self) -> None:
        """End all connections."""
        if "_pool" in self.__dict__:
            self._pool.close()

    def _connected(self) -> Connection:
        return psycopg.connect(self._conninfo, autocommit=True)

    @cached_property
    def _conninfo(self) -> str:
        options = f"{self._parameters.get('options', '')} -c statement_timeout={READ_WITHIN_MS}"
        said: dict[str, Any] = {
            "connect_timeout": CONNECT_WITHIN_S,
            "application_name": f"routeshift, process {os.getpid()}",
            **self._parameters,
            "options": options.strip(),
        }
        return make_conninfo(**said)

    @cached_property
    def _pool(self) -> ConnectionPool[Connection]:
        # The pool would try for long and say little; this says at once what is wrong.
        with self._connected() as connection:
            migrating.check(connection, self.name)
        pool = ConnectionPool[Connection](
            self._conninfo,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=MOST_CONNECTIONS,
            timeout=CONNECT_WITHIN_S,
            open=True,
        )
        # Left to itself, it may end in one of its own threads, which cannot wait for itself.
        weakref.finalize(self, pool.close)
        return pool


@contextmanager
def in_words(database: Database, undone: str = "") -> Iterator[None]:
    """Raise what PostgreSQL says as StoreError, after what was not done for it."""
    before = f"{undone}: " if undone else ""
    try:
        yield
    except psycopg.errors.QueryCanceled:
        seconds = READ_WITHIN_MS // 1000
        raise StoreError(f"{before}{database.name} took longer than {seconds} s") from None
    except PoolTimeout:
        raise StoreError(f"{before}{database.name} does not answer") from None
    except psycopg.Error as error:
        raise StoreError(f"{before}{database.name}: {_line(error)}") from error


def _writer(connection: Connection) -> str:
    """Tell who holds the writer's lock."""
    found = connection.execute(
        "SELECT application_name, xact_start FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND (classid, objid) = (%s, %s) AND granted"
        " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        WRITER,
    ).fetchall()
    if not found or found[0][1] is None:
        return "another process"
    name, began = found[0]
    return f"{name.removeprefix('routeshift, ')} since {began.astimezone(UTC):%H:%M:%S} UTC"


def _line(error: psycopg.Error) -> str:
    return " ".join(str(error).split())
