"""What there is to tell of a day, in words: as static/panel.js tells it beside the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from service.maps.days import DAY
from service.maps.moment import Moment
from service.maps.state import State
from service.maps.words import Words, day_said

FRESH = 31 * DAY
"""How long a change is news, in seconds."""


@dataclass(frozen=True)
class Story:
    """A headline with a line over it, sentences, what to be careful with, and what comes next.

    `is_quoted`: the headline is in the atlas's own words, whatever language the page is in.
    """

    kicker: str
    title: str
    texts: tuple[str, ...] = ()
    care: str = ""
    then: Story | None = None
    is_quoted: bool = False


def story_of(state: State, moment: Moment, said: Words) -> Story:
    """Tell a day: what changed within a month, a shift that may be happening, the last change.

    After the source's knowledge: that nothing is known.
    """
    panel = said["panel"]
    if moment.is_beyond:
        return _beyond(state, moment, said)
    latest = _latest(moment, said)
    if not moment.shifts:
        return latest or Story(panel["first"], str(state["atlas"]["title"]), is_quoted=True)
    names = {route["id"]: route["name"] for route in state["routes"]}
    shift = moment.shifts[0]
    is_other = moment.latest is not None and "shift" not in moment.latest["kinds"]
    if latest and is_other and _age(moment) < FRESH:
        return Story(latest.kicker, latest.title, latest.texts, then=_shift(shift, panel, names))
    return _shift(shift, panel, names, latest if is_other else None)


def _age(moment: Moment) -> int:
    at = int(np.datetime64(moment.day, "s").astype(np.int64))
    return at - int(moment.latest["at"]) if moment.latest else at


def _latest(moment: Moment, said: Words) -> Story | None:
    if moment.latest is None:
        return None
    title, *texts = moment.latest["words"]
    day = str(np.datetime64(moment.latest["at"], "s").astype("datetime64[D]"))
    kicker = said["panel"]["now" if day == moment.day else "latest"]
    return Story(kicker.format(when=day_said(day, said)), title.removesuffix("."), tuple(texts))


def _beyond(state: State, moment: Moment, said: Words) -> Story:
    panel = said["panel"]
    ends = state["atlas"]["knowledge_ends"]
    values = {"year": ends["year"], "date": day_said(moment.day, said)}
    # The boundaries go on after the source's knowledge: say what changed with them last.
    is_later = moment.latest is not None and moment.latest["at"] > ends["at"]
    return Story(
        panel["beyond"].format(**values),
        panel["beyond_title"].format(**values),
        (panel["beyond_text"].format(**values),),
        then=_latest(moment, said) if is_later else None,
    )


def _shift(
    shift: dict[str, Any], panel: dict[str, str], names: dict[str, str], then: Story | None = None
) -> Story:
    def named(side: str) -> str:
        return "; ".join(names.get(one, one) for one in shift[side])

    kicker = panel["here_spread" if shift["spread"] else "here"]
    texts = [panel["replaced"].format(**{"from": named("from"), "to": named("to")})]
    if shift["cause"]:
        texts.append(panel["cause"].format(cause=shift["cause"]))
    cares = [shift.get("caveat"), shift.get("editor_note")]
    return Story(
        kicker.format(when=shift["when"], spread=shift["spread"]),
        shift["name"],
        tuple(texts),
        " ".join(text for text in cares if text),
        then,
        is_quoted=True,
    )
