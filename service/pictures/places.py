"""Crossings as rings and soft areas, events as small diamonds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from service.maps.moment import Entry
from service.pictures.ground import area
from service.pictures.projection import Frame
from service.pictures.svg import add, colour, layer, path_of, path_through, titled

UNSURE = "#6d747b"
RADIUS = 7
"""Half of what a mark takes, in pixels, with the room around it."""
_BESIDE = (10.0, -11.0)
"""An event stands beside its place where a ring stands there already."""


@dataclass(frozen=True)
class Mark:
    """Something that stands at a point of the picture, in pixels."""

    entry: Entry
    x: float
    y: float


def rings(entries: Sequence[Entry], frame: Frame) -> list[Mark]:
    """Give the crossings that are points."""
    return _marks([entry for entry in entries if entry.row.get("point")], frame)


def diamonds(entries: Sequence[Entry], frame: Frame, rings: Sequence[Mark]) -> list[Mark]:
    """Give the events that have a place, beside the rings."""
    taken = {(ring.x, ring.y) for ring in rings}
    found = _marks([entry for entry in entries if entry.row.get("point")], frame)
    dx, dy = _BESIDE
    return [
        Mark(mark.entry, mark.x + dx, mark.y + dy) if (mark.x, mark.y) in taken else mark
        for mark in found
    ]


def areas(entries: Sequence[Entry]) -> list[Entry]:
    """Give the crossings of which no place is named."""
    return [entry for entry in entries if entry.row.get("outline") is not None]


def draw_areas(picture: Element, entries: Sequence[Entry], outlines: Sequence[Any],
               frame: Frame) -> None:  # fmt: skip
    """Draw areas soft-edged: nobody knows where in them."""
    group = layer(picture, "areas", "Crossing areas", fill=colour("water"), fill_rule="evenodd")
    for entry in entries:
        written = path_of(area(outlines[entry.row["outline"]], frame))
        if written:
            firm = 0.42 if entry.is_sure else 0.26
            path = add(group, "path", d=written, fill_opacity=firm, filter="url(#soft)")
            titled(path, entry.row["name"])


def draw_rings(picture: Element, marks: Sequence[Mark], *, far: bool) -> None:
    """Draw the crossings that have a place."""
    group = layer(picture, "crossings", "Crossings", fill="none",
                  stroke_width=2.0 if far else 2.4)  # fmt: skip
    for mark in marks:
        stroke = colour("ink") if mark.entry.is_sure else UNSURE
        ring = add(group, "circle", cx=mark.x, cy=mark.y, r=3.6 if far else 4.8,
                   stroke=stroke)  # fmt: skip
        titled(ring, mark.entry.row["name"])


def draw_diamonds(picture: Element, marks: Sequence[Mark], *, far: bool) -> None:
    """Draw the events of the year; hollow where the source gives no date."""
    group = layer(picture, "events", "Events")
    for mark in marks:
        is_dated, size = not mark.entry.row["undated"], 4.6 if far else 6.2
        titled(diamond(group, mark.x, mark.y, size, is_dated=is_dated), mark.entry.row["name"])


def diamond(group: Element, x: float, y: float, size: float = 6.0, *, is_dated: bool) -> Element:
    """Draw one diamond around a point; `size` is half its height."""
    corners = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
    return add(
        group,
        "path",
        d=path_through(corners, closed=True),
        fill=colour("event" if is_dated else "paper"),
        stroke="#ffffff" if is_dated else colour("event"),
        stroke_width=1.0 if is_dated else 1.5,
    )


def _marks(entries: Sequence[Entry], frame: Frame) -> list[Mark]:
    if not entries:
        return []
    places = frame.pixels(np.array([entry.row["point"] for entry in entries], dtype=float))
    places = places.round(1)
    return [
        Mark(entry, float(x), float(y))
        for entry, (x, y) in zip(entries, places, strict=True)
        if frame.x <= x <= frame.x + frame.w and frame.y <= y <= frame.y + frame.h
    ]
