"""Labels as they are written: style, lines, roles as chips; their size, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from service.maps.moment import Entry
from service.maps.words import Words
from service.pictures.fonts import BOLD, ITALIC, PLAIN, Face, width
from service.pictures.projection import Box
from service.pictures.svg import add, colour, layer, text

CHIP, CHIP_GAP = 13.0, 2.0
ROLES = ("origin", "transit", "destination")
_CHIP_BORDER, _CHIP_INK = "#6b6459", "#3f3a33"


@dataclass(frozen=True)
class Style:
    """How the lines of a label are written, as map.css has it."""

    face: Face
    size: float
    ink: str
    halo: str
    leading: float = 1.1

    @property
    def line(self) -> float:
        """The height of a line."""
        return self.leading * self.size

    def baseline(self, top: float) -> float:
        """Give the baseline of a line whose box begins at `top`."""
        # Ascent and descent of the fonts; what is left of the line's height is halved.
        ascent, descent = (1.036, 0.335) if self.face is ITALIC else (1.024, 0.4)
        return top + self.size * ((self.leading - ascent - descent) / 2 + ascent)


@dataclass(frozen=True)
class Label:
    """A label: its lines, a note in plain letters below, and the roles of a country."""

    kind: str
    style: Style
    lines: tuple[str, ...]
    note: str | None = None
    roles: tuple[Entry, ...] = ()
    is_beside: bool = False

    @property
    def noted(self) -> Style:
        """How the note is written."""
        return Style(PLAIN, self.style.size - 1, self.style.ink, self.style.halo, 1.15)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        wide = max(width(line, self.style.face, self.style.size) for line in self.lines)
        high = self.style.line * len(self.lines)
        if self.note:
            wide = max(wide, width(self.note, PLAIN, self.noted.size))
            high += self.noted.line
        if self.roles and self.is_beside:
            return round(wide + 4 + self.chips, 1), round(max(high, CHIP), 1)
        if self.roles:
            return round(max(wide, self.chips), 1), round(high + 2 + CHIP, 1)
        return round(wide, 1), round(high, 1)

    @property
    def chips(self) -> float:
        """The width of the chips."""
        return len(self.roles) * (CHIP + CHIP_GAP) - CHIP_GAP


@dataclass
class Lettering:
    """The layers that labels are written in: halos lie below all letters.

    Halos are texts of their own: `paint-order`, which would do with one, Illustrator leaves out.
    """

    picture: Element
    words: Words
    halos: Element = field(init=False)
    _layers: dict[str, Element] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.halos = layer(self.picture, "halos", "Halos of names", stroke_linejoin="round",
                           text_anchor="middle", stroke_opacity=0.85)  # fmt: skip
        for name, said in (("countries", "Country names"), ("roles", "Country roles"),
                           ("places", "Place names")):  # fmt: skip
            self._layers[name] = layer(self.picture, name, said, text_anchor="middle")

    def write(self, label: Label, box: Box) -> None:
        """Write a label into its box."""
        x, y, w, h = box
        side = label.chips + 4 if label.roles and label.is_beside else 0.0
        middle, top = x + (w - side) / 2, y
        if side:
            top += (h - label.style.line * len(label.lines)) / 2
        group = self._layers["places" if label.kind == "place" else "countries"]
        for line in label.lines:
            self._line(group, line, middle, top, label.style)
            top += label.style.line
        if label.note:
            self._line(group, label.note, middle, top, label.noted)
        if label.roles:
            left = x + w - label.chips if side else middle - label.chips / 2
            self._chips(label.roles, left, y + (h - CHIP) / 2 if side else top + 2)

    def _line(self, group: Element, said: str, x: float, top: float, style: Style) -> None:
        y = style.baseline(top)
        text(self.halos, said, x, y, style.face, style.size, fill=colour(style.halo),
             stroke=colour(style.halo), stroke_width=3)  # fmt: skip
        text(group, said, x, y, style.face, style.size, fill=colour(style.ink))

    def _chips(self, roles: Sequence[Entry], x: float, y: float) -> None:
        for place, entry in enumerate(roles):
            mark = self.words["role"][f"{entry.row['role']}_mark"]
            chip(self._layers["roles"], mark, x + place * (CHIP + CHIP_GAP), y,
                 is_sure=entry.is_sure)  # fmt: skip


def chip(group: Element, mark: str, x: float, y: float, *, is_sure: bool = True) -> None:
    """Draw a role as a letter in a box; dashed where it is not sure."""
    add(group, "rect", x=x + 0.5, y=y + 0.5, width=CHIP - 1, height=CHIP - 1, rx=2.5,
        fill="#ffffff", stroke=_CHIP_BORDER, stroke_width=1,
        stroke_dasharray=None if is_sure else "2 1.5")  # fmt: skip
    text(group, mark, x + CHIP / 2, y + 9.9, BOLD, 9.5, fill=_CHIP_INK, text_anchor="middle")


def broken(name: str, count: int) -> tuple[str, ...]:
    """Give a name in so many lines of about equal length, or in one."""
    said = name.split(" ")
    if count == 1:
        return (name,)
    best: tuple[str, ...] = (name,)
    for cut in range(1, len(said) - count + 2):
        lines = (" ".join(said[:cut]), *broken(" ".join(said[cut:]), count - 1))
        if len(lines) == count and max(map(len, lines)) < max(map(len, best)):
            best = lines
    return best


def in_order(roles: Sequence[Entry]) -> tuple[Entry, ...]:
    """Give the roles of a country in the order in which they are always told."""
    return tuple(entry for role in ROLES for entry in roles if entry.row["role"] == role)
