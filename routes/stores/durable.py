"""Files that are whole or not there: written aside, forced to disk, moved into place."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished-"
FILES_AT_ONCE = 8


def write(path: Path, content: bytes) -> None:
    """Write a file all or nothing, durably."""
    with aside(path) as unfinished:
        unfinished.write_bytes(content)


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write a file at, and move it to `path` when all went well."""
    unfinished = path.with_name(f"{UNFINISHED}{path.name}")
    try:
        yield unfinished
        sync(unfinished)
        unfinished.replace(path)
        sync_names(path.parent)
    finally:
        remove(unfinished)


def sync(path: Path) -> None:
    """Force a file, or a folder and the files in it, to disk."""
    if path.is_dir():
        # Side by side, so that a file system can write its journal once for several of them.
        with ThreadPoolExecutor(FILES_AT_ONCE) as threads:
            list(threads.map(_force, path.iterdir()))
    _force(path)


def sync_names(folder: Path) -> None:
    """Force to disk which files a folder has: what was moved there stays there."""
    _force(folder)


def _force(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Give the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
