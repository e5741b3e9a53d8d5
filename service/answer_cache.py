"""Whole answers kept in memory: a popular embed is asked for the same again and again.

An edition never changes, so an answer with an ETag is the same until an edition comes or goes.
This stands outside of everything else: what it knows costs no more than to look it up.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routes.errors import RoutesError
from service.library import Library

# All headers that an answer can depend on: those that the service reads.
KEYED = frozenset(
    {
        b"host", b"origin", b"accept", b"accept-encoding", b"accept-datetime", b"if-none-match",
        b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-prefix",
    }
)  # fmt: skip
NOT_KEPT = frozenset({b"range", b"if-range", b"access-control-request-method"})
MOST_BYTES_OF_ONE = 1 << 20
# What an answer takes beside its body: headers, key, and the room of a dictionary.
OVERHEAD_BYTES = 2_000


class Answer(NamedTuple):
    """One answer: the messages of ASGI that make it."""

    start: Message
    body: Message

    @property
    def size(self) -> int:
        """How much memory it takes, in bytes, roughly."""
        return len(self.body["body"]) + OVERHEAD_BYTES


class AnswerCache:
    """Gives again what was answered before; of most_bytes, the answers used last."""

    def __init__(self, app: ASGIApp, library: Library, most_bytes: int) -> None:
        self.app = app
        self.library = library
        self.most_bytes = most_bytes
        self.bytes = 0
        self._state = -1
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        key = _key(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        state = None if key is None else self._current()
        if state is None:
            await self.app(scope, receive, send)
            return
        known = self._answers.get(key)
        if known is None:
            taken = _Taken(send)
            await self.app(scope, receive, taken)
            if state == self._current():
                self._keep(key, taken.answer())
            return
        self._answers.move_to_end(key)
        await send({**known.start})
        await send({**known.body})

    def _current(self) -> int | None:
        """Give the state of the library, and forget what was said of another; None for a fault."""
        try:
            state = self.library.state()
        except RoutesError:
            return None
        if state != self._state:
            self._answers.clear()
            self.bytes, self._state = 0, state
        return state

    def _keep(self, key: Hashable, answer: Answer | None) -> None:
        if answer is None or key in self._answers:
            return
        self._answers[key] = answer
        self.bytes += answer.size
        while self.bytes > self.most_bytes:
            self.bytes -= self._answers.popitem(last=False)[1].size


class _Taken:
    """Sends messages on and keeps them, where they make an answer that may be given again."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._parts: list[bytes] | None = []
        self._length = 0
        self._is_whole = False

    async def __call__(self, message: Message) -> None:
        """Send a message."""
        if message["type"] == "http.response.start":
            # Who sends it may change its list of headers, as middlewares do.
            self._start = {**message, "headers": list(message["headers"])}
        elif message["type"] == "http.response.body" and self._parts is not None:
            self._parts.append(bytes(message.get("body", b"")))
            self._length += len(self._parts[-1])
            self._is_whole = not message.get("more_body", False)
            if self._length > MOST_BYTES_OF_ONE:
                self._parts = None
        else:
            self._parts = None
        await self._send(message)

    def answer(self) -> Answer | None:
        """Give what was sent; None for what may be different another time."""
        if self._start is None or self._parts is None or not self._is_whole:
            return None
        headers = dict(self._start["headers"])
        if self._start["status"] not in (200, 304) or b"etag" not in headers:
            return None
        if b"no-store" in headers.get(b"cache-control", b""):
            return None
        body = b"".join(self._parts)
        return Answer(self._start, {"type": "http.response.body", "body": body})


def _key(scope: Scope) -> Hashable:
    """Give all that an answer depends on but the editions; None for one that is not kept."""
    told = []
    is_forwarded = False
    for pair in scope["headers"]:
        if pair[0] in KEYED:
            told.append(tuple(pair))
            is_forwarded = is_forwarded or pair[0].startswith(b"x-forwarded")
        elif pair[0] in NOT_KEPT:
            return None
    # Whether a proxy is believed depends on where it stands.
    client = scope["client"][0] if is_forwarded and scope["client"] else None
    root = scope.get("root_path", "")
    return scope["scheme"], root, scope["path"], scope["query_string"], client, tuple(told)
