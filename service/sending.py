"""Kept files as answers: whole, in ranges of bytes, or while they are still being made.

Ranges (RFC 9110, section 14) are of the bytes that are sent: of a file's compressed form, where
that is what is asked for.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from anyio import CancelScope, to_thread
from anyio import sleep as pause
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from service.formats import ProblemResponse
from service.headers import encoded_tag, is_head
from service.kept import LOOK_EVERY_S, Making
from service.problems import Problem

CHUNK_BYTES = 256 * 1024
# Of more, the whole file is sent: nobody who reads a file needs them, and each costs.
MOST_RANGES = 50

_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")

Ranges = list[tuple[int, int]]


class Sent(FileResponse):
    """A file, or ranges of its bytes; the server sends it from its path where it can."""

    def __init__(
        self, path: Path, headers: dict[str, str], media_type: str, ranges: Ranges
    ) -> None:
        super().__init__(path, headers=headers, media_type=media_type, stat_result=path.stat())
        # When a file was made says nothing about when what it says did change.
        del self.headers["last-modified"]
        self._ranges = ranges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: with the ranges that were found in it, its conditions are met."""
        decided = (b"range", b"if-range")
        headers = [pair for pair in scope["headers"] if pair[0] not in decided]
        if self._ranges:
            text = ",".join(f"{first}-{last}" for first, last in self._ranges)
            headers.append((b"range", f"bytes={text}".encode()))
        await super().__call__({**scope, "headers": headers}, receive, send)


def sent(request: Request, path: Path, headers: dict[str, str], media_type: str) -> Response:
    """Send a file as a request asks for it. Raises OSError where it has just gone."""
    size = path.stat().st_size
    if is_head(request):
        return Response(None, 200, {**headers, "Content-Length": str(size)}, media_type)
    ranges = _ranges(request, headers, size)
    if ranges is None:
        return Sent(path, headers, media_type, [])
    if not ranges:
        return _unsatisfiable(request, size)
    return Sent(path, headers, media_type, ranges)


def unmade(headers: dict[str, str], media_type: str) -> Response:
    """Answer HEAD for what is not made: without its length, which it would have to be made for."""
    answer = Response(None, 200, headers, media_type)
    del answer.headers["content-length"]
    return answer


def growing(
    making: Making, file: BinaryIO, headers: dict[str, str], media_type: str
) -> StreamingResponse:
    """Send a file while it is made. Where making it fails, so does the answer."""
    return StreamingResponse(_pieces(making, file), 200, headers, media_type)


def has_range(request: Request) -> bool:
    """Tell whether a request may be answered by a part of a file."""
    return "range" in request.headers and not is_head(request)


def satisfiable(text: str, size: int) -> Ranges | None:
    """Read a Range header for a file of `size` bytes: first and last byte of each range in it.

    Ranges beyond the end are left out. None where the header is to be ignored, because it is not
    understood (RFC 9110, 14.2).
    """
    unit, _, said = text.partition("=")
    specs = [spec.strip() for spec in said.split(",") if spec.strip()]
    if unit.strip().lower() != "bytes" or not 0 < len(specs) <= MOST_RANGES:
        return None
    ranges = []
    for spec in specs:
        found = _RANGE.fullmatch(spec)
        if found is None or found[0] == "-":
            return None
        first, last = _first_and_last(found[1], found[2], size)
        if found[1] and found[2] and int(found[1]) > int(found[2]):
            return None
        if first <= last:
            ranges.append((first, last))
    return ranges


def _first_and_last(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _ranges(request: Request, headers: dict[str, str], size: int) -> Ranges | None:
    """Give the ranges asked for, if the client has the rest of this very file (13.1.5)."""
    asked = request.headers.get("range")
    tag, encoding = headers["ETag"], headers.get("Content-Encoding")
    tag = encoded_tag(tag, encoding) if encoding else tag
    if asked is None or request.headers.get("if-range", tag) != tag:
        return None
    return satisfiable(asked, size)


def _unsatisfiable(request: Request, size: int) -> Response:
    fault = f"{request.headers['range']!r} lies beyond the end: the file has {size} bytes"
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    problem = Problem(fault, "Range", "bytes=0-999", status)
    headers = {"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}
    return ProblemResponse(problem.document(request.url.path), status, headers)


async def _pieces(making: Making, file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while True:
            # Asked before reading: what is written in between is read the next time.
            is_written, is_over = making.is_written, making.is_over
            piece = await to_thread.run_sync(file.read, CHUNK_BYTES)
            if piece:
                yield piece
            elif is_written:
                return
            elif is_over:
                raise OSError(f"{making.place.name} was not made") from making.error
            else:
                await pause(LOOK_EVERY_S)
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(file.close)
