"""A service of the cluster, which can be killed and started again."""

from __future__ import annotations

import json
import os
import signal
import sys
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tools.running import READY, free_port, running


@dataclass
class Service:
    """One service: the address of the database it reads from, its log, and its port."""

    store: str
    log: Path
    port: int = field(default_factory=free_port)
    _running: ExitStack = field(default_factory=ExitStack)
    _process: int = 0

    @property
    def address(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it is ready."""
        others = {
            name: value for name, value in os.environ.items() if not name.startswith("ROUTESHIFT_")
        }
        environment = {**others, "ROUTESHIFT_STORE": self.store}
        command = [sys.executable, "-m", "service.cli", "serve", "--port", str(self.port)]
        output = self._running.enter_context(self.log.open("a"))
        server = running(command, self.port, environment=environment, output=output)
        self._process = self._running.enter_context(server).pid

    def stop(self) -> None:
        """Tell it to stop, and wait until it has."""
        self._running.close()

    def kill(self) -> None:
        """Kill all its processes, as when its machine goes."""
        os.killpg(self._process, signal.SIGKILL)
        self._running.close()

    def edition(self) -> int:
        """Give the number of the edition that it serves."""
        with urllib.request.urlopen(f"http://{self.address}{READY}", timeout=30) as answer:
            return int(json.load(answer)["edition"])
