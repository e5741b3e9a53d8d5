"""The routes: a broad soft band for the schematic course, over it a line that says how sure.

The twin of static/layers.js and static/arrows.js. Arrowheads are shapes, not markers: Illustrator
does not keep markers, and a head has to stay with its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from service.maps.features import Row
from service.maps.moment import Entry
from service.pictures.projection import Frame, Pixels
from service.pictures.svg import add, colour, layer, path_of, path_through, titled

SHORTEST_ARROW = 16
"""A course shorter than this in pixels is a dot, not an arrow."""
_OPEN_SHARE, _OPEN_STEPS = 0.45, 5
_LIGHTER = 0.7
_FILLED = (12, 9.5, ((1.5, 1.5), (10, 6), (1.5, 10.5), (4, 6)))
_OPEN = (14, 11, ((2, 2.2), (11.5, 7), (2, 11.8), (4.6, 7)))
"""Arrowheads as parts.html has them: the size of their box, where the line's end lies, shape."""
_HEAD_SIZE = 4.6


@dataclass(frozen=True)
class Ink:
    """How a mark is drawn: width in pixels, dashes, ends."""

    width: float
    dashes: str | None = None
    cap: str | None = None


_NEAR = {"possible": Ink(3.2, "0.1 6.2", "round"), "ending": Ink(2.6, "8 5", "butt")}
_FAR = {"possible": Ink(2.4, "0.1 4.4", "round"), "ending": Ink(2.0, "5 3.5", "butt")}


def ink(mark: str, *, far: bool = False) -> Ink:
    """Give the line of a mark; `far`: finer, as for a map seen from afar."""
    return (_FAR if far else _NEAR).get(mark, Ink(2.0 if far else 2.6))


def opacity(entry: Entry) -> float:
    """Give how firm the line of a route is."""
    return _LIGHTER if entry.is_lighter or entry.mark == "fading" else 1.0


def colour_of(row: Row) -> str:
    """Give the colour of a route: water or land."""
    return colour("over-land" if row["mode"] == "land" else "water")


def paths(entries: Sequence[Entry], frame: Frame) -> list[BaseGeometry]:
    """Give the drawn lines in pixels, for the labels to keep off."""
    return [shapely.MultiLineString(_parts(entry.row, frame)) for entry in entries]


def is_seen(entry: Entry, frame: Frame) -> bool:
    """Tell whether some of a route lies in the frame."""
    return frame_holds(frame, shapely.MultiLineString(_parts(entry.row, frame)))


def draw(picture: Element, entries: Sequence[Entry], frame: Frame, *, far: bool) -> None:
    """Draw bands and lines, each route a group of its own with its name and times."""
    bands = layer(picture, "bands", "Bands", opacity=0.2, fill="none", stroke_linejoin="round",
                  stroke_linecap="round", stroke_width=8 if far else 12)  # fmt: skip
    routes = layer(picture, "routes", "Routes", stroke_linejoin="round")
    for entry in entries:
        if not is_seen(entry, frame):
            continue
        row, drawn = entry.row, _parts(entry.row, frame)
        # Only a schematic course has a band; one that is surveyed is where it is drawn.
        if row.get("precision") == "schematic":
            whole = path_of(frame.clipped(shapely.MultiLineString(drawn)))
            if whole:
                titled(add(bands, "path", d=whole, stroke=colour_of(row)), row["name"])
        group = add(routes, "g", id=f"route-{row['id']}", fill="none")
        titled(group, f"{row['name']}: {row.get('when', '')}")
        _course(group, entry, drawn, frame, far)


def _course(group: Element, entry: Entry, drawn: list[Pixels], frame: Frame, far: bool) -> None:
    is_long = sum(_length(part) for part in drawn) >= SHORTEST_ARROW
    dot = 5.0 if far else 7.0
    line, firmness = ink(entry.mark, far=far), opacity(entry)
    ends = terminal_ends(entry.row["lines"])
    for part, is_end in zip(drawn, ends, strict=True):
        is_open = is_end and bool(entry.row.get("implied"))
        for step, share, is_last in _steps(part, is_open):
            stroke = shapely.LineString(step)
            if not frame_holds(frame, stroke):
                continue
            add(group, "path", d=path_through(step.tolist(), 2),
                stroke=colour_of(entry.row), stroke_width=line.width if is_long else dot,
                stroke_dasharray=line.dashes if is_long else None,
                stroke_linecap=line.cap if is_long else "round",
                stroke_opacity=_part_of_one(firmness * share))  # fmt: skip
            if is_end and is_last and is_long:
                _head(group, step, line.width, entry, firmness * share, is_open)


def frame_holds(frame: Frame, geometry: BaseGeometry, margin: float = 12) -> bool:
    """Tell whether something of a geometry can be seen."""
    box = shapely.box(frame.x - margin, frame.y - margin,
                      frame.x + frame.w + margin, frame.y + frame.h + margin)  # fmt: skip
    return bool(shapely.intersects(box, geometry))


def terminal_ends(lines: Sequence[Any]) -> list[bool]:
    """Tell for each part of a network whether it ends there.

    One that ends where another begins or passes is a stage on the way and bears no arrowhead.
    """
    inner = [np.asarray(line, dtype=float)[:-1] for line in lines]
    return [
        not any(
            place != own and bool((np.abs(other - lines[own][-1]) < 1e-6).all(axis=1).any())
            for place, other in enumerate(inner)
        )
        for own in range(len(lines))
    ]


def _steps(part: Pixels, is_open: bool) -> Iterator[tuple[Pixels, float, bool]]:
    """Give the strokes of a part, how firm each is, and whether it is the last.

    A goal that the source only implies is reached by a line that fades.
    """
    if not is_open:
        yield part, 1.0, True
        return
    firm = 1 - _OPEN_SHARE
    yield _between(part, 0, firm), 1.0, False
    for step in range(_OPEN_STEPS):
        first, last = (firm + _OPEN_SHARE * (step + more) / _OPEN_STEPS for more in (0, 1))
        share = 0.9 - 0.5 * step / (_OPEN_STEPS - 1)
        yield _between(part, first, last), share, step == _OPEN_STEPS - 1


def _between(part: Pixels, first: float, last: float) -> Pixels:
    cut = shapely.ops.substring(shapely.LineString(part), first, last, normalized=True)
    return shapely.get_coordinates(cut)


def _head(group: Element, step: Pixels, width: float, entry: Entry, share: float,
          is_open: bool) -> None:  # fmt: skip
    box, at, shape = _OPEN if is_open else _FILLED
    size = _HEAD_SIZE * width / box
    along = step[-1] - step[-2]
    angle = np.arctan2(along[1], along[0])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = (np.array(shape) - [at, box / 2]) * size @ turn + step[-1]
    hue = colour_of(entry.row)
    outlined = {"stroke": hue, "stroke_width": 1.5 * size} if is_open else {}
    fill = colour("paper") if is_open else hue
    add(group, "path", d=path_through(points.tolist(), 2, closed=True), fill=fill,
        opacity=_part_of_one(share), **outlined)  # fmt: skip


def _part_of_one(share: float) -> float | None:
    return None if share == 1 else share


def _parts(row: Row, frame: Frame) -> list[Pixels]:
    return [frame.pixels(np.asarray(line, dtype=float)) for line in row["lines"]]


def _length(part: Pixels) -> float:
    return float(np.hypot(*np.diff(part, axis=0).T).sum())
