"""The key: what the signs of a picture mean, only those that it shows, in the map's own words."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import shapely

from service.maps.moment import Entry
from service.pictures.courses import colour_of, ink, opacity
from service.pictures.ground import HATCH, INNER_BORDER, area
from service.pictures.labels import Named
from service.pictures.places import diamond
from service.pictures.svg import add, colour

SAMPLE_W, SAMPLE_H = 34.0, 14.0
INK = "#41484f"
_LINES = ("certain", "possible", "ending", "fading")
FEWER = (
    ("water", "land", *_LINES, "implied", "crossing", "area", "eu"),
    ("water", "land", *_LINES),
)
"""What is explained where there is little room, the fuller first."""
_INNER = {"administered": "administered-territory", "disputed": "disputed-part"}


def kinds(named: Named, routes: list[Entry], *, with_union: bool) -> list[str]:
    """Give what needs an explanation, in the order of the map's legend."""
    shown = {
        "water": any(entry.row["mode"] != "land" for entry in routes),
        "land": any(entry.row["mode"] == "land" for entry in routes),
        **{mark: any(entry.mark == mark for entry in routes) for mark in _LINES},
        "fading": any(entry.is_lighter or entry.mark == "fading" for entry in routes),
        "schematic": any(entry.row.get("precision") == "schematic" for entry in routes),
        "implied": any(entry.row.get("implied") for entry in routes),
        "crossing": bool(named.rings),
        "area": bool(named.areas),
        "event": any(not mark.entry.row["undated"] for mark in named.diamonds),
        "undated": any(mark.entry.row["undated"] for mark in named.diamonds),
        "eu": with_union and named.moment.union is not None,
        **{kind: _holds(named, name) for kind, name in _INNER.items()},
    }
    return [kind for kind, is_shown in shown.items() if is_shown]


def _holds(named: Named, kind: str) -> bool:
    frame = named.frame
    seen = shapely.box(frame.x, frame.y, frame.x + frame.w, frame.y + frame.h)
    rows = [row for row in named.moment.boundaries if row["kind"] == kind]
    shapes = (area(named.outlines[row["outline"]], frame) for row in rows)
    return any(shapely.intersects(shape, seen) for shape in shapes)


def sample(group: Element, kind: str, x: float, y: float) -> None:
    """Draw the sign of a kind in a box of 34 by 14 pixels, as the map's legend has it."""
    at = add(group, "g", transform=f"translate({x:g} {y:g})", fill="none")
    if kind in ("water", "land", *_LINES):
        _line(at, kind)
    elif kind == "schematic":
        add(at, "path", d="M5 7H29", stroke=INK, stroke_width=11, opacity=0.2)
        add(at, "path", d="M2 7H32", stroke=INK, stroke_width=2.6)
    elif kind == "implied":
        add(at, "path", d="M2 7H21", stroke=INK, stroke_width=2.6,
            stroke_dasharray="5 2 3.5 2.5 2 3")  # fmt: skip
        add(at, "path", d="M21 2.4 31 7 21 11.6 23.6 7Z", fill=colour("paper"), stroke=INK,
            stroke_width=1.4, stroke_linejoin="round")  # fmt: skip
    elif kind == "crossing":
        add(at, "circle", cx=17, cy=7, r=4.8, stroke=colour("ink"), stroke_width=2.4)
    elif kind == "area":
        add(at, "path", d="M5 9C10 3 22 3 29 6", stroke=colour("water"), stroke_width=7,
            stroke_linecap="round", opacity=0.38, filter="url(#soft)")  # fmt: skip
    elif kind in ("event", "undated"):
        diamond(at, 17, 7, is_dated=kind == "event")
    else:
        _ground(at, kind)


def route_sample(group: Element, entry: Entry, x: float, y: float) -> None:
    """Draw the line of a route as it is on the map."""
    line = ink(entry.mark)
    add(group, "path", d=f"M{x + 2:g} {y + 7:g}h30", fill="none", stroke=colour_of(entry.row),
        stroke_width=line.width, stroke_dasharray=line.dashes, stroke_linecap=line.cap,
        stroke_opacity=opacity(entry))  # fmt: skip


def _line(at: Element, kind: str) -> None:
    line = ink(kind)
    names = {"water": colour("water"), "land": colour("over-land")}
    add(at, "path", d="M2 7H32", stroke=names.get(kind, INK), stroke_width=line.width,
        stroke_dasharray=line.dashes, stroke_linecap=line.cap,
        stroke_opacity=0.55 if kind == "fading" else None)  # fmt: skip


def _ground(at: Element, kind: str) -> None:
    box = {"x": 2, "y": 1, "width": 30, "height": 12}
    if kind == "eu":
        add(at, "rect", **box, fill=colour("member"))
        add(at, "path", d="M2 13H32", stroke=colour("union"), stroke_width=2.6)
    elif kind == "administered":
        add(at, "rect", **box, stroke=INNER_BORDER, stroke_width=1.6, stroke_dasharray="0.1 4",
            stroke_linecap="round")  # fmt: skip
    else:
        add(at, "rect", **box, fill="url(#hatch)", stroke="#8f8775", stroke_dasharray="5 3")


def definitions(picture: Element) -> None:
    """Define the hatching of disputed parts and the soft edge of areas."""
    held = add(picture, "defs")
    hatch = add(held, "pattern", id="hatch", width=6, height=6, patternUnits="userSpaceOnUse",
                patternTransform="rotate(45)")  # fmt: skip
    add(hatch, "path", d="M0 0V6", stroke=HATCH, stroke_width=1.4)
    soft = add(held, "filter", id="soft", x="-50%", y="-150%", width="200%", height="400%")
    add(soft, "feGaussianBlur", stdDeviation=3)
