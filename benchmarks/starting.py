"""Starting the service: until it is ready, against a bare server; and what memory it takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.driving import Ratio
from benchmarks.servers import NOTHING, Server, bare, service

ROUNDS = 3


@dataclass(frozen=True)
class Start:
    """From the command to the first answer that it is ready.

    `ready_s` counts only against the limit that the issue sets in seconds; `bare` is service/bare.
    """

    ready_s: float
    bare: Ratio


def measure(store: Path) -> Start:
    """Start the service and a bare server in turn."""
    ways = partial(service, store), partial(bare, NOTHING)
    # What is read from the disk for the first time is read twice as slowly.
    for way in ways:
        _started_s(way)
    pairs = [(_started_s(ways[0]), _started_s(ways[1])) for _ in range(ROUNDS)]
    return Start(
        statistics.median(ours for ours, _ in pairs), Ratio.of([one / two for one, two in pairs])
    )


def _started_s(way: Callable[[], AbstractContextManager[Server]]) -> float:
    began = time.perf_counter()
    with way():
        return time.perf_counter() - began
