"""All that one run found, and how far that is from what is aimed at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks import aims
from benchmarks.aims import Aim
from benchmarks.answering import OfAKind
from benchmarks.downloads import Download
from benchmarks.growth import Growth
from benchmarks.importing import Publication
from benchmarks.processes import Memory
from benchmarks.questions import AFTER_ALL, OF_ITEMS, REPEATED
from benchmarks.starting import Start

BARE, READY, DOWNLOADED = "bare", "when ready", "after downloads"
"""Whose memory is told: a bare server's that has nothing to send, and the service's."""


@dataclass
class Results:
    """What one run found, by kind of request and by file where there are several.

    `memory` is that of a worker in some state; empty where the system does not tell. `peers`: their
    versions; empty where they were left out.
    """

    size: int
    rounds: int
    seconds: float
    python: str
    start: Start
    publication: Publication
    answers: dict[str, OfAKind]
    downloads: dict[str, Download]
    memory: dict[str, Memory]
    peers: dict[str, str] = field(default_factory=dict)
    growth: Growth = field(default_factory=dict)


class Verdict(NamedTuple):
    """An aim, of what, and the value that was found."""

    aim: Aim
    of: str
    value: float


def verdicts(found: Results) -> list[Verdict]:
    """Compare with all aims; of the ways to ask a peer, the one that flatters us least counts."""
    told = [
        Verdict(aims.REPEATED if kind in REPEATED else aims.ITEMS, kind, one.bare.rate.median)
        for kind, one in found.answers.items()
        if kind in (*OF_ITEMS, AFTER_ALL, *REPEATED)
    ]
    for kind in OF_ITEMS:
        for peer in found.peers:
            rates = [one.compared.rate.median
                     for one in found.answers[kind].peers if one.peer == peer]  # fmt: skip
            told.append(Verdict(aims.PEERS[peer], kind, min(rates)))
        for other, aim in aims.DATABASE.items():
            rates = [one.compared.rate.median
                     for one in found.answers[kind].database if one.peer == other]  # fmt: skip
            if rates:
                told.append(Verdict(aim, kind, min(rates)))
    told.append(Verdict(aims.PUBLICATION, "", found.publication.time.median))
    told.append(Verdict(aims.START, "", found.start.ready_s))
    loaded = f"after {AFTER_ALL}"
    if loaded in found.memory:
        told.append(Verdict(aims.MEMORY, loaded, found.memory[loaded].own_mb))
    grown = found.growth.get(OF_ITEMS[0], {})
    if grown and (min(grown), max(grown)) == aims.GROWN:
        told.append(Verdict(aims.GROWTH, OF_ITEMS[0], grown[max(grown)].latency.median))
    return told
