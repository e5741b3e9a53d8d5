"""What there is to tell of a day, in words: as static/panel.js tells it beside the map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geo import words as dates
from service.maps.days import DAY
from service.maps.moment import Moment
from service.maps.state import State
from service.maps.words import Words

FRESH = 31 * DAY
"""How long a change is news, in seconds."""


@dataclass(frozen=True)
class Story:
    """A headline with a line over it, sentences, what to be careful with, and what comes next.

    `source` says on whose word and where it stands; `dated` holds what changed in a range of days,
    each with its day.
    """

    kicker: str
    title: str
    texts: tuple[str, ...] = ()
    care: str = ""
    source: str = ""
    dated: tuple[tuple[str, str], ...] = ()
    then: Story | None = None


def story_of(state: State, moment: Moment, said: Words) -> Story:
    """Tell a day: what changed within a month, a shift that may be happening, the last change.

    After the source's knowledge: that nothing is known.
    """
    panel = said["panel"]
    if moment.is_beyond:
        return _beyond(state, moment, panel)
    if moment.to is not None:
        return _of_range(state, moment, said)
    latest = _latest(moment, panel)
    if not moment.shifts:
        return latest or Story(panel["first"], str(state["atlas"]["title"]))
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
        texts.append(words["ground"].format(date=dates.date(last)))
    if _seconds(last) >= ends["at"]:
        texts.append(words["knowledge"].format(year=ends["year"]))
    dated = tuple((_day(change["at"]), " ".join(change["words"])) for change in moment.changes)
    if not dated:
        texts.append(words["no_changes"])
    title = words["title" if count > 1 else "title_one" if count else "title_none"]
    span = {"first": dates.date(moment.day), "last": dates.date(last)}
    return Story(
        words["kicker"],
        title.format(count=count, **span),
        tuple(texts),
        dated=dated,
        then=_shift(moment.shifts[0], state, said) if moment.shifts else None,
    )


def _age(moment: Moment) -> int:
    at = _seconds(moment.day)
    return at - int(moment.latest["at"]) if moment.latest else at


def _latest(moment: Moment, panel: dict[str, str]) -> Story | None:
    if moment.latest is None:
        return None
    title, *texts = moment.latest["words"]
    day = _day(moment.latest["at"])
    kicker = panel["now" if day == dates.date(moment.day) else "latest"]
    return Story(kicker.format(when=day), title.removesuffix("."), tuple(texts))


def _beyond(state: State, moment: Moment, panel: dict[str, str]) -> Story:
    ends = state["atlas"]["knowledge_ends"]
    until = f" – {dates.date(moment.to)}" if moment.to else ""
    values = {"year": ends["year"], "date": dates.date(moment.day) + until}
    # The boundaries go on after the source's knowledge: say what changed with them last.
    is_later = moment.latest is not None and moment.latest["at"] > ends["at"]
    return Story(
        panel["beyond"].format(**values),
        panel["beyond_title"].format(**values),
        (panel["beyond_text"].format(**values),),
        then=_latest(moment, panel) if is_later else None,
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
    )


def _day(at: int) -> str:
    return dates.date(str(np.datetime64(at, "s").astype("datetime64[D]")))


def _seconds(day: str) -> int:
    return int(np.datetime64(day, "s").astype(np.int64))
