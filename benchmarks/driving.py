"""How servers are driven: two of them in turn, by the same load, so that only ratios are left."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load import Done
from benchmarks.servers import Server

CONNECTIONS = 8
# The share of a round in which one connection asks alone: with many, an answer waits in a queue.
ALONE = 0.5


@dataclass(frozen=True)
class Ratio:
    """A ratio over several rounds: the median, and the lowest and highest of them."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, rounds: list[float]) -> Ratio:
        """Sum up some rounds."""
        return cls(statistics.median(rounds), min(rounds), max(rounds))

    def __str__(self) -> str:
        return f"{short(self.median)} ({short(self.lowest)}-{short(self.highest)})"


@dataclass(frozen=True)
class Rounds:
    """How many rounds, and how long each server is driven in one, in seconds."""

    number: int
    seconds: float


@dataclass
class Asked:
    """A server and what it is asked for, in turn, going on where the last round ended."""

    server: Server
    targets: list[str]
    first: int = 0

    def drive(self, seconds: float, connections: int = CONNECTIONS) -> Done:
        """Drive it for some seconds by a process of its own."""
        asked = {"port": self.server.port, "targets": self.targets, "first": self.first,
                 "seconds": seconds, "connections": connections}  # fmt: skip
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.load"], input=json.dumps(asked), text=True,
            capture_output=True, check=False, cwd=Path(__file__).parent.parent,
        )  # fmt: skip
        if run.returncode:
            raise RuntimeError(f"{self.targets[0]}: {run.stderr}")
        done = Done(**json.loads(run.stdout))
        self.first += done.answered
        return done


@dataclass(frozen=True)
class Compared:
    """The service over another server: above 1 is where the service does better.

    `rate`: answers per second, service/other. `cpu`: CPU time of an answer, other/service; None
    where the system does not tell. `latency`: median wait for an answer, other/service, when one
    is asked for at a time. `body`: size of an answer, other/service.
    """

    rate: Ratio
    cpu: Ratio | None
    latency: Ratio
    body: float


@dataclass(frozen=True)
class _Round:
    """What one server did in a round: answers per second; CPU, waiting and bytes of an answer."""

    rate: float
    cpu_s: float | None
    wait_s: float
    mean_bytes: float


@dataclass
class _Ratios:
    rate: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)
    body: list[float] = field(default_factory=list)


def compare(service: Asked, other: Asked, rounds: Rounds) -> Compared:
    """Drive both in turn, the first one last in every other round; the first round warms up."""
    ratios = _Ratios()
    for number in range(rounds.number + 1):
        pair = [service, other] if number % 2 else [other, service]
        done = {id(asked): _round(asked, rounds.seconds) for asked in pair}
        if number == 0:
            continue
        ours, theirs = done[id(service)], done[id(other)]
        ratios.rate.append(ours.rate / theirs.rate)
        ratios.latency.append(theirs.wait_s / ours.wait_s)
        ratios.body.append(theirs.mean_bytes / ours.mean_bytes)
        if ours.cpu_s and theirs.cpu_s:
            ratios.cpu.append(theirs.cpu_s / ours.cpu_s)
    cpu = Ratio.of(ratios.cpu) if ratios.cpu else None
    body = statistics.median(ratios.body)
    return Compared(Ratio.of(ratios.rate), cpu, Ratio.of(ratios.latency), body)


def _round(asked: Asked, seconds: float) -> _Round:
    before = asked.server.cpu_s()
    many = asked.drive(seconds)
    after = asked.server.cpu_s()
    alone = asked.drive(seconds * ALONE, connections=1)
    cpu_s = None if before is None or after is None else (after - before) / many.answered
    return _Round(many.answered / many.seconds, cpu_s, alone.median_s, many.mean_bytes)


def short(number: float) -> str:
    """Write two digits that count, and all before the point."""
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}"
