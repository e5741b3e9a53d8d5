"""A plot of ratios as SVG: a bar for each, from 1 to its median, on a scale of tenfold steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks.aims import Aim
from benchmarks.driving import Ratio, short

NAMES, SCALE, MARGIN, LINE, HEAD = 430, 520, 110, 22, 64
BARS, QUIET = "#8fb8d0", "#666"
STYLE = (
    "text{font:13px sans-serif;fill:#222}.title{font-weight:bold;font-size:15px}"
    f".tick{{fill:{QUIET};text-anchor:middle}}line{{stroke:#ccc}}.one{{stroke:#222}}"
    ".range{stroke:#222}"
)


@dataclass(frozen=True)
class Bar:
    """A ratio with its name, and what is aimed at, which is marked."""

    name: str
    ratio: Ratio
    aim: Aim | None = None


def write(path: Path, title: str, bars: Sequence[Bar]) -> Path:
    """Write a plot. The range of rounds is a thin line; a full mark is the aim, a hollow one what
    has to be reached.
    """
    path.parent.mkdir(exist_ok=True)
    path.write_text(svg(title, bars))
    return path


def svg(title: str, bars: Sequence[Bar]) -> str:
    """Give the text of a plot."""
    values = [one for bar in bars for one in _values(bar)] + [1.0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)

    def at(value: float) -> float:
        return NAMES + SCALE * (math.log10(value) - low) / (high - low)

    width, height = NAMES + SCALE + MARGIN, HEAD + LINE * len(bars) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img"><title>{escape(title)}</title>',
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
        f'<text class="title" x="12" y="24">{escape(title)}</text>',
    ]
    for step in range(low, high + 1):
        kind = "one" if step == 0 else "step"
        x = at(10.0**step)
        parts.append(f'<text class="tick" x="{x:.1f}" y="{HEAD - 14}">{10.0**step:g}</text>')
        parts.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{HEAD - 8}" '
                     f'y2="{height - 8}"/>')  # fmt: skip
    for number, bar in enumerate(bars):
        parts += _bar(bar, at, HEAD + LINE * number)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(bar: Bar, at: Callable[[float], float], top: float) -> list[str]:
    middle, ratio = top + LINE / 2, bar.ratio
    left, right = sorted((at(1), at(ratio.median)))
    parts = [
        f'<text x="12" y="{middle + 4}">{escape(bar.name)}</text>',
        f'<rect x="{left:.1f}" y="{top + 4}" width="{right - left:.1f}" height="{LINE - 8}" '
        f'fill="{BARS}"/>',
        f'<line class="range" x1="{at(ratio.lowest):.1f}" x2="{at(ratio.highest):.1f}" '
        f'y1="{middle}" y2="{middle}"/>',
        f'<text x="{NAMES + SCALE + 12}" y="{middle + 4}">{escape(short(ratio.median))}</text>',
    ]
    for value, fill in zip(_limits(bar), ("#fff", "#222"), strict=False):
        parts.append(f'<circle cx="{at(value):.1f}" cy="{middle}" r="4" fill="{fill}" '
                     'stroke="#222"/>')  # fmt: skip
    return parts


def _values(bar: Bar) -> list[float]:
    return [bar.ratio.median, bar.ratio.lowest, bar.ratio.highest, *_limits(bar)]


def _limits(bar: Bar) -> list[float]:
    return [bar.aim.reach, bar.aim.aim] if bar.aim else []
