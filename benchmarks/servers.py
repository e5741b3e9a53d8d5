"""Servers under test as processes of their own: started, asked for their CPU time, ended by pid."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.running import READY, free_port, running


@dataclass(frozen=True)
class Server:
    """A running server: its port, and the session that its processes belong to."""

    port: int
    session: int

    def cpu_s(self) -> float | None:
        """Give the CPU time of all its processes so far, in seconds; None where nobody tells."""
        try:
            stats = [path.read_text() for path in Path("/proc").glob("[0-9]*/stat")]
        except OSError:  # a process ended in the meantime
            return self.cpu_s()
        fields = [stat.rpartition(")")[2].split() for stat in stats]
        ticks = [int(one[11]) + int(one[12]) for one in fields if int(one[3]) == self.session]
        return sum(ticks) / os.sysconf("SC_CLK_TCK") if ticks else None


@contextmanager
def service(store: Path) -> Iterator[Server]:
    """The service with one worker process, as `routeshift serve` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--store", str(store),
               "--port", str(port), "--host", "127.0.0.1", "--workers", "1"]  # fmt: skip
    with _running(command, port, READY, {}) as server:
        yield server


@contextmanager
def bare(answers: Path, ready: str) -> Iterator[Server]:
    """The bare application with one worker process of the same server, granian."""
    from benchmarks.bare import ANSWERS

    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--workers", "1",
               "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning",
               "--no-ws", "benchmarks.bare:app"]  # fmt: skip
    with _running(command, port, ready, {ANSWERS: str(answers)}) as server:
        yield server


@contextmanager
def _running(
    command: list[str], port: int, ready: str, environment: dict[str, str]
) -> Iterator[Server]:
    settings, home = {**os.environ, **environment}, Path(__file__).parent.parent
    with (
        Path(os.devnull).open("w") as nowhere,
        running(command, port, ready, settings, home, nowhere) as process,
    ):
        yield Server(port, process.pid)
