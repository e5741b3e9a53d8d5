"""Downloads: whole files of the service against nginx, which serves the same bytes from a disk."""

from __future__ import annotations

import http.client
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.driving import Ratio
from benchmarks.servers import Server, nginx

ENDINGS = ("geojson", "gpkg", "fgb", "parquet", "csv")
ROUNDS = 5
# Of what takes longer there is one round.
LONG_S = 15
BUFFER = bytearray(1 << 20)


@dataclass(frozen=True)
class Download:
    """A file of the service over nginx's: above 1 is where the service is faster.

    `first`: time of the very first one, which may have to be made, nginx/service; `later`: the same
    of later ones; `cpu`: CPU time of later ones, nginx/service.
    """

    size_mb: float
    first: float
    later: Ratio
    cpu: float | None


@dataclass(frozen=True)
class _Read:
    seconds: float
    cpu_s: float


def against_nginx(service: Server, say: Callable[[str], None]) -> dict[str, Download]:
    """Give by ending what a download costs."""
    with tempfile.TemporaryDirectory() as folder:
        return {ending: _of(ending, service, Path(folder), say) for ending in ENDINGS}


def _of(ending: str, service: Server, files: Path, say: Callable[[str], None]) -> Download:
    say(f"download of .{ending}")
    path = files / f"routes.{ending}"
    with path.open("wb") as file:
        first = _read(service, f"/downloads/{path.name}", file.write)
    with nginx(files) as static:
        return _compare(service, static, path, first.seconds)


def _compare(service: Server, static: Server, path: Path, first_s: float) -> Download:
    ours: list[_Read] = []
    theirs: list[_Read] = []
    for number in range(1 if first_s > LONG_S else ROUNDS):
        turns = [(ours, service, f"/downloads/{path.name}"), (theirs, static, f"/{path.name}")]
        for done, server, target in turns if number % 2 else reversed(turns):
            done.append(_read(server, target))
    least_s = statistics.median(one.seconds for one in theirs)
    # The system counts in hundredths of a second, of which nginx may need none.
    cpu_s, least_cpu_s = (sum(one.cpu_s for one in done) for done in (ours, theirs))
    return Download(
        path.stat().st_size / 1e6,
        least_s / first_s,
        Ratio.of([two.seconds / one.seconds for one, two in zip(ours, theirs, strict=True)]),
        least_cpu_s / cpu_s if cpu_s and least_cpu_s else None,
    )


def _read(
    server: Server, target: str, keep: Callable[[memoryview], object] = lambda _: None
) -> _Read:
    """Read an answer to its end. Raises RuntimeError if it is not whole or not 200."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    before = server.cpu_s() or 0
    began = time.perf_counter()
    connection.request("GET", target)
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"{target}: {answer.status}")
    while got := answer.readinto(BUFFER):
        keep(memoryview(BUFFER)[:got])
    seconds = time.perf_counter() - began
    connection.close()
    return _Read(seconds, (server.cpu_s() or 0) - before)
