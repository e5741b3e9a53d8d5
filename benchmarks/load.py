"""A load generator in a process of its own: keep-alive connections, one request at a time on each.

It speaks just enough HTTP/1.1 to cost little itself: answers have a Content-Length.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from itertools import count

CONNECTIONS = 8
BUFFER = bytearray(1 << 20)


@dataclass
class Connection:
    """One connection and how much of its answer is still to come."""

    socket: socket.socket
    missing: int = 0
    head: bytearray = field(default_factory=bytearray)

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self.head.clear()
        self.missing = -1
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
            self.missing = _length(bytes(self.head[:end])) - (len(self.head) - end - 4)
        return self.missing == 0


def drive(port: int, targets: list[str], seconds: float) -> int:
    """Ask for the targets in turn for some seconds; give the number of whole answers."""
    requests = [
        f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/geo+json\r\n\r\n"
        .encode()
        for target in targets
    ]  # fmt: skip
    turn, answered = count(), 0
    with selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            connection = Connection(socket.create_connection(("127.0.0.1", port), timeout=30))
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(requests[next(turn) % len(requests)])
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            for key, _ in selector.select(timeout=30):
                if key.data.is_answered():
                    answered += 1
                    key.data.ask(requests[next(turn) % len(requests)])
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return answered


def _length(head: bytes) -> int:
    status, *lines = head.split(b"\r\n")
    if b" 200" not in status:
        raise ValueError(status.decode())
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without Content-Length")


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    began = time.perf_counter()
    done = drive(asked["port"], asked["targets"], asked["seconds"])
    print(json.dumps({"answered": done, "seconds": time.perf_counter() - began}))
