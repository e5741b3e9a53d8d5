"""SVG by hand: elements, numbers as short as they may be, and layers that editors name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from service.maps.colours import named
from service.markup import legal
from service.pictures.fonts import Face

SVG = "http://www.w3.org/2000/svg"
INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
DECIMALS = 1

ElementTree.register_namespace("inkscape", INKSCAPE)

Points = Sequence[Sequence[float]]


def colour(name: str) -> str:
    """Give a colour of the map by its name in the stylesheet, or one that is written with `#`."""
    return name if name.startswith("#") else f"#{named()[name]}"


def recolour(picture: Element, old: str, new: str) -> None:
    """Draw everything that has one colour in another."""
    for element in picture.iter():
        for name in ("fill", "stroke"):
            if element.get(name) == old:
                element.set(name, new)


def number(value: float, decimals: int = 2) -> str:
    """Write a number without what says nothing: 12, 0.5, -3.25."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def add(parent: Element, name: str, **attributes: object) -> Element:
    """Add an element; `stroke_width` is written stroke-width, numbers short, None not at all."""
    written = {
        key.rstrip("_").replace("_", "-"): number(value) if isinstance(value, float) else str(value)
        for key, value in attributes.items()
        if value is not None
    }
    return SubElement(parent, name, written)


def layer(parent: Element, name: str, label: str, **attributes: object) -> Element:
    """Add a group that Inkscape shows as a layer of that name, and Illustrator by its id."""
    group = add(parent, "g", id=name, **attributes)
    group.set(f"{{{INKSCAPE}}}groupmode", "layer")
    group.set(f"{{{INKSCAPE}}}label", label)
    return group


def text(
    parent: Element, said: str, x: float, y: float, face: Face, size: float, **attributes: object
) -> Element:
    """Add one line of text; `y` is that of its baseline."""
    element = add(
        parent,
        "text",
        x=float(x),
        y=float(y),
        font_family=face.families,
        font_size=float(size),
        font_weight=face.weight,
        font_style="italic" if face.italic else None,
        **attributes,
    )
    element.text = legal(said)
    return element


def titled(element: Element, said: str) -> Element:
    """Say what an element is, for editors and for those who cannot see it."""
    SubElement(element, "title").text = legal(said)
    return element


def path_of(geometry: BaseGeometry, decimals: int = DECIMALS) -> str:
    """Give the path data of lines and areas; points and what is empty give nothing."""
    parts = [part for part in shapely.get_parts(geometry, return_index=False) if not part.is_empty]
    return "".join(_part(part, decimals) for part in _flat(parts))


def path_through(points: Points, decimals: int = DECIMALS, *, closed: bool = False) -> str:
    """Give the path data through some points, in steps from one to the next.

    Places are rounded, not steps, so that errors do not add up.
    """
    places = np.round(np.asarray(points, dtype=float) * 10**decimals).astype(np.int64)
    keep = np.ones(len(places), dtype=bool)
    keep[1:] = (np.diff(places, axis=0) != 0).any(axis=1)
    places = places[keep]
    if closed and len(places) > 1 and (places[0] == places[-1]).all():
        places = places[:-1]
    if len(places) < (3 if closed else 2):
        return ""
    steps = np.diff(places, axis=0) / 10**decimals
    first = places[0] / 10**decimals
    drawn = "l" + " ".join(_pair(step, decimals) for step in steps)
    return f"M{_pair(first, decimals)}{drawn}{'z' if closed else ''}"


def written(root: Element) -> str:
    """Give the document, one element a line, the same each time."""
    ElementTree.indent(root, space=" ")
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _pair(pair: Iterable[float], decimals: int) -> str:
    x, y = (number(float(value), decimals) for value in pair)
    return f"{x}{y}" if y.startswith("-") else f"{x} {y}"


def _flat(parts: Iterable[BaseGeometry]) -> Iterable[BaseGeometry]:
    for part in parts:
        if part.geom_type.startswith(("Multi", "GeometryC")):
            yield from _flat(shapely.get_parts(part))
        else:
            yield part


def _part(part: BaseGeometry, decimals: int) -> str:
    if part.geom_type == "Polygon":
        rings = (shapely.get_coordinates(ring) for ring in shapely.get_rings(part))
        return "".join(path_through(ring.tolist(), decimals, closed=True) for ring in rings)
    if part.geom_type in ("LineString", "LinearRing"):
        return path_through(shapely.get_coordinates(part).tolist(), decimals)
    return ""
