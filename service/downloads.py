"""Whole collections as files, streamed from the mapped features."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service import answers, formats
from service.ogc.collections import licence_address
from service.ogc.parameters import refuse_unknown
from service.site import Site

router = APIRouter()

FEATURES_A_CHUNK = 500


@router.get("/downloads/{collection}.geojson")
@router.get("/editions/{edition:int}/downloads/{collection}.geojson")
async def geojson(request: Request, collection: str) -> Response:
    """Give a whole collection as GeoJSON, with edition, sources and licence in the file."""
    refuse_unknown(request)
    site = Site.of(request)
    site.edition.index(collection)
    name = f"{site.edition.atlas['id']}-{collection}-edition-{site.edition.number}.geojson"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    made = answers.answer(request, site, lambda: b"", formats.GEOJSON, disposition)
    if made.status_code == 304:
        return made
    headers = {key: made.headers[key] for key in ("etag", "cache-control", "vary")} | disposition
    return StreamingResponse(
        _features(site, collection), media_type=formats.GEOJSON, headers=headers
    )


def _features(site: Site, collection: str) -> Iterator[bytes]:
    index = site.edition.index(collection)
    head = {
        "type": "FeatureCollection",
        "name": collection,
        "edition": site.edition.number,
        "content": site.edition.manifest.content,
        "title": site.edition.atlas["title"],
        "attribution": site.edition.atlas["byline"],
        "licence": licence_address(site),
        "sources": site.edition.sources,
    }
    yield orjson.dumps(head)[:-1] + b',"features":[\n'
    for start in range(0, len(index), FEATURES_A_CHUNK):
        rows = range(start, min(start + FEATURES_A_CHUNK, len(index)))
        chunk = b",\n".join(index.fragment(row) for row in rows)
        yield (b",\n" if start else b"") + chunk
    yield b"\n]}\n"
