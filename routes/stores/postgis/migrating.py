"""Migrations: numbered SQL files that go up and down, and a table of those that were applied."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

from routes.errors import StoreError
from routes.stores.postgis.asking import Connection

FOLDER = Path(__file__).with_name("migrations")
_NAME = re.compile(r"(\d{4})_(\w+)\.up\.sql")


@dataclass(frozen=True)
class Migration:
    """One step of the tables' form: its number from 1 on, its name, and its files."""

    number: int
    name: str

    @property
    def up(self) -> bytes:
        """The SQL that makes this step."""
        return (FOLDER / f"{self.number:04}_{self.name}.up.sql").read_bytes()

    @property
    def down(self) -> bytes:
        """The SQL that takes it back."""
        return (FOLDER / f"{self.number:04}_{self.name}.down.sql").read_bytes()


@cache
def migrations() -> tuple[Migration, ...]:
    """Give all migrations, the first first."""
    found = [_NAME.fullmatch(path.name) for path in sorted(FOLDER.glob("*.up.sql"))]
    return tuple(Migration(int(one[1]), one[2]) for one in found if one)


def applied(connection: Connection) -> int | None:
    """Give the number of the last migration that was applied; None in a database without any."""
    there = connection.execute("SELECT to_regclass('routeshift.migrations')").fetchall()
    if there[0][0] is None:
        return None
    last = connection.execute("SELECT coalesce(max(number), 0) FROM routeshift.migrations")
    return int(last.fetchall()[0][0])


def check(connection: Connection, name: str) -> None:
    """Raise StoreError where the tables are of another form than this program's; none is right."""
    number, newest = applied(connection), migrations()[-1].number
    if number is None or number == newest:
        return
    said = f"the tables in {name} have form {number}, and this routeshift needs {newest}"
    if number > newest:
        raise StoreError(f"{said}: a newer one made them. Upgrade this one")
    raise StoreError(f"{said}. Run `routeshift migrate`")


def ready(connection: Connection, name: str) -> None:
    """Make the tables where there are none. Raises StoreError as `check`, or without PostGIS."""
    check(connection, name)
    if applied(connection) is None:
        migrate(connection, name)


def migrate(connection: Connection, name: str, to: int | None = None) -> list[str]:
    """Bring the tables to a form, the newest by default; give what was done, in order.

    Raises StoreError where there is no such form or no PostGIS.
    """
    known = migrations()
    goal = known[-1].number if to is None else to
    if not 0 <= goal <= known[-1].number:
        raise StoreError(f"there is no form {goal} of the tables; there is 0 to {known[-1].number}")
    _require_postgis(connection, name)
    connection.execute("CREATE SCHEMA IF NOT EXISTS routeshift")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS routeshift.migrations"
        " (number integer PRIMARY KEY, name text NOT NULL, applied timestamptz NOT NULL)"
    )
    now = applied(connection) or 0
    done = [_raise(connection, one) for one in known if now < one.number <= goal]
    done += [_lower(connection, one) for one in reversed(known) if goal < one.number <= now]
    return done


def _raise(connection: Connection, migration: Migration) -> str:
    connection.execute(migration.up)
    connection.execute(
        "INSERT INTO routeshift.migrations VALUES (%s, %s, now())",
        (migration.number, migration.name),
    )
    return f"up to {migration.number}, {migration.name}"


def _lower(connection: Connection, migration: Migration) -> str:
    connection.execute(migration.down)
    connection.execute("DELETE FROM routeshift.migrations WHERE number = %s", (migration.number,))
    return f"down from {migration.number}, {migration.name}"


def _require_postgis(connection: Connection, name: str) -> None:
    """Make sure of PostGIS, which only some may put into a database."""
    if connection.execute("SELECT FROM pg_extension WHERE extname = 'postgis'").fetchall():
        return
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION postgis")
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        raise StoreError(
            f"{name} has no PostGIS, and it cannot be put there: {said}. "
            "Let its administrator run CREATE EXTENSION postgis there"
        ) from error
