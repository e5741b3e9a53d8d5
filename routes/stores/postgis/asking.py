"""What asks a database: a question with its values, bound and never written into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

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


class Int8Array(Dumper):
    """Sends an array of int64 as `int8[]`, thousands of numbers in one go."""

    format = Format.BINARY
    oid = psycopg.adapters.types["int8"].array_oid

    def dump(self, obj: NDArray[np.int64]) -> bytes:
        """Write it as PostgreSQL's array_send does: dimensions, then each number and its length."""
        numbers = np.empty(len(obj), [("length", ">i4"), ("number", ">i8")])
        numbers["length"], numbers["number"] = 8, obj
        head = [1, 0, psycopg.adapters.types["int8"].oid, len(obj), 1]
        return np.array(head, ">i4").tobytes() + numbers.tobytes()


def with_arrays(connection: Connection) -> Connection:
    """Let a connection take arrays of numbers as values."""
    connection.adapters.register_dumper(np.ndarray, Int8Array)
    return connection
