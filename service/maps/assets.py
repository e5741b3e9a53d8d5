"""The map's own files: one address for all of them that changes when any of them does.

A page of maps loads one script, such as `start.joined.js`, and one sheet, such as
`map.joined.css`. What they are joined from is served too: to pages that need a module or two, and
to people who read them. Texts are compressed once, when they are first asked for.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Receive, Scope, Send

from service.compressing import Encoding, compressed, encoding_for
from service.maps import joining
from service.maps.view import Mode

FOLDER = Path(__file__).parent / "static"

LEAFLET = "vendor/leaflet/leaflet"
_MAIN_OF: dict[Mode, str] = {
    "map": "start", "embed": "start", "compare": "compare/compare", "story": "story/story",
}  # fmt: skip
_TILED = "tiled/start"
MAINS = frozenset({*_MAIN_OF.values(), _TILED})
"""The modules that open a page: an atlas that travels in it, a large one, and the others."""

_OF_EVERY_MAP = tuple(
    f"{name}.css"
    for name in ("vendor/leaflet/leaflet", "fonts", "page", "time", "panel", "map", "print")
)
SHEETS = {
    "map": _OF_EVERY_MAP,
    "embed": (*_OF_EVERY_MAP, "embed.css"),
    "tiled": (*_OF_EVERY_MAP, "tiled.css"),
    "compare": (*_OF_EVERY_MAP, "kinds.css", "told.css", "compare.css"),
    "story": (*_OF_EVERY_MAP, "story.css"),
}
"""What the sheet of each kind of page is joined from, in this order."""

_COMPILED_AT_ONCE = "//# allFunctionsCalledOnLoad\n"
"""Has V8 compile a script while it comes, beside the thread that lays out the page, and not each
function there when it is called ("Explicit JavaScript compile hints", v8.dev)."""

_VERSIONED = re.compile(r"([0-9a-f]{12})/(.+)")
_JOINED = re.compile(r"(.+)\.joined\.(js|css)")
_MEDIA_TYPES = {"js": "text/javascript", "css": "text/css"}
_TEXTS = ("text/", "application/json", "image/svg+xml")


@cache
def version(folder: Path = FOLDER) -> str:
    """Give twelve hex digits of the SHA-256 over all files of the folder and their names.

    And over what joins them: the same files joined otherwise are not the same script.
    """
    digest = hashlib.sha256(Path(__file__).read_bytes() + Path(joining.__file__).read_bytes())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def address(root_path: str, name: str) -> str:
    """Give the address of a file, for an app mounted at `root_path` ("" or "/atlas")."""
    return f"{root_path}/static/{version()}/{name}"


@dataclass(frozen=True)
class Needs:
    """The addresses of what a page of maps needs before it draws."""

    leaflet: str
    sheet: str
    main: str

    @classmethod
    def of(cls, root_path: str, mode: Mode, *, is_tiled: bool = False) -> Needs:
        """Give those of a mode; `is_tiled`: of an atlas that does not travel in the page."""
        draws_tiles = is_tiled and mode in ("map", "embed")
        sheet = "tiled" if draws_tiles and mode == "map" else mode
        main = _TILED if draws_tiles else _MAIN_OF[mode]
        names = f"{LEAFLET}.joined.js", f"{sheet}.joined.css", f"{main}.joined.js"
        return cls(*(address(root_path, name) for name in names))

    @property
    def link(self) -> str:
        """Say them in a Link header: a browser asks for them before it has the page.

        (RFC 8288; `preload` and `modulepreload` are in the HTML standard, 4.6.8.)
        """
        return (
            f"<{self.leaflet}>; rel=preload; as=script, <{self.sheet}>; rel=preload; as=style, "
            f"<{self.main}>; rel=modulepreload"
        )


@cache
def joined(name: str, kind: str) -> str | None:
    """Give one of MAINS with all that it imports, Leaflet, or one of SHEETS; None of others.

    A sheet stands beside the files that its parts name. (Leaflet's names pictures of controls that
    no page of ours has.)
    """
    if kind == "js" and name in MAINS:
        return _COMPILED_AT_ONCE + joining.script(FOLDER / f"{name}.js")
    if kind == "js" and name == LEAFLET:
        return _COMPILED_AT_ONCE + (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    if kind == "css" and name in SHEETS:
        return joining.sheet(FOLDER, SHEETS[name])
    return None


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
        name = found[2] if found else path
        response = self._joined(name, scope) or await super().get_response(name, scope)
        response = await _encoded(response, scope)
        is_current = found is not None and found[1] == self._version
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if is_current else "no-cache"
        )
        # Modules and fonts are always fetched with CORS, and in a sandboxed frame every fetch is
        # from an opaque origin: without these two an embed in a newsroom's page would stay empty.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    def _joined(self, name: str, scope: Scope) -> Response | None:
        found = _JOINED.fullmatch(name)
        text = joined(found[1], found[2]) if found else None
        if found is None or text is None or scope["method"] not in ("GET", "HEAD"):
            return None
        tag = {"ETag": f'"{self._version}"'}
        response = Response(text, headers=tag, media_type=_MEDIA_TYPES[found[2]])
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response


async def _encoded(response: Response, scope: Scope) -> Response:
    """Give a text as the client reads it best, from memory; all else as it is."""
    asked = Headers(scope=scope)
    encoding = encoding_for(", ".join(asked.getlist("accept-encoding")))
    is_text = response.headers.get("content-type", "").startswith(_TEXTS)
    if encoding is None or response.status_code != 200 or not is_text or "range" in asked:
        return response
    if isinstance(response, FileResponse):
        known = response.stat_result or Path(response.path).stat()
        what = (str(response.path), known.st_mtime_ns, encoding)
        body = await to_thread.run_sync(_of_file, *what)
    else:
        body = await to_thread.run_sync(_of_text, bytes(response.body), encoding)
    kept = {name: value for name, value in response.headers.items() if name != "content-length"}
    added = {"content-encoding": encoding, "vary": "Accept-Encoding"}
    return Response(body, headers=kept | added)


@lru_cache(maxsize=512)
def _of_file(path: str, _changed_ns: int, encoding: Encoding) -> bytes:
    return compressed(Path(path).read_bytes(), encoding)


@lru_cache(maxsize=64)
def _of_text(text: bytes, encoding: Encoding) -> bytes:
    return compressed(text, encoding)
