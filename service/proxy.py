"""Standing behind a proxy: its scheme, host and path prefix are those that links have to name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Network = IPv4Network | IPv6Network

PREFIX = r"(/[\w.~-]+)*"
_WELL_FORMED = {
    "x-forwarded-proto": re.compile("https?"),
    "x-forwarded-host": re.compile(
        r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?"
    ),
    "x-forwarded-prefix": re.compile(PREFIX),
}


class BehindProxy:
    """Tells the application the scheme, host and prefix under which a reader knows it.

    `X-Forwarded-Proto`, `-Host` and `-Prefix` are believed from `trusted` networks alone, as they
    decide what links say. `prefix` is the operator's own. Whether the proxy takes the prefix off or
    leaves it on, the application finds it as ASGI has it: as `root_path`, and at the head of `path`
    (ASGI HTTP specification 2.4).
    """

    def __init__(self, app: ASGIApp, prefix: str, trusted: Iterable[Network]) -> None:
        self.app = app
        self.prefix = prefix
        self.trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            told = self._told(scope)
            scope = {**scope, "scheme": told.get("x-forwarded-proto", scope["scheme"])}
            if "x-forwarded-host" in told:
                others = [pair for pair in scope["headers"] if pair[0] != b"host"]
                scope["headers"] = [*others, (b"host", told["x-forwarded-host"].encode())]
            _mount(scope, told.get("x-forwarded-prefix") or self.prefix)
        await self.app(scope, receive, send)

    def _told(self, scope: Scope) -> dict[str, str]:
        """Give what a trusted proxy says; of several values, the first is the outermost proxy's."""
        headers = Headers(scope=scope)
        said = {name: headers.get(name, "").partition(",")[0].strip() for name in _WELL_FORMED}
        found = {name: value for name, value in said.items() if value}
        if not found or not self._trusts(scope.get("client")):
            return {}
        return {name: value for name, value in found.items() if _WELL_FORMED[name].fullmatch(value)}

    def _trusts(self, client: tuple[str, int] | None) -> bool:
        try:
            address = ip_address(client[0] if client else "")
        except ValueError:
            return False
        return any(address in network for network in self.trusted)


def _mount(scope: Scope, prefix: str) -> None:
    if prefix:
        path: str = scope["path"]
        if path != prefix and not path.startswith(f"{prefix}/"):
            path = prefix + path
        scope["root_path"], scope["path"] = prefix, path
