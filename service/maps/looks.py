"""How a map is to look on another site: light or dark, its colour, what stands around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from service.maps.contrast import (
    GROUNDS,
    LEAST_CONTRAST,
    LEAST_DIFFERENCE,
    contrast,
    difference,
    ground,
)
from service.maps.view import Look, Scheme
from service.ogc.parameters import Parameter
from service.problems import BadParameter

SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
ACCENT_EXAMPLE = "d9600f"
"""A colour that can be seen on a light map and on a dark one."""
_COLOUR = re.compile(r"[0-9a-f]{6}")
_YES_OR_NO = {"type": "string", "enum": ["yes", "no"], "default": "yes"}

OF_A_MAP = (
    Parameter(
        "scheme",
        "Light or dark; `auto`, as the reader's device has it.",
        {"type": "string", "enum": list(SCHEMES), "default": "auto"},
        "light",
    ),
    Parameter(
        "accent",
        "A colour for routes over water and for controls, in place of the map's own: six "
        f"hexadecimal digits, with a contrast of {LEAST_CONTRAST:g} to 1 against the ground.",
        {"type": "string", "pattern": "^[0-9A-Fa-f]{6}$"},
        ACCENT_EXAMPLE,
    ),
)
OF_AN_EMBED = (
    Parameter("strip", "Whether the strip of time is there.", _YES_OR_NO, "no"),
    Parameter("legend", "Whether the legend is there.", _YES_OR_NO, "no"),
    Parameter(
        "since",
        "The edition that was the newest when the map was placed: when there is a newer one, the "
        "map says that it was corrected.",
        {"type": "integer", "minimum": 1},
        "1",
    ),
)


def parse(values: Mapping[str, str]) -> Look:
    """Read how a map is to look. Raises BadParameter."""
    scheme = _scheme(values.get("scheme", "auto"))
    return Look(
        scheme=scheme,
        accent=parse_accent(values["accent"], scheme) if "accent" in values else None,
        strip=_is_there(values, "strip"),
        legend=_is_there(values, "legend"),
        since=_edition(values["since"]) if "since" in values else None,
    )


def _scheme(text: str) -> Scheme:
    for scheme in SCHEMES:
        if text == scheme:
            return scheme
    raise BadParameter(f"{text[:40]!r} is none of {', '.join(SCHEMES)}", "scheme", "light")


def parse_accent(text: str, scheme: Scheme) -> str:
    """Read a colour that can be seen on the map of a scheme. Raises BadParameter."""
    colour = text.lower()
    if not _COLOUR.fullmatch(colour):
        fault = f"{text[:40]!r} is not a colour of six hexadecimal digits"
        raise BadParameter(fault, "accent", ACCENT_EXAMPLE)
    for shown in ("light", "dark") if scheme == "auto" else (scheme,):
        _refuse_unseen(colour, shown, scheme)
    return colour


def is_seen(colour: str, shown: str) -> bool:
    """Tell whether a colour can be seen on the light or the dark map, and told from its other."""
    try:
        _refuse_unseen(colour, shown, "auto")
    except BadParameter:
        return False
    return True


def _refuse_unseen(colour: str, shown: str, scheme: Scheme) -> None:
    """Refuse a colour that cannot be seen on a ground, or looks like routes over land."""
    colours = ground(shown)
    # A map that follows the device is both; a newsroom may know that its page is one of them.
    other = "dark" if shown == "light" else "light"
    hint = f"; scheme={other} has another ground" if scheme == "auto" else ""
    found, name = min((contrast(colour, colours[name]), name) for name in GROUNDS)
    if found < LEAST_CONTRAST:
        fault = (
            f"{colour!r} has a contrast of {_floored(found)} to 1 against the {shown} map's "
            f"{name} (#{colours[name]}), and at least {LEAST_CONTRAST:g} to 1 is needed{hint}"
        )
        raise BadParameter(fault, "accent", ACCENT_EXAMPLE)
    if difference(colour, colours["over-land"]) < LEAST_DIFFERENCE:
        fault = (
            f"{colour!r} is too near the colour of routes over land (#{colours['over-land']}) on "
            f"the {shown} map: {difference(colour, colours['over-land']):.3f} in OKLab, and at "
            f"least {LEAST_DIFFERENCE:g} is needed{hint}"
        )
        raise BadParameter(fault, "accent", ACCENT_EXAMPLE)


def _floored(ratio: float) -> str:
    """Write a ratio that is too low so that it does not look enough: 2.996 is "2.99"."""
    return f"{int(ratio * 100) / 100:.2f}"


def _is_there(values: Mapping[str, str], name: str) -> bool:
    text = values.get(name, "yes")
    if text not in ("yes", "no"):
        raise BadParameter(f"{text[:40]!r} is neither yes nor no", name, "no")
    return text == "yes"


def _edition(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
        raise BadParameter(f"{text[:40]!r} is not the number of an edition", "since", "1")
    return int(text)
