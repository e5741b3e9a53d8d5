"""How a sheet of some size is divided: title and date above, source below, key beside or below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from service.pictures.fonts import PLAIN, TITLE, width
from service.pictures.projection import Box
from service.pictures.sheet import Line, grid, height, panel, paragraph, write
from service.pictures.svg import layer

COLUMN = 268.0
"""The width of the column beside the map."""
WIDE, TALL = 900, 480
"""From this size on there is room for it."""
SMALL = 500
Keys = tuple[list[Line], list[Line]]
"""Lines for a grid, and lines of full width after them."""
_LEAST_MAP = 0.52
"""The share of the height below which the map gets no smaller for the sake of the key."""


@dataclass
class Layout:
    """The parts of a sheet; what they leave over is the map."""

    w: int
    h: int
    head: list[list[Line]] = field(default_factory=list)
    foot: list[Line] = field(default_factory=list)
    beside: list[Line] = field(default_factory=list)
    below: list[Line] = field(default_factory=list)
    note: list[Line] = field(default_factory=list)

    @property
    def margin(self) -> float:
        """The room at the edge of the sheet."""
        return 10.0 if self.w < SMALL else 18.0

    @property
    def room(self) -> float:
        """The width that texts have."""
        return self.w - 2 * self.margin

    @property
    def is_small(self) -> bool:
        """Whether letters have to be smaller."""
        return self.w < SMALL

    def title(self, title: str, day: str) -> None:
        """Set title and date: on one line where both fit, else one below the other."""
        big, bigger = (24.0, 28.0) if self.w >= WIDE else (19.0, 24.0)
        if self.is_small:
            big, bigger = 15.0, 20.0
        fits = width(title, TITLE, big) + width(day, TITLE, bigger) + 40 <= self.room
        if fits:
            first = Line(title, TITLE, big, above=round((bigger - big) * 0.98, 1))
            self.head = [[first], [Line(day, TITLE, bigger)]]
            return
        self.head = [[*paragraph(title, TITLE, big, self.room), Line(day, TITLE, bigger)]]

    def source(self, said: str) -> None:
        """Set the line that says on whose word."""
        self.foot = paragraph(said, PLAIN, 11 if self.is_small else 12, self.room, "quiet")

    def place(self, column: Sequence[Callable[[], list[Line]]],
              below: Sequence[Keys]) -> None:  # fmt: skip
        """Take the first of what could stand beside the map that fits, or else below it."""
        if self.w >= WIDE and self.h >= TALL:
            for written in column:
                lines = written()
                if height(lines) + 24 <= self.map_h:
                    self.beside = lines
                    return
        for self.below, self.note in below:
            if self.map_h >= self.h * _LEAST_MAP:
                return
        self.below, self.note = [], []

    @property
    def head_h(self) -> float:
        """The height of what stands above the map."""
        return round(max(map(height, self.head)) + (12 if self.is_small else 18), 1)

    @property
    def below_h(self) -> float:
        """The height of the key below the map."""
        if not (self.below or self.note):
            return 0.0
        rows = max((height(part) for _, part in grid(self.below, self.room)), default=0.0)
        return round(rows + height(self.note) + 10, 1)

    @property
    def map_h(self) -> float:
        """The height of the map."""
        foot = height(self.foot) + 10
        return round(self.h - self.head_h - self.below_h - foot, 1)

    @property
    def map_box(self) -> Box:
        """Where the map lies."""
        return 0.0, self.head_h, self.w - (COLUMN if self.beside else 0.0), self.map_h

    def draw(self, picture: Element) -> None:
        """Draw what stands around the map."""
        self._head(layer(picture, "title", "Title and date"))
        self._key(layer(picture, "key", "Key"))
        top = round(self.head_h + self.map_h + self.below_h, 1)
        foot = layer(picture, "source", "Source")
        panel(foot, (0.0, top, float(self.w), round(self.h - top, 1)), "top")
        write(foot, self.foot, self.margin, top + 4, self.room)

    def _head(self, group: Element) -> None:
        panel(group, (0.0, 0.0, float(self.w), self.head_h), "bottom")
        top = 5.0 if self.is_small else 8.0
        write(group, self.head[0], self.margin, top, self.room)
        for lines in self.head[1:]:
            # From the right edge, so that it stays on the sheet in a wider font, too.
            right = layer(group, "date", "Date", text_anchor="end")
            write(right, lines, self.w - self.margin, top, self.room)

    def _key(self, group: Element) -> None:
        if self.beside:
            x = self.w - COLUMN
            panel(group, (x, self.head_h, COLUMN, self.map_h), "left")
            write(group, self.beside, x + 16, self.head_h + 12, COLUMN - 32)
        if self.below or self.note:
            self._grid(group, round(self.head_h + self.map_h, 1))

    def _grid(self, group: Element, top: float) -> None:
        panel(group, (0.0, top, float(self.w), self.below_h), "top")
        ends = [
            write(group, part, round(self.margin + start, 1), top + 5, self.room)
            for start, part in grid(self.below, self.room)
        ]
        write(group, self.note, self.margin, max(ends, default=top + 5), self.room)
