"""What is wrong with an atlas: every fault at once, each with its place and its remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from routes.errors import RoutesError

LONGEST_VALUE = 60


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: the file, the row and the field it is in, the value, what is wrong, what to do."""

    file: str
    row: str
    field: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.row) if part)
        value = self.value if len(self.value) <= LONGEST_VALUE else self.value[:57] + "..."
        what = f"{self.field} {value!r}" if value else self.field
        # One line a fault, whatever somebody wrote into a name.
        return " ".join(f"{where}: {what} {self.problem}. {self.remedy}".split())


class AtlasRefused(RoutesError):
    """An atlas has faults, so nothing of it is published. `faults` lists them all, in order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def as_dicts(self) -> list[dict[str, str]]:
        """Give the faults for machines."""
        return [asdict(fault) for fault in self.faults]
