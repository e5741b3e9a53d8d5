"""Batches of rows joined to larger ones; nobody holds the rows twice for long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


def gathered(
    batches: Iterable[Any],  # pyarrow has no types
    join: Callable[[list[Any]], T],
    most_bytes: int,
    most_rows: int = sys.maxsize,
) -> Iterator[T]:
    """Join Arrow batches as soon as they have so many bytes or rows, and let them go."""
    waiting, size, rows = list[Any](), 0, 0
    for batch in batches:
        waiting.append(batch)
        size, rows = size + batch.nbytes, rows + len(batch)
        del batch  # before the next one is made
        if size >= most_bytes or rows >= most_rows:
            yield _emptied(waiting, join)
            size = rows = 0
    if waiting:
        yield _emptied(waiting, join)


def _emptied(batches: list[Any], join: Callable[[list[Any]], T]) -> T:
    """Join batches and let them go: they are gone before the next ones are made."""
    joined = join(batches)
    batches.clear()
    return joined
