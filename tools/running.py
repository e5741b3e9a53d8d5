"""Servers as processes of their own: started on a free port, waited for, ended by pid."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 20.0
TRIES_AGAIN_AFTER_S = 0.02
READY = "/health/ready"


def free_port() -> int:
    """Give a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: list[str],
    port: int,
    ready: str = READY,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[str] | int | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a session of its own, from when `ready` answers on `port` until the end.

    Raises RuntimeError where it ends or never gets ready.
    """
    process = subprocess.Popen(
        command,
        env=None if environment is None else dict(environment),
        cwd=cwd,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait(process, f"http://127.0.0.1:{port}{ready}")
        yield process
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with exit code {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(TRIES_AGAIN_AFTER_S)
    raise RuntimeError(f"{process.args!r} was not ready within {STARTS_WITHIN_S:g} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
