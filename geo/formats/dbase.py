"""What the tables of shapefiles can hold: dBASE names of ten bytes, texts of 254, short numbers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

MOST_OF_A_NAME = 10
MOST_OF_A_TEXT = 254
# A number is written out in 24 characters.
MOST_OF_A_NUMBER = 1e22


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Cut names to ten bytes, and tell apart by a number those that are then the same."""
    given: dict[str, str] = {}
    for name in names:
        short, number = _first_bytes(name, MOST_OF_A_NAME), 0
        while short.lower() in {one.lower() for one in given.values()}:
            number += 1
            ending = f"_{number}"
            short = _first_bytes(name, MOST_OF_A_NAME - len(ending)) + ending
        given[name] = short
    return given


def cut(texts: pa.Array) -> tuple[pa.Array, int]:
    """Cut texts to 254 bytes of UTF-8, between characters; gives how many it was."""
    long = pc.fill_null(pc.greater(pc.binary_length(texts), MOST_OF_A_TEXT), False)
    count = int(pc.sum(long).as_py() or 0)
    if count == 0:
        return texts, 0
    shortened = [_first_bytes(text, MOST_OF_A_TEXT) for text in texts.filter(long).to_pylist()]
    return pc.replace_with_mask(texts, long, pa.array(shortened, pa.string())), count


def within(numbers: pa.Array) -> tuple[pa.Array, int]:
    """Leave out numbers that are too large or not finite; gives how many it was."""
    size = pc.abs(numbers)
    too_large = pc.fill_null(pc.or_(pc.greater(size, MOST_OF_A_NUMBER), pc.is_nan(size)), False)
    count = int(pc.sum(too_large).as_py() or 0)
    return pc.if_else(too_large, None, numbers), count


def date_table(path: Path, published: str) -> None:
    """Put a day where a table says when it was last changed (bytes 1 to 3 of its header)."""
    year, month, day = (int(part) for part in published[:10].split("-"))
    with path.open("r+b") as file:
        file.seek(1)
        file.write(bytes([year - 1900, month, day]))


def _first_bytes(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")
