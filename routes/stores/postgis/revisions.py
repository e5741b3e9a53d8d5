"""Revisions: states of a collection, each made of rows that it shares with those before and after.

A row stands in the revisions [since, until). Making one ends the rows that it does not have, and
writes those that the newest before it did not have, or not in this order.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from routes import serving
from routes.query import Extent
from routes.recorded import listed
from routes.schema import Collection
from routes.serving import Served
from routes.stores.postgis import places
from routes.stores.postgis.asking import Ask, Connection, on
from routes.stores.postgis.places import NOWHERE, Places
from routes.stores.postgis.sketch import Sketch

OPEN = 2**31 - 1
"""`until` of rows that the newest revision has."""
FORMAT = 2
"""Of what rows hold beside what their GeoParquet says; revisions of another are made anew."""
COLUMNS = {
    "collection": "text", "place": "int8", "since": "int4", "id": "text", "digest": "bytea",
    "geom": "bytea", "west": "float8", "south": "float8", "east": "float8", "north": "float8",
    "start_earliest": "int8", "start_latest": "int8", "end_earliest": "int8",
    "end_latest": "int8", "attested_from": "int8", "attested_until": "int8", "fragment": "bytea",
}  # fmt: skip
"""What is written of a row, with the types in which it is sent."""


@dataclass(frozen=True)
class Revision:
    """One state of a collection: its number, and what can be said of it without its rows."""

    number: int
    collection: str
    count: int
    extent: Extent


@dataclass(frozen=True)
class Shape:
    """How the rows of a revision lie: their places, and the files of their sketch by name."""

    places: Places
    files: dict[str, bytes]


def find(ask: Ask, collection: str, sha256: str) -> Revision | None:
    """Find the revision of a collection by the hash of its GeoParquet."""
    found = ask(
        "SELECT revision, count, bbox, interval FROM routeshift.revisions WHERE collection ="
        " %(collection)s AND sha256 = %(sha256)s AND format = %(format)s",
        {"collection": collection, "sha256": sha256, "format": FORMAT},
    )
    if not found:
        return None
    number, count, bbox, interval = found[0]
    return Revision(
        number, collection, count, Extent(tuple(bbox) if bbox else None, tuple(interval))
    )


def shape(ask: Ask, revision: int) -> Shape:
    """Give how the rows of a revision lie. Raises ValueError or zlib.error."""
    ((packed,),) = ask(
        "SELECT places FROM routeshift.revisions WHERE revision = %(revision)s",
        {"revision": revision},
    )
    files = ask(
        "SELECT name, content FROM routeshift.trees WHERE revision = %(revision)s",
        {"revision": revision},
    )
    return Shape(places.unpacked(packed), {name: bytes(content) for name, content in files})


def make(connection: Connection, collection: Collection, sha256: str, parquet: Path) -> Revision:
    """Make the revision of a collection from its GeoParquet. Raises OSError or ArrowException."""
    ask = on(connection)
    ((number,),) = ask("SELECT nextval('routeshift.revision')")
    before = _standing(connection, collection, parquet)
    at = places.placed(before)
    _end_others(connection, collection.name, number, at[at == before])
    sketch = _write(connection, collection, number, parquet, at, at != before)
    made = Revision(number, collection.name, len(at), sketch.extent)
    _add(ask, made, sha256, Shape(at, sketch.packed()))
    return made


def _add(ask: Ask, made: Revision, sha256: str, lies: Shape) -> None:
    ask(
        "INSERT INTO routeshift.revisions VALUES (%(revision)s, %(collection)s, %(sha256)s,"
        " %(format)s, %(count)s, %(bbox)s, %(interval)s, %(places)s) RETURNING 1",
        {
            "revision": made.number,
            "collection": made.collection,
            "sha256": sha256,
            "format": FORMAT,
            "count": made.count,
            "bbox": list(made.extent.bbox) if made.extent.bbox else None,
            "interval": list(made.extent.interval),
            "places": places.packed(lies.places),
        },
    )
    for name, content in lies.files.items():
        ask(
            "INSERT INTO routeshift.trees VALUES (%(revision)s, %(name)s, %(content)s) RETURNING 1",
            {"revision": made.number, "name": name, "content": content},
        )


def digests(batch: Served) -> list[bytes]:
    """Give 16 bytes for each row, other ones for each other row: of all that is served of it."""
    said = zip(
        batch.bounds.T.copy(),
        listed(batch.ids),
        listed(batch.fragments),
        listed(batch.wkb),
        strict=True,
    )
    return [
        _digest(bounds.tobytes(), one.encode(), fragment, wkb or b"")
        for bounds, one, fragment, wkb in said
    ]


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()


def _standing(connection: Connection, collection: Collection, parquet: Path) -> Places:
    """Give where each row of a GeoParquet stands in the newest revision, NOWHERE if it does not."""
    before = np.full(pq.read_metadata(parquet).num_rows, NOWHERE)
    newest = {"collection": collection.name, "open": OPEN}
    if not on(connection)(
        "SELECT FROM routeshift.rows"
        " WHERE collection = %(collection)s AND until = %(open)s LIMIT 1",
        newest,
    ):
        return before
    _send_digests(connection, collection, parquet)
    ((rows, standing),) = on(connection)(
        "SELECT coalesce(array_agg(row), '{}'), coalesce(array_agg(place), '{}')"
        " FROM arriving JOIN routeshift.rows USING (id, digest)"
        " WHERE collection = %(collection)s AND until = %(open)s",
        newest,
    )
    before[np.array(rows, dtype=np.intp)] = standing
    return before


def _send_digests(connection: Connection, collection: Collection, parquet: Path) -> None:
    """Fill the table `arriving` with the rows that are to come: their ids and digests."""
    connection.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS arriving (row integer, id text, digest bytea)"
        " ON COMMIT DROP"
    )
    connection.execute("TRUNCATE arriving")
    row = itertools.count()
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY arriving FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["int4", "text", "bytea"])
        for batch in serving.served(collection, parquet):
            for one, digest in zip(listed(batch.ids), digests(batch), strict=True):
                copy.write_row((next(row), one, digest))
    connection.execute("ANALYZE arriving")


def _end_others(connection: Connection, collection: str, revision: int, staying: Places) -> None:
    """Let all rows of the newest revision end before this one, but those that stay."""
    said = {"collection": collection, "open": OPEN, "revision": revision}
    ((there,),) = on(connection)(
        "SELECT coalesce(string_agg(int8send(place), ''), '') FROM routeshift.rows"
        " WHERE collection = %(collection)s AND until = %(open)s",
        said,
    )
    leaving = np.setdiff1d(np.frombuffer(there, ">i8").astype(np.int64), staying)
    connection.execute(
        "UPDATE routeshift.rows SET until = %(revision)s WHERE collection = %(collection)s"
        " AND place = ANY (%(leaving)s::int8[]) AND until = %(open)s",
        said | {"leaving": leaving},
    )


def _write(
    connection: Connection,
    collection: Collection,
    revision: int,
    parquet: Path,
    at: Places,
    new: NDArray[np.bool_],
) -> Sketch:
    """Write the new ones of the rows of a GeoParquet; sketch all."""
    sketches, count = list[Sketch](), 0
    names = ", ".join(COLUMNS)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY routeshift.rows ({names}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(list(COLUMNS.values()))
        for batch in serving.served(collection, parquet):
            rows = slice(count, count + len(batch.ids))
            if new[rows].any():
                for place, *said in _rows(batch, at[rows], new[rows]):
                    copy.write_row((collection.name, place, revision, *said))
            sketches.append(Sketch.of(batch))
            count = rows.stop
    # So that who asks next is not answered by a plan for the rows of before.
    connection.execute("ANALYZE routeshift.rows")
    return Sketch.joined(sketches)


def _rows(batch: Served, at: Places, new: NDArray[np.bool_]) -> Iterator[tuple[Any, ...]]:
    """Give the new ones of the rows of a batch: their places and values, from the id on."""
    geometry = shapely.set_srid(shapely.from_wkb(listed(batch.wkb)), 4326)
    located = shapely.to_wkb(geometry, include_srid=True).tolist()
    said = zip(
        at.tolist(), listed(batch.ids), digests(batch), located, *batch.boxes.T.tolist(),
        *batch.bounds.tolist(), listed(batch.fragments), strict=True,
    )  # fmt: skip
    return itertools.compress(said, new.tolist())
