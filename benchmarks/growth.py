"""`python -m benchmarks.growth`: how the time of an answer grows with the atlas.

An atlas of each size is published, all are served at once, and one connection asks each in turn for
the same kinds of request. What counts is the median wait over that of the smallest atlas. Pages of
a larger atlas are also fuller; how much larger their bodies are is told beside it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from rich.console import Console
from rich.table import Table

import routes
from benchmarks import plot, synthetic
from benchmarks.driving import Asked, Ratio, Rounds
from benchmarks.load import Done
from benchmarks.questions import kinds
from benchmarks.servers import Server, service

SIZES = (10_000, 100_000, 1_000_000)
LEAST = 1000
BUILD = Path("build")


@dataclass(frozen=True)
class Grown:
    """One kind of request at one size over the smallest: median wait, and mean size of a body."""

    latency: Ratio
    body: float


Growth = dict[str, dict[int, Grown]]
"""By kind of request, by size."""


def main() -> None:
    """Measure, print and draw build/growth.svg."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="route versions")
    parser.add_argument("--rounds", type=int, default=5, help="rounds for each kind of request")
    parser.add_argument("--seconds", type=float, default=0.8, help="length of a round of one size")
    options = parser.parse_args()
    if min(options.sizes) < LEAST or len(set(options.sizes)) < 2:
        parser.error(f"--sizes: {options.sizes} are not two sizes and more, all from {LEAST} up")
    console = Console(highlight=False, soft_wrap=True, log_path=False)
    found = measure(options.sizes, Rounds(options.rounds, options.seconds), console.log)
    console.print(table(found))
    draw(found)


def sizes_up_to(size: int) -> list[int]:
    """Give a size and what is ten and a hundred times smaller, if that is worth measuring."""
    return [one for one in (size // 100, size // 10, size) if one >= LEAST]


def measure(
    sizes: Sequence[int],
    rounds: Rounds,
    say: Callable[[str], None],
    published: Mapping[int, Path] = MappingProxyType({}),
) -> Growth:
    """Serve an atlas of each size and ask all in turn; with fewer than two there is no growth.

    `published`: stores that hold an atlas of some size already.
    """
    if len(sizes) < 2:
        return {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        servers = {}
        for size in sorted(sizes):
            store = published.get(size) or Path(folder) / str(size)
            if size not in published:
                say(f"growth: publishing {size:,} versions")
                made = synthetic.content(size)
                routes.open_store(store).publish(made, "made up", "benchmarks")
            servers[size] = running.enter_context(service(store, answer_cache=False))
        return {kind: _grown(kind, servers, rounds, say) for kind in _kinds(min(sizes))}


def table(found: Growth) -> Table:
    """Show the growth of each kind of request."""
    sizes = list(next(iter(found.values())))
    shown = Table("Wait for an answer", *(f"{size:,}: wait, body" for size in sizes[1:]), box=None)
    for kind, grown in found.items():
        shown.add_row(kind, *(f"{grown[size].latency}, {grown[size].body:.1f}"
                              for size in sizes[1:]))  # fmt: skip
    return shown


def draw(found: Growth) -> Path:
    """Write build/growth.svg."""
    bars = [
        plot.Bar(f"{kind}, {size:,}", grown.latency)
        for kind, by_size in found.items()
        for size, grown in list(by_size.items())[1:]
    ]
    smallest = min(next(iter(found.values())))
    title = f"Wait for an answer over that at {smallest:,} versions: 1 is no growth"
    return plot.write(BUILD / "growth.svg", title, bars)


def _kinds(size: int) -> list[str]:
    return [kind.name for kind in kinds(size) if not (kind.repeated or kind.before)]


def _grown(
    kind: str, servers: dict[int, Server], rounds: Rounds, say: Callable[[str], None]
) -> dict[int, Grown]:
    say(f"growth: {kind}")
    asked = {
        size: Asked(server, next(one.targets for one in kinds(size) if one.name == kind))
        for size, server in servers.items()
    }
    done: dict[int, list[Done]] = {size: [] for size in servers}
    for number in range(rounds.number + 1):
        for size in sorted(servers, reverse=bool(number % 2)):
            one = asked[size].drive(rounds.seconds, connections=1)
            # The first round warms up.
            done[size] += [one] if number else []
    smallest = done[min(servers)]
    return {size: _over(one, smallest) for size, one in done.items()}


def _over(done: list[Done], smallest: list[Done]) -> Grown:
    waits = [one.median_s / least.median_s for one, least in zip(done, smallest, strict=True)]
    bodies = [one.mean_bytes / least.mean_bytes for one, least in zip(done, smallest, strict=True)]
    return Grown(Ratio.of(waits), statistics.median(bodies))


if __name__ == "__main__":
    main()
