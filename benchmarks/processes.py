"""What the system tells of processes: the CPU time of a tree of them, and their memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """Resident memory of one process in MB.

    `own`: anonymous pages, which nobody else can use. `mapped`: pages of files that it maps, which
    are the system's page cache and shared with whoever maps the same files.
    """

    own_mb: float
    mapped_mb: float


def tree(roots: tuple[int, ...]) -> list[int]:
    """Give the ids of processes and of all that they started and still run."""
    parents = {process: _parent(stat) for process, stat in _stats()}
    found = [root for root in roots if root in parents]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def cpu_s(roots: tuple[int, ...]) -> float | None:
    """Give the CPU time of trees of processes so far; None where the system does not tell.

    That of processes which have ended counts with those that waited for them.
    """
    members = set(tree(roots))
    ticks = [
        sum(int(field) for field in stat[11:15]) for process, stat in _stats() if process in members
    ]
    return sum(ticks) / os.sysconf("SC_CLK_TCK") if ticks else None


def memory(process: int) -> Memory | None:
    """Give the memory of a process; None where the system does not tell."""
    try:
        lines = (PROCESSES / str(process) / "smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    kb = {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
    return Memory(kb["Anonymous"] / 1024, (kb["Rss"] - kb["Anonymous"]) / 1024)


def _stats() -> Iterator[tuple[int, list[str]]]:
    """Give the fields of each process's `stat` from its state on (proc_pid_stat(5), field 3)."""
    for path in PROCESSES.glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:  # It has ended in the meantime.
            continue
        yield int(path.parent.name), text.rpartition(")")[2].split()


def _parent(stat: list[str]) -> int:
    return int(stat[1])
