"""Bytes compressed once and sent often, at levels that would cost too much for each request.

The levels are measured: ADR 17 has the table. zstd is better than gzip and takes less time; who
cannot read it reads gzip, so brotli, between both, is not made.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
from pathlib import Path
from typing import BinaryIO, Literal

import zstandard

from service.formats import weight_of

Encoding = Literal["zstd", "gzip"]

# The best first.
ENDINGS: dict[Encoding, str] = {"zstd": "zst", "gzip": "gz"}
LEVELS: dict[Encoding, int] = {"zstd": 9, "gzip": 6}
"""For files as large as an atlas."""
BEST: dict[Encoding, int] = {"zstd": 19, "gzip": 9}
"""For the little that every page loads."""
# What comes out depends on the pieces that go in; an ETag promises the same bytes.
PIECE_BYTES = 256 * 1024


def encoding_for(accept: str) -> Encoding | None:
    """Choose of an Accept-Encoding header (RFC 9110, 12.5.3): the best that is not refused."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights[name] = weight_of(parameters)
    others = weights.get("*", 0.0)
    return next((name for name in ENDINGS if weights.get(name, others) > 0), None)


def compress(source: Path, encoding: Encoding, target: Path) -> None:
    """Write a file compressed, the same bytes for the same file. Raises OSError."""
    with source.open("rb") as plain, target.open("wb") as file:
        size = os.fstat(plain.fileno()).st_size
        _copy(plain, size, encoding, LEVELS[encoding], file)


def compressed(plain: bytes, encoding: Encoding) -> bytes:
    """Compress what is held in memory, as well as it can be."""
    target = io.BytesIO()
    _copy(io.BytesIO(plain), len(plain), encoding, BEST[encoding], target)
    return target.getvalue()


def _copy(plain: BinaryIO, size: int, encoding: Encoding, level: int, target: BinaryIO) -> None:
    if encoding == "zstd":
        zstd = zstandard.ZstdCompressor(level=level)
        zstd.copy_stream(plain, target, size, read_size=PIECE_BYTES, write_size=PIECE_BYTES)
        return
    with gzip.GzipFile("", "wb", level, target, mtime=0) as zipped:
        shutil.copyfileobj(plain, zipped, PIECE_BYTES)
