"""The peers' database: a PostGIS with the service's rows in one table, and indexes.

The service's own store stands in another database of the same server.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import shapely
from geopandas import GeoDataFrame

import routes
from benchmarks.commands import run
from routes.stores import copying
from tools.postgresql import PostgreSQL, postgresql

DATABASE = "postgres"
STORE = "routeshift"
TABLE = "routes"
# A machine of a few GB with a disk that seeks as fast as it reads; nothing is written, so that
# what makes writing safe costs nothing.
SETTINGS = ("shared_buffers = 1GB", "work_mem = 64MB", "effective_cache_size = 3GB",
            "random_page_cost = 1.1", "jit = off", "max_wal_size = 4GB", "fsync = off")  # fmt: skip
TYPES = {"int64": "bigint", "datetime64[s]": "timestamptz"}
# The planner has the choice: the last but one serves a box and a filter on both ends at once.
INDEXES = ("ALTER TABLE routes ADD PRIMARY KEY (id)",
           "CREATE INDEX ON routes USING gist (geom)",
           "CREATE INDEX ON routes (start_earliest)",
           "CREATE INDEX ON routes (end_latest)",
           "CREATE INDEX ON routes USING gist (geom, start_earliest, end_latest)",
           "VACUUM ANALYZE routes")  # fmt: skip


@contextmanager
def database(frame: GeoDataFrame) -> Iterator[PostgreSQL]:
    """A PostGIS that holds the rows of a frame in the table `routes`, with all indexes of use."""
    with postgresql(SETTINGS) as server:
        with tempfile.TemporaryDirectory() as folder:
            _load(server, frame, Path(folder) / "rows.csv")
        yield server


def stored(server: PostgreSQL, folder: Path) -> str:
    """Copy the service's store into a database of its own: its address."""
    _psql(server, f"CREATE DATABASE {STORE}")
    address = server.address(STORE)
    store = routes.open_store(address)
    copying.copy(routes.open_store(folder), store, lambda _: None)
    store.close()
    run(["psql", address, "--quiet", "--command", "VACUUM ANALYZE"])
    return address


def processes(server: PostgreSQL) -> tuple[int]:
    """Give the process id of the server, whose children are its sessions."""
    return (server.pid,)


def _load(server: PostgreSQL, frame: GeoDataFrame, path: Path) -> None:
    """Bring all columns of a frame into the table, as what they are in an answer."""
    columns = {name: TYPES.get(str(kind), "text")
               for name, kind in frame.dtypes.items() if name != "geometry"}  # fmt: skip
    declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    located = shapely.set_srid(frame.geometry.to_numpy(), 4326)
    rows = frame.drop(columns="geometry").assign(
        geom=shapely.to_wkb(located, hex=True, include_srid=True)
    )
    rows.to_csv(path, index=False, header=False, quoting=csv.QUOTE_MINIMAL)
    _psql(server, "CREATE EXTENSION postgis; CREATE EXTENSION btree_gist")
    _psql(server, f"CREATE TABLE {TABLE} ({declared}, geom geometry(LineString, 4326))")
    _psql(server, f"\\copy {TABLE} FROM '{path}' WITH (FORMAT csv)")
    for statement in INDEXES:
        _psql(server, statement)


def _psql(server: PostgreSQL, statement: str) -> None:
    run(["psql", server.address(DATABASE), "--quiet", "--set", "ON_ERROR_STOP=1",
          "--command", statement])  # fmt: skip
