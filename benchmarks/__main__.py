"""`make bench`: what the service costs over a bare one that answers the same bytes.

Both run on granian with one worker process, in the same run, driven in turn by the same load
generator. What counts is the ratio: absolute numbers say more of the machine than of the code.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyogrio
from rich.console import Console
from rich.table import Table

import routes
from benchmarks import synthetic
from benchmarks.bare import Headers
from benchmarks.servers import Server, bare, service
from routes.stores.base import Content

DISTINCT = 32
KEPT_HEADERS = {"content-type", "content-length", "etag", "cache-control", "vary"}
PUBLICATIONS = 3


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
        return f"{self.median:.2f} ({self.lowest:.2f}-{self.highest:.2f})"


@dataclass(frozen=True)
class Measured:
    """What one kind of request costs: the service against the bare server."""

    median_bytes: float
    rate: Ratio
    cpu: Ratio | None


def main() -> None:
    """Measure, print and write build/bench.json."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        content = synthetic.content(options.size)
        publication = _publication(content, place)
        routes.open_store(place / "store").publish(content, "made up", "benchmarks")
        requests = _measure_requests(place, options.rounds, options.seconds)
    _print(options, requests, publication)
    _write(options, requests, publication)


def _print(options: argparse.Namespace, requests: dict[str, Measured], publication: Ratio) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table("Requests", "Body", "Rate, service/bare", "CPU, bare/service", box=None)
    for kind, found in requests.items():
        cpu = str(found.cpu or "not told on this system")
        table.add_row(kind, f"{found.median_bytes / 1000:.0f} kB", str(found.rate), cpu)
    console.print(
        f"\n{options.size} route versions, medians of {options.rounds} rounds (lowest to highest)."
        "\n1 is a server that does nothing but send the same bytes. The rate is also limited by"
        "\nthe load generator; the CPU time of the servers is not.\n"
    )
    console.print(table)
    console.print(
        f"\nPublishing {options.size} versions takes {publication} times as long as writing them\n"
        "as GeoJSON with GDAL (pyogrio).\n"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    size = int(os.environ.get("SIZE", "10000"))
    parser.add_argument("--size", type=int, default=size, help="route versions [env: SIZE]")
    parser.add_argument("--rounds", type=int, default=5, help="rounds for each kind of request")
    parser.add_argument("--seconds", type=float, default=0.8, help="length of half a round")
    return parser.parse_args()


def _targets() -> dict[str, list[str]]:
    """Give the paths of each kind of request, on random places and days."""
    chance = np.random.default_rng(synthetic.SEED)
    items = "/collections/routes/items"

    def boxes(degrees: int, limit: int) -> list[str]:
        found = []
        for _ in range(DISTINCT):
            west = chance.uniform(synthetic.WEST, synthetic.EAST - degrees)
            south = chance.uniform(synthetic.SOUTH, synthetic.NORTH - degrees)
            day = f"{chance.integers(1992, 2008)}-{chance.integers(1, 13):02}-15"
            box = f"{west:.3f},{south:.3f},{west + degrees:.3f},{south + degrees:.3f}"
            found.append(f"{items}?f=json&bbox={box}&datetime={day}&limit={limit}")
        return found

    one = [f"{items}/route-{number}.v1?f=json" for number in range(DISTINCT)]
    return {
        "1 degree, a day, limit 100": boxes(1, 100),
        "8 degrees, a day, limit 1000": boxes(8, 1000),
        "one feature": one,
    }


def _measure_requests(place: Path, rounds: int, seconds: float) -> dict[str, Measured]:
    kinds = _targets()
    with service(place / "store") as real:
        answers = {target: _get(real, target) for targets in kinds.values() for target in targets}
        ready_made = place / "answers.pickle"
        ready_made.write_bytes(pickle.dumps({key.encode(): one for key, one in answers.items()}))
        with bare(ready_made, next(iter(answers))) as least:
            for target, (_, body) in answers.items():
                if _get(least, target)[1] != body:
                    raise RuntimeError(f"the bare server answers otherwise at {target}")
            measured = {}
            for kind, targets in kinds.items():
                size = statistics.median(len(answers[target][1]) for target in targets)
                measured[kind] = Measured(size, *_alternate(real, least, targets, rounds, seconds))
            return measured


def _alternate(
    real: Server, least: Server, targets: list[str], rounds: int, seconds: float
) -> tuple[Ratio, Ratio | None]:
    """Drive both in turn, the first one last in every other round; the first round warms up."""
    rates, costs = [], []
    for number in range(rounds + 1):
        pair = (real, least) if number % 2 else (least, real)
        found = {server: _drive(server, targets, seconds) for server in pair}
        if number:
            rates.append(found[real][0] / found[least][0])
            (_, real_s), (_, least_s) = found[real], found[least]
            costs += [least_s / real_s] if real_s and least_s else []
    return Ratio.of(rates), Ratio.of(costs) if costs else None


def _drive(server: Server, targets: list[str], seconds: float) -> tuple[float, float | None]:
    """Give answers per second, and the server's CPU seconds for one of them."""
    before = server.cpu_s()
    asked = {"port": server.port, "targets": targets, "seconds": seconds}
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"], input=json.dumps(asked), text=True,
        capture_output=True, check=True, timeout=seconds + 60, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    done = json.loads(run.stdout)
    after = server.cpu_s()
    cpu_s = None if before is None or after is None else (after - before) / done["answered"]
    return done["answered"] / done["seconds"], cpu_s


def _get(server: Server, target: str) -> tuple[Headers, bytes]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{target}", headers={"Accept-Encoding": "identity"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        body = answer.read()
        headers = [
            (name.lower().encode(), value.encode())
            for name, value in answer.headers.items()
            if name.lower() in KEPT_HEADERS
        ]
    return headers, body


def _publication(content: Content, place: Path) -> Ratio:
    """Compare publishing the routes with writing them as GeoJSON, which is about as much data."""
    frame = content.frames["routes"]
    only = Content(content.atlas, content.sources, {"routes": frame})
    ratios = []
    for number in range(PUBLICATIONS):
        store = routes.open_store(place / f"store-{number}")
        publish_s = _timed(partial(store.publish, only, "", ""))
        path = place / f"{number}.geojson"
        write_s = _timed(partial(pyogrio.write_dataframe, frame, path, driver="GeoJSON"))
        ratios.append(publish_s / write_s)
    return Ratio.of(ratios)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _write(options: argparse.Namespace, requests: dict[str, Measured], publication: Ratio) -> None:
    document = {
        "size": options.size,
        "rounds": options.rounds,
        "seconds": options.seconds,
        "python": platform.python_version(),
        "requests": {kind: asdict(found) for kind, found in requests.items()},
        "publication_to_geojson": asdict(publication),
    }
    path = Path("build/bench.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
