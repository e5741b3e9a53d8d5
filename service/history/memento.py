"""Each address as it was at some time: Memento (RFC 7089) over editions, and version links.

A current address is its own time gate: asked with `Accept-Datetime`, it leads to the same path
under the edition that was current then. Every answer names its history (RFC 5829).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routes.errors import RoutesError
from routes.stores.base import Manifest
from service.formats import ProblemResponse
from service.library import Library
from service.problems import BadParameter

# What may stand in a path as it is (RFC 3986, 3.3).
SAFE = "/:@!$&'()*+,;=~"
LINK_FORMAT = "application/link-format"
EXAMPLE = "Thu, 04 Dec 2003 12:00:00 GMT"
DESCRIBED = (200, 204, 206, 304)
_PINNED = re.compile(r"/editions/([1-9]\d{0,8})(/.*)")
_WITHOUT_HISTORY = re.compile(r"/(editions|static|health|timemap|embed\.js|embed/builder)\b.*")


class Place(NamedTuple):
    """What a request asks for: its address without an edition, and the edition, if it names one.

    `path` is written as an address is, with escapes, as it goes into headers.
    """

    root: str
    path: str
    query: str
    edition: int | None

    @classmethod
    def of(cls, request: Request) -> Place | None:
        """Take a request apart; None for what has no history."""
        root = str(request.base_url).rstrip("/")
        path = quote(request.url.path.removeprefix(request.scope.get("root_path", "")), SAFE)
        query = f"?{request.url.query}" if request.url.query else ""
        pinned = _PINNED.fullmatch(path)
        if pinned:
            return cls(root, pinned[2], query, int(pinned[1]))
        if _WITHOUT_HISTORY.fullmatch(path):
            return None
        return cls(root, path, query, None)

    @property
    def original(self) -> str:
        """The address that follows corrections."""
        return f"{self.root}{self.path}{self.query}"

    @property
    def timemap(self) -> str:
        """The address of the list of all its states."""
        return f"{self.root}/timemap{self.path}{self.query}"

    def memento(self, number: int) -> str:
        """The address as one edition has it."""
        return f"{self.root}/editions/{number}{self.path}{self.query}"


class Memento:
    """Leads `Accept-Datetime` to the edition of that time, and adds the links of history."""

    def __init__(self, app: ASGIApp, library: Library) -> None:
        self.app = app
        self.library = library

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        place = Place.of(Request(scope)) if scope["type"] == "http" else None
        if place is None:
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("accept-datetime")
        if asked and place.edition is None:
            await self._lead(asked, place)(scope, receive, send)
            return

        async def with_links(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in DESCRIBED:
                headers = MutableHeaders(scope=message)
                if place.edition is None:
                    headers.add_vary_header("Accept-Datetime")
                for name, value in described(place, self._known()).items():
                    headers.append(name, value)
            await send(message)

        await self.app(scope, receive, with_links)

    def _lead(self, asked: str, place: Place) -> ASGIApp:
        try:
            moment = parse_http_date(asked)
            known = self.library.manifests()
        except BadParameter as bad:
            return ProblemResponse(bad.document(place.path), bad.status)
        except RoutesError:
            # The application says why, as it does to every request.
            return self.app
        then = current_at(known, moment)
        headers = {
            "Vary": "Accept, Accept-Datetime",
            "Link": _joined(_history(place)),
            "Cache-Control": "public, max-age=0, must-revalidate",
        }
        return RedirectResponse(place.memento(then.number), 302, headers)

    def _known(self) -> list[Manifest]:
        try:
            return self.library.manifests()
        except RoutesError:
            return []


def described(place: Place, known: list[Manifest]) -> dict[str, str]:
    """Give the headers that name the history of an address; none for an edition not `known`.

    `known`: manifests, oldest first.
    """
    numbers = [manifest.number for manifest in known]
    number = numbers[-1] if place.edition is None and numbers else place.edition
    if number not in numbers:
        return {}
    at = numbers.index(number)
    links = _history(place)
    headers = {}
    if place.edition is None:
        links.append((place.memento(number), f'memento"; datetime="{_when(known[at].published)}'))
    else:
        headers["Memento-Datetime"] = _when(known[at].published)
        links.append((place.memento(numbers[-1]), "latest-version"))
    if at > 0:
        links.append((place.memento(numbers[at - 1]), "predecessor-version"))
    if at < len(numbers) - 1:
        links.append((place.memento(numbers[at + 1]), "successor-version"))
    return headers | {"Link": _joined(links)}


def current_at(known: list[Manifest], moment: datetime) -> Manifest:
    """Give the edition that was current at a moment; before the first one, the first.

    `known`: manifests, oldest first. RFC 7089, 4.5.3 asks for the first where nothing is older.
    """
    before = [one for one in known if datetime.fromisoformat(one.published) <= moment]
    return before[-1] if before else known[0]


def parse_http_date(text: str) -> datetime:
    """Read an HTTP date (RFC 9110, 5.6.7). Raises BadParameter."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        fault = f"{text!r} is not an HTTP date"
        raise BadParameter(fault, "Accept-Datetime", EXAMPLE) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def timemap(place: Place, known: list[Manifest]) -> str:
    """Write all states of an address (RFC 7089, section 5), oldest first."""
    first, last = known[0], known[-1]
    span = f'from="{_when(first.published)}"; until="{_when(last.published)}"'
    lines = [
        f'<{place.original}>; rel="original timegate"',
        f'<{place.timemap}>; rel="self"; type="{LINK_FORMAT}"; {span}',
    ]
    for one in known:
        ends = {first.number: "first ", last.number: "last "}
        rel = "first last " if len(known) == 1 else ends.get(one.number, "")
        lines.append(
            f'<{place.memento(one.number)}>; rel="{rel}memento"; datetime="{_when(one.published)}"'
        )
    return ",\n".join(lines) + "\n"


def _history(place: Place) -> list[tuple[str, str]]:
    return [
        (place.original, "original timegate"),
        (place.timemap, f'timemap"; type="{LINK_FORMAT}'),
        (f"{place.root}/editions", "version-history"),
    ]


def _joined(links: list[tuple[str, str]]) -> str:
    return ", ".join(f'<{address}>; rel="{rel}"' for address, rel in links)


@lru_cache
def _when(published: str) -> str:
    return format_datetime(datetime.fromisoformat(published), usegmt=True)
