"""A picture as PNG: the same bytes each time, in the map's own fonts and no others."""

from __future__ import annotations

import logging
import subprocess
import sys

from service.pictures import fonts, rasteriser
from service.problems import Unavailable

log = logging.getLogger("routeshift")

MOST_S = 60
"""More than ten times what the largest picture takes."""


def png(svg: str) -> bytes:
    """Draw an SVG in the size that it names.

    In a process of its own: the library holds Python's lock while it draws, up to some seconds, and
    nobody else would be answered meanwhile; and what it takes of memory is given back.
    Raises Unavailable.
    """
    # -I: nothing of the folder that the service runs in can stand in for the library.
    command = [sys.executable, "-I", rasteriser.__file__, *fonts.files()]
    try:
        done = subprocess.run(
            command, input=svg.encode(), capture_output=True, timeout=MOST_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.error("a picture: %s %s", error, getattr(error, "stderr", b""))
        raise Unavailable("the picture could not be drawn just now") from error
    return done.stdout
