"""Collections, or what a query finds of one, as files in every format.

A whole collection is made once for an edition and an address, kept, and sent as a file (ADR 17);
what a query finds is made for the request.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from geo.crs import CRS84_URI
from geo.formats import FORMATS, About, Format, Table
from service import answers, files, formats, sending, writing
from service.compressing import Encoding, encoding_for
from service.headers import disposition, is_head
from service.kept import Kept, KeptFile, Making
from service.library import Library
from service.ogc import properties
from service.ogc.parameters import CRS, refuse_unknown
from service.ogc.selection import SORTBY, Selection, selected
from service.ogc.tabular import link_header
from service.problems import BadParameter, Missing
from service.site import Site
from service.turns import Turns, in_the_loop

router = APIRouter()

# Compressed inside: another time they lose a tenth at most.
PACKED = ("parquet", "shp.zip")


@dataclass(frozen=True, eq=False)
class Download:
    """A file that is asked for."""

    site: Site
    collection: str
    form: Format
    selection: Selection
    is_ordered: bool

    @property
    def is_whole(self) -> bool:
        """Whether it is one of the few files that everybody asks for: every row, in any system."""
        return {name for name, _ in self.site.query} <= {CRS.name}

    @property
    def count(self) -> int:
        """How many rows the collection has."""
        return len(self.site.edition.index(self.collection))

    def name(self) -> str:
        """Give the name under which it is kept: it tells all that its bytes depend on."""
        manifest = self.site.edition.manifest
        said = (answers.build(), manifest.content, manifest.published, self.site.lasting)
        digest = blake2b(repr(said).encode(), digest_size=10).hexdigest()
        return f"{manifest.number}-{digest}.{self.form.extension}"

    def chosen(self) -> writing.Chosen:
        """Find its rows, which may take a pass over the collection."""
        index = self.site.edition.index(self.collection)
        rows = index.rows(self.selection.query)
        return writing.Chosen(self.collection, index, rows, self.selection.shape)

    def table(self, chosen: writing.Chosen) -> Table:
        """Give rows as the table that is written."""
        return writing.table(chosen, ordered=self.is_ordered)

    def about(self) -> About:
        """Give what the file says of itself."""
        return writing.about(self.site, self.collection)

    def write(self, path: Path) -> None:
        """Write it. Raises BadParameter, and OSError where there is no room."""
        writing.write_to(path, self.form, self.table(self.chosen()), self.about())


@router.get("/downloads/{file}")
@router.get("/editions/{edition:int}/downloads/{file}")
@in_the_loop
async def download(request: Request, file: str) -> Response:
    """Give a collection as a file, with edition, sources and licence inside where it can."""
    collection, form = _asked(file)
    refuse_unknown(request, *files.PARAMETERS, *properties.names(collection))
    turns: Turns = request.app.state.turns
    site = await turns.take(Site.of, request)
    selection = await selected(request, site.edition, collection)
    if selection.shape.crs is not None and not form.any_crs:
        raise BadParameter(_only_degrees(form), CRS.name, CRS84_URI)
    is_ordered = SORTBY.name in request.query_params
    asked = Download(site, collection, form, selection, is_ordered)
    kept = await _kept(request, asked) if asked.is_whole else None
    return kept or await _made(request, asked)


async def _kept(request: Request, asked: Download) -> Response | None:
    """Send a file that is kept, or is made to be; None where none can be."""
    kept: Kept = request.app.state.kept
    library: Library = request.app.state.library
    # The same file, made for a request, may be compressed to other bytes.
    headers = _headers(asked, f"{asked.form.media_type};kept")
    headers |= {"Accept-Ranges": "bytes", "Vary": "Accept, Accept-Encoding"}
    known = answers.unchanged(request, headers)
    if known is not None:
        return known
    editions = [one.number for one in library.manifests()]
    if asked.site.edition.number not in editions:
        return None
    await kept.tidy(library.state(), editions)
    headers["OGC-NumberReturned"] = str(asked.count)
    encoding = _encoding(request, asked.form)
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    file = KeptFile(kept, asked.name(), encoding, asked.write)
    found = file.find()
    if found is None and file.can_be_made:
        if is_head(request):
            return sending.unmade(headers, asked.form.media_type)
        making = await file.making()
        growing = await _growing(request, asked.form, making, headers)
        if growing is not None:
            return growing
        found = await making.whole() if making else None
    # Another process may have removed it to make room.
    with suppress(OSError):
        if found is not None:
            return sending.sent(request, found, headers, asked.form.media_type)
    return None


async def _growing(
    request: Request, form: Format, making: Making | None, headers: dict[str, str]
) -> Response | None:
    """Send a text, or what is compressed, while it is made; None where that cannot be."""
    is_written_in_order = form.stream is not None or "Content-Encoding" in headers
    if making is None or not is_written_in_order or sending.has_range(request):
        return None
    opened = await making.opened()
    return sending.growing(making, opened, headers, form.media_type) if opened else None


def _encoding(request: Request, form: Format) -> Encoding | None:
    if form.extension in PACKED:
        return None
    return encoding_for(", ".join(request.headers.getlist("accept-encoding")))


async def _made(request: Request, asked: Download) -> Response:
    """Make a file for one request: texts are sent while they are made, others written first."""
    form = asked.form
    headers = _headers(asked, form.media_type)
    known = answers.unchanged(request, headers)
    if known is not None:
        return known
    if is_head(request):
        return sending.unmade(headers, form.media_type)
    chosen = await to_thread.run_sync(asked.chosen)
    headers["OGC-NumberReturned"] = str(len(chosen.rows))
    table = asked.table(chosen)
    said = asked.about()
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


def _headers(asked: Download, tagged: str) -> dict[str, str]:
    """Give the headers for caches, the file's name, and what not every format has room for.

    `tagged`: what tells its bytes from those of others at the same address.
    """
    site, collection = asked.site, asked.collection
    path = f"/collections/{collection}"
    links = [
        site.link("license", site.licence, "text/html", "Licence"),
        site.link("describedby", site.url(f"{path}/schema"), formats.SCHEMA, "Columns"),
        site.link("collection", site.url(path), formats.JSON, "The collection"),
    ]
    name = files.name_of(site, collection, asked.form)
    said = {"Content-Disposition": disposition(name), "Link": link_header(links)}
    return answers.for_caches(site, tagged, said)
