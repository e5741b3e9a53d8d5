"""Who does the work of an import: as a person says, else as many processes as it is worth."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from routes.clusters import cluster
from routes.importing.mapping import BadOption
from routes.stores.base import Store
from routes.stores.files import FileStore
from routes.workers import Workers, pool, usable_cores

LARGE_BYTES = 2**26
"""Of smaller files one process has checked all rows before others have begun."""
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]i?)?b?", re.IGNORECASE)


@dataclass(frozen=True)
class Crew:
    """What a person says of those who work: how many, each in how much memory, where.

    `scheduler`: `local`, or the address of one of Dask. `scratch`: for temporary files.
    """

    count: int | None = None
    memory_bytes: int | None = None
    scheduler: str | None = None
    scratch: Path | None = None

    def at_work(self, path: Path, store: Store) -> AbstractContextManager[Workers]:
        """Give workers for a file, or a folder of some. Raises NoCluster when they begin."""
        count = self.count or usable_cores()
        if self.scheduler is not None:
            seen = (store.folder,) if isinstance(store, FileStore) else ()
            return cluster(self.scheduler, count, self.memory_bytes, self.scratch, seen)
        is_asked = self.count is not None or self.memory_bytes is not None
        is_worth_it = count > 1 and (is_asked or size_of(path) >= LARGE_BYTES)
        if is_worth_it or self.memory_bytes is not None:
            return pool(count, self.memory_bytes, self.scratch)
        return nullcontext(Workers(folder=self.scratch))


def size_of(path: Path) -> int:
    """Give how many bytes a file has, or all files of a folder; none of what is not there."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def bytes_of(text: str) -> int:
    """Read a size as people write it: `2GB`, `512 MiB`. Raises BadOption."""
    found = _SIZE.fullmatch(text.strip())
    size = float(found[1]) * _UNITS[(found[2] or "").casefold()] if found else 0
    if size < 1:
        raise BadOption(f"--worker-memory {text!r} is no size; write it like 2GB")
    return int(size)
