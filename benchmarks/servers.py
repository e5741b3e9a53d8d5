"""Servers under test as processes of their own, one worker each: the service, the limit, nginx."""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from benchmarks.bare import ANSWERS, Answers
from benchmarks.processes import HOME, Memory
from tools.nginx import nginx_program, nginx_user
from tools.running import READY, free_port, running

ANSWER_CACHE = "ROUTESHIFT_ANSWER_CACHE_MB"
# As Debian's nginx.conf, but one worker, no log, and connections that are kept as long as ours.
NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {files};
    }}
}}
"""
NOTHING: Answers = {"/": ([(b"content-length", b"2")], b"ok")}


@dataclass(frozen=True)
class Server:
    """A running server: its port, and the processes from which all others of it come.

    A peer's database counts with it: its answers are made there.
    """

    port: int
    roots: tuple[int, ...]

    def cpu_s(self) -> float | None:
        """Give the CPU time of all its processes so far, in seconds; None where nobody tells."""
        return processes.cpu_s(self.roots)

    def worker_memory(self) -> Memory | None:
        """Give the memory of its worker, the process below the first with the most of its own."""
        found = map(processes.memory, processes.tree(self.roots[:1])[1:])
        return max(filter(None, found), key=lambda one: one.own_mb, default=None)


@contextmanager
def service(
    store: Path | str, answer_cache: bool = True, database: tuple[int, ...] = ()
) -> Iterator[Server]:
    """The service with one worker process, as `routeshift serve` starts it.

    Without its cache of answers, each is worked out anew whatever was asked before. `database`:
    the processes of the one that the store is in.
    """
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--store", str(store),
               "--port", str(port), "--host", "127.0.0.1", "--workers", "1"]  # fmt: skip
    settings = {} if answer_cache else {ANSWER_CACHE: "0"}
    with started(command, port, READY, settings, database) as server:
        yield server


@contextmanager
def bare(answers: Answers) -> Iterator[Server]:
    """The bare application with one worker process of the same server, granian."""
    port = free_port()
    command = [*granian(sys.executable, port), "--interface", "asgi", "benchmarks.bare:app"]
    with tempfile.TemporaryDirectory() as folder:
        ready_made = Path(folder) / "answers.pickle"
        ready_made.write_bytes(pickle.dumps(answers))
        environment = {ANSWERS: str(ready_made)}
        with started(command, port, next(iter(answers)), environment) as server:
            yield server


@contextmanager
def nginx(files: Path) -> Iterator[Server]:
    """Debian's nginx, which serves the files of one folder."""
    port = free_port()
    program = nginx_program()
    ready = f"/{next(files.iterdir()).name}"
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(
            NGINX.format(folder=folder, files=files, port=port, user=nginx_user())
        )
        command = [program, "-p", folder, "-c", str(configuration)]
        with started(command, port, ready, {}) as server:
            yield server


def granian(python: str, port: int) -> list[str]:
    """Give the words that start granian with one worker process, without what it serves."""
    return [python, "-m", "granian", "--workers", "1", "--host", "127.0.0.1", "--port", str(port),
            "--log-level", "warning", "--no-ws"]  # fmt: skip


@contextmanager
def started(
    command: list[str],
    port: int,
    ready: str,
    environment: dict[str, str],
    others: tuple[int, ...] = (),
) -> Iterator[Server]:
    """Run a server until the end; `others`: processes beside it that work for its answers."""
    settings = {**os.environ, **environment}
    with (
        Path(os.devnull).open("w") as nowhere,
        running(command, port, ready, settings, HOME, nowhere) as process,
    ):
        yield Server(port, (process.pid, *others))
