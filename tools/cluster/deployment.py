"""The whole deployment, and what an editor does with it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.cluster.front import front
from tools.cluster.load import warm
from tools.cluster.postgres import Databases, databases
from tools.cluster.services import Service

SHIPPED = Path(__file__).parents[2] / "data" / "balkans"
# The date of the shift, as it stands in the shipped atlas.
DATE = "2003~"


@dataclass
class Deployment:
    """Both databases, both services, the port of nginx, and a folder for what comes up."""

    databases: Databases
    services: tuple[Service, Service]
    port: int
    folder: Path

    def publish(self, date: str, note: str) -> dict[str, Any]:
        """Publish the shipped atlas with a date of its shift: the manifest."""
        return published(self.databases, self.folder, date, note)


@contextmanager
def deployment() -> Iterator[Deployment]:
    """All of it with the shipped atlas as edition 1, from here to the end."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        made = running.enter_context(databases())
        published(made, folder, DATE, "As shipped")
        made.wait_for_replica()
        one, two = (Service(made.reader, folder / f"service-{number}.log") for number in (1, 2))
        for service in (one, two):
            running.callback(service.stop)
        with ThreadPoolExecutor() as threads:
            list(threads.map(Service.start, (one, two)))
            list(threads.map(warm, (one.address, two.address)))
        port = running.enter_context(front(folder, (one.address, two.address)))
        yield Deployment(made, (one, two), port, folder)


def published(databases: Databases, folder: Path, date: str, note: str) -> dict[str, Any]:
    """Publish the shipped atlas with a date of its shift to the primary: the manifest."""
    atlas = folder / "atlas"
    shutil.copytree(SHIPPED, atlas, dirs_exist_ok=True)
    for name in ("shifts.csv", "routes.geojson"):
        path = atlas / name
        path.write_text(path.read_text().replace(DATE, date))
    return dict(routeshift("publish", str(atlas), "--note", note, store=databases.editor))


def routeshift(*arguments: str, store: str) -> Any:  # noqa: ANN401
    """Run a command on a store: the document that it gives. Raises RuntimeError."""
    command = [sys.executable, "-m", "service.cli", *arguments, "--store", store, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)
