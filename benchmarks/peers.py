"""The peers: pygeoapi and tipg on PostGIS, with the same rows, on the same server as the service.

They live in an environment of their own, which is made here from `requirements/peers.txt`. Both are
served by granian with one worker process, pygeoapi as WSGI with a thread for each connection.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import postgis
from benchmarks.commands import run
from benchmarks.driving import CONNECTIONS
from benchmarks.postgis import DATABASE, TABLE
from benchmarks.processes import HOME
from benchmarks.servers import Server, granian, started
from tools.postgresql import USER, PostgreSQL
from tools.running import free_port

REQUIREMENTS = HOME / "requirements" / "peers.txt"
ENVIRONMENT = HOME / "build" / "peers"
MOST_ITEMS = 10_000
ABOUT = "Made-up routes for measuring"
HERE = "http://127.0.0.1"


def environment() -> Path:
    """Give the Python of the peers' environment, which is made where it is missing or old."""
    python, mark = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "made-from.txt"
    wanted = REQUIREMENTS.read_text()
    if not mark.exists() or mark.read_text() != wanted:
        run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
        run([str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install",
              "--require-hashes", "--no-deps", "--requirement", str(REQUIREMENTS)])  # fmt: skip
        mark.write_text(wanted)
    return python


@contextmanager
def serving(server: PostgreSQL) -> Iterator[dict[str, Server]]:
    """Both peers, by name, on one database."""
    python = str(environment())
    with (
        tempfile.TemporaryDirectory() as folder,
        _pygeoapi(server, python, Path(folder)) as one,
        _tipg(server, python) as other,
    ):
        yield {"pygeoapi": one, "tipg": other}


def versions() -> dict[str, str]:
    """Give the versions of what the peers are made of."""
    told = "import importlib.metadata as m; print(m.version('pygeoapi'), m.version('tipg'))"
    said = run([str(environment()), "-c", told]).split()
    return dict(zip(("pygeoapi", "tipg"), said, strict=True))


@contextmanager
def _pygeoapi(server: PostgreSQL, python: str, folder: Path) -> Iterator[Server]:
    port = free_port()
    configured, described = folder / "pygeoapi.json", folder / "openapi.json"
    configured.write_text(json.dumps(_configuration(server, port)))
    settings = {"PYGEOAPI_CONFIG": str(configured), "PYGEOAPI_OPENAPI": str(described)}
    run([str(Path(python).parent / "pygeoapi"), "openapi", "generate", str(configured),
          "--format", "json", "--output-file", str(described)], settings)  # fmt: skip
    command = [*granian(python, port), "--interface", "wsgi", "--backpressure", str(CONNECTIONS),
               "--blocking-threads", str(CONNECTIONS), "pygeoapi.flask_app:APP"]  # fmt: skip
    with started(command, port, "/conformance?f=json", settings, postgis.processes(server)) as one:
        yield one


@contextmanager
def _tipg(server: PostgreSQL, python: str) -> Iterator[Server]:
    port = free_port()
    # It looks for new tables now and then, which no other server here does.
    settings = {"DATABASE_URL": server.address(DATABASE), "TIPG_CATALOG_TTL": "0",
                "TIPG_DB_MAX_CONN_SIZE": str(CONNECTIONS)}  # fmt: skip
    command = [*granian(python, port), "--interface", "asgi", "tipg.main:app"]
    with started(command, port, "/healthz", settings, postgis.processes(server)) as one:
        yield one


def _configuration(server: PostgreSQL, port: int) -> dict[str, Any]:
    """Give what pygeoapi has to be told, as JSON, which YAML is a superset of."""
    table = {
        "data": {"host": "127.0.0.1", "port": server.port, "dbname": DATABASE, "user": USER,
                 "password": "", "search_path": ["public"]},
        "id_field": "id", "table": TABLE, "geom_field": "geom", "time_field": "start_earliest",
    }  # fmt: skip
    who = {"name": ABOUT, "url": HERE, "email": "nobody@example.org"}
    about = {"title": ABOUT, "description": ABOUT, "keywords": ["routes"]}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": f"{HERE}:{port}",
            "mimetype": "application/json; charset=UTF-8", "encoding": "utf-8",
            "language": "en-US", "gzip": False, "pretty_print": False,
            "limits": {"default_items": 100, "max_items": MOST_ITEMS},
            "map": {"url": HERE, "attribution": ABOUT},
        },
        "logging": {"level": "ERROR"},
        "metadata": {"identification": about | {"url": HERE, "terms_of_service": HERE},
                     "license": who, "provider": who, "contact": who},
        "resources": {TABLE: about | {
            "type": "collection",
            "extents": {"spatial": {"bbox": [-180, -90, 180, 90]},
                        "temporal": {"begin": None, "end": None}},
            "providers": [table | {"type": "feature", "name": "PostgreSQL"}],
        }},
    }  # fmt: skip
