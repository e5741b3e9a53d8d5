"""The short way of the request that a map repeats: features as GeoJSON, plainly asked for.

A client that pans and moves through time asks for boxes and days by the thousand, and nine tenths
of such an answer's cost were the framework's. What is plain is read from the bytes of the address
here and answered by the same functions that the handlers call. Whatever is not (other parameters or
forms, conditions, faults, escapes) goes the long way; both give the same bytes, which a test asks
of both.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from geo.crs import CRS84_URI
from routes.errors import NotFound, StoreError
from routes.query import Query, Shape
from service import answers, formats
from service.history.memento import Place, described
from service.library import Library
from service.ogc import items
from service.ogc.parameters import (
    Cursor,
    parse_bbox,
    parse_certainty,
    parse_datetime,
    parse_limit,
)
from service.ogc.selection import Selection
from service.problems import Problem, Unavailable
from service.refusals import refuse
from service.settings import Settings
from service.site import Site
from service.turns import Turns

# Nothing in them is written otherwise in a link (RFC 3986, 2.3) but "," ":" and "/".
_PATH = re.compile(
    r"(?:/editions/([1-9]\d{0,8}))?/collections/([a-z][a-z-]*)/items(?:/([A-Za-z0-9._~-]+))?"
)
_QUERY = re.compile(rb"(?:[a-z]+=[A-Za-z0-9._~,:/-]+(?:&[a-z]+=[A-Za-z0-9._~,:/-]+)*)?")
_OF_A_PAGE = frozenset({"f", "bbox", "datetime", "certainty", "limit", "cursor"})
_OF_ONE = frozenset({"f"})
_CONDITIONS = frozenset({b"if-none-match", b"accept-datetime"})


class Asked(NamedTuple):
    """A plain request: the query as it is written, and taken apart."""

    root: str
    path: str
    edition: str | None
    collection: str
    item: str | None
    query: str
    values: dict[str, str]


class Shortcut:
    """Answers plain requests for items; leaves all others to the application."""

    def __init__(self, app: ASGIApp, library: Library, settings: Settings, turns: Turns) -> None:
        self.app = app
        self.library = library
        self.settings = settings
        self.turns = turns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = _plain(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        try:
            answer = await self.turns.take_in_loop(self._answer, found) if found else None
        except (StoreError, Unavailable) as error:
            # The long way would wait for the same.
            refusal = await refuse(Request(scope), error)
            await refusal(scope, receive, send)
        else:
            await (answer(send) if answer else self.app(scope, receive, send))

    def _answer(self, asked: Asked) -> Callable[[Send], Awaitable[None]] | None:
        try:
            site = self._site(asked)
            selection = Selection(_query(asked), Shape(), self.settings.systems[CRS84_URI])
            body = self._body(asked, site, selection)
            known = self.library.manifests()
        except (Problem, NotFound):
            return None
        if body is None:
            return None
        headers = answers.for_caches(site, formats.GEOJSON, selection.content_crs)
        if not site.pinned:
            headers["Vary"] += ", Accept-Datetime"
        headers |= {"Content-Length": str(len(body)), "Content-Type": formats.GEOJSON}
        headers |= described(_place(asked), known)
        return _Sent(headers, body)

    def _site(self, asked: Asked) -> Site:
        library = self.library
        number = asked.edition
        return Site(
            library.current() if number is None else library.edition(int(number)),
            number is not None,
            asked.root,
            asked.path,
            tuple(asked.values.items()),
            "json",
            formats.FEATURES if asked.item is None else formats.FEATURE,
        )

    def _body(self, asked: Asked, site: Site, selection: Selection) -> bytes | None:
        if asked.item is not None:
            row = site.edition.index(asked.collection).row_of(asked.item)
            one = np.array([row])
            return None if row is None else items.feature(site, asked.collection, selection, one)
        values, settings = asked.values, self.settings
        limit = parse_limit(values.get("limit"), settings.default_limit, settings.max_limit)
        place = 0
        if "cursor" in values:
            cursor = Cursor.parse(values["cursor"])
            place = cursor.place
            site = items.at_edition_of(cursor, site, self.library)
        return items.page(site, asked.collection, selection, place, limit)


def _plain(scope: Scope) -> Asked | None:
    """Take apart what is plainly asked for; None for all else."""
    root_path = scope.get("root_path", "")
    path = scope["path"].removeprefix(root_path)
    found = _PATH.fullmatch(path)
    if found is None or _QUERY.fullmatch(scope["query_string"]) is None:
        return None
    query = scope["query_string"].decode("ascii")
    parts = query.split("&") if query else []
    values = {name: value for name, _, value in (part.partition("=") for part in parts)}
    edition, collection, item = found.groups()
    known = _OF_A_PAGE if item is None else _OF_ONE
    if len(values) < len(parts) or not known.issuperset(values):
        return None
    host, accept = b"", b""
    for name, value in scope["headers"]:
        if name in _CONDITIONS:
            return None
        if name == b"host":
            host = value
        elif name == b"accept":
            accept = value
    forms = formats.FEATURES if item is None else formats.FEATURE
    if values.get("f", "json") != "json" or not ("f" in values or _is_json(accept, forms)):
        return None
    server = scope.get("server")
    root = _root(scope["scheme"], host, root_path, tuple(server) if server else None)
    return Asked(root, path, edition, collection, item, query, values)


def _query(asked: Asked) -> Query:
    """Read what is asked for. Raises BadParameter."""
    values = asked.values
    return Query(
        boxes=parse_bbox(values["bbox"]) if "bbox" in values else (),
        window=parse_datetime(values["datetime"]) if "datetime" in values else None,
        certainty=parse_certainty(values.get("certainty", "possible")),
    )


def _place(asked: Asked) -> Place:
    pinned = asked.edition
    path = asked.path if pinned is None else asked.path.removeprefix(f"/editions/{pinned}")
    query = f"?{asked.query}" if asked.query else ""
    return Place(asked.root, path, query, None if pinned is None else int(pinned))


@lru_cache
def _is_json(accept: bytes, forms: tuple[formats.Form, ...]) -> bool:
    return formats.preferred(accept.decode("latin-1"), forms) == "json"


@lru_cache
def _root(scheme: str, host: bytes, root_path: str, server: tuple[str, int] | None) -> str:
    """Give the address under which the service stands, as the framework makes it."""
    headers = [(b"host", host)] if host else []
    scope = {"type": "http", "scheme": scheme, "server": server, "path": "/", "query_string": b"",
             "root_path": root_path, "headers": headers}  # fmt: skip
    return str(Request(scope).base_url).rstrip("/")


class _Sent:
    """An answer that is ready to be sent."""

    def __init__(self, headers: dict[str, str], body: bytes) -> None:
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers.items()
        ]
        self.body = body

    async def __call__(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})
