"""The stories of an atlas's folder, read and checked: every fault at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from routes.reading import ENCODING
from routes.report import Fault
from routes.stories import prose, states
from routes.stories.source import ID, Part, Prose, Source, taken_apart
from routes.stories.states import Context
from routes.stories.story import Section, Stories, Story

FOLDER = "stories"
NEEDED = ("title", "byline", "language", "summary")
KEYS = (*NEEDED, "view", "layers", "sections")
MOST_BYTES = 200_000
MOST_SECTIONS = 60


def read(folder: Path, context: Context) -> tuple[Stories, list[Fault]]:
    """Read `stories/*.md` in an atlas's folder; no such folder is no stories and no fault."""
    stories: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    for path in sorted((folder / FOLDER).glob("*.md")):
        story, wrong = _read(path, context)
        faults += sorted(wrong, key=_line)
        if story is not None and not wrong:
            stories[story.id] = story.said()
    return stories, faults


def _read(path: Path, context: Context) -> tuple[Story | None, list[Fault]]:
    file = f"{FOLDER}/{path.name}"
    faults = [] if ID.fullmatch(path.stem) else [_name_fault(file, path.stem)]
    try:
        text = path.read_bytes()
        if len(text) > MOST_BYTES:
            problem = f"has {len(text):,} bytes, and a story has at most {MOST_BYTES:,}"
            return None, [*faults, Fault(file, "", "the file", "", problem, "Make two of it")]
        source, wrong = taken_apart(file, text.decode(ENCODING))
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        return None, [*faults, Fault(file, "", "the file", "", problem, "Make it readable")]
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8: {error.reason} at byte {error.start}"
        return None, [*faults, Fault(file, "", "the file", "", problem, "Save it as UTF-8")]
    faults += wrong
    if source is None:
        return None, faults
    faults += _front_faults(source)
    faults += _fitting_faults(source)
    sections = [_section(source, part, context, faults) for part in source.parts]
    faults += _prose_faults(source, source.introduction, context)
    if faults:
        return None, faults
    texts = {key: source.said[key].strip() for key in NEEDED}
    return Story(
        path.stem, **texts, introduction=source.introduction.text, sections=tuple(sections)
    ), []


def _line(fault: Fault) -> int:
    return int(fault.row.removeprefix("line ") or 0)


def _name_fault(file: str, name: str) -> Fault:
    remedy = "Name the file by a-z, 0-9 and hyphens, like stories/vlora.md"
    return Fault(file, "", "the file's name", name, "is not the id of a story", remedy)


def _front_faults(source: Source) -> Iterator[Fault]:
    said = source.said
    for key in said.keys() - set(KEYS):
        yield _unknown(source, key, KEYS)
    for key in NEEDED:
        value = said.get(key)
        if key not in said:
            yield source.fault(1, key, "", "is missing", f'Add {key} = "…" to the front matter')
        elif not isinstance(value, str) or not value.strip():
            is_empty = isinstance(value, str)
            problem, remedy = ("is empty", "Write it") if is_empty else \
                ("is not text", "Put it in quotes")  # fmt: skip
            yield source.fault(source.line_of(key), key, value, problem, remedy)
    language = said.get("language")
    if isinstance(language, str) and language.strip() and not states.LANGUAGE.fullmatch(language):
        yield source.fault(
            source.line_of("language"),
            "language",
            language,
            "is not a tag of a language",
            'Write it like "en", "sq" or "sr-Latn"',
        )


