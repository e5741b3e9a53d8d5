"""What asks a database: a question with its values, bound and never written into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

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
        return _array_head(psycopg.adapters.types["int8"].oid, len(obj)) + numbers.tobytes()


class Tids(NamedTuple):
    """Where rows lie in a table, as `tid[]`: pages and items in one number, (page << 16) + item."""

    numbers: NDArray[np.int64]

    @classmethod
    def read(cls, sent: bytes) -> Tids:
        """Read what `tidsend` gave, one after the other."""
        found = np.frombuffer(sent, [("page", ">u4"), ("item", ">u2")])
        return cls((found["page"].astype(np.int64) << 16) + found["item"])


class TidArray(Dumper):
    """Sends where rows lie in a table."""

    format = Format.BINARY
    # (src/include/catalog/pg_type.dat.)
    oid, of = 1010, 27

    def dump(self, obj: Tids) -> bytes:
        """Write it as PostgreSQL's array_send does."""
        found = np.empty(len(obj.numbers), [("length", ">i4"), ("page", ">u4"), ("item", ">u2")])
        found["length"], found["page"] = 6, obj.numbers >> 16
        found["item"] = obj.numbers & 0xFFFF
        return _array_head(self.of, len(obj.numbers)) + found.tobytes()


def _array_head(oid: int, length: int) -> bytes:
    return np.array([1, 0, oid, length, 1], ">i4").tobytes()


def with_arrays(connection: Connection) -> Connection:
    """Let a connection take arrays of numbers, and of places in a table, as values."""
    connection.adapters.register_dumper(np.ndarray, Int8Array)
    connection.adapters.register_dumper(Tids, TidArray)
    return connection
