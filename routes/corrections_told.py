"""Corrections in words: one sentence says what of a feature was corrected, and how.

English by itself; another language is a `Telling` of the same texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from geo.times import BOUND_COLUMNS
from routes.corrections import Correction, Corrections, FieldChange
from routes.schema import COLLECTIONS

LONGEST_QUOTED = 60
# Said by `when`, in words.
SAID_BY_WHEN = ("valid", "end")
LABELS = {"when": "date", "editor_note": "editor’s note"}
OF_ATLAS = (
    *("title", "summary", "byline", "knowledge_ends", "licence", "lang"),
    *("opening_date", "view", "extent", "notes"),
)
"""What an atlas says of itself (atlas.toml)."""

TEXTS: Mapping[str, str] = {
    "atlas": "The atlas’s {what}.",
    "source_new": "New source: {source}.",
    "source_gone": "No longer a source: {source}.",
    "source": "The source {source} is described otherwise.",
    "story_new": "New story: {story}.",
    "story_gone": "No longer a story: {story}.",
    "story": "The story {story} is told otherwise.",
    "story_in": "The story {story} is told otherwise in {sections}.",
    "new": "New in {collection}: {name}.",
    "gone": "No longer in {collection}: {name}.",
    "changed": "{name} ({collection}): {what}.",
    "form": "its form",
    "moved": "geometry moved by up to {distance}",
    "given": "geometry added",
    "taken": "geometry removed",
    "field_new": "{field} added: {after}",
    "field_new_long": "{field} added",
    "field_gone": "{field} removed: {before}",
    "field_gone_long": "{field} removed",
    "field": "{field}: {before} is now {after}",
    "field_long": "{field} reworded",
    "quoted": "“{text}”",
    "under_a_metre": "less than 1 m",
    "then": "{one}; {next}",
    "listed": "{one}, {next}",
}
"""What is said of corrections; in braces stands what is filled in."""


def _label(field: str) -> str:
    return LABELS.get(field, field.replace("_", " "))


FIELDS: Mapping[str, str] = {
    name: _label(name)
    for name in (*OF_ATLAS, *(field.name for one in COLLECTIONS.values() for field in one.fields))
    if name not in (*BOUND_COLUMNS, *SAID_BY_WHEN, "id")
}
"""What columns are called, by name."""
TITLES: Mapping[str, str] = {name: one.title.lower() for name, one in COLLECTIONS.items()}


def _as_it_is(_: str | None, text: str) -> str:
    return text


@dataclass(frozen=True)
class Telling:
    """How a language says corrections: `TEXTS`, `FIELDS` and `TITLES` in it.

    `quote` gives what stands between quotation marks, of a column's name, or None for the name of
    a feature, and a text of the atlas. Texts may be of a class of str that knows markup, as long
    as it fills in by `format`.
    """

    texts: Mapping[str, str]
    fields: Mapping[str, str]
    titles: Mapping[str, str]
    point: str = "."
    quote: Callable[[str | None, str], str] = _as_it_is

    def say(self, key: str, **values: str) -> str:
        """Fill in a text."""
        return self.texts[key].format(**values)

    def quoted(self, column: str | None, text: str) -> str:
        """Quote a text of the atlas."""
        return self.say("quoted", text=self.quote(column, text))

    def joined(self, key: str, parts: Iterable[str]) -> str:
        """Join what is said, one after the other."""
        return reduce(lambda said, part: self.say(key, one=said, next=part), parts)


ENGLISH = Telling(TEXTS, FIELDS, TITLES)


def sentences(corrections: Corrections, telling: Telling = ENGLISH) -> list[str]:
    """Say everything that was corrected, the atlas's own words first."""
    own = [telling.say("atlas", what=_field(change, telling)) for change in corrections.atlas]
    sources = [_source(change, telling) for change in corrections.sources]
    told = [_story(change, telling) for change in corrections.stories]
    return [*own, *sources, *(sentence(one, telling) for one in corrections.features), *told]


def sentence(correction: Correction, telling: Telling = ENGLISH) -> str:
    """Say one correction: "“Across the river” (routes): date: “about 2003” is now “2002”."."""
    said = {
        "collection": telling.titles[correction.collection],
        "name": telling.quoted(None, correction.name or correction.id),
    }
    if correction.kind == "added":
        return telling.say("new", **said)
    if correction.kind == "removed":
        return telling.say("gone", **said)
    fields = (change for change in correction.fields if change.field not in SAID_BY_WHEN)
    changed = [_field(change, telling) for change in fields]
    if correction.geometry == "moved":
        distance = _distance(correction.moved_m or 0.0, telling)
        changed.append(telling.say("moved", distance=distance))
    elif correction.geometry != "same":
        changed.append(telling.say(correction.geometry))
    what = telling.joined("then", changed) if changed else telling.say("form")
    return telling.say("changed", what=what, **said)


def _source(change: FieldChange, telling: Telling) -> str:
    key = "source"
    if change.before is None:
        key = "source_new"
    elif change.after is None:
        key = "source_gone"
    return telling.say(key, source=change.field)


def _story(change: FieldChange, telling: Telling) -> str:
    """Say which story is new, gone or told otherwise, and in which sections."""
    before, after = change.before, change.after
    story = telling.quoted("title", str((after or before)["title"]))
    if before is None:
        return telling.say("story_new", story=story)
    if after is None:
        return telling.say("story_gone", story=story)
    was, now = ({one["id"]: one for one in told["sections"]} for told in (before, after))
    differs = (one for name, one in {**was, **now}.items() if was.get(name) != now.get(name))
    changed = [telling.quoted("heading", one["heading"]) for one in differs]
    if not changed:
        return telling.say("story", story=story)
    return telling.say("story_in", story=story, sections=telling.joined("listed", changed))


def _field(change: FieldChange, telling: Telling) -> str:
    field = telling.fields.get(change.field) or _label(change.field)
    before, after = (_value(change.field, one, telling) for one in (change.before, change.after))
    if before is None:
        key, is_long = "field_new", not after
    elif after is None:
        key, is_long = "field_gone", not before
    else:
        key, is_long = "field", not (before and after)
    values = {} if is_long else {"before": before or "", "after": after or ""}
    return telling.say(f"{key}_long" if is_long else key, field=field, **values)


def _value(column: str, value: Any, telling: Telling) -> str | None:  # noqa: ANN401 (of its type)
    """Quote a short value; "" for a long one, None for none."""
    if value is None or value == []:
        return None
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return telling.quoted(column, text) if len(text) <= LONGEST_QUOTED else ""


def _distance(metres: float, telling: Telling) -> str:
    """Say a distance no more exactly than a drawn line has it."""
    if metres < 1000:
        return f"{metres:.0f} m" if metres >= 1 else telling.say("under_a_metre")
    if metres >= 10_000:
        return f"{metres / 1000:.0f} km"
    return f"{metres / 1000:.1f} km".replace(".", telling.point)
