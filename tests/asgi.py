"""Applications asked over ASGI, without a server, and what else needs a loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.types import ASGIApp, Message, Scope

T = TypeVar("T")


def scope_of(
    path: str, query: bytes, sent: list[tuple[bytes, bytes]], root_path: str = ""
) -> Scope:
    """Give the scope of a GET request for a path below `root_path`, from this machine."""
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": root_path + path, "raw_path": (root_path + path).encode(),
        "query_string": query, "root_path": root_path, "headers": sent,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "extensions": {},
    }  # fmt: skip


def messages_of(app: ASGIApp, scope: Scope) -> list[Message]:
    """All that an application sends in answer to a request without a body."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    async def answered() -> None:
        await app(scope, receive, send)

    run(answered())
    return sent


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run in a thread: where a browser is driven, this one has a loop that runs already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
