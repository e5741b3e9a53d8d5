"""A steady load: requests at a fixed rate, each answer with its time, edition and fate."""

from __future__ import annotations

import hashlib
import http.client
import itertools
import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

THREADS = 16
ANSWERS_WITHIN_S = 30
PINNED = "/editions/"
# What everybody asks for, and what the cache is for.
POPULAR = (
    "/",
    "/map",
    "/embed?date=2001-06-01",
    "/collections/routes/items?limit=100",
    "/collections/routes/items/vlora-italy.v1",
    "/collections/routes/tiles/WebMercatorQuad/6/35/24",
    "/changes?from=2000-01-01&to=2004-01-01&f=json",
    f"{PINNED}1/embed?date=2001-06-01",
    f"{PINNED}1/collections/routes/items?limit=100",
)
# Of a part of the requests each asks something that nobody asked before, which no cache has.
SHARE_NEW = 0.4
ENCODINGS = ("identity", "gzip", "br")
_EDITION = re.compile(r'"e(\d+)-')


@dataclass(frozen=True)
class Answer:
    """What became of one request.

    `asked_s`: when it was asked, by `time.monotonic`. `status`: 0 where no whole answer came.
    `edition`: as the ETag tells it. `body`: a hash. `cache`: what nginx said of its cache.
    """

    target: str
    asked_s: float
    took_s: float
    status: int
    edition: int | None = None
    tag: str = ""
    body: str = ""
    cache: str = ""

    @property
    def ended_s(self) -> float:
        """When it was there as a whole, or given up."""
        return self.asked_s + self.took_s

    @property
    def failed(self) -> bool:
        """Whether a reader saw an error: everything asked for exists."""
        return self.status not in (200, 204)

    @property
    def is_pinned(self) -> bool:
        """Whether an edition was asked for by its number."""
        return self.target.startswith(PINNED)

    @property
    def is_hit(self) -> bool:
        """Whether no service had to be asked."""
        return "; hit" in self.cache

    @property
    def is_stale(self) -> bool:
        """Whether it was out of date, and given because no service answered."""
        return "detail=stale" in self.cache


@dataclass
class Load:
    """A load on one port of this machine, and all the answers to it so far."""

    port: int
    rate: float
    answers: list[Answer] = field(default_factory=list)
    _stopped: Event = field(default_factory=Event)

    def between(self, began_s: float, ended_s: float) -> list[Answer]:
        """Give the answers to what was asked in a span of time, in the order of asking."""
        found = [one for one in list(self.answers) if began_s <= one.asked_s < ended_s]
        return sorted(found, key=lambda one: one.asked_s)

    def ask_on(self, number: int) -> None:
        """Ask at this thread's share of the rate until stopped; what is late is not left out."""
        chance = random.Random(number)
        every_s = THREADS / self.rate
        began = time.monotonic() + every_s * number / THREADS
        connection: http.client.HTTPConnection | None = None
        for turn in itertools.count():
            if self._stopped.wait(max(0.0, began + turn * every_s - time.monotonic())):
                break
            connection = connection or http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=ANSWERS_WITHIN_S
            )
            answer = asked(connection, target(chance), chance.choice(ENCODINGS))
            self.answers.append(answer)
            if not answer.status:
                connection.close()
                connection = None
        if connection:
            connection.close()

    def stop(self) -> None:
        """Ask for nothing more."""
        self._stopped.set()


@contextmanager
def load(port: int, rate: float) -> Iterator[Load]:
    """Ask from here to the end; `rate` in requests per second."""
    asking = Load(port, rate)
    threads = [Thread(target=asking.ask_on, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield asking
    finally:
        asking.stop()
        for thread in threads:
            thread.join()


def target(chance: random.Random) -> str:
    """Give what is asked for next."""
    if chance.random() >= SHARE_NEW:
        return chance.choice(POPULAR)
    west, south = chance.uniform(12, 20), chance.uniform(38, 44)
    day = f"200{chance.randrange(4)}-{chance.randrange(1, 13):02}-15"
    box = f"{west:.5f},{south:.5f},{west + 4:.5f},{south + 3:.5f}"
    return f"/collections/routes/items?bbox={box}&datetime={day}"


def asked(connection: http.client.HTTPConnection, what: str, encoding: str) -> Answer:
    """Ask once, and read the answer to its end."""
    began = time.monotonic()
    try:
        connection.request("GET", what, headers={"Accept-Encoding": encoding})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return Answer(what, began, time.monotonic() - began, 0)
    tag = answer.headers.get("ETag", "")
    edition = _EDITION.search(tag)
    return Answer(
        what, began, time.monotonic() - began, answer.status, int(edition[1]) if edition else None,
        tag, hashlib.blake2b(body, digest_size=16).hexdigest(),
        answer.headers.get("Cache-Status", ""),
    )  # fmt: skip


def warm(address: str) -> None:
    """Ask a service for what is popular, once, so that it has opened what it needs."""
    connection = http.client.HTTPConnection(address, timeout=ANSWERS_WITHIN_S)
    for what in POPULAR:
        if asked(connection, what, "identity").failed:
            raise RuntimeError(f"{address} does not answer {what}")
    connection.close()
