"""Memory does not grow with the file while its rows are read and checked."""

from __future__ import annotations

from pathlib import Path

from benchmarks.importing import in_process, write
from routes.importing.reading import BATCH

ROWS = 12 * BATCH
# What the geometries and values of nine batches would take, if they were kept, is 60 MB and more.
GROWTH_MB = 20


def test_memory_does_not_grow_from_batch_to_batch(tmp_path: Path) -> None:
    write(tmp_path / "made.gpkg", ROWS)
    assert in_process("import", tmp_path)["growth_mb"] < GROWTH_MB
