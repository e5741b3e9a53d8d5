"""Answers with what caches need: a strong ETag that holds the edition, 304, Cache-Control."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import orjson
import pyarrow as pa
import pyogrio
import resvg_py
import zstandard
from starlette.requests import Request
from starlette.responses import Response

import geo
import routes
import service
from service import formats
from service.site import Site

PINNED = "public, max-age=31536000, immutable"
CURRENT = "public, max-age=0, must-revalidate"
SUFFIXES = (".py", ".pyx", ".html", ".js", ".css", ".toml", ".jinja", ".woff2")


def answer(
    request: Request,
    site: Site,
    body: Callable[[], bytes],
    media_type: str,
    headers: dict[str, str] | None = None,
) -> Response:
    """Give a body, or 304 where the client has it: then the body is not even made.

    The tag is strong: the edition's content, the address, the form and the build of the service
    together determine every byte.
    """
    common = for_caches(site, media_type, headers)
    return unchanged(request, common) or Response(body(), media_type=media_type, headers=common)


def for_caches(
    site: Site, media_type: str, headers: dict[str, str] | None = None
) -> dict[str, str]:
    """Give the headers by which caches know an answer, and others."""
    return {
        "ETag": etag(site, media_type),
        "Cache-Control": PINNED if site.pinned else CURRENT,
        "Vary": "Accept",
        **(headers or {}),
    }


def unchanged(request: Request, headers: dict[str, str]) -> Response | None:
    """Give 304 where the client has the answer with these headers already."""
    return Response(status_code=304, headers=headers) if _has(request, headers["ETag"]) else None


def json(
    request: Request, site: Site, document: object, media_type: str = formats.JSON
) -> Response:
    """Give a document as JSON."""
    return answer(request, site, lambda: orjson.dumps(document), media_type)


def html(request: Request, site: Site, page: Callable[[], str]) -> Response:
    """Give a page for people."""
    return answer(request, site, lambda: page().encode(), formats.HTML)


def etag(site: Site, media_type: str) -> str:
    """Give the strong ETag of an answer: "e<edition>-<hash>"."""
    said = (build(), site.edition.manifest.content, site.this(), site.pinned, media_type)
    digest = hashlib.blake2b(repr(said).encode(), digest_size=10).hexdigest()
    return f'"e{site.edition.number}-{digest}"'


@cache
def build() -> str:
    """Hash the program's own files, so that a changed one has other ETags, and who writes files."""
    writers = (
        pyogrio.__gdal_version__, pa.__version__, resvg_py.__version__, version("typst"),
        zstandard.ZSTD_VERSION, zlib.ZLIB_RUNTIME_VERSION,
    )  # fmt: skip
    digest = hashlib.blake2b(" ".join(map(str, writers)).encode(), digest_size=10)
    for package in (geo, routes, service):
        for path in sorted(Path(package.__path__[0]).rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _has(request: Request, tag: str) -> bool:
    """Tell whether the client has this answer (RFC 9110, 13.1.2)."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or tag in {
        each.strip().removeprefix("W/") for each in known.split(",")
    }
