"""How routes are drawn: a line that says how sure, an arrowhead where the network ends."""

from __future__ import annotations

from service.qgis.moments import lighter
from service.qgis.palette import colour
from service.qgis.symbols import Part, Symbol, points

# The ink of each mark, as map.css has it: width and dashes in pixels, opacity.
_SOLID, _DOTS, _DASHES = "", "0.1;6.2", "8;5"
_INK = {
    "certain": (2.6, _SOLID, 1.0),
    "possible": (3.2, _DOTS, 1.0),
    "possible-lighter": (3.2, _DOTS, 0.55),
    "ending": (2.6, _DASHES, 1.0),
    "fading": (2.6, _SOLID, 0.55),
    "no-clock": (1.4, _SOLID, 0.7),
}
# A goal that the source only implies: the last part of the line fades, as in arrows.js.
_OPEN_SHARE_PERCENT = 45
_FADING = ((0, 15, 0.8), (15, 30, 0.62), (30, 45, 0.45))

_PARTS = (
    "if(num_geometries($geometry) IS NULL, array($geometry), array_foreach(generate_series(1, "
    "num_geometries($geometry)), geometry_n($geometry, @element)))"
)
# A part that ends where another begins or passes is a stage on the way, and bears no arrowhead.
_GOES_ON = (
    "distance(@element, @goal) < 0.000001 AND distance(end_point(@element), @goal) > 0.000001"
)
_ENDING_PARTS = f"""with_variable('parts', {_PARTS}, collect_geometries(array_filter(@parts,
 with_variable('goal', end_point(@element), array_length(array_filter(@parts,
 {_GOES_ON})) = 0))))"""
# Shorter than this on the screen and a course points nowhere: it is drawn as a dot.
# 111320 m are about a degree; the scale is that of the paper, so this is in millimetres.
IS_SHORT = "length($geometry) * 111320000 / @map_scale < 4.2"


def course(name: str, mark: str) -> Symbol:
    """Give the line of a route in a colour of the map, for one of the marks of moments.py."""
    width, dashes, opacity = _INK[mark]
    firm = _stroke(name, width, dashes, opacity, {"trimEnd": _if_implied(_OPEN_SHARE_PERCENT, 0)})
    fading = (
        _stroke(name, width, dashes, opacity * share, _between(first, last))
        for first, last, share in _FADING
    )
    return Symbol("line", (firm, *fading, _head(name, opacity)))


def band(name: str) -> Symbol:
    """Give the broad band under a route whose course is schematic; its layer makes it soft."""
    return Symbol("line", (_stroke(name, 12, _SOLID, 1.0, {}),))


def dot(name: str) -> Symbol:
    """Give the dot that a course is at a scale where it is too short to point anywhere."""
    full, light = colour(name), colour(name, 0.55)
    said = {
        "name": "circle",
        "size": points(7),
        "size_unit": "Point",
        "color": full,
        "outline_style": "no",
    }
    driven = {"fillColor": f"if({lighter()}, '{light}', '{full}')"}
    middle = "line_interpolate_point(geometry_n($geometry, 1), length($geometry) / 2)"
    marker = Symbol("marker", (Part("SimpleMarker", said, driven),))
    return Symbol("line", (_generated("Marker", middle, marker),))


def _stroke(name: str, width: float, dashes: str, opacity: float, driven: dict[str, str]) -> Part:
    options = {
        "line_color": colour(name, opacity),
        "line_width": points(width),
        "line_width_unit": "Point",
        "line_style": "solid",
        "joinstyle": "round",
        "capstyle": "flat" if dashes == _DASHES else "round",
        "trim_distance_start_unit": "Percentage",
        "trim_distance_end_unit": "Percentage",
    }
    if dashes:
        scaled = ";".join(points(float(length)) for length in dashes.split(";"))
        options |= {"use_custom_dash": "1", "customdash": scaled, "customdash_unit": "Point"}
    return Part("SimpleLine", options, driven)


def _between(first: int, last: int) -> dict[str, str]:
    start = 100 - _OPEN_SHARE_PERCENT + first
    end = _OPEN_SHARE_PERCENT - last
    return {"trimStart": str(start), "trimEnd": str(end), "enabled": '"implied" IS NOT NULL'}


def _if_implied(then: object, otherwise: object) -> str:
    return f'if("implied" IS NOT NULL, {then}, {otherwise})'


def _head(name: str, opacity: float) -> Part:
    """Give the arrowhead: filled where the source states the goal, open where it implies it."""
    full, paper = colour(name, opacity), colour("paper")
    head = Part(
        "SimpleMarker",
        {
            "name": "filled_arrowhead",
            "size": points(14),
            "size_unit": "Point",
            "color": full,
            "outline_color": full,
            "outline_width": points(1.5),
            "outline_width_unit": "Point",
            "joinstyle": "round",
        },
        {"fillColor": _if_implied(f"'{paper}'", f"'{full}'")},
    )
    ends = Part(
        "MarkerLine",
        {"placement": "lastvertex", "rotate": "1"},
        inner=Symbol("marker", (head,)),
    )
    return _generated("Line", f"if({IS_SHORT}, NULL, {_ENDING_PARTS})", Symbol("line", (ends,)))


def _generated(kind: str, expression: str, inner: Symbol) -> Part:
    options = {"SymbolType": kind, "geometryModifier": expression, "units": "MapUnit"}
    return Part("GeometryGenerator", options, inner=inner)
