"""How results are told: tables on the screen, and files in `build/`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import growth, plot
from benchmarks.aims import ITEMS, PEERS, REPEATED
from benchmarks.driving import Compared, short
from benchmarks.plot import Bar
from benchmarks.results import BARE, Results, verdicts

BUILD = Path("build")
UNKNOWN = "not told here"
READ = """\
Rate: answers per second with eight connections, service/other. Latency: the median wait of one
connection alone, other/service. CPU: the servers' time for an answer, the database's among it,
other/service. Above 1 the service does better. Of downloads it is the time, other/service.
"""
PEERS_ARE_ASKED = """
 A peer knows one column of time, where an instant means equality: what was valid on a day it is
 asked with a filter on both ends, and finds the same features. As some of it may be slow to read,
 it is asked without a day as well; what flatters the service least counts. A peer and its database
 are several processes: on two cores and more they work at the same time, which CPU leaves out.
"""


def show(found: Results, console: Console) -> None:
    """Print everything."""
    console.print(f"\n{found.size:,} route versions, one worker process each, medians of "
                  f"{found.rounds} rounds (lowest to highest).", READ, sep="\n")  # fmt: skip
    console.print(_bare(found), "")
    if found.peers:
        console.print(_peers(found), PEERS_ARE_ASKED, "", _database(found), "", sep="\n")
    console.print(_downloads(found), "", _rest(found), "", _memory(found), "", sep="\n")
    if found.growth:
        console.print(growth.table(found.growth), "")
    console.print(_aims(found))


def write(found: Results) -> list[Path]:
    """Write build/bench.json and the plots; give their paths."""
    BUILD.mkdir(exist_ok=True)
    path = BUILD / "bench.json"
    told = asdict(found) | {"verdicts": [
        asdict(aim) | {"of": of, "value": value, "verdict": aim.verdict(value)}
        for aim, of, value in verdicts(found)
    ]}  # fmt: skip
    path.write_text(json.dumps(told, indent=2) + "\n")
    title = f"Answers per second over others' at {found.size:,} versions: 1 is alike"
    paths = [path, plot.write(BUILD / "bench.svg", title, _bars(found))]
    return [*paths, growth.draw(found.growth)] if found.growth else paths


def _bare(found: Results) -> Table:
    table = Table("Over bare granian, the same bodies ready-made", "body", "rate", "CPU", "latency",
                  box=None)  # fmt: skip
    for kind, one in found.answers.items():
        table.add_row(kind, f"{one.median_bytes / 1000:.0f} kB", *_three(one.bare))
    return table


def _peers(found: Results) -> Table:
    versions = ", ".join(f"{name} {version}" for name, version in found.peers.items())
    table = Table(f"Over {versions} on PostGIS", "asked for", "rate", "CPU", "latency", "its body",
                  box=None)  # fmt: skip
    for kind, one in found.answers.items():
        for peer in one.peers:
            table.add_row(f"{peer.peer}: {kind}", peer.said, *_three(peer.compared),
                          short(peer.compared.body))  # fmt: skip
    return table


def _database(found: Results) -> Table:
    table = Table("From a store in PostGIS", "over", "rate", "CPU", "latency", box=None)
    for kind, one in found.answers.items():
        for other in one.database:
            table.add_row(kind, f"{other.peer}, {other.said}", *_three(other.compared))
    return table


def _downloads(found: Results) -> Table:
    table = Table("Downloads over nginx, the same bytes", "size", "first", "later", "CPU", box=None)
    for ending, one in found.downloads.items():
        cpu = UNKNOWN if one.cpu is None else short(one.cpu)
        table.add_row(f".{ending}", f"{one.size_mb:.1f} MB", short(one.first), str(one.later), cpu)
    return table


def _rest(found: Results) -> Table:
    table = Table("Below 1 the service does better", "", box=None)
    table.add_row("start-up until ready, over bare granian's", str(found.start.bare))
    done = found.publication
    table.add_row(
        f"publication from GeoPackage, over {done.gdal} to GeoJSON",
        f"{done.time}: checking {short(done.checking)}, publishing {short(done.publishing)}",
    )
    table.add_row("its peak of memory, over the size of the file", short(done.peak))
    return table


def _memory(found: Results) -> Table:
    table = Table("Memory of a worker, below 1 it has less", "own, over bare granian's",
                  "mapped files, over its own", box=None)  # fmt: skip
    bare = found.memory.get(BARE)
    for state, one in found.memory.items():
        if bare and state != BARE:
            over_own = short(one.mapped_mb / one.own_mb)
            table.add_row(state, short(one.own_mb / bare.own_mb), over_own)
    return table


def _aims(found: Results) -> Table:
    table = Table("Aims", "of", "found", "to reach", "aim", "so", box=None)
    for aim, of, value in verdicts(found):
        limits = f"{aim.reach:g}", f"{aim.aim:g}"
        table.add_row(aim.said, of, short(value), *limits, aim.verdict(value))
    return table


def _bars(found: Results) -> list[Bar]:
    limits = {(aim.said, of): aim for aim, of, _ in verdicts(found)}
    bars = []
    for kind, one in found.answers.items():
        aim = limits.get((ITEMS.said, kind)) or limits.get((REPEATED.said, kind))
        bars.append(Bar(f"bare: {kind}", one.bare.rate, aim))
    for kind, one in found.answers.items():
        for peer in one.peers:
            aim = limits.get((PEERS[peer.peer].said, kind))
            name = f"{peer.peer}: {kind}" + (" (any day)" if peer.said == "any day" else "")
            bars.append(Bar(name, peer.compared.rate, aim))
    bars += [Bar(f"nginx: later download of .{ending}", one.later)
             for ending, one in found.downloads.items()]  # fmt: skip
    return bars


def _three(one: Compared) -> tuple[str, str, str]:
    return str(one.rate), str(one.cpu or UNKNOWN), str(one.latency)
