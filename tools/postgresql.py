"""A PostgreSQL of one's own: in a folder, on a free port of this machine, gone at the end.

Debian's PostgreSQL and PostGIS are meant, as `tools/install_clients.sh postgis` installs them.
PostgreSQL refuses to run as root, so root drops to the user `postgres` that Debian's package made.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tools.running import free_port

USER = "routeshift"
STARTS_WITHIN_S = 60


@dataclass
class PostgreSQL:
    """One server: its folder, and the port of 127.0.0.1 that it listens on."""

    folder: Path
    port: int = field(default_factory=free_port)

    def address(self, database: str = "postgres") -> str:
        """Give the address of one database as a URI; anybody on this machine is let in."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def create(self, settings: Sequence[str] = ()) -> None:
        """Make an empty cluster; `settings`: lines of postgresql.conf."""
        self._run("initdb", "--pgdata", self._data, "--username", USER, "--auth", "trust",
                  "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")  # fmt: skip
        lines = [f"port = {self.port}", "listen_addresses = '127.0.0.1'",
                 "unix_socket_directories = ''", "timezone = 'UTC'", *settings]  # fmt: skip
        self.configure(lines)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._run("pg_ctl", "start", "--pgdata", self._data, "--wait", "--silent", "--timeout",
                  str(STARTS_WITHIN_S), "--log", str(self.folder / "log"))  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends sessions, `immediate` is as good as a crash."""
        self._run("pg_ctl", "stop", "--pgdata", self._data, "--mode", mode, "--wait", "--silent")

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let the server and all its sessions stand still from here to the end, as a machine may.

        The system still takes connections and what is sent; nothing comes back.
        """
        os.kill(self.pid, signal.SIGSTOP)
        children = ["ps", "--ppid", str(self.pid), "-o", "pid="]
        stopped = [self.pid, *map(int, subprocess.check_output(children, text=True).split())]
        for pid in stopped:
            # A session may have ended meanwhile.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    @contextmanager
    def replica(self) -> Iterator[PostgreSQL]:
        """Another server that follows this one and can only be read, from here to the end."""
        with new_folder() as folder:
            copy = PostgreSQL(folder)
            copy._run("pg_basebackup", "--pgdata", copy._data, "--dbname", self.address(),
                      "--checkpoint", "fast", "--no-sync", "--write-recovery-conf")  # fmt: skip
            copy.configure([f"port = {copy.port}"])
            with copy.started():
                yield copy

    @contextmanager
    def started(self) -> Iterator[None]:
        """Let the server run from here to the end."""
        self.start()
        try:
            yield
        finally:
            if self.is_running():
                self.stop("immediate")

    @property
    def pid(self) -> int:
        """The process of the server, which all its sessions come from."""
        return int(Path(self._data, "postmaster.pid").read_text().split()[0])

    def is_running(self) -> bool:
        """Tell whether the server runs."""
        status = [*as_postgres(), path_of("pg_ctl"), "status", "--pgdata", self._data]
        return subprocess.run(status, capture_output=True, check=False).returncode == 0

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def configure(self, lines: Sequence[str]) -> None:
        """Add lines to postgresql.conf: they hold once the server is started anew."""
        with Path(self._data, "postgresql.conf").open("a") as file:
            file.write("\n".join(lines) + "\n")

    def _run(self, program: str, *arguments: str) -> None:
        # What it leaves running must not hold a pipe of ours.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [*as_postgres(), path_of(program), *arguments],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, cwd=self.folder,
            )  # fmt: skip
            said.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program}: {said.read().decode()}{self._log()}")

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text()[-2000:] if log.exists() else ""


@contextmanager
def postgresql(settings: Sequence[str] = ()) -> Iterator[PostgreSQL]:
    """Run an empty server with some lines of settings from here to the end."""
    with new_folder() as folder:
        server = PostgreSQL(folder)
        server.create(settings)
        with server.started():
            yield server


@contextmanager
def new_folder() -> Iterator[Path]:
    """A new folder of whoever PostgreSQL runs as, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="routeshift-postgresql-"))
    try:
        if as_postgres():
            shutil.chown(folder, "postgres")
        yield folder
    finally:
        shutil.rmtree(folder)


def as_postgres() -> list[str]:
    """Give what stands before a command that PostgreSQL's own user has to run."""
    return ["runuser", "--user", "postgres", "--"] if os.getuid() == 0 else []


def path_of(name: str) -> str:
    """Find a program of PostgreSQL, which Debian keeps out of PATH; the newest.

    Raises RuntimeError.
    """
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise RuntimeError(f"there is no {name}; tools/install_clients.sh postgis installs it")
    return program


def _version(path: Path) -> int:
    return int(path.parent.parent.name)
