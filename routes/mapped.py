"""Files mapped into memory: arrays, and columns of bytes that are read by row without a copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True)
class Column:
    """A column of bytes in a mapped Arrow file of one record batch."""

    offsets: NDArray[np.int64]
    data: memoryview

    @classmethod
    def of(cls, table: pa.Table, name: str) -> Column:
        """Take the column called `name`."""
        if len(table) == 0:
            return cls(np.zeros(1, np.int64), memoryview(b""))
        _, offsets, data = table[name].chunk(0).buffers()
        return cls(np.frombuffer(offsets, np.int64), memoryview(data))

    def __getitem__(self, row: int) -> memoryview:
        return self.data[self.offsets[row] : self.offsets[row + 1]]

    def starts(self, rows: NDArray[np.intp], length: int) -> NDArray[np.uint8]:
        """Give the first bytes of many rows, zeros where one has none; shape (n, length).

        A row has at least as many, or none.
        """
        begins = self.offsets[rows]
        found = np.zeros((len(rows), length), np.uint8)
        filled = self.offsets[rows + 1] > begins
        every_byte = np.frombuffer(self.data, np.uint8)
        found[filled] = every_byte[begins[filled, None] + np.arange(length)]
        return found

    def take(self, rows: NDArray[np.intp]) -> Iterator[memoryview]:
        """Give the bytes of many rows; all offsets are looked up at once."""
        begins, ends = self.offsets[rows].tolist(), self.offsets[rows + 1].tolist()
        return (self.data[begin:end] for begin, end in zip(begins, ends, strict=True))


def array(path: Path) -> NDArray[Any]:
    """Map an array into memory, as a plain array: `np.memmap` is slow to take slices of."""
    return np.asarray(np.load(path, mmap_mode="r"))


def table(path: Path) -> pa.Table:
    """Map an Arrow file into memory."""
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def raw(path: Path) -> NDArray[np.uint8]:
    """Map the bytes of a file into memory; an empty file cannot be mapped."""
    return np.memmap(path, np.uint8, "r") if path.stat().st_size else np.empty(0, np.uint8)
