"""How places and ground are drawn: rings, soft areas, diamonds, chips, states and unions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.qgis.palette import colour
from service.qgis.symbols import Part, Symbol, points

_FIRM_BORDER = "#6f675a"


def ring(name: str = "ink", pixels: float = 12, width: float = 2.4, opacity: float = 1) -> Symbol:
    """Give the ring of a place."""
    said = {"name": "circle", "color": colour("paper", 0), "size": points(pixels)}
    return _marker(said, colour(name, opacity), width)


def diamond(is_dated: bool, taken: Sequence[str]) -> Symbol:
    """Give the diamond of an event: full where its source gives a date.

    It stands beside its place where a ring stands there already: `taken`, places as WKT.
    """
    fill = colour("event") if is_dated else colour("paper")
    outline = colour("paper") if is_dated else colour("event")
    said = {"name": "diamond", "color": fill, "size": points(12), "offset_unit": "Point"}
    plain = _marker(said, outline, 1.5)
    if not taken:
        return plain
    places = ",".join(f"'{place}'" for place in taken)
    aside = f"'{points(10)},-{points(11)}'"
    driven = {"offset": f"if(upper(geom_to_wkt($geometry, 4)) IN ({places}), {aside}, '0,0')"}
    return Symbol("marker", tuple(replace(part, driven=driven) for part in plain.parts))


def soft_area(opacity: float) -> Symbol:
    """Give an area without an edge: the source names no place in it."""
    fill = {"color": colour("water", opacity), "style": "solid", "outline_style": "no"}
    return Symbol("fill", (Part("SimpleFill", fill, blur_mm=1.2),))


def ground(name: str, border: str = "border", over: int = 0) -> Symbol:
    """Give the ground of a state."""
    return Symbol("fill", (_fill(colour(name), colour(border), 1, "solid", over),))


def sea() -> Symbol:
    """Give the sea, which is what no state covers."""
    fill = {"color": colour("sea"), "style": "solid", "outline_style": "no"}
    return Symbol("fill", (Part("SimpleFill", fill),))


def administered() -> Symbol:
    """Give a territory under administration: a dotted border over the state that it is part of."""
    return Symbol("fill", (_fill(colour("land", 0), colour(_FIRM_BORDER), 1.6, "dot", over=2),))


def disputed() -> Symbol:
    """Give a part of disputed status: hatched, with a dashed border."""
    lines = Part(
        "LinePatternFill",
        {"angle": "45", "distance": points(6), "distance_unit": "Point"},
        inner=union_border("#b3aa98", 1.4),
        over=3,
    )
    return Symbol("fill", (lines, _fill(colour("land", 0), colour(_FIRM_BORDER), 1.8, "dash", 3)))


def state(disputed_border: str) -> Symbol:
    """Give the ground of a state; over all ground, where it has one, its border of disputed status.

    `disputed_border`: an expression for the line; nothing where no state ever has one.
    """
    if not disputed_border:
        return ground("land")
    dashes = {
        "line_color": colour(_FIRM_BORDER),
        "line_width": points(1.8),
        "line_width_unit": "Point",
        "use_custom_dash": "1",
        "customdash": f"{points(5)};{points(4)}",
        "customdash_unit": "Point",
    }
    line = {"SymbolType": "Line", "geometryModifier": disputed_border, "units": "MapUnit"}
    inner = Symbol("line", (Part("SimpleLine", dashes, over=4),))
    border = Part("GeometryGenerator", line, inner=inner, over=4)
    return Symbol("fill", (*ground("land").parts, border))


def union_border(name: str = "union", width: float = 2.6, opacity: float = 1) -> Symbol:
    """Give the outer land border of a union of states."""
    line = {
        "line_color": colour(name, opacity),
        "line_width": points(width),
        "line_width_unit": "Point",
        "joinstyle": "round",
        "capstyle": "round",
    }
    return Symbol("line", (Part("SimpleLine", line),))


def _marker(options: dict[str, str], outline: str, width: float) -> Symbol:
    said = options | {
        "size_unit": "Point",
        "outline_color": outline,
        "outline_width": points(width),
        "outline_width_unit": "Point",
    }
    return Symbol("marker", (Part("SimpleMarker", said),))


def _fill(inside: str, border: str, width: float, style: str, over: int = 0) -> Part:
    options = {
        "color": inside,
        "style": "solid" if not inside.endswith(",0") else "no",
        "outline_color": border,
        "outline_width": points(width),
        "outline_width_unit": "Point",
        "outline_style": style,
        "joinstyle": "round",
    }
    return Part("SimpleFill", options, over=over)
