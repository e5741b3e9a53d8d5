"""What stands around the map: title and date above, the source below, the key beside or below.

Everything is measured before anything is drawn, because what is left over is the map.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from service.pictures.fonts import Face, width
from service.pictures.projection import Box
from service.pictures.svg import add, colour, text

Sign = Callable[[Element, float, float], None]
"""Draws a small sign at a place."""

_BETWEEN, _MOST_BETWEEN = 16.0, 48.0
"""Room between columns."""


@dataclass(frozen=True)
class Line:
    """One line of text with, perhaps, a sign before it; `above`: room above it."""

    said: str
    face: Face
    size: float
    ink: str = "ink"
    indent: float = 0.0
    sign: Sign | None = None
    above: float = 0.0
    rule: bool = False

    @property
    def width(self) -> float:
        """The width that it takes."""
        return self.indent + width(self.said, self.face, self.size)

    @property
    def height(self) -> float:
        """The height that it takes, with the room above it."""
        return round(self.above + self.size * 1.28, 1)


def wrapped(said: str, face: Face, size: float, room: float) -> list[str]:
    """Break a text into lines no wider than some room, at spaces; a longer word stands out."""
    lines: list[str] = []
    for word in said.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, face, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def paragraph(said: str, face: Face, size: float, room: float, ink: str = "ink",
              indent: float = 0.0, above: float = 0.0) -> list[Line]:  # fmt: skip
    """Give a text as lines of one look, one at least."""
    parts = wrapped(said, face, size, room - indent) or [""]
    return [
        Line(part, face, size, ink, indent, None, above if number == 0 else 0.0)
        for number, part in enumerate(parts)
    ]


def height(lines: Sequence[Line]) -> float:
    """Give how high lines are."""
    return round(sum(line.height for line in lines), 1)


def write(group: Element, lines: Sequence[Line], x: float, y: float, room: float) -> float:
    """Write lines from a place down; gives where they end."""
    for line in lines:
        if line.rule:
            add(group, "path", d=f"M{x:g} {y + line.above / 2:g}h{room:g}", stroke=colour("rule"))
        top = y + line.above
        if line.sign:
            line.sign(group, x, round(top + line.size * 0.64 - 7, 1))
        if line.said:
            text(group, line.said, x + line.indent, round(top + line.size * 0.98, 1), line.face,
                 line.size, fill=colour(line.ink))  # fmt: skip
        y = round(y + line.height, 1)
    return y


def grid(lines: Sequence[Line], room: float) -> list[tuple[float, list[Line]]]:
    """Spread lines over as many columns as there is room for, filled from the top.

    Gives for each column where it begins, and its lines.
    """
    if not lines:
        return []
    for rows in range(1, len(lines) + 1):
        parts = [list(lines[first : first + rows]) for first in range(0, len(lines), rows)]
        wide = [max(line.width for line in part) for part in parts]
        spare = room - sum(wide)
        if spare >= _BETWEEN * (len(parts) - 1):
            break
    gap = min(spare / (len(parts) - 1), _MOST_BETWEEN) if len(parts) > 1 else 0.0
    starts = [sum(wide[:number]) + gap * number for number in range(len(parts))]
    return list(zip(starts, parts, strict=True))


def panel(group: Element, box: Box, edge: str) -> None:
    """Draw the paper under what stands around the map; `edge` is the side that has a line."""
    x, y, w, h = box
    add(group, "rect", x=x, y=y, width=w, height=h, fill=colour("paper"))
    sides = {"left": f"M{x:g} {y:g}v{h:g}", "top": f"M{x:g} {y:g}h{w:g}",
             "bottom": f"M{x:g} {y + h:g}h{w:g}"}  # fmt: skip
    add(group, "path", d=sides[edge], stroke=colour("rule-firm"), fill="none")
