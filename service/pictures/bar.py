"""The scale bar, and the notice over a map of a day that the source says nothing of."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from service.pictures.fonts import PLAIN, SEMIBOLD, width
from service.pictures.projection import Box, Frame
from service.pictures.sheet import wrapped
from service.pictures.svg import add, colour, layer, text

_STEPS = (1, 2, 5)


def length_km(frame: Frame) -> float:
    """Give a round length that is about a seventh of the frame's width, at most 150 pixels."""
    most = min(frame.w / 5, 150) * frame.km_a_pixel
    lengths = (step * 10.0**power for power in range(-3, 5) for step in _STEPS)
    return max((length for length in lengths if length <= most), default=0.001)


def box(frame: Frame) -> Box:
    """Give where the scale bar lies."""
    wide = length_km(frame) / frame.km_a_pixel
    return frame.x + 8, frame.y + frame.h - 32, wide + 16, 26.0


def draw(picture: Element, frame: Frame) -> None:
    """Draw the scale bar; it holds in the middle of the map, as Mercator grows to the north."""
    x, y, w, h = box(frame)
    length = length_km(frame)
    said = f"{length:g} km" if length >= 1 else f"{length * 1000:g} m"
    group = layer(picture, "scale", "Scale bar")
    add(group, "rect", x=x, y=y, width=w, height=h, rx=3, fill=colour("paper"), fill_opacity=0.82)
    text(group, said, x + w / 2, y + 13, PLAIN, 12, fill=colour("ink"), text_anchor="middle")
    add(group, "path", d=f"M{x + 8:.1f} {y + 16:.1f}v5h{w - 16:.1f}v-5", fill="none",
        stroke=colour("ink"), stroke_width=1.3)  # fmt: skip


class Notice:
    """Says on the map itself that an empty map is no statement about the world."""

    def __init__(self, said: str, frame: Frame) -> None:
        self.size = 12.5 if frame.w < 500 else 15.0
        self.lines = wrapped(said, SEMIBOLD, self.size, frame.w - 52)
        wide = max(width(line, SEMIBOLD, self.size) for line in self.lines) + 28
        high = len(self.lines) * self.size * 1.3 + 12
        self.box: Box = (round(frame.x + (frame.w - wide) / 2, 1), frame.y + 12,
                         round(wide, 1), round(high, 1))  # fmt: skip

    def draw(self, picture: Element) -> None:
        """Draw the notice at the top of the map."""
        x, y, w, h = self.box
        group = layer(picture, "notice", "Notice", text_anchor="middle")
        add(group, "rect", x=x, y=y, width=w, height=h, rx=4, fill=colour("paper"),
            fill_opacity=0.96, stroke=colour("rule-firm"))  # fmt: skip
        for number, line in enumerate(self.lines):
            text(group, line, x + w / 2, round(y + 6 + self.size * (1.3 * number + 1), 1), SEMIBOLD,
                 self.size, fill=colour("ink"))  # fmt: skip
