"""What one edition says otherwise than another: our knowledge corrected."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

import routes.corrections
from routes import Edition, corrections_told
from routes.corrections import Correction, Corrections
from service import answers, pages
from service.library import Library
from service.maps.web import language
from service.maps.words import ENGLISH
from service.ogc.parameters import Parameter
from service.problems import BadParameter
from service.site import Site
from service.turns import in_thread

MOST_SENTENCES = 20
FROM_EDITION = Parameter(
    "from-edition", "The earlier edition.", {"type": "integer", "minimum": 1}, "1"
)
TO_EDITION = Parameter("to-edition", "The later edition.", {"type": "integer", "minimum": 1}, "2")


@lru_cache(maxsize=256)
def between(earlier: Edition, later: Edition) -> Corrections:
    """Give what `later` says otherwise than `earlier`; editions never change, nor does this."""
    return routes.corrections.between(earlier, later)


def told(predecessor: Edition | None, edition: Edition) -> list[str]:
    """Say what an edition corrected against the one before it; of very many, the first."""
    if predecessor is None:
        return []
    said = corrections_told.sentences(between(predecessor, edition))
    more = len(said) - MOST_SENTENCES
    return said if more <= 0 else [*said[:MOST_SENTENCES], f"And {more} more."]


async def answer(request: Request) -> Response:
    """Give what the edition `to-edition` says otherwise than `from-edition`."""
    earlier, later = asked(request)
    site, lang = Site.of(request), language(request.query_params.get("lang", ENGLISH))
    found = await in_thread(between, earlier, later)
    document = corrections_document(site, earlier, later, found)
    if site.format == "html":
        compared = pages.Compared(earlier, later, found)
        page = answers.html(
            request, site, lambda: pages.corrections(site, document, compared, lang)
        )
        page.headers["Content-Language"] = lang
        return page
    return answers.json(request, site, document)


def asked(request: Request) -> tuple[Edition, Edition]:
    """Read `from-edition` and `to-edition`. Raises BadParameter, NotFound and Gone."""
    library: Library = request.app.state.library
    earlier, later = (
        library.edition(_number(request, parameter)) for parameter in (FROM_EDITION, TO_EDITION)
    )
    return earlier, later


def corrections_document(
    site: Site, earlier: Edition, later: Edition, found: Corrections
) -> dict[str, Any]:
    """Give the corrections for programs, each with its sentence."""
    return {
        "from_edition": earlier.number,
        "to_edition": later.number,
        "published": later.manifest.published,
        "note": later.manifest.note,
        "sentences": corrections_told.sentences(found),
        "atlas": [asdict(change) for change in found.atlas],
        "sources": [asdict(change) for change in found.sources],
        "stories": [asdict(change) for change in found.stories],
        "features": [_feature(site, earlier, later, one) for one in found.features],
        "links": site.self_links(),
    }


def _feature(site: Site, earlier: Edition, later: Edition, one: Correction) -> dict[str, Any]:
    path = f"/collections/{one.collection}/items/{one.id}"
    before = f"{site.root}/editions/{earlier.number}{path}" if one.kind != "added" else None
    after = f"{site.root}/editions/{later.number}{path}" if one.kind != "removed" else None
    return {
        **asdict(one),
        "sentence": corrections_told.sentence(one),
        "before": before,
        "after": after,
    }


def _number(request: Request, parameter: Parameter) -> int:
    text = request.query_params.get(parameter.name)
    if text is None:
        raise BadParameter("is missing", parameter.name, f"{parameter.name}={parameter.example}")
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        fault = f"{text!r} is not the number of an edition"
        raise BadParameter(fault, parameter.name, parameter.example)
    return int(text)
