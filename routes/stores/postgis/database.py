"""One database: its address, its connections, its time limits, and its faults in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from functools import cached_property
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from routes.errors import StoreBusy, StoreError
from routes.stores.addresses import shown
from routes.stores.base import Wait
from routes.stores.postgis import listening, migrating
from routes.stores.postgis.asking import Connection, Row, Values, on, with_arrays
from routes.stores.postgis.connections import Connections, PatientConnection, Unanswered
from routes.stores.postgis.documents import Tables

ANSWERS_WITHIN_S = 30
"""The longest that one question may take; no answer is worth more of a shared server."""
# Each question has one good plan, whatever its values. To plan it again, or to compile it for what
# the planner takes for thousands of rows, would take longer than to answer it.
AS_PREPARED = {"plan_cache_mode": "force_generic_plan", "jit": "off"}
GRACE_S = 2
"""How much longer than its own limit the server is waited for."""
CONNECT_WITHIN_S = 5
MOST_CONNECTIONS = 8
# So that a machine that has gone without a word is noticed where a long answer is waited for.
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3}
WRITER = (0x726F_7574, 0x6573_6869)
"""The advisory lock of the one writer: two numbers, `route` and `shi` as bytes."""


class Database:
    """A database that may be asked, by one connection of a few, and be written to by one process.

    All that PostgreSQL says against it is raised as StoreError.
    """

    def __init__(self, address: str, within_s: int, connections: int) -> None:
        """Take the address, how long a question may take, and how many may be asked at once.

        Raises StoreError.
        """
        self.within_s = within_s
        self._most = connections
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
        self.seen = 0
        """The newest edition that was ever current here; no connection is used that lags behind."""

    def ask(self, query: str, values: Values | None = None, /) -> list[Row]:
        """Give the rows of one question. It is asked once more where a connection was lost."""
        try:
            return self._asked(query, values)
        except (psycopg.errors.QueryCanceled, psycopg.errors.ConnectionTimeout, Unanswered):
            raise
        except psycopg.OperationalError:
            # The server may have been started anew: then the others are lost, too.
            self._connections.drop_idle()
            return self._asked(query, values)

    def _asked(self, query: str, values: Values | None) -> list[Row]:
        with self._connections.one() as connection:
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
        with self._connected() as connection:
            migrating.check(connection, self.name)
            with connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                connection.execute("SET LOCAL statement_timeout = 0")
                yield connection

    @contextmanager
    def listening(self) -> Iterator[Wait]:
        """Give what waits for word of new editions; see `listening`."""
        with self._connected() as connection, listening.listening(connection) as wait:
            yield wait

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
        """End all connections that nobody has."""
        self._connections.drop_idle()

    @cached_property
    def _connections(self) -> Connections:
        return Connections(self._checked, self._most, self.name)

    def _checked(self) -> Connection:
        """Connect for questions, none of which may take long. Raises StoreError as `check`.

        Where the address names a replica that has come back and lags, and the server that it
        follows, that server is asked: who was shown an edition is not told that there is none.
        """
        connection, current = self._opened()
        if current >= self.seen:
            return connection
        connection.close()
        lags = f"{self.name} lags behind: it has edition {current}, and {self.seen} was current"
        try:
            connection, current = self._opened(target_session_attrs="primary")
        except psycopg.OperationalError as error:
            raise StoreError(lags) from error
        if current < self.seen:
            connection.close()
            raise StoreError(lags)
        return connection

    def _opened(self, **more: str) -> tuple[Connection, int]:
        """Connect for questions; give the number of the edition that is current there, or 0."""
        connection = PatientConnection.connect(
            make_conninfo(self._conninfo, **more), autocommit=True
        )
        try:
            connection.patience_s = self.within_s + GRACE_S
            migrating.check(connection, self.name)
            current = Tables(on(connection)).pointer() if self.seen else None
        except BaseException:
            connection.close()
            raise
        return with_arrays(connection), current[0] if current else 0

    def _connected(self) -> Connection:
        """Connect for what may take long."""
        return with_arrays(psycopg.connect(self._conninfo, autocommit=True))

    @cached_property
    def _conninfo(self) -> str:
        settings = {"statement_timeout": f"{self.within_s}s", **AS_PREPARED}
        asked = str(self._parameters.get("options", ""))
        options = [asked, *(f"-c {name}={value}" for name, value in settings.items())]
        said: dict[str, Any] = {
            "connect_timeout": CONNECT_WITHIN_S,
            "application_name": f"routeshift, process {os.getpid()}",
            **KEEPALIVE,
            **self._parameters,
            "options": " ".join(options).strip(),
        }
        return make_conninfo(**said)


@contextmanager
def in_words(database: Database, undone: str = "") -> Iterator[None]:
    """Raise what PostgreSQL says as StoreError, after what was not done for it."""
    before = f"{undone}: " if undone else ""
    try:
        yield
    except psycopg.errors.QueryCanceled:
        said = f"{database.name} took longer than {database.within_s} s"
        raise StoreError(f"{before}{said}") from None
    except (psycopg.errors.ConnectionTimeout, Unanswered):
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
