"""What changed in the world between two days."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from routes import history
from service import answers, pages
from service.history import corrections
from service.history.corrections import FROM_EDITION, TO_EDITION
from service.history.routes import shift_document
from service.maps.web import language
from service.maps.words import ENGLISH
from service.ogc.parameters import FROM, TO, parse_datetime, refuse_unknown
from service.problems import BadParameter
from service.site import Site

router = APIRouter()


@router.get("/changes")
@router.get("/editions/{edition:int}/changes")
async def changes(request: Request) -> Response:
    """Give what holds otherwise on the day `to` than on the day `from`.

    `lang` is the language of the page; the JSON is in English.
    With `from-edition` and `to-edition`: what the one edition says otherwise than the other.
    """
    if request.query_params.keys() & {FROM_EDITION.name, TO_EDITION.name}:
        refuse_unknown(request, FROM_EDITION.name, TO_EDITION.name, "lang", "f")
        return await corrections.answer(request)
    refuse_unknown(request, FROM.name, TO.name, FROM_EDITION.name, TO_EDITION.name, "lang", "f")
    site, lang = Site.of(request), language(request.query_params.get("lang", ENGLISH))
    for name, example in ((FROM.name, FROM.example), (TO.name, TO.example)):
        if name not in request.query_params:
            raise BadParameter("is missing", name, f"{name}={example}")
    document = changes_document(site, request.query_params["from"], request.query_params["to"])
    if site.format == "html":
        page = answers.html(request, site, lambda: pages.changes(site, document, lang))
        page.headers["Content-Language"] = lang
        return page
    return answers.json(request, site, document)


def changes_document(site: Site, earlier: str, later: str) -> dict[str, Any]:
    """Give the changes for programs."""
    first, last = parse_datetime(earlier, "from"), parse_datetime(later, "to")
    if first.first > last.first:
        raise BadParameter(f"{earlier!r} lies after {later!r}", "from", FROM.example)
    found = history.between(site.edition, first, last)
    return {
        "from": earlier,
        "to": later,
        "edition": site.edition.number,
        "knowledge_ends": site.edition.atlas["knowledge_ends"],
        "changes": [asdict(change) for change in found.changes],
        "shifts": [shift_document(site, shift) for shift in found.shifts],
        "links": site.self_links(),
    }
