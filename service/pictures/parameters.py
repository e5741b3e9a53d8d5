"""How large a picture is: its parameters, declared once for reading and for the description."""

from __future__ import annotations

from collections.abc import Mapping

from service.maps import looks
from service.maps import parameters as maps
from service.maps.view import MapView
from service.ogc.parameters import Parameter
from service.pictures.picture import PictureView
from service.problems import BadParameter

LEAST_WIDTH, LEAST_HEIGHT, MOST_SIDE = 300, 250, 4000
MOST_SCALE = 3
MOST_PIXELS = 20_000_000
"""What one picture may have in all, so that none takes more than about 80 MB to draw."""
DEFAULT = PictureView(MapView())


def _whole(name: str, said: str, least: int, most: int, default: int) -> Parameter:
    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return Parameter(name, f"{said}, {least} to {most}.", schema, str(default))


SIZE = (
    _whole("width", "Width in pixels", LEAST_WIDTH, MOST_SIDE, DEFAULT.width),
    _whole("height", "Height in pixels", LEAST_HEIGHT, MOST_SIDE, DEFAULT.height),
    _whole("scale", "How often each pixel is drawn, for screens and print that are finer", 1,
           MOST_SCALE, DEFAULT.scale),
)  # fmt: skip
ACCENT = next(one for one in looks.OF_A_MAP if one.name == "accent")
MORE = (ACCENT, *SIZE)
"""What a picture takes beyond what every map takes."""
EVERY = (*maps.EVERY, *MORE)


def parse(values: Mapping[str, str], view: MapView) -> PictureView:
    """Read how large a picture is to be. Raises BadParameter."""
    width, height, scale = (_read(values, one) for one in SIZE)
    if width * height * scale**2 > MOST_PIXELS:
        fault = (
            f"{width} by {height} at scale {scale} has {width * height * scale**2:,} pixels; "
            f"a picture has at most {MOST_PIXELS:,}"
        )
        # Without a scale the largest sides are within bounds, so it is the scale that is too much.
        raise BadParameter(fault, "scale", "1")
    return PictureView(view, width, height, scale)


def _read(values: Mapping[str, str], one: Parameter) -> int:
    text = values.get(one.name)
    if text is None:
        return int(one.schema["default"])
    least, most = one.schema["minimum"], one.schema["maximum"]
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadParameter(f"{text[:40]!r} is not a whole number", one.name, one.example)
    if not least <= int(text) <= most:
        raise BadParameter(f"{text!r} is not between {least} and {most}", one.name, one.example)
    return int(text)
