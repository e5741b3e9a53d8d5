"""What is wrong with an atlas: every fault at once, each with its place and its remedy."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from routes.errors import RoutesError

LONGEST_VALUE = 60
# What differs between two faults of one kind: quoted values, numbers, and the rows they name.
_PARTICULARS = re.compile(r"'[^']*'|\b(?:feature|line|row|edition) \d+ \([^)]*\)|-?\d+(?:\.\d+)?")


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: the file, the row and the field it is in, the value, what is wrong, what to do.

    `place` is where on the map it lies, lon and lat in EPSG:4326, if it lies anywhere.
    """

    file: str
    row: str
    field: str
    value: str
    problem: str
    remedy: str
    place: tuple[float, float] | None = dataclasses.field(default=None, compare=False)

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.row) if part)
        return _one_line(f"{where}: {self.what} {self.problem}. {self.remedy}")

    @property
    def what(self) -> str:
        """The field and the value in it, shortened."""
        value = self.value if len(self.value) <= LONGEST_VALUE else self.value[:57] + "..."
        return f"{self.field} {value!r}" if value else self.field

    @property
    def kind(self) -> str:
        """The problem without its particulars, the same for all faults of one kind."""
        return _PARTICULARS.sub("…", self.problem)


@dataclass(frozen=True)
class Group:
    """All faults of one kind in one field of one file, in the order of the rows."""

    file: str
    field: str
    faults: tuple[Fault, ...]

    @property
    def problem(self) -> str:
        """What is wrong: in full where all say the same, else without the particulars."""
        said = {fault.problem for fault in self.faults}
        return said.pop() if len(said) == 1 else self.faults[0].kind

    @property
    def remedy(self) -> str:
        """What to do, where it is the same for all; else an empty text."""
        said = {fault.remedy for fault in self.faults}
        return said.pop() if len(said) == 1 else ""


class AtlasRefused(RoutesError):
    """An atlas has faults, so nothing of it is published. `faults` lists them all, in order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[Any, ...]:
        # Between processes; otherwise it would be made anew of its words.
        return type(self), (self.faults,)

    def as_dicts(self) -> list[dict[str, Any]]:
        """Give the faults for machines."""
        return [asdict(fault) for fault in self.faults]


class WouldRemove(AtlasRefused):
    """An atlas lacks items that the newest edition has, and nobody said that they should go."""


def grouped(faults: Iterable[Fault]) -> list[Group]:
    """Give faults of one kind together, kinds in the order in which they first appear."""
    found: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        found.setdefault((fault.file, fault.field, fault.kind), []).append(fault)
    return [Group(file, name, tuple(same)) for (file, name, _), same in found.items()]


def as_text(faults: Sequence[Fault], most: int | None = None) -> str:
    """Give a report to be read: a heading for each kind, then its rows, up to `most` of them."""
    return "\n\n".join(_group_text(group, most) for group in grouped(faults))


def as_document(faults: Sequence[Fault]) -> dict[str, Any]:
    """Give a report for machines: how many of each kind, and every fault."""
    groups = [
        {"file": group.file, "field": group.field, "problem": group.problem,
         "remedy": group.remedy, "count": len(group.faults)}
        for group in grouped(faults)
    ]  # fmt: skip
    return {"groups": groups, "faults": [asdict(fault) for fault in faults]}


def _group_text(group: Group, most: int | None) -> str:
    count = len(group.faults)
    is_whole = count == 1 and not group.faults[0].row and not group.faults[0].value
    lines = [f"{group.file}: {group.field} {group.problem}" + ("" if is_whole else f" ({count})")]
    if group.remedy:
        lines.append(f"  {group.remedy}")
    if is_whole:
        return "\n".join([_one_line(lines[0]), *lines[1:]])
    lines += [_line(fault, group) for fault in group.faults[:most]]
    if most is not None and count > most:
        lines.append(f"  … and {count - most} more of this kind; --report FILE.html lists them")
    return "\n".join([_one_line(lines[0]), *lines[1:]])


def _line(fault: Fault, group: Group) -> str:
    value = fault.what.removeprefix(fault.field).strip()
    particular = fault.problem if fault.problem != group.problem else ""
    remedy = "" if group.remedy else fault.remedy
    parts = [fault.row or "the file", value, particular, remedy]
    return "  - " + _one_line("; ".join(part for part in parts if part))


def _one_line(text: str) -> str:
    """Give one line that is safe on a terminal, whatever somebody wrote into a name."""
    line = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
