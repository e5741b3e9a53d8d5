"""A picture as PNG: the same bytes each time, in the map's own fonts and no others."""

from __future__ import annotations

import resvg_py

from service.pictures import fonts

SANS_SERIF, SERIF = fonts.SANS, fonts.SERIF


def png(svg: str) -> bytes:
    """Draw an SVG in the size that it names."""
    drawn: bytes = resvg_py.svg_to_bytes(
        svg_string=svg,
        skip_system_fonts=True,
        font_files=fonts.files(),
        serif_family=SERIF,
        sans_serif_family=SANS_SERIF,
    )
    return bytes(drawn)
