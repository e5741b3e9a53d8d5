"""Processes: started for a measurement, and what the system tells of their CPU time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent.parent
PROCESSES = Path("/proc")
SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True)
class Memory:
    """Resident memory of one process in MB.

    `own`: anonymous pages, which nobody else can use. `mapped`: pages of files that it maps, which
    are the system's page cache and shared with whoever maps the same files. `share`: all of it, of
    pages that n processes have in common the n-th part.
    """

    own_mb: float
    mapped_mb: float
    share_mb: float


def told_by(module: str, *words: str) -> dict[str, Any]:
    """Run a module of ours in a process of its own: the JSON that it prints."""
    command = [sys.executable, "-m", module, *words]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HOME)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


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
    if not lines:  # It has ended, and nobody has been told yet.
        return None
    kb = {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
    own, mapped = kb["Anonymous"], kb["Rss"] - kb["Anonymous"]
    return Memory(own / 1024, mapped / 1024, kb["Pss"] / 1024)


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


class Watch:
    """Looks at this process and those that it starts, for as long as it is entered.

    `cpu_s`: of all of them, from their beginning. `own_mb` and `worker_mb`: the most that this
    process, and any other, had of its own. `all_mb`: the most that all together had.
    """

    def __init__(self) -> None:
        self.cpu_s = self.own_mb = self.worker_mb = self.all_mb = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def look(self) -> None:
        """Take the memory of each process, and the CPU time of all."""
        members = tree((os.getpid(),))
        taken = [memory(one) or Memory(0.0, 0.0, 0.0) for one in members]
        self.cpu_s = max(self.cpu_s, cpu_s((members[0],)) or 0.0)
        self.own_mb = max(self.own_mb, taken[0].own_mb)
        self.worker_mb = max([self.worker_mb, *(one.own_mb for one in taken[1:])])
        self.all_mb = max(self.all_mb, sum(one.share_mb for one in taken))

    def _watch(self) -> None:
        while not self._done.wait(SECONDS_BETWEEN_LOOKS):
            self.look()
