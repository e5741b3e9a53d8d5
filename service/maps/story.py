"""What there is to tell of a day, in words: as static/panel.js tells it beside the map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from service.maps.days import DAY
from service.maps.moment import Moment
from service.maps.state import State
from service.maps.words import Words, counted, day_said, days_said

FRESH = 31 * DAY
"""How long a change is news, in seconds."""


@dataclass(frozen=True)
class Story:
    """A headline with a line over it, sentences, what to be careful with, and what comes next.

    `source` says on whose word and where it stands; `dated` holds what changed in a range of days,
    each with its day.
    `is_quoted`: the headline is in the atlas's own words, whatever language the page is in.
    """

    kicker: str
    title: str
    texts: tuple[str, ...] = ()
    care: str = ""
    source: str = ""
    dated: tuple[tuple[str, str], ...] = ()
    then: Story | None = None
    is_quoted: bool = False


def story_of(state: State, moment: Moment, said: Words) -> Story:
    """Tell a day: what changed within a month, a shift that may be happening, the last change.

    After the source's knowledge: that nothing is known.
    """
    panel = said["panel"]
    if moment.is_beyond:
        return _beyond(state, moment, said)
    if moment.to is not None:
        return _of_range(state, moment, said)
    latest = _latest(moment, said)
    if not moment.shifts:
        return latest or Story(panel["first"], str(state["atlas"]["title"]), is_quoted=True)
    shift = _shift(moment.shifts[0], state, said)
    is_other = moment.latest is not None and "shift" not in moment.latest["kinds"]
    if latest and is_other and _age(moment) < FRESH:
        return replace(latest, then=shift)
    return replace(shift, then=latest if is_other else None)


def _of_range(state: State, moment: Moment, said: Words) -> Story:
    """Tell a range: how many routes, then every change in it with its day, then its shifts."""
    words, last = said["range"], str(moment.to)
    count, sure = len(moment.routes), sum(entry.is_sure for entry in moment.routes)
    ends = state["atlas"]["knowledge_ends"]
    texts = []
    if count:
        texts.append(words["sure"].format(sure=sure, unsure=count - sure))
    if state["boundaries"]:
        texts.append(words["ground"].format(date=day_said(last, said)))
    if _seconds(last) >= ends["at"]:
        texts.append(words["knowledge"].format(year=ends["year"]))
    dated = tuple(
        (day_said(_day(change["at"]), said), " ".join(change["words"])) for change in moment.changes
    )
    if not dated:
        texts.append(words["no_changes"])
    span = {"first": day_said(moment.day, said), "last": day_said(last, said)}
    title = words["title_none"].format(**span)
    if count:
        title = counted(said, "range", "title", count, **span)
    return Story(
        words["kicker"],
        title,
        tuple(texts),
        dated=dated,
        then=_shift(moment.shifts[0], state, said) if moment.shifts else None,
    )


def _age(moment: Moment) -> int:
    at = _seconds(moment.day)
    return at - int(moment.latest["at"]) if moment.latest else at


def _latest(moment: Moment, said: Words) -> Story | None:
    if moment.latest is None:
        return None
    title, *texts = moment.latest["words"]
    day = _day(moment.latest["at"])
    kicker = said["panel"]["now" if day == moment.day else "latest"]
    return Story(kicker.format(when=day_said(day, said)), title.removesuffix("."), tuple(texts))


def _beyond(state: State, moment: Moment, said: Words) -> Story:
    panel = said["panel"]
    ends = state["atlas"]["knowledge_ends"]
    values = {"year": ends["year"], "date": days_said(moment.day, moment.to, said)}
    # The boundaries go on after the source's knowledge: say what changed with them last.
    is_later = moment.latest is not None and moment.latest["at"] > ends["at"]
    return Story(
        panel["beyond"].format(**values),
        panel["beyond_title"].format(**values),
        (panel["beyond_text"].format(**values),),
        then=_latest(moment, said) if is_later else None,
    )


def _shift(shift: dict[str, Any], state: State, said: Words) -> Story:
    """Tell a shift: what gave way to what, why, with what care, and on whose word."""
    panel, names = said["panel"], {route["id"]: route["name"] for route in state["routes"]}

    def named(side: str) -> str:
        return "; ".join(names.get(one, one) for one in shift[side])

    cited = state["sources"].get(shift.get("source"), {}).get("short", shift.get("source"))
    source = ", ".join(part for part in (cited, shift.get("locator")) if part)
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
        panel["on_whose_word"].format(source=source) if source else "",
        is_quoted=True,
    )


def _day(at: int) -> str:
    return str(np.datetime64(at, "s").astype("datetime64[D]"))


def _seconds(day: str) -> int:
    return int(np.datetime64(day, "s").astype(np.int64))
