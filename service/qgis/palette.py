"""The colours of the map, as QGIS writes them."""

from __future__ import annotations

from service.maps.colours import named


def colour(name: str, opacity: float = 1.0) -> str:
    """Give a colour of the map as QGIS writes it: red,green,blue,alpha, each 0 to 255.

    `name` is that of a variable of the stylesheet, without its dashes, or six hexadecimal digits
    with `#`. Raises KeyError for a name that the stylesheet lacks.
    """
    digits = name[1:] if name.startswith("#") else named()[name]
    channels = [int(digits[place : place + 2], 16) for place in (0, 2, 4)]
    return ",".join(str(channel) for channel in (*channels, round(opacity * 255)))
