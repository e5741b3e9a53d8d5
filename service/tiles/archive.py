"""All tiles of an edition as one file, by HTTP: made once, kept, read by ranges of its bytes."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path

from anyio import move_on_after
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service import answers, formats, sending
from service.headers import disposition, is_head
from service.kept import Kept, KeptFile
from service.library import Library
from service.ogc.parameters import refuse_unknown
from service.problems import Missing, Unavailable
from service.settings import Settings
from service.site import Site
from service.turns import Turns, in_the_loop

log = logging.getLogger("routeshift")
router = APIRouter()

# Proxies commonly wait a minute. It is made to its end also where nobody waits any longer.
WAITS_S = 50.0
MOST_S = 6 * 3600


@router.get("/downloads/routeshift.pmtiles")
@router.get("/editions/{edition:int}/downloads/routeshift.pmtiles")
@in_the_loop
async def archive(request: Request) -> Response:
    """Give the tiles of an edition as a PMTiles archive, or ranges of it."""
    refuse_unknown(request)
    turns: Turns = request.app.state.turns
    site = await turns.take(Site.of, request)
    number = site.edition.number
    name = f"{site.edition.atlas['id']}-edition-{number}.pmtiles"
    headers = answers.for_caches(
        site, formats.PMTILES, {"Content-Disposition": disposition(name), "Accept-Ranges": "bytes"}
    )
    known = answers.unchanged(request, headers)
    if known is not None:
        return known
    kept: Kept = request.app.state.kept
    library: Library = request.app.state.library
    await kept.tidy(library.state(), [one.number for one in library.manifests()])
    settings: Settings = request.app.state.settings
    file = KeptFile(kept, _name(site), None, partial(_write, settings.store, number))
    found = file.find()
    if found is None and file.can_be_made:
        if is_head(request):
            return sending.unmade(headers, formats.PMTILES)
        found = await _made(file)
    with suppress(OSError):
        if found is not None:
            return sending.sent(request, found, headers, formats.PMTILES)
    raise Missing(
        "no archive of tiles can be kept here: ROUTESHIFT_DOWNLOADS_MB leaves no room for it. "
        f"`routeshift pmtiles {number} --to FILE` writes one"
    )


async def _made(file: KeptFile) -> Path | None:
    """Have it made, and wait for it. Raises Unavailable."""
    with move_on_after(WAITS_S):
        making = await file.making()
        return await making.whole() if making else None
    raise Unavailable("the archive of tiles is being made; ask again in a minute")


def _name(site: Site) -> str:
    """Give the name under which it is kept: it tells all that its bytes depend on."""
    manifest = site.edition.manifest
    digest = blake2b(f"{answers.build()} {manifest.content}".encode(), digest_size=10).hexdigest()
    return f"{manifest.number}-{digest}.pmtiles"


def _write(store: object, number: int, path: Path) -> None:
    """Write it, in a process of its own: it takes seconds to minutes, and others want answers.

    Raises Unavailable.
    """
    command = [sys.executable, "-m", "service.cli", "pmtiles", str(number), "--to", str(path),
               "--json"]  # fmt: skip
    # Not as an argument, which others see: the address of a database may hold a password.
    told = {**os.environ, "ROUTESHIFT_STORE": str(store)}
    try:
        subprocess.run(command, env=told, capture_output=True, timeout=MOST_S, check=True)
    except subprocess.SubprocessError as error:
        log.error("an archive of tiles: %s %s", error, getattr(error, "stderr", b""))
        raise Unavailable("the archive of tiles could not be made just now") from error
