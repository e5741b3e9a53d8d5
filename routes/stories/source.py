"""A story's file taken apart: what its front matter says, and the sections of its text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from routes.report import Fault

FENCE = "+++"
LOCATED = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
HEADING = re.compile(r"##(?!#)\s*(.*?)\s*(?:\{#([^}]*)\})?\s*")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
REMEDY = 'Write it like title = "A title"; days like 2003-12-01, months and years in quotes'


@dataclass(frozen=True)
class Prose:
    """A piece of the text, and the line in which it begins, counted from 1."""

    text: str
    line: int

    @classmethod
    def of(cls, lines: Sequence[str], start: int, after: int) -> Prose:
        """Take the lines from `start` to before `after`, counted from 0, without blank ends."""
        while start < after and not lines[start].strip():
            start += 1
        return cls("\n".join(lines[start:after]).rstrip(), start + 1)

    def line_of(self, value: str) -> int:
        """Give the line of the file in which something stands; the first if it is not found."""
        return self.line + self.text.count("\n", 0, max(0, self.text.find(value.split("\n")[0])))


@dataclass(frozen=True)
class Part:
    """A section as it stands in the text; `line` is that of its heading."""

    id: str
    heading: str
    line: int
    prose: Prose


@dataclass(frozen=True)
class Source:
    """A story's file taken apart. `front` are the lines of its front matter, from line 2 on."""

    file: str
    said: dict[str, Any]
    front: tuple[str, ...]
    introduction: Prose
    parts: tuple[Part, ...]

    def fault(self, line: int, field: str, value: object, problem: str, remedy: str) -> Fault:
        """Describe a fault in a line of the file."""
        return Fault(self.file, f"line {line}", field, str(value), problem, remedy)

    def line_of(self, key: str, section: str | None = None) -> int:
        """Give the line of a key of the front matter, or of what it would stand in."""
        table = None
        best = 1
        for number, line in enumerate(self.front, start=2):
            if opened := re.match(r"\s*\[\s*sections\s*\.\s*[\"']?([^\]\"']*?)[\"']?\s*\]", line):
                table = opened[1]
                best = number if table == section else best
            elif table == section and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
        return best


def taken_apart(file: str, text: str) -> tuple[Source | None, list[Fault]]:
    """Split a story's text; without front matter that can be read there is nothing to split."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != FENCE:
        first = lines[0] if lines else ""
        problem = "does not begin with front matter"
        remedy = f"Begin the file by a line {FENCE}, then title = …, and close by another {FENCE}"
        return None, [Fault(file, "line 1", "the file", first, problem, remedy)]
    ends = next((at for at, line in enumerate(lines) if at and line.strip() == FENCE), None)
    if ends is None:
        problem, remedy = "is not closed", f"End the front matter by a line {FENCE}"
        return None, [Fault(file, "line 1", "front matter", FENCE, problem, remedy)]
    try:
        said = tomllib.loads("\n".join(lines[1:ends]))
    except tomllib.TOMLDecodeError as error:
        return None, [_broken(file, lines, ends, str(error))]
    introduction, parts, faults = _parts(file, lines, ends + 1)
    return Source(file, said, tuple(lines[1:ends]), introduction, parts), faults


def _broken(file: str, lines: list[str], ends: int, error: str) -> Fault:
    """Say where in the file the front matter cannot be read; TOML counts from the fence on."""
    located = LOCATED.search(error)
    line = int(located[1]) + 1 if located and located[1] else ends
    problem = f"is not TOML: {LOCATED.sub('', error).strip().lower()}"
    return Fault(file, f"line {line}", "front matter", lines[line - 1].strip(), problem, REMEDY)


def _parts(file: str, lines: list[str], start: int) -> tuple[Prose, tuple[Part, ...], list[Fault]]:
    faults: list[Fault] = []
    heads: list[tuple[int, str, str]] = []
    for at in range(start, len(lines)):
        line = lines[at]
        if re.match(r"#(?!#)", line):
            problem = "is a heading of the first level"
            remedy = "The title stands in the front matter; begin a section by ## Heading {#its-id}"
            faults.append(Fault(file, f"line {at + 1}", "heading", line, problem, remedy))
        elif found := HEADING.fullmatch(line):
            heads.append((at, found[1], found[2] or ""))
            faults += _head_faults(file, at + 1, found[1], found[2])
    edges = [*(at for at, _, _ in heads), len(lines)]
    parts = tuple(
        Part(name, heading, at + 1, Prose.of(lines, at + 1, after))
        for (at, heading, name), after in zip(heads, edges[1:], strict=True)
    )
    return Prose.of(lines, start, edges[0]), parts, faults


def _head_faults(file: str, line: int, heading: str, name: str | None) -> list[Fault]:
    if not heading:
        problem, remedy = "is empty", "Write a heading after the ##"
        return [Fault(file, f"line {line}", "heading", "", problem, remedy)]
    suggested = "-".join(re.findall(r"[a-z0-9]+", heading.lower())[:4]) or "its-id"
    remedy = f"Write an id of a-z, 0-9 and hyphens after it: ## {heading} {{#{suggested}}}"
    if name is None:
        return [Fault(file, f"line {line}", "heading", heading, "has no id", remedy)]
    if not ID.fullmatch(name):
        return [Fault(file, f"line {line}", "id", name, "is not the id of a section", remedy)]
    return []
