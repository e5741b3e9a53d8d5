"""A load generator in a process of its own: keep-alive connections, one request at a time on each.

It speaks just enough HTTP/1.1 to cost little itself: answers have a Content-Length.
"""

from __future__ import annotations

import json
import selectors
import socket
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import count

BUFFER = bytearray(1 << 20)
ANSWERS_WITHIN_S = 120


@dataclass
class Connection:
    """One connection, how much of its answer is still to come, and since when it waits."""

    socket: socket.socket
    missing: int = 0
    length: int = 0
    head: bytearray = field(default_factory=bytearray)
    asked_s: float = 0

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self.head.clear()
        self.missing = -1
        self.asked_s = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take what has come; tell whether the answer is whole."""
        received = self.socket.recv_into(BUFFER)
        if not received:
            raise ConnectionError("the server closed the connection")
        if self.missing >= 0:
            self.missing -= received
        else:
            self.head += memoryview(BUFFER)[:received]
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.length = length_of(bytes(self.head[:end]))
            self.missing = self.length - (len(self.head) - end - 4)
        return self.missing == 0


@dataclass(frozen=True)
class Done:
    """Whole answers, the seconds until the last of them came, the median wait for one, its size."""

    answered: int
    seconds: float
    median_s: float
    mean_bytes: float


def drive(port: int, targets: list[str], first: int, seconds: float, connections: int) -> Done:
    """Ask for the targets in turn, from the one numbered `first`, for some seconds.

    What was asked is waited for: of a slow server, few answers count, but all of them.
    """
    requests = [
        f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n\r\n".encode()
        for target in targets
    ]
    turn = count(first)
    waits: list[float] = []
    size = 0
    began = now = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            connection = _connected(port)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(requests[next(turn) % len(requests)])
        while waiting := selector.get_map():
            ready = selector.select(timeout=ANSWERS_WITHIN_S)
            if not ready:
                raise TimeoutError(f"{len(waiting)} answers did not come")
            for key, _ in ready:
                connection = key.data
                if not connection.is_answered():
                    continue
                now = time.perf_counter()
                waits.append(now - connection.asked_s)
                size += connection.length
                if now - began < seconds:
                    connection.ask(requests[next(turn) % len(requests)])
                else:
                    selector.unregister(connection.socket)
                    connection.socket.close()
    return Done(len(waits), now - began, statistics.median(waits), size / len(waits))


def length_of(head: bytes) -> int:
    """Give the length of the body that follows a head. Raises ValueError if it is not told."""
    status, *lines = head.split(b"\r\n")
    number = status.split()[1]
    if number == b"204":  # An empty tile.
        return 0
    if number != b"200":
        raise ValueError(status.decode())
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without Content-Length")


def _connected(port: int) -> Connection:
    connection = Connection(socket.create_connection(("127.0.0.1", port), timeout=30))
    connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


if __name__ == "__main__":
    print(json.dumps(asdict(drive(**json.load(sys.stdin)))))
