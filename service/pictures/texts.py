"""The texts around a picture: title, date, routes of the day, key, source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from service.maps.moment import Entry, Moment
from service.maps.state import State
from service.maps.words import Words, day_said
from service.pictures.fonts import BOLD, PLAIN, SEMIBOLD, TITLE, width
from service.pictures.key import SAMPLE_W, route_sample, sample
from service.pictures.lettering import CHIP, ROLES, chip
from service.pictures.sheet import Line, paragraph
from service.pictures.svg import colour, text

INDENT = SAMPLE_W + 9


def source_line(state: State, atlas: Mapping[str, Any], moment: Moment, said: Words) -> str:
    """Say on whose word, in which edition, whose boundaries of which day, and how it may be used.

    Of a range of days the boundaries are those of the last, which the map cannot show by itself.
    """
    parts = [state["atlas"]["byline"], said["page"]["edition"].format(number=state["edition"])]
    if state["boundaries"]:
        parts.append(said["page"]["attribution"])
    if state["boundaries"] and moment.to:
        parts.append(said["range"]["ground_short"].format(date=day_said(moment.to, said)))
    return " · ".join(part for part in (*parts, str(atlas.get("licence") or "")) if part)


def routes_lines(moment: Moment, state: State, when: str, said: Words, room: float,
                 detail: int) -> list[Line]:  # fmt: skip
    """Give the routes of the day: name, when, how sure; or why there are none.

    `detail` 2 has all, 1 leaves out how sure (the key tells), 0 gives the names alone.
    """
    if not moment.routes:
        return _none(moment, state, when, said, room)
    lines = [Line(said["panel"]["routes"], SEMIBOLD, 13)]
    for entry in moment.routes:
        lines += _route(entry, said, room, detail)
    return lines


def _none(moment: Moment, state: State, when: str, said: Words, room: float) -> list[Line]:
    year = state["atlas"]["knowledge_ends"]["year"]
    if not moment.is_beyond:
        return paragraph(said["panel"]["none"], PLAIN, 13, room)
    told = said["panel"]["beyond_text"].format(date=when, year=year)
    return [
        *paragraph(said["panel"]["beyond_title"].format(year=year), TITLE, 17, room),
        *paragraph(told, PLAIN, 13, room, above=4),
    ]


def _route(entry: Entry, said: Words, room: float, detail: int) -> list[Line]:
    name, *more = paragraph(entry.row["name"], SEMIBOLD, 13, room, indent=INDENT, above=5)
    lines = [_signed(name, partial(_draw_route, entry)), *more]
    if detail > 0:
        lines += paragraph(entry.row.get("when", ""), PLAIN, 12, room, "quiet", INDENT)
    if detail > 1:
        lines += paragraph(said["mark"][entry.mark], PLAIN, 12, room, "quiet", INDENT)
    return lines


def _draw_route(entry: Entry, group: Any, x: float, y: float) -> None:  # noqa: ANN401
    route_sample(group, entry, x, y)


def key_lines(kinds: Sequence[str], said: Words, room: float, size: float = 12.5, *,
              short: bool = False) -> list[Line]:  # fmt: skip
    """Give the key, a line a sign."""
    lines: list[Line] = []
    for kind in kinds:
        words = said["legend"]
        told = words.get(f"{kind}_short", words[kind]) if short else words[kind]
        first, *more = paragraph(told, PLAIN, size, room, indent=INDENT, above=1.5)
        lines += [_signed(first, partial(_draw_kind, kind)), *more]
    return lines


def _draw_kind(kind: str, group: Any, x: float, y: float) -> None:  # noqa: ANN401
    sample(group, kind, x, y)


def roles_lines(said: Words, room: float) -> list[Line]:
    """Give the key of the roles, and that one mark a country is a simplification."""
    signs = Line("", PLAIN, 12.5, sign=partial(_draw_roles, said), above=1.5)
    return [signs, *paragraph(said["legend"]["roles_note"], PLAIN, 12, room, "quiet", above=2)]


def _draw_roles(said: Words, group: Any, x: float, y: float) -> None:  # noqa: ANN401
    for role in ROLES:
        chip(group, said["role"][f"{role}_mark"], x, y + 0.5)
        text(group, said["role"][role], x + CHIP + 5, y + 11, PLAIN, 12.5, fill=colour("ink"))
        x = round(x + CHIP + 5 + width(said["role"][role], PLAIN, 12.5) + 12, 1)


def ruled(lines: Sequence[Line]) -> list[Line]:
    """Put a thin rule above lines."""
    return [Line("", BOLD, 0.1, above=13, rule=True), *lines] if lines else []


def _signed(line: Line, sign: Any) -> Line:  # noqa: ANN401
    return Line(line.said, line.face, line.size, line.ink, line.indent, sign, line.above)
