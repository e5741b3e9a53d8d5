"""Corrections in words: one sentence says what of a feature was corrected, and how."""

from __future__ import annotations

from typing import Any

from routes.corrections import Correction, Corrections, FieldChange
from routes.schema import COLLECTIONS

LONGEST_QUOTED = 60
# Said by `when`, in words.
SAID_BY_WHEN = ("valid", "end")
LABELS = {"when": "date", "editor_note": "editor’s note"}


def sentences(corrections: Corrections) -> list[str]:
    """Say everything that was corrected, the atlas's own words first."""
    own = [f"The atlas’s {_field(change)}." for change in corrections.atlas]
    sources = [_source(change) for change in corrections.sources]
    told = [_story(change) for change in corrections.stories]
    return [*own, *sources, *map(sentence, corrections.features), *told]


def sentence(correction: Correction) -> str:
    """Say one correction: "“Across the river” (routes): date: “about 2003” is now “2002”."."""
    title = COLLECTIONS[correction.collection].title.lower()
    name = f"“{correction.name or correction.id}”"
    if correction.kind == "added":
        return f"New in {title}: {name}."
    if correction.kind == "removed":
        return f"No longer in {title}: {name}."
    changed = [_field(change) for change in correction.fields if change.field not in SAID_BY_WHEN]
    if correction.geometry == "moved":
        changed.append(f"geometry moved by up to {_distance(correction.moved_m or 0.0)}")
    elif correction.geometry != "same":
        changed.append("geometry added" if correction.geometry == "given" else "geometry removed")
    return f"{name} ({title}): {'; '.join(changed) or 'its form'}."


def _source(change: FieldChange) -> str:
    if change.before is None:
        return f"New source: {change.field}."
    if change.after is None:
        return f"No longer a source: {change.field}."
    return f"The source {change.field} is described otherwise."


def _story(change: FieldChange) -> str:
    """Say which story is new, gone or told otherwise, and in which sections."""
    before, after = change.before, change.after
    if before is None:
        return f"New story: “{_title(after)}”."
    if after is None:
        return f"No longer a story: “{_title(before)}”."
    was, now = ({one["id"]: one for one in story["sections"]} for story in (before, after))
    differs = (one for name, one in {**was, **now}.items() if was.get(name) != now.get(name))
    changed = [f"“{one['heading']}”" for one in differs]
    where = f" in {', '.join(changed)}" if changed else ""
    return f"The story “{_title(after)}” is told otherwise{where}."


def _title(story: Any) -> str:  # noqa: ANN401 (as a manifest holds it)
    return str(story["title"])


def _field(change: FieldChange) -> str:
    label = LABELS.get(change.field, change.field.replace("_", " "))
    before, after = _quoted(change.before), _quoted(change.after)
    if before is None:
        return f"{label} added: {after}" if after else f"{label} added"
    if after is None:
        return f"{label} removed: {before}" if before else f"{label} removed"
    return f"{label}: {before} is now {after}" if before and after else f"{label} reworded"


def _quoted(value: Any) -> str | None:  # noqa: ANN401 (of the column's type)
    """Quote a short value; "" for a long one, None for none."""
    if value is None or value == []:
        return None
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"“{text}”" if len(text) <= LONGEST_QUOTED else ""


def _distance(metres: float) -> str:
    """Say a distance no more exactly than a drawn line has it."""
    if metres < 1000:
        return f"{metres:.0f} m" if metres >= 1 else "less than 1 m"
    return f"{metres / 1000:.1f} km" if metres < 10_000 else f"{metres / 1000:.0f} km"
