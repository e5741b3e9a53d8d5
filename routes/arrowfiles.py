"""Temporary files of rows on their way, Arrow's own format: written whole, read batch by batch."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa


@contextmanager
def writing(path: Path, schema: pa.Schema) -> Iterator[Any]:
    """Give a writer of record batches; the file is at `path` when all went well.

    Who does the same piece of work beside, as it is thought to be lost, writes another.
    """
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    with pa.ipc.new_file(str(unfinished), schema) as writer:
        yield writer
    unfinished.replace(path)


def reading(path: Path, numbers: Iterable[int] | None = None) -> Iterator[pa.RecordBatch]:
    """Give the record batches of a file, all or those of some numbers."""
    with pa.OSFile(str(path)) as file:
        reader: Any = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches) if numbers is None else numbers:
            yield reader.get_batch(number)