def _fitting_faults(source: Source) -> Iterator[Fault]:
    """Find what of the text and the front matter does not belong together."""
    said, parts = _states(source), source.parts
    if not isinstance(source.said.get("sections", {}), dict):
        yield source.fault(
            source.line_of("sections"),
            "sections",
            "",
            "is not a table",
            "Give each section's state under [sections.its-id]",
        )
    if not parts:
        yield source.fault(
            len(source.front) + 2,
            "the text",
            "",
            "has no section",
            "Begin one by ## Heading {#its-id}",
        )
    if len(parts) > MOST_SECTIONS:
        yield source.fault(
            parts[MOST_SECTIONS].line,
            "the text",
            "",
            f"has {len(parts)} sections, and a story has at most {MOST_SECTIONS}",
            "Make two stories of it",
        )
    first: dict[str, Part] = {}
    for part in parts:
        earlier = first.setdefault(part.id, part)
        if part.id and earlier is not part:
            yield source.fault(
                part.line,
                "id",
                part.id,
                f"is that of the section in line {earlier.line} too",
                "Give each section an id of its own",
            )
    for name in said.keys() - first.keys():
        near = difflib.get_close_matches(name, [one for one in first if one not in said], 1)
        guess = f"; is it {near[0]!r}?" if near else ""
        yield source.fault(
            source.line_of("", name),
            f"sections.{name}",
            "",
            f"is the state of no section of the text{guess}",
            f"Write ## Heading {{#{name}}} where it begins, or take it out",
        )


def _section(source: Source, part: Part, context: Context, faults: list[Fault]) -> Section:
    """Read one section; its faults are added to those of the story."""
    said = _states(source).get(part.id)
    if said is None and ID.fullmatch(part.id):
        faults.append(
            source.fault(
                part.line,
                "section",
                part.id,
                "has no state of the map",
                f"Add [sections.{part.id}] and a date to the front matter",
            )
        )
    state = states.State(source, part.id, said if isinstance(said, dict) else {}, context)
    if said is not None:
        faults += state.faults()
        faults += [
            _unknown(source, key, states.KEYS, part.id)
            for key in state.said.keys() - set(states.KEYS)
        ]
    if not part.prose.text:
        faults.append(
            source.fault(
                part.line, "section", part.id, "has no text", "Write some below its heading"
            )
        )
    faults += _prose_faults(source, part.prose, context)
    return Section(
        part.id,
        part.heading,
        state.days,
        state.view,
        state.layers,
        state.highlight,
        part.prose.text,
    )


def _states(source: Source) -> Mapping[str, Any]:
    said = source.said.get("sections")
    return said if isinstance(said, dict) else {}


def _prose_faults(source: Source, text: Prose, context: Context) -> Iterator[Fault]:
    """Find what a page would not show, and references to what is not there."""
    for kind, value in dict.fromkeys(prose.written(text.text)):
        wrong = _wrong(source, kind, value, context)
        if wrong is not None:
            yield source.fault(text.line_of(value), kind, value, *wrong)


def _wrong(source: Source, kind: str, value: str, context: Context) -> tuple[str, str] | None:
    """Give what is wrong with something in a text, and its remedy; None for nothing."""
    sections = sorted({part.id for part in source.parts if ID.fullmatch(part.id)})
    if kind == "image":
        return "is an image", "Take it out: the map is the picture"
    if kind == "reference without end":
        return "cannot be read", "Write one source in it, like [@lindstrom-2004, table 2]"
    if kind == "reference" and context.sources is not None and value not in context.sources:
        return "is not a source", _choice("sources.toml has", sorted(context.sources))
    if kind == "link" and not prose.is_safe(value):
        where = "https://, mailto:, / (this service) or # (a section)"
        return "leads where no link may", f"Begin it by {where}"
    if kind == "link" and value.startswith("#") and value[1:] not in sections:
        return "leads to no section", _choice("The text has", sections)
    return None


def _unknown(source: Source, key: str, known: Sequence[str], section: str | None = None) -> Fault:
    near = difflib.get_close_matches(key, known, 1)
    remedy = f"Is it {near[0]}? " if near else ""
    name = f"sections.{section}.{key}" if section else key
    return source.fault(
        source.line_of(key, section),
        name,
        "",
        "is not known here",
        f"{remedy}There is {', '.join(known)}",
    )


def _choice(said: str, names: Sequence[str]) -> str:
    return f"{said} {', '.join(names)}" if names else f"{said} none"
