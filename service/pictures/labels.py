"""What bears a name on a picture, and where: places first, then the countries of the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from service.maps.features import Row
from service.maps.moment import Entry, Moment
from service.maps.words import Words
from service.pictures.fonts import BOLD, ITALIC
from service.pictures.ground import area
from service.pictures.lettering import Label, Style, broken, in_order
from service.pictures.places import RADIUS, Mark
from service.pictures.placing import Ground, Item, Placed, Variant, place
from service.pictures.projection import Box, Frame
from service.pictures.spots import Field, around, off_land

LEAST_SEEN = 260.0
"""Less than this is seen of a country, in square pixels: no name."""
_STAND_IN_REACH = 50.0
"""What stands in for a country has to stand well inside it."""
_EDGE = 3.0


@dataclass(frozen=True)
class Named:
    """What a picture shows that labels know of."""

    moment: Moment
    outlines: Sequence[Any]
    words: Words
    frame: Frame
    rings: Sequence[Mark]
    diamonds: Sequence[Mark]
    areas: Sequence[Entry]
    roles: Sequence[Entry]
    lines: Sequence[BaseGeometry]
    far: bool
    small: bool


def labels(named: Named, taken: Sequence[Box]) -> list[Placed]:
    """Place the labels of a picture; `taken` are boxes that lie over the map."""
    frame = named.frame
    held = (frame.x + _EDGE, frame.y + _EDGE, frame.w - 2 * _EDGE, frame.h - 2 * _EDGE)
    marks = [_box(mark) for mark in (*named.rings, *named.diamonds)]
    items = [*_places(named), *_countries(named, held)]
    return place(items, Ground(held, [*taken, *marks], named.lines))


def _box(mark: Mark) -> Box:
    return mark.x - RADIUS, mark.y - RADIUS, 2.0 * RADIUS, 2.0 * RADIUS


def _places(named: Named) -> Iterator[Item]:
    style = Style(BOLD, 13 if named.small else 14, "ink", "#ffffff", 1.15)
    for mark in named.rings:
        label = Label("place", style, (mark.entry.row["name"],))
        others = [_box(other) for other in named.rings if other is not mark]
        yield Item([_variant(label, 0)], around(_box(mark), others), (2, 2))
    for entry in named.areas:
        shape = area(named.outlines[entry.row["outline"]], named.frame)
        if shape.is_empty:
            continue
        west, north, east, south = shape.bounds
        note = named.words["legend"]["area"]
        written = (Label("place", style, broken(entry.row["name"], count), note)
                   for count in (2, 3, 1))  # fmt: skip
        variants = [_variant(label, 2 * number) for number, label in enumerate(written)]
        spots = off_land(around((west, north, east - west, south - north)), _land(named))
        yield Item(variants, spots, (2, 2))


def _land(named: Named) -> BaseGeometry:
    rows = named.moment.boundaries
    shapes = [shapely.make_valid(area(named.outlines[row["outline"]], named.frame)) for row in rows]
    return shapely.union_all(np.array(shapes, dtype=object))


def _countries(named: Named, held: Box) -> list[Item]:
    """Give the countries, small ones first: they have the fewest places."""
    rows = [row for row in named.moment.boundaries if row["kind"] != "backdrop"]
    roles = _by_outline(named.roles)
    found: list[tuple[float, Item]] = []
    for row in rows:
        spot = Field(_own_ground(row, rows, named), held)
        worn = roles.get(row["outline"], ())
        if spot.area > LEAST_SEEN:
            variants = list(_country_variants(row, worn, named))
            found.append((spot.area, Item(variants, spot.spots)))
    for outline in roles.keys() - {row["outline"] for row in rows}:
        spot = Field(area(named.outlines[outline], named.frame), held)
        if spot.area > LEAST_SEEN:
            name = roles[outline][0].row["country"]
            variants = list(_stand_in_variants(name, roles[outline], named))
            # Last of all, by the names among themselves: a set has no order of its own.
            found.append((float("inf"), Item(variants, spot.spots, reach=_STAND_IN_REACH)))
    found.sort(key=lambda each: (each[0], each[1].variants[0].said.lines))
    return [item for _, item in found]


def _own_ground(row: Row, rows: Sequence[Row], named: Named) -> BaseGeometry:
    """Give a shape without the territories in it that bear a name of their own."""
    own = area(named.outlines[row["outline"]], named.frame)
    for other in rows:
        if other["kind"] == "administered-territory" and row["entity"] in other["within"]:
            inner = area(named.outlines[other["outline"]], named.frame)
            own = shapely.difference(shapely.make_valid(own), shapely.make_valid(inner))
    return own


def _country_variants(row: Row, roles: tuple[Entry, ...], named: Named) -> Iterator[Variant]:
    name, kind = row["name"], "state" if row["kind"] == "state" else "minor"
    # "Kosovo (UN administration)": the legend says the rest where there is no room for it.
    short, bracket, rest = name.partition(" (")
    if bracket and rest.endswith(")"):
        full, small = _style("minor", named), _style("minor small", named)
        yield _variant(Label(kind, full, (short, f"({rest}"), roles=roles), 0)
        yield _variant(Label(kind, full, (short,), roles=roles), 8)
        yield _variant(Label(kind, small, (short,), roles=roles), 16)
        return
    for size, extra in ((kind, 0), (f"{kind} small", 12)):
        for count in _counts(name):
            lines, cost = broken(name, count), extra + _cost(name, count)
            for worn, beside, bare in _dresses(roles):
                label = Label(kind, _style(size, named), lines, roles=worn, is_beside=beside)
                yield _variant(label, cost + bare)


def _stand_in_variants(name: str, roles: tuple[Entry, ...], named: Named) -> Iterator[Variant]:
    """Never without its name: the chips would be read as those of the state around it."""
    for dress, beside in enumerate((False, True)):
        for number, count in enumerate((2, 1) if len(name) > 12 else (1,)):
            label = Label("minor", _style("minor", named), broken(name, count), None, roles, beside)
            yield _variant(label, 4 * number + 6 * dress)


def _dresses(roles: tuple[Entry, ...]) -> Sequence[tuple[tuple[Entry, ...], bool, float]]:
    return (((roles, False, 0), (roles, True, 6), ((), False, 40)) if roles
            else (((), False, 0),))  # fmt: skip


def _counts(name: str) -> list[int]:
    said = len(name.split(" "))
    return [count for count in (1, 2, 3) if count <= said and (count == 1 or len(name) > 8)]


def _cost(name: str, count: int) -> float:
    is_long = len(name) > 15
    return {1: 8 if is_long else 0, 2: 0 if is_long else 5, 3: 3 if is_long else 12}[count]


def _style(kind: str, named: Named) -> Style:
    largest = 14 if named.small else 16
    sizes = {"state": largest, "state small": 13, "minor": 13, "minor small": 11.5}
    is_shrunk = named.far and kind != "state"
    ink = "#5f584c" if kind.startswith("state") else "#6a6357"
    return Style(ITALIC, 11.5 if is_shrunk else sizes[kind], ink, "land")


def _variant(label: Label, cost: float) -> Variant:
    return Variant(label, *label.size, cost)


def _by_outline(entries: Sequence[Entry]) -> dict[int, tuple[Entry, ...]]:
    groups: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.row["outline"] is not None:
            groups[entry.row["outline"]].append(entry)
    return {outline: in_order(group) for outline, group in groups.items()}
