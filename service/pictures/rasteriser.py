"""A process that draws one SVG: it stands on standard input, the PNG goes to standard output.

    python rasteriser.py FONT...

Run by `raster`, by its path, so that it loads the drawing library and nothing else of the service.
"""

from __future__ import annotations

import sys

import resvg_py

SERIF, SANS = "Source Serif 4", "Source Sans 3"


def main(font_files: list[str]) -> None:
    """Draw what is written to this process, in these fonts and no others."""
    drawn = resvg_py.svg_to_bytes(
        svg_string=sys.stdin.buffer.read().decode(),
        skip_system_fonts=True,
        font_files=font_files,
        serif_family=SERIF,
        sans_serif_family=SANS,
    )
    sys.stdout.buffer.write(bytes(drawn))


if __name__ == "__main__":
    main(sys.argv[1:])
