"""What answers cost: each kind of request against the bare server, and against the peers."""

from __future__ import annotations

import json
import statistics
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.bare import Answers, Headers
from benchmarks.driving import Asked, Compared, Rounds, compare
from benchmarks.questions import Kind, Wording
from benchmarks.servers import Server, bare

KEPT_HEADERS = {"content-type", "etag", "cache-control", "vary"}
CHECKED = 8

Said = Callable[[str], None]


@dataclass(frozen=True)
class OfAPeer:
    """The service over a peer that was asked in one way."""

    peer: str
    said: str
    compared: Compared


@dataclass(frozen=True)
class OfAKind:
    """What one kind of request costs: over the bare server, and over the peers that answer it.

    `database`: what it costs from a store in PostGIS, over the same store in files and over peers.
    """

    median_bytes: float
    bare: Compared
    peers: list[OfAPeer]
    database: list[OfAPeer] = field(default_factory=list)


def ask(service: Server, targets: Iterable[str], say: Said) -> Answers:
    """Ask for each target once and give the answers."""
    asked = list(targets)
    if asked:
        say(f"{len(asked)} answers")
    return {target: _get(service, target) for target in asked}


def against_bare(service: Server, kind: Kind, rounds: Rounds, say: Said) -> tuple[float, Compared]:
    """Give the median size of a body, and the service over a server that has all bodies ready.

    Raises RuntimeError where that one answers otherwise.
    """
    say(f"{kind.name}: against bare")
    answers = ask(service, kind.targets, say)
    with bare(answers) as least:
        for target, (_, body) in answers.items():
            if _get(least, target)[1] != body:
                raise RuntimeError(f"the bare server answers otherwise at {target}")
        pair = Asked(service, kind.targets), Asked(least, kind.targets)
        size = statistics.median(len(body) for _, body in answers.values())
        return size, compare(*pair, rounds)


def against_peers(
    service: Server, peers: dict[str, Server], kind: Kind, rounds: Rounds, say: Said
) -> list[OfAPeer]:
    """Give the service over each peer, in each way to ask it.

    Raises RuntimeError where a peer that is asked the same finds other features.
    """
    found = []
    for name in (one for one in peers if one in kind.peers):
        for wording in kind.peers[name]:
            say(f"{kind.name}: against {name}, {wording.said}")
            if wording.same:
                check_same(service, kind, peers[name], wording)
            pair = Asked(service, kind.targets), Asked(peers[name], wording.targets)
            found.append(OfAPeer(name, wording.said, compare(*pair, rounds)))
    return found


def against_files(
    database: Server, files: Server, kind: Kind, rounds: Rounds, say: Said
) -> OfAPeer:
    """Give the service on a database over the one on files. Raises RuntimeError if they differ."""
    say(f"{kind.name}: from PostGIS against files")
    for target in kind.targets[:CHECKED]:
        if _without_links(database, target) != _without_links(files, target):
            raise RuntimeError(f"from PostGIS the answer is another one at {target}")
    pair = Asked(database, kind.targets), Asked(files, kind.targets)
    return OfAPeer("files", "the same", compare(*pair, rounds))


def check_same(service: Server, kind: Kind, peer: Server, wording: Wording) -> None:
    """Compare some answers: the features where all are there, else how many. Raises RuntimeError.

    Tiles are not compared: how far beyond its edge a tile reaches is each server's own choice.
    """
    pairs = list(zip(kind.targets, wording.targets, strict=True))[:CHECKED]
    for ours, theirs in pairs:
        (headers, body), (_, other) = _get(service, ours), _get(peer, theirs)
        if b"json" not in dict(headers).get(b"content-type", b""):
            return
        mine, its = ids(json.loads(body)), ids(json.loads(other))
        # Which hundred of more a page begins with is each server's own order.
        is_whole = f"limit={len(mine)}" not in ours.split("&")
        if len(mine) != len(its) or (is_whole and set(mine) != set(its)):
            raise RuntimeError(
                f"{ours} has {len(mine)} features, {theirs} has {len(its)}, "
                f"{len(set(mine) & set(its))} of them the same"
            )


def _without_links(server: Server, target: str) -> dict[str, Any]:
    """Give a collection of features without what names the server."""
    document: dict[str, Any] = json.loads(_get(server, target)[1])
    return {name: value for name, value in document.items() if name != "links"}


def ids(document: dict[str, Any]) -> list[str]:
    """Give the ids of the features of a collection, or of a feature."""
    return [str(one["id"]) for one in document.get("features", [document])]


def _get(server: Server, target: str) -> tuple[Headers, bytes]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{target}", headers={"Accept-Encoding": "identity"}
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        body = answer.read()
        headers = [
            (name.lower().encode(), value.encode())
            for name, value in answer.headers.items()
            if name.lower() in KEPT_HEADERS
        ]
    # An answer without a body (204) has none.
    return [*headers, (b"content-length", str(len(body)).encode())], body
