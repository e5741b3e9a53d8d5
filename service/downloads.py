"""Collections, or what a query finds of one, as files in every format."""

from __future__ import annotations

import os

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from geo.crs import CRS84_URI
from geo.formats import FORMATS, Format
from service import answers, files, formats, writing
from service.headers import disposition
from service.ogc import properties
from service.ogc.parameters import CRS, refuse_unknown
from service.ogc.selection import SORTBY, selected
from service.ogc.tabular import link_header
from service.problems import BadParameter, Missing
from service.site import Site

router = APIRouter()


@router.get("/downloads/{file}")
@router.get("/editions/{edition:int}/downloads/{file}")
async def download(request: Request, file: str) -> Response:
    """Give a collection as a file, with edition, sources and licence inside where it can.

    Texts are sent while they are made; other files are written first, in a thread.
    """
    collection, form = _asked(file)
    refuse_unknown(request, *files.PARAMETERS, *properties.names(collection))
    site = Site.of(request)
    index = site.edition.index(collection)
    selection = await selected(request, site.edition, collection)
    if selection.shape.crs is not None and not form.any_crs:
        raise BadParameter(_only_degrees(form), CRS.name, CRS84_URI)
    headers = answers.for_caches(site, form.media_type, _told(site, collection, form))
    known = answers.unchanged(request, headers)
    if known is not None:
        return known
    rows = await to_thread.run_sync(index.rows, selection.query)
    chosen = writing.Chosen(collection, index, rows, selection.shape)
    table = writing.table(chosen, ordered=SORTBY.name in request.query_params)
    said = writing.about(site, collection)
    headers["OGC-NumberReturned"] = str(len(rows))
    if form.stream is not None:
        body = form.stream(table, said)
    else:
        made = await writing.made(request, form, table, said)
        headers["Content-Length"] = str(os.fstat(made.fileno()).st_size)
        body = writing.chunks(made)
    return StreamingResponse(body, media_type=form.media_type, headers=headers)


def _asked(file: str) -> tuple[str, Format]:
    collection, _, ending = file.partition(".")
    if ending not in FORMATS:
        known = ", ".join(f".{one}" for one in FORMATS)
        raise Missing(f"{file!r} has none of the endings known here: {known}")
    return collection, FORMATS[ending]


def _only_degrees(form: Format) -> str:
    others = ", ".join(one.title for one in FORMATS.values() if one.any_crs)
    return (
        f"is for files that say in which system they are: {others}; "
        f"{form.title} is in longitude, latitude (CRS84)"
    )


def _told(site: Site, collection: str, form: Format) -> dict[str, str]:
    """Give the file's name, and what not every format has room for: licence and schema."""
    path = f"/collections/{collection}"
    links = [
        site.link("license", site.licence, "text/html", "Licence"),
        site.link("describedby", site.url(f"{path}/schema"), formats.SCHEMA, "Columns"),
        site.link("collection", site.url(path), formats.JSON, "The collection"),
    ]
    name = files.name_of(site, collection, form)
    return {
        "Content-Disposition": disposition(name),
        "Link": link_header(links),
    }
