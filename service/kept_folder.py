"""Where kept files can lie: in the folder that is wanted, or in a temporary one of our own."""

from __future__ import annotations

import logging
import os
import stat
from hashlib import blake2b
from pathlib import Path
from tempfile import gettempdir

log = logging.getLogger("routeshift")


def writable(folder: Path) -> Path | None:
    """Give a folder, made where it is missing; None where nothing can be written in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def temporary(wanted: Path) -> Path | None:
    """Give a folder of our own for what cannot lie in `wanted`; see `of_our_own`."""
    folder = of_our_own(os.fsencode(wanted.resolve()))
    if folder is not None:
        log.warning("nothing can be written in %s; downloads are kept in %s", wanted, folder)
    return folder


def of_our_own(name: bytes) -> Path | None:
    """Give a temporary folder that nobody else can have put there, None where that cannot be.

    It is the same one for all processes that call it by this name, and after a restart.
    """
    digest = blake2b(name, digest_size=8).hexdigest()
    folder = Path(gettempdir()) / f"routeshift-{os.geteuid()}-{digest}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        known = folder.lstat()
    except OSError as error:
        log.warning("what was made is not kept: %s", error)
        return None
    is_ours = stat.S_ISDIR(known.st_mode) and known.st_uid == os.geteuid()
    if not is_ours or known.st_mode & 0o077:
        log.warning("what was made is not kept: %s is not ours alone", folder)
        return None
    return folder
