"""The parameters of a map's address, as the API's description declares them."""

from __future__ import annotations

from typing import Any

from service.maps.page import LAYERS, MAX_ZOOM, MIN_ZOOM
from service.maps.words import languages
from service.ogc.parameters import Parameter


def _number(least: float, most: float) -> dict[str, Any]:
    return {"type": "number", "minimum": least, "maximum": most}


LANG = Parameter(
    "lang",
    "Language, in letters of any case; `sr` is `sr-Latn`.",
    {"type": "string", "enum": list(languages())},
    "en",
)
EVERY = (
    Parameter(
        "date",
        "The day to show; of a month or a year, its first day.",
        {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
        "2003-12-01",
    ),
    Parameter(
        "to",
        "The last day of a range that begins with `date`: all that held at some time of it.",
        {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
        "2003-12",
    ),
    Parameter(
        "bbox",
        "What the map shows at first: west,south,east,north in degrees.",
        {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
        "12,39,30,49",
    ),
    Parameter("lat", "Latitude of the middle; with `lon` and `zoom`.", _number(-90, 90), "42.5"),
    Parameter("lon", "Longitude of the middle.", _number(-180, 180), "19.5"),
    Parameter("zoom", "How close, as Leaflet counts.", _number(MIN_ZOOM, MAX_ZOOM), "6"),
    Parameter(
        "layers",
        "The layers that are switched on.",
        {"type": "array", "items": {"type": "string", "enum": list(LAYERS)}},
        ",".join(LAYERS[:2]),
    ),
    LANG,
)

MAPS = Parameter(
    "maps",
    "Two maps beside each other, or one that tells ended, new and lasting routes apart.",
    {"type": "string", "enum": ["two", "one"], "default": "two"},
    "one",
)
OF_A_DAY = tuple(one for one in EVERY if one.name in ("date", "to", "lang"))
"""Those of the map's table."""
