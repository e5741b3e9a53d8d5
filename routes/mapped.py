"""Files mapped into memory: arrays, and columns of bytes that are read by row without a copy."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SMALL_BYTES = 1 << 16
"""What is not larger is not worth a file."""


@dataclass(frozen=True)
class Column:
    """A column of bytes in two mapped files: `<name>.bin`, and `<name>.npy` with its offsets."""

    offsets: NDArray[np.int64]
    data: memoryview

    @classmethod
    def open(cls, folder: Path, name: str) -> Column:
        """Map the column called `name`, which `ColumnWriter` wrote."""
        return cls(array(folder / f"{name}.npy"), raw(folder / f"{name}.bin").data)

    def __len__(self) -> int:
        return len(self.offsets) - 1

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


class ColumnWriter:
    """Writes a column of bytes, some rows at a time."""

    def __init__(self, folder: Path, name: str) -> None:
        self._place = folder / f"{name}.npy"
        self._file = (folder / f"{name}.bin").open("wb")
        self._offsets = [np.zeros(1, np.int64)]

    def append(self, values: Any) -> None:  # noqa: ANN401 (pyarrow has no types)
        """Write the bytes or texts of an Arrow array; of a missing one, none."""
        values = values.cast(pa.large_binary()).fill_null(b"")
        _, offsets, data = values.buffers()
        ends = np.frombuffer(offsets, np.int64)[values.offset : values.offset + len(values) + 1]
        if data is not None:
            self._file.write(memoryview(data)[ends[0] : ends[-1]])
        self._offsets.append(self._offsets[-1][-1] + ends[1:] - ends[0])

    def close(self) -> None:
        """Write the offsets; then the column is whole."""
        self._file.close()
        np.save(self._place, np.concatenate(self._offsets))


def array(path: Path) -> NDArray[Any]:
    """Map an array into memory, as a plain array: `np.memmap` is slow to take slices of."""
    return np.asarray(np.load(path, mmap_mode="r"))


def raw(path: Path) -> NDArray[np.uint8]:
    """Map the bytes of a file into memory; an empty file cannot be mapped."""
    return np.memmap(path, np.uint8, "r") if path.stat().st_size else np.empty(0, np.uint8)


def kept(values: pa.Array) -> pa.Array:
    """Give the same values from a mapped file that has no name and goes with them.

    Its pages are the system's, to be dropped where memory is short. Small arrays stay in memory,
    and so do all where there is no room for temporary files.
    """
    if values.nbytes <= SMALL_BYTES:
        return values
    batch = pa.RecordBatch.from_arrays([values], ["values"])
    try:
        with TemporaryFile() as file:
            with pa.ipc.new_file(file, batch.schema) as writer:
                writer.write_batch(batch)
            file.flush()
            pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError:
        return values
    return pa.ipc.open_file(pa.py_buffer(pages)).get_batch(0).column(0)
