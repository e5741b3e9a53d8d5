"""`make bench`: what the service costs, against the limit of the machine and against its peers.

Everything is measured in one run on one machine, with one worker process each: against a bare
server that sends the same bodies ready-made, against pygeoapi and tipg on PostGIS with the same
rows, and against nginx with the same files. What counts is the ratio: absolute numbers say more of
the machine than of the code.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from geopandas import GeoDataFrame
from rich.console import Console

import routes
from benchmarks import (
    answering,
    downloads,
    growth,
    importing,
    peers,
    postgis,
    starting,
    synthetic,
    telling,
)
from benchmarks.answering import OfAKind, OfAPeer
from benchmarks.downloads import Download
from benchmarks.driving import Rounds
from benchmarks.processes import Memory
from benchmarks.questions import OF_ITEMS, Kind, kinds
from benchmarks.results import BARE, DOWNLOADED, READY, Results
from benchmarks.servers import NOTHING, Server, bare, service

# Publishing more than this takes minutes, and is done once.
MANY = 300_000

Said = Callable[[str], None]


def main() -> None:
    """Measure, print and write build/bench.json, build/bench.svg and build/growth.svg."""
    options = _options()
    width = None if sys.stdout.isatty() else 140
    console = Console(highlight=False, soft_wrap=True, width=width, log_path=False)
    with tempfile.TemporaryDirectory() as folder:
        found = _measure(options, Path(folder), console.log)
    telling.show(found, console)
    for path in telling.write(found):
        console.print(path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    size = int(os.environ.get("SIZE", "10000"))
    parser.add_argument("--size", type=int, default=size, help="route versions [env: SIZE]")
    parser.add_argument("--rounds", type=int, default=5, help="rounds for each kind of request")
    parser.add_argument("--seconds", type=float, default=0.8, help="length of half a round")
    parser.add_argument("--no-peers", action="store_true", help="leave out pygeoapi and tipg")
    parser.add_argument("--no-growth", action="store_true", help="leave out other sizes")
    options = parser.parse_args()
    if options.size < growth.LEAST:
        parser.error(f"--size: {options.size} is less than {growth.LEAST}")
    return options


class Stored(NamedTuple):
    """The service's store in PostGIS: its address, and the processes of its server."""

    address: str
    processes: tuple[int, ...]


@dataclass
class _Run:
    """One run: the store that is served, how it is driven, and what memory was taken so far."""

    store: Path
    rounds: Rounds
    say: Said
    memory: dict[str, Memory] = field(default_factory=dict)

    def answers(self, asked: list[Kind], rows: GeoDataFrame | None) -> dict[str, OfAKind]:
        """Ask everything, where there are rows of the peers too."""
        with bare(NOTHING) as least:
            self._remember(BARE, least)
        if rows is None:
            return {kind.name: self._answers(kind, {}, None) for kind in asked}
        self.say("the peers and their database")
        with postgis.database(rows) as base:
            self.say("the store in that database")
            stored = Stored(postgis.stored(base, self.store), postgis.processes(base))
            with peers.serving(base) as others:
                return {kind.name: self._answers(kind, others, stored) for kind in asked}

    def _answers(self, kind: Kind, others: dict[str, Server], stored: Stored | None) -> OfAKind:
        """Ask one kind of a service of its own, that what came before does not count.

        Random requests go to one that keeps no answers, repeated ones to one as it is.
        """
        with service(self.store, answer_cache=kind.repeated) as ours:
            self._remember(READY, ours)
            answering.ask(ours, kind.before, self.say)
            size, over_bare = answering.against_bare(ours, kind, self.rounds, self.say)
            self._remember(f"after {kind.name}", ours)
            over_peers = answering.against_peers(ours, others, kind, self.rounds, self.say)
            if stored is None or kind.name not in OF_ITEMS:
                return OfAKind(size, over_bare, over_peers)
            return OfAKind(size, over_bare, over_peers, self._stored(kind, ours, others, stored))

    def _stored(
        self, kind: Kind, ours: Server, others: dict[str, Server], stored: Stored
    ) -> list[OfAPeer]:
        """Ask one kind of a service on a store in PostGIS, in turn with others."""
        with service(stored.address, answer_cache=False, database=stored.processes) as server:
            over_files = answering.against_files(server, ours, kind, self.rounds, self.say)
            pygeoapi = {"pygeoapi": others["pygeoapi"]}
            over = answering.against_peers(server, pygeoapi, kind, self.rounds, self.say)
            return [over_files, *over]

    def downloads(self) -> dict[str, Download]:
        """Download files of all kinds."""
        with service(self.store) as ours:
            found = downloads.against_nginx(ours, self.say)
            self._remember(DOWNLOADED, ours)
        return found

    def _remember(self, state: str, server: Server) -> None:
        used = server.worker_memory()
        self.memory |= {state: used} if used else {}


def _measure(options: argparse.Namespace, place: Path, say: Said) -> Results:
    size = options.size
    run = _Run(place / "store", Rounds(options.rounds, options.seconds), say)
    say("publication")
    publication = importing.measure(size, 1 if size > MANY else 3)
    say(f"publishing {size:,} versions")
    content = synthetic.content(size)
    routes.open_store(run.store).publish(content, "made up", "benchmarks")
    rows = None if options.no_peers else content.frames["routes"]
    del content
    say("start-up")
    sizes = [] if options.no_growth else growth.sizes_up_to(size)
    return Results(
        size=size,
        rounds=options.rounds,
        seconds=options.seconds,
        python=platform.python_version(),
        publication=publication,
        start=starting.measure(run.store),
        answers=run.answers(kinds(size), rows),
        downloads=run.downloads(),
        memory=run.memory,
        peers={} if rows is None else peers.versions(),
        growth=growth.measure(sizes, run.rounds, say, {size: run.store}),
    )


if __name__ == "__main__":
    main()
