"""How things are named on the map: countries in italic serif, places in bold sans."""

from __future__ import annotations

from service.qgis.palette import colour
from service.qgis.rules import Name
from service.qgis.symbols import points

SERIF = ("Source Serif 4", "Georgia", "DejaVu Serif", "Times New Roman")
SANS = ("Source Sans 3", "Helvetica Neue", "Arial", "DejaVu Sans")

# QgsPalLayerSettings.Placement, and the flags of where a name may stand.
_OVER_POINT, _IN_AREA, _BY_PREFERENCE = "1", "4", "6"
_ABOVE_LEFT, _CENTRED = "0", "4"
_MANY_LETTERS = 14
# Square degrees. Albania is smaller than the first, Croatia larger; in Montenegro, smaller than
# the second, QGIS finds no room for a name that has to stay inside.
_SMALL, _TIGHT = 5, 2
_LONG_NAME = 24
_STATE_INK, _MINOR_INK = "#5f584c", "#6a6357"


def place() -> Name:
    """Name a crossing place, beside its ring."""
    placement = {
        "placement": _BY_PREFERENCE,
        "predefinedPositionOrder": "BR,BL,TR,TL,R,L",
        "dist": points(7),
        "distUnits": "Point",
        "priority": "10",
    }
    return _bold("", '"name"', placement)


def area(note: str) -> Name:
    """Name a crossing area, and say that the source names no place in it."""
    text = f"""wordwrap("name", 20) || '\\n' || '{note}'"""
    placement = {
        "placement": _OVER_POINT,
        "quadOffset": _ABOVE_LEFT,
        "xOffset": f"-{points(22)}",
        "yOffset": f"-{points(4)}",
        "priority": "9",
    }
    return _bold("", text, placement)


def role(expression: str, text: str, legend: tuple[str, str], ink: str) -> Name:
    """Name a role of a country in a box."""
    placement = {"placement": _IN_AREA, "priority": "7"}
    return Name(expression, text, SANS, float(points(10)), colour(ink), colour("paper"),
                placement=placement, legend=legend, box=colour(ink))  # fmt: skip


def kept_off() -> Name:
    """Keep the names of other things off these features."""
    return Name("", '"name"', SANS, 8, colour("ink"), colour("paper"), is_drawn=False, keeps_off=2)


def countries(held: str, ground: str) -> tuple[Name, ...]:
    """Name states and, smaller, what is no state.

    `held` tells those of the moment; `ground` gives the area in which a name may stand.
    """
    state, other = "\"kind\" = 'state'", "\"kind\" IN ('administered-territory', 'disputed-part')"
    small = f'(area($geometry) < {_SMALL} OR length("name") > {_LONG_NAME})'
    tight = f"area($geometry) < {_TIGHT}"
    return (
        _country(f"{state} AND NOT {small} AND {held}", 16, _STATE_INK, _IN_AREA, ground),
        _country(
            f"{state} AND {small} AND NOT {tight} AND {held}", 13, _STATE_INK, _IN_AREA, ground
        ),
        _country(f"{state} AND {tight} AND {held}", 13, _STATE_INK, _OVER_POINT, ground),
        _country(f"{other} AND {held}", 13, _MINOR_INK, _IN_AREA, "$geometry"),
    )


def _country(expression: str, pixels: float, ink: str, placing: str, ground: str) -> Name:
    # "Kosovo (UN administration)": the legend says the rest.
    text = f"wordwrap(regexp_replace(\"name\", ' \\\\(.*\\\\)$', ''), {_MANY_LETTERS})"
    placement = {
        "placement": placing,
        "quadOffset": _CENTRED,
        "centroidInside": "1",
        "priority": "4",
        "geometryGeneratorEnabled": "1",
        "geometryGeneratorType": "PolygonGeometry",
        "geometryGenerator": ground,
    }
    return Name(expression, text, SERIF, float(points(pixels)), colour(ink), colour("land"),
                italic=True, placement=placement, least_mm=6)  # fmt: skip


def _bold(expression: str, text: str, placement: dict[str, str]) -> Name:
    return Name(expression, text, SANS, float(points(14)), colour("ink"), "255,255,255,255",
                bold=True, placement=placement)  # fmt: skip
