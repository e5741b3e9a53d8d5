"""What a handler needs to know of its request: which edition, which addresses, which form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from starlette.requests import Request

from routes import Edition
from service import formats
from service.formats import Form
from service.library import Library


@dataclass(frozen=True)
class Site:
    """One request's view of the service.

    `pinned`: the path stands under /editions/{n}/, where answers never change.
    """

    edition: Edition
    pinned: bool
    root: str
    path: str
    query: tuple[tuple[str, str], ...]
    format: str
    forms: tuple[Form, ...] = formats.DOCUMENT

    @classmethod
    def of(cls, request: Request, forms: tuple[Form, ...] = formats.DOCUMENT) -> Site:
        """Take what a request says; its edition is that of its path, else the newest."""
        library: Library = request.app.state.library
        number = request.path_params.get("edition")
        edition = library.current() if number is None else library.edition(int(number))
        root = str(request.base_url).rstrip("/")
        return cls(
            edition=edition,
            pinned=number is not None,
            root=root,
            path=request.url.path.removeprefix(request.scope.get("root_path", "")),
            query=tuple(request.query_params.multi_items()),
            format=formats.asked(request, forms),
            forms=forms,
        )

    @property
    def base(self) -> str:
        """The address under which this edition's resources stand, without a slash at the end."""
        return f"{self.root}/editions/{self.edition.number}" if self.pinned else self.root

    @property
    def licence(self) -> str:
        """The address of the atlas's licence, an SPDX identifier such as CC-BY-4.0."""
        licence = quote(str(self.edition.atlas["licence"]), safe="")
        return f"https://spdx.org/licenses/{licence}.html"

    @property
    def lasting(self) -> str:
        """The address asked for as this edition has it for ever."""
        if self.pinned:
            return self.this()
        return replace(self, path=f"/editions/{self.edition.number}{self.path}").this()

    @property
    def media_type(self) -> str:
        """The media type of the form asked for."""
        return next(form.media_type for form in self.forms if form.name == self.format)

    def url(self, path: str, **query: str) -> str:
        """Give the full address of a path of this edition."""
        return f"{self.base}{path}{'?' + urlencode(query) if query else ''}"

    def this(self, **changed: str | None) -> str:
        """Give the address asked for, with some parameters changed, or taken out by None."""
        kept = _encoded(self.query, frozenset(changed))
        added = urlencode({name: value for name, value in changed.items() if value is not None})
        query = f"{kept}&{added}" if kept and added else kept or added
        return f"{self.root}{self.path}{'?' + query if query else ''}"

    def link(self, rel: str, href: str, media_type: str, title: str) -> dict[str, str]:
        """Give a link object (RFC 8288 relations)."""
        return {"href": href, "rel": rel, "type": media_type, "title": title}

    def self_links(self) -> list[dict[str, Any]]:
        """Give `self` and `alternate`: the same resource in each of its forms."""
        plain = self.this(f=None)
        begin = f"{plain}{'&' if '?' in plain else '?'}f="
        return [
            self.link(
                "self" if form.name == self.format else "alternate",
                f"{begin}{form.name}",
                form.media_type,
                form.title,
            )
            for form in self.forms
        ]


@lru_cache(maxsize=1024)
def _encoded(query: tuple[tuple[str, str], ...], without: frozenset[str]) -> str:
    """Write a query without some of its parameters; an answer's links need the same one often."""
    return "&".join(text for name, text in _pairs(query) if name not in without)


@lru_cache(maxsize=256)
def _pairs(query: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Write each parameter of a query; of one given twice, the last."""
    return tuple(
        (name, f"{quote_plus(name)}={quote_plus(value)}") for name, value in dict(query).items()
    )
