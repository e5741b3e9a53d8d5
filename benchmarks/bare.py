"""A bare ASGI application that answers with bodies made ready before: the least a server can do."""

from __future__ import annotations

import os
import pickle
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ANSWERS = "ROUTESHIFT_BENCH_ANSWERS"

Headers = list[tuple[bytes, bytes]]
Answers = dict[str, tuple[Headers, bytes]]
Message = dict[str, Any]

# The file was written by the same run a moment ago.
_answers: Answers = (
    pickle.loads(Path(os.environ[ANSWERS]).read_bytes()) if ANSWERS in os.environ else {}
)
_MISSING: tuple[Headers, bytes] = ([(b"content-length", b"0")], b"")


async def app(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Answer a request by its path and query."""
    if scope["type"] != "http":
        return
    query = scope["query_string"]
    target = scope["raw_path"].partition(b"?")[0] + (b"?" + query if query else b"")
    headers, body = _answers.get(target.decode(), _MISSING)
    status = 200 if headers is not _MISSING[0] else 404
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
