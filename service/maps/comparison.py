"""The page of a comparison: two maps beside each other, or one that tells what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from service.maps.page import TimeMap, state_of
from service.maps.state import ShownEdition
from service.maps.view import MapView
from service.maps.words import day_said, words

Arrangement = Literal["two", "one"]


@dataclass(frozen=True)
class Comparison:
    """What is compared: two days of one edition, or one day in two editions.

    `days` are ISO days, the earlier first; `editions` the numbers of two editions, None for days.
    `known` are the editions that a reader can choose from. `told` is the HTML of the words.
    """

    days: tuple[str, str]
    editions: tuple[int, int] | None
    known: Sequence[int]
    arrangement: Arrangement
    told: str


def compare_page(
    earlier: ShownEdition, later: ShownEdition, compared: Comparison, view: MapView
) -> str:
    """Give the HTML of `/compare`: the same text for the same editions and view."""
    state = state_of(later, view.lang)
    before = state if earlier == later else state_of(earlier, view.lang)
    more = _told(before, state, compared, view)
    page = TimeMap(state, view, "compare", more)
    return str(page.get_root().render())


def _told(
    before: dict[str, Any], state: dict[str, Any], compared: Comparison, view: MapView
) -> dict[str, Any]:
    """Give what the page says beyond what every map says."""
    said = words(view.lang)
    names = [day_said(day, said) for day in compared.days]
    if compared.editions:
        names = [said["compare"]["edition"].format(number=one) for one in compared.editions]
    heading = said["compare"]["of_editions" if compared.editions else "of_days"]
    title = said["compare"]["title"].format(first=names[0], second=names[1])
    description = said["compare"]["description"]
    return {
        "compared": compared,
        "names": names,
        "heading": heading,
        "before": None if before is state else before,
        "day_in_words": day_said(compared.days[1], said),
        "settings_of_comparison": {
            "days": compared.days,
            "editions": compared.editions,
            "maps": compared.arrangement,
        },
        "of_head": {
            "atlas": {**state["atlas"], "title": title, "byline": state["atlas"]["title"]},
            "say": said | {"page": said["page"] | {"description": description}},
        },
    }
