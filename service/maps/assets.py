"""The map's own files: one address for all of them that changes when any of them does.

The modules import each other by relative paths, so a version in the path reaches every one of
them; a query would only mark the first.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "static"

_IMPORTED = re.compile(r'^(?:import|export)\b[^;]*?from "(\.[^"]+)";', re.MULTILINE)
_VERSIONED = re.compile(r"([0-9a-f]{12})/(.+)")


@cache
def version(folder: Path = FOLDER) -> str:
    """Give twelve hex digits of the SHA-256 over all files of the folder and their names."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


@cache
def modules(main: str, folder: Path = FOLDER) -> tuple[str, ...]:
    """Give the names of a module and all that it imports, so that a page can announce them."""
    found: set[str] = set()
    waiting = [main]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            imported = _IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
            waiting += [posixpath.normpath(f"{name}/../{one}") for one in imported]
    return tuple(sorted(found))


def address(root_path: str, name: str) -> str:
    """Give the address of a file, for an app mounted at `root_path` ("" or "/atlas")."""
    return f"{root_path}/static/{version()}/{name}"


class StaticAssets(StaticFiles):
    """Serves the folder at `/static`: `/static/{version}/main.js` may be kept for ever.

    An address of another version, or of none, gives the file as it is now, to be asked for again.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        super().__init__(directory=folder)
        self._version = version(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Not by the server's way to send a file by its path: what goes that way is not compressed.
        """
        known = scope.get("extensions") or {}
        others = {name: one for name, one in known.items() if name != "http.response.pathsend"}
        await super().__call__({**scope, "extensions": others}, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer one request, with caching and cross-origin headers."""
        found = _VERSIONED.fullmatch(path)
        response = await super().get_response(found[2] if found else path, scope)
        is_current = found is not None and found[1] == self._version
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if is_current else "no-cache"
        )
        # Modules and fonts are always fetched with CORS, and in a sandboxed frame every fetch is
        # from an opaque origin: without these two an embed in a newsroom's page would stay empty.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
