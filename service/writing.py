"""Rows of an edition as files: what a file says of itself, and how it is made."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from anyio import CapacityLimiter
from starlette.requests import Request

from geo.crs import CRS84_URI
from geo.formats import About, Format, Table, write
from routes import tables
from routes.index import CollectionIndex
from routes.query import Shape
from routes.schema import COLLECTIONS
from routes.tree import Rows
from service import files
from service.problems import BadParameter, Unavailable
from service.site import Site
from service.turns import in_thread

log = logging.getLogger("routeshift")

# GDAL keeps a processor busy, and a file takes room: others wait for their turn.
MOST_AT_ONCE = 2
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, eq=False)
class Chosen:
    """Rows of a collection, and what of each is asked for."""

    collection: str
    index: CollectionIndex
    rows: Rows
    shape: Shape


def about(site: Site, collection: str) -> About:
    """Give what a file says of itself: title, whose word, licence, edition, lasting address."""
    edition, declared = site.edition, COLLECTIONS[collection]
    part = " A part: what its address asks for." if files.is_part(site) else ""
    return About(
        title=f"{edition.atlas['title']}: {declared.title}",
        description=f"{declared.description}{part}",
        attribution=edition.atlas["byline"],
        licence=site.licence,
        edition=edition.number,
        content=edition.manifest.content,
        published=edition.manifest.published,
        address=site.lasting,
        sources=edition.sources,
    )


def table(chosen: Chosen, *, ordered: bool, xy: bool = True) -> Table:
    """Give rows as a table for a file; see `routes.tables`."""
    declared = COLLECTIONS[chosen.collection]
    return tables.table(declared, chosen.index, chosen.rows, chosen.shape, ordered=ordered, xy=xy)


async def read(request: Request, form: Format, table: Table, said: About) -> bytes:
    """Give a whole file, for a page of few rows."""
    if form.stream is not None:
        return await in_thread(b"".join, form.stream(table, said))
    with await made(request, form, table, said) as file:
        return file.read()


async def made(request: Request, form: Format, table: Table, said: About) -> BinaryIO:
    """Write a file in a thread and give it open, without a name: closed, it is gone.

    Raises BadParameter where a feature lies beyond what the CRS asked for can show, and
    Unavailable where there is no room.
    """
    writers: CapacityLimiter = request.app.state.writers
    return await in_thread(_made, form, table, said, limiter=writers)


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """Give a file piece by piece, and close it, also where the reader leaves before the end."""
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def write_to(path: Path, form: Format, table: Table, said: About) -> None:
    """Write a file. Raises BadParameter as `made` does, and OSError where there is no room."""
    try:
        write(form, table, said, path)
    except ValueError as error:
        raise BadParameter(str(error), "crs", CRS84_URI) from None


def _made(form: Format, table: Table, said: About) -> BinaryIO:
    with TemporaryDirectory(prefix="routeshift-") as folder:
        path = Path(folder) / f"{table.name}.{form.extension}"
        try:
            write_to(path, form, table, said)
        except OSError as error:
            log.error("%s: %s", path.name, error)
            raise Unavailable("there is no room to write the file just now") from error
        return path.open("rb")
