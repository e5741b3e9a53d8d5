"""What asks a database: a question with its values, bound and never written into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import psycopg

Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]
Values = Mapping[str, Any]


class Ask(Protocol):
    """Gives the rows of a question; `values` by the names that stand in it as `%(name)s`."""

    def __call__(self, query: str, values: Values | None = None, /) -> list[Row]:
        """Ask. Raises what `psycopg` raises."""


def on(connection: Connection) -> Ask:
    """Ask by one connection."""

    def ask(query: str, values: Values | None = None, /) -> list[Row]:
        return connection.execute(query, values, binary=True).fetchall()

    return ask
