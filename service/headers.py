"""Headers around every answer: security, and ETags that differ by encoding."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Literal
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routes.text import plain_text

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_ADDED = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
)
ENCODINGS = ("zstd", "br", "gzip")
_HEAD = "routeshift.head"
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'; frame-ancestors 'self'"
)


def disposition(name: str, kind: Literal["attachment", "inline"] = "attachment") -> str:
    """Give Content-Disposition for a file of any name (RFC 6266, appendix D).

    A name of other letters stands twice: plainly for old programs, and as it is.
    """
    plain = _NOT_PLAIN.sub("-", plain_text(name))
    said = f'{kind}; filename="{plain}"'
    return said if plain == name else f"{said}; filename*=UTF-8''{quote(name, safe='')}"


def encoded_tag(tag: str, encoding: str) -> str:
    """Give the strong ETag of an encoding of what has this one: `"e1-ab"` gives `"e1-ab.gzip"`."""
    return f'{tag[:-1]}.{encoding}"'


def is_head(request: Request) -> bool:
    """Tell whether only the headers of an answer are sent, so that it need not be made."""
    return _HEAD in request.scope


class SecurityHeaders:
    """Adds what keeps pages from being framed, sniffed or made to load from elsewhere.

    A page that needs another policy, such as `/embed`, brings its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = [*message["headers"], *_ADDED]
                if any(name == b"content-type" and b"text/html" in said for name, said in headers):
                    MutableHeaders(raw=headers).setdefault("Content-Security-Policy", POLICY)
            await send(message)

        await self.app(scope, receive, with_headers)


class EncodedEtags:
    """Gives each encoding of an answer a strong ETag of its own (RFC 9110, 8.8.3.3).

    Stands outside the compression: `"e1-ab"` leaves as `"e1-ab.gzip"` and comes back as `"e1-ab"`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, the tags translated on the way in and out."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        returned = next((name for name in ENCODINGS if f'.{name}"' in known), None)
        if returned:
            headers = MutableHeaders(scope=scope)
            for name in ENCODINGS:
                known = known.replace(f'.{name}"', '"')
            headers["if-none-match"] = known

        is_gzip = False

        async def with_tag(message: Message) -> None:
            nonlocal is_gzip
            if message["type"] == "http.response.start":
                raw = message["headers"]
                encoding = returned if message["status"] == 304 else _encoding(raw)
                is_gzip = encoding == "gzip" and message["status"] == HTTPStatus.OK
                if encoding:
                    headers = MutableHeaders(raw=raw)
                    if tag := headers.get("etag"):
                        headers["etag"] = encoded_tag(tag, encoding)
            elif is_gzip and message.get("body"):
                # A strong tag belongs to the same bytes, at whatever time they were compressed.
                message = {**message, "body": _untimed(message["body"])}
                is_gzip = False
            await send(message)

        await self.app(scope, receive, with_tag)


def _untimed(body: bytes) -> bytes:
    """Take the time of compression out of the head of a gzip file (RFC 1952, 2.3.1)."""
    return body[:4] + bytes(4) + body[8:] if body.startswith(b"\x1f\x8b\x08") else body


def _encoding(raw: list[tuple[bytes, bytes]]) -> str | None:
    return next((said.decode() for name, said in raw if name == b"content-encoding"), None)


class HeadAsGet:
    """Answers HEAD with the headers of GET and no body (RFC 9110, 9.3.2).

    What is dear to make can ask `is_head`, and leave its body out itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET", _HEAD: True}, receive, without_body)
