"""The commands to back up, restore and promote in docs/operations.md, run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import routes
from geo.shipped import data_folder
from routes.errors import StoreError
from tests.conftest import publish_corrected
from tests.helpers import content
from tools.cluster import postgres
from tools.postgresql import USER, PostgreSQL, as_postgres, new_folder, path_of

HOME = Path(__file__).parents[2]
SHOWN = "db.example:5432"


def commands(heading: str) -> str:
    """All blocks of shell of a section, one after the other."""
    text = (HOME / "docs/operations.md").read_text()
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


def run(script: str, folder: Path) -> None:
    programs = [str(Path(path_of("pg_dump")).parent), str(Path(sys.executable).parent)]
    path = os.pathsep.join([*programs, os.environ["PATH"]])
    subprocess.run(["sh", "-eu", "-c", script], cwd=folder, env={**os.environ, "PATH": path},
                   check=True)  # fmt: skip


def on(server: PostgreSQL, script: str, shown: str) -> str:
    """A script for a server of ours in place of the one that is shown."""
    own = script.replace(f"postgres@{shown}", f"{USER}@{shown}")
    return own.replace(shown, f"127.0.0.1:{server.port}")


def hashes(place: Path | str) -> list[str]:
    store = routes.open_store(place)
    return [store.manifest(number).content for number in store.numbers()]


@pytest.fixture(scope="module")
def servers() -> Iterator[postgres.Databases]:
    with postgres.databases() as made:
        yield made


@pytest.fixture(scope="module")
def backed_up(servers: postgres.Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all those commands were run: with two editions in a folder, one in a database."""
    folder = tmp_path_factory.mktemp("operator")
    (folder / "var").mkdir()
    publish_corrected(folder, "1999-07~", folder / "var/store")
    routes.publish(routes.open_store(servers.editor), data_folder("balkans"), "As shipped")
    run(on(servers.primary, commands("Backup and restore"), SHOWN), folder)
    return folder


def test_a_folder_comes_back_from_a_copy_and_from_routeshift_copy(backed_up: Path) -> None:
    wanted = hashes(backed_up / "var/store")
    assert len(wanted) == 2
    for name in ("backup-of-folder", "backup", "var/restored"):
        assert hashes(backed_up / name) == wanted


def test_a_database_comes_back_from_a_dump_and_a_folder_has_the_same(
    backed_up: Path, servers: postgres.Databases
) -> None:
    restored = servers.editor.replace("/atlas", "/restored")
    wanted = hashes(servers.editor)
    assert len(wanted) == 1
    assert hashes(restored) == hashes(backed_up / "backup-of-database") == wanted
    assert routes.open_store(restored).verify() == []


def test_a_server_starts_from_a_base_backup_with_all_editions(
    backed_up: Path, servers: postgres.Databases
) -> None:
    with new_folder() as place:
        shutil.copytree(backed_up / "base", place / "data")
        if as_postgres():
            subprocess.run(["chown", "-R", "postgres", place / "data"], check=True)
        (place / "data").chmod(0o700)
        server = PostgreSQL(place)
        with (place / "data/postgresql.conf").open("a") as file:
            file.write(f"port = {server.port}\n")
        server.start()
        try:
            address = servers.editor.replace(str(servers.primary.port), str(server.port))
            assert hashes(address) == hashes(servers.editor)
            assert routes.open_store(address).verify() == []
        finally:
            server.stop("immediate")


def test_the_services_role_reads_what_the_editor_published_and_writes_nothing(
    servers: postgres.Databases, backed_up: Path
) -> None:
    reader = servers.editor.replace("editor@", "reader@")
    assert hashes(reader) == hashes(servers.editor)
    with pytest.raises(StoreError, match="permission denied"):
        routes.publish(routes.open_store(reader), backed_up / "atlas", "Not allowed")


def test_a_replica_becomes_the_primary_and_has_a_replica_in_its_turn(tmp_path: Path) -> None:
    with postgres.databases() as lost, new_folder() as place:
        store = routes.open_store(lost.editor)
        routes.publish(store, data_folder("balkans"), "As shipped")
        lost.wait_for_replica()
        postgres.kill(lost.primary)
        run(on(lost.replica, commands("When something fails"), "replica.example:5432"), tmp_path)
        found = postgres.Databases(lost.replica, PostgreSQL(place))
        routes.open_store(found.editor).publish(content(), "Published after that", "")
        found.start_replica()
        try:
            found.wait_for_replica()
            wanted = hashes(found.editor)
            assert len(wanted) == 2
            # By the address that the services have had all the time, and on the new replica.
            assert hashes(lost.reader) == hashes(found.only_replica) == wanted
        finally:
            found.replica.stop("immediate")
