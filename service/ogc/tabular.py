"""Pages of items as CSV and FlatGeobuf: what GeoJSON says beside its features stands in headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from geo.formats import FORMATS
from service import answers, formats, writing
from service.ogc.encodings import Found
from service.site import Site

FORMS = tuple(form.name for form in formats.FILES)


async def answer(request: Request, site: Site, found: Found, head: Mapping[str, Any]) -> Response:
    """Give a page of features as a file; `head` is what its GeoJSON would begin with.

    Coordinates of CSV stand in the order of the axes of `Content-Crs`; FlatGeobuf says itself
    in which system it is, and has east before north as all files of its kind.
    """
    form = FORMATS[site.format]
    headers = answers.for_caches(site, form.media_type, _told(head) | found.selection.content_crs)
    known = answers.unchanged(request, headers)
    if known is not None:
        return known
    chosen = writing.Chosen(found.collection, found.index, found.rows, found.selection.shape)
    table = writing.table(chosen, ordered=True, xy=form.any_crs)
    body = await writing.read(request, form, table, writing.about(site, found.collection))
    return Response(body, media_type=form.media_type, headers=headers)


def link_header(links: Iterable[Mapping[str, str]]) -> str:
    """Give link objects as a header (RFC 8288, 3)."""
    return ", ".join(
        f'<{link["href"]}>; rel="{link["rel"]}"; type="{link["type"]}"; title="{link["title"]}"'
        for link in links
    )


def _told(head: Mapping[str, Any]) -> dict[str, str]:
    """Give links (OGC 17-069r4 /rec/core/link-header) and counts as headers."""
    told = {"Link": link_header(head["links"]), "OGC-NumberReturned": str(head["numberReturned"])}
    if "numberMatched" in head:
        told["OGC-NumberMatched"] = str(head["numberMatched"])
    return told
