"""The quiet part of a picture: sea, land, the states of the day, the European Union."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from service.maps.features import Row
from service.maps.moment import Moment
from service.pictures.projection import Box, Frame
from service.pictures.svg import add, colour, layer, path_of, titled

# Ground that map.css draws in colours of its own.
BACKDROP_BORDER, INNER_BORDER, HATCH = "#ddd7ca", "#6f675a", "#b3aa98"
_SIMPLER = 0.4
"""Pixels: what a simpler line may leave the true one by."""


def draw(picture: Element, moment: Moment, outlines: Sequence[Any], frame: Frame, *,
         known: Box, with_union: bool) -> None:  # fmt: skip
    """Draw sea, land, member states, borders and, if asked for, the union's outer border.

    `known` is the box, in degrees, that the atlas has boundaries for.
    """
    shapes = _shapes(moment, outlines, frame)
    states = _of_kind(moment, "state")
    members = [row for row in states if with_union and row["entity"] in moment.members]
    others = [row for row in states if row not in members]
    backdrops = _of_kind(moment, "backdrop")
    _sea(layer(picture, "sea", "Sea"), known, frame)
    land = layer(picture, "land", "Land", fill_rule="evenodd")
    _fill(land, backdrops, shapes, "backdrop")
    _fill(land, others, shapes, "land")
    if members:
        union = layer(picture, "member-states", "Member states", fill_rule="evenodd")
        _fill(union, members, shapes, "member")
    inner = _of_kind(moment, "disputed-part")
    if inner:
        hatched = layer(picture, "disputed-parts", "Disputed parts", fill_rule="evenodd")
        _fill(hatched, inner, shapes, "url(#hatch)")
    _borders(layer(picture, "borders", "Borders", fill="none", stroke_linejoin="round"),
             moment, shapes, frame)  # fmt: skip
    if with_union and moment.union:
        union = layer(picture, "eu-border", "EU border", fill="none", stroke_linejoin="round",
                      stroke=colour("union"), stroke_width=2.6, stroke_opacity=0.85)  # fmt: skip
        _line(union, lines(moment.union["lines"], frame), moment.union["name"])


def area(outline: Any, frame: Frame) -> BaseGeometry:  # noqa: ANN401
    """Give an outline of the state, rings of polygons, as an area in pixels, cut to the frame."""
    polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in outline]
    parts = shapely.get_parts(frame.clipped(frame.drawn(shapely.MultiPolygon(polygons))))
    # What only touches the edge is cut to a line. Points stay as they are, so that neighbours meet.
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])


def lines(parts: Sequence[Any], frame: Frame) -> BaseGeometry:
    """Give the parts of a line as one in pixels, cut to the frame."""
    whole = shapely.MultiLineString([part for part in parts if len(part) > 1])
    return shapely.simplify(frame.clipped(frame.drawn(whole)), _SIMPLER)


def _shapes(moment: Moment, outlines: Sequence[Any], frame: Frame) -> dict[str, BaseGeometry]:
    """Give the shape of each boundary in pixels, those of neighbours made simpler together.

    One by one, the border that two states share would become two lines, a little apart.
    """
    shapes = {row["id"]: area(outlines[row["outline"]], frame) for row in moment.boundaries}
    apart = [row["id"] for row in moment.boundaries if row["kind"] in ("state", "backdrop")]
    simpler = shapely.coverage_simplify(np.array([shapes[name] for name in apart]), _SIMPLER)
    return shapes | dict(zip(apart, simpler, strict=True))


def _sea(group: Element, known: Box, frame: Frame) -> None:
    """Draw the sea where the atlas knows of land; beyond, nothing is said."""
    corners = frame.pixels(np.array([[known[0], known[3]], [known[2], known[1]]]))
    left, top = np.maximum(corners[0], [frame.x, frame.y]).tolist()
    right, bottom = np.minimum(corners[1], [frame.x + frame.w, frame.y + frame.h]).tolist()
    add(group, "rect", x=frame.x, y=frame.y, width=frame.w, height=frame.h, fill=colour("paper"))
    if right > left and bottom > top:
        add(group, "rect", x=left, y=top, width=right - left, height=bottom - top,
            fill=colour("sea"))  # fmt: skip


def _of_kind(moment: Moment, kind: str) -> list[Row]:
    return [row for row in moment.boundaries if row["kind"] == kind]


def _fill(group: Element, rows: Iterable[Row], shapes: dict[str, BaseGeometry], name: str) -> None:
    fill = name if name.startswith("url") else colour(name)
    for row in rows:
        written = path_of(shapes[row["id"]])
        if written:
            titled(add(group, "path", d=written, fill=fill), row["name"])


def _borders(group: Element, moment: Moment, shapes: dict[str, BaseGeometry], frame: Frame) -> None:
    """Draw each border once, where two states share it: an editor moves one line, not two."""
    held = [shapes[row["id"]] for row in _of_kind(moment, "state")]
    behind = [shapes[row["id"]] for row in _of_kind(moment, "backdrop")]
    firm = _rims(held)
    _line(group, shapely.difference(_rims(behind), firm), None, stroke=BACKDROP_BORDER,
          stroke_width=1)  # fmt: skip
    _line(group, firm, None, stroke=colour("border"), stroke_width=1)
    for row in _of_kind(moment, "administered-territory"):
        _line(group, shapely.boundary(shapes[row["id"]]), row["name"], stroke=INNER_BORDER,
              stroke_width=1.6, stroke_dasharray="0.1 4", stroke_linecap="round")  # fmt: skip
    for row in _of_kind(moment, "disputed-part"):
        _line(group, shapely.boundary(shapes[row["id"]]), row["name"], stroke=colour("border"),
              stroke_width=1)  # fmt: skip
    for row in moment.disputed:
        _line(group, lines(row["lines"], frame), "disputed", stroke=INNER_BORDER,
              stroke_width=1.8, stroke_dasharray="5 4")  # fmt: skip


def _rims(shapes: list[BaseGeometry]) -> BaseGeometry:
    rims = shapely.boundary(np.array(shapes, dtype=object))
    return shapely.line_merge(shapely.unary_union(rims))


def _line(group: Element, geometry: BaseGeometry, said: str | None, **attributes: object) -> None:
    written = path_of(geometry)
    if written:
        path = add(group, "path", d=written, **attributes)
        if said:
            titled(path, said)
