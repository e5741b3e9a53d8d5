"""Databases for tests: each new and empty, in one server that lives as long as the tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from tools.postgresql import PostgreSQL, postgresql

TEMPLATE = "with_postgis"
# Nothing here has to survive the machine; that a commit is whole is not touched by that.
HASTY = ("fsync = off", "full_page_writes = off", "max_connections = 200", "jit = off")


@dataclass
class Databases:
    """A server, and the databases made in it."""

    server: PostgreSQL
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new(self, template: str = TEMPLATE) -> str:
        """Make an empty database with PostGIS: its address."""
        name = f"store_{next(self._numbers)}"
        self.command(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.server.address(name)

    def drop(self, address: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.command(f"DROP DATABASE {address.rpartition('/')[2]} WITH (FORCE)")

    def command(self, statement: str, address: str | None = None) -> None:
        """Let a database do something; by default the one that every server has."""
        with psycopg.connect(address or self.server.address(), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def one(self) -> Iterator[str]:
        """An empty database with PostGIS, gone at the end: its address."""
        address = self.new()
        try:
            yield address
        finally:
            self.drop(address)


@contextmanager
def databases() -> Iterator[Databases]:
    """A server from here to the end."""
    with postgresql(HASTY) as server:
        made = Databases(server)
        made.command(f"CREATE DATABASE {TEMPLATE}")
        made.command("CREATE EXTENSION postgis", server.address(TEMPLATE))
        yield made


@contextmanager
def locked(address: str, table: str) -> Iterator[None]:
    """A table that lets everybody wait until the end."""
    with psycopg.connect(address) as connection:
        connection.execute(f"LOCK TABLE routeshift.{table}")
        yield
