"""An Atom feed of the editions (RFC 4287): what was published when, and what it corrected."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from routes import Edition
from service import answers
from service.history.corrections import told
from service.library import Library
from service.markup import legal
from service.ogc.parameters import refuse_unknown
from service.site import Site
from service.turns import in_thread

router = APIRouter()

ATOM = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 50


@router.get("/editions.atom")
async def feed(request: Request) -> Response:
    """Give the newest editions as a feed, each with its note and its corrections."""
    refuse_unknown(request)
    site = Site.of(request)
    library: Library = request.app.state.library
    editions = library.all()[: MOST_ENTRIES + 1]
    made = await in_thread(document, site, editions)
    return answers.answer(request, site, lambda: made, ATOM)


def document(site: Site, editions: Sequence[Edition]) -> bytes:
    """Write the feed of some editions, newest first; the last has no predecessor to compare."""
    register_namespace("", NAMESPACE)
    address = f"{site.root}/editions.atom"
    root = Element(_name("feed"))
    _text(root, "id", address)
    _text(root, "title", f"{site.edition.atlas['title']}: editions")
    _text(root, "updated", editions[0].manifest.published)
    _link(root, "self", address, ATOM)
    _link(root, "alternate", f"{site.root}/editions", "text/html")
    before: list[Edition | None] = [*editions[1:], None]
    for edition, predecessor in zip(editions[:MOST_ENTRIES], before, strict=False):
        _entry(root, site, edition, predecessor)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: Element, site: Site, edition: Edition, predecessor: Edition | None) -> None:
    manifest = edition.manifest
    address = f"{site.root}/editions/{edition.number}"
    entry = SubElement(root, _name("entry"))
    _text(entry, "id", address)
    _text(entry, "title", f"Edition {edition.number}")
    _text(entry, "updated", manifest.published)
    author = SubElement(entry, _name("author"))
    _text(author, "name", manifest.author or edition.atlas["title"])
    said = [manifest.note or "No note was given.", *told(predecessor, edition)]
    _text(entry, "summary", "\n".join(said))
    _link(entry, "alternate", address, "text/html")


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, _name(name)).text = legal(text)


def _link(parent: Element, rel: str, address: str, media_type: str) -> None:
    SubElement(parent, _name("link"), rel=rel, href=address, type=media_type)


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
