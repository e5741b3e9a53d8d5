"""A PostgreSQL and its streaming replica, set up by the scripts that the containers use."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tools.postgresql import STARTS_WITHIN_S, USER, PostgreSQL, as_postgres, new_folder, path_of

HERE = Path(__file__).parent
DATABASE = "atlas"
# As in compose.cluster.yaml: a replica that stays away must not fill the primary's disk.
SETTINGS = ("max_slot_wal_keep_size = 1GB", "jit = off")
CAUGHT_UP = """
SELECT count(*) = 1 FROM pg_stat_replication
WHERE application_name = 'walreceiver' AND replay_lsn >= pg_current_wal_lsn()
"""


@dataclass
class Databases:
    """Both servers, each with a folder and a port of its own."""

    primary: PostgreSQL
    replica: PostgreSQL

    @property
    def editor(self) -> str:
        """The address by which editions are published."""
        return f"postgresql://editor@127.0.0.1:{self.primary.port}/{DATABASE}"

    @property
    def reader(self) -> str:
        """The address by which services read: the replica's, and the primary's where it is away."""
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in (self.replica, self.primary))
        return f"postgresql://reader@{hosts}/{DATABASE}?target_session_attrs=prefer-standby"

    @property
    def only_replica(self) -> str:
        """The address of the replica alone."""
        return f"postgresql://reader@127.0.0.1:{self.replica.port}/{DATABASE}"

    def start_replica(self) -> None:
        """Start the replica, which copies the primary if it is new, and wait until it answers."""
        _run_script(
            "replica.sh", self.replica,
            {"PGHOST": "127.0.0.1", "PGPORT": str(self.primary.port)},
            "-c", f"port={self.replica.port}",
        )  # fmt: skip
        _wait_for(self.replica.address(), "SELECT pg_is_in_recovery()")

    def wait_for_replica(self) -> None:
        """Wait until the replica has all that the primary has."""
        _wait_for(self.primary.address(), CAUGHT_UP)


@contextmanager
def databases() -> Iterator[Databases]:
    """A primary without editions and its replica, from here to the end."""
    with new_folder() as one, new_folder() as other:
        made = Databases(PostgreSQL(one), PostgreSQL(other))
        try:
            made.primary.create(SETTINGS)
            made.primary.start()
            _set_up(made.primary)
            made.start_replica()
            yield made
        finally:
            for server in (made.replica, made.primary):
                if server.is_running():
                    server.stop("immediate")


def kill(server: PostgreSQL) -> None:
    """Kill a server as the system does that has no memory left, and wait until it is gone.

    What it started ends by itself when it sees that.
    """
    os.kill(server.pid, signal.SIGKILL)
    while server.is_running():
        time.sleep(0.01)


def _set_up(primary: PostgreSQL) -> None:
    told = {"POSTGRES_USER": USER, "PGHOST": "127.0.0.1", "PGPORT": str(primary.port)}
    passwords = dict.fromkeys(("EDITOR_PASSWORD", "READER_PASSWORD", "REPLICATOR_PASSWORD"), "-")
    process = _run_script("primary.sh", primary, told | passwords)
    if process.wait(STARTS_WITHIN_S):
        raise RuntimeError(f"primary.sh: {(primary.folder / 'log').read_text()[-2000:]}")


def _run_script(
    name: str, server: PostgreSQL, told: dict[str, str], *arguments: str
) -> subprocess.Popen[bytes]:
    """Start one of the scripts as the user whom PostgreSQL runs as, who may not read our files."""
    programs = f"{Path(path_of('postgres')).parent}:{os.environ['PATH']}"
    data = {"PGDATA": str(server.folder / "data"), "PATH": programs}
    with (HERE / name).open() as script, (server.folder / "log").open("a") as log:
        return subprocess.Popen(
            [*as_postgres(), "sh", "-s", "--", *arguments],
            env={**os.environ, **told, **data}, cwd=server.folder,
            stdin=script, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _wait_for(address: str, question: str) -> None:
    """Wait until a question is answered by yes. Raises TimeoutError."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                if connection.execute(question.encode()).fetchall()[0][0]:
                    return
        except psycopg.OperationalError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{question.strip()}: not within {STARTS_WITHIN_S} s")
