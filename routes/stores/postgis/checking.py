"""Are a collection's GeoParquet and rows in the database what was published?

The hash of the GeoParquet is checked, and the rows are made from it once more and compared: so that
nothing in the tables is believed.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from routes import serving
from routes.errors import StoreDamaged
from routes.recorded import listed
from routes.schema import COLLECTIONS
from routes.serving import Served
from routes.stores.base import CollectionRecord, Damage
from routes.stores.postgis import records, revisions, sketch
from routes.stores.postgis.asking import Connection, Row, on
from routes.stores.postgis.querying import WKB
from routes.stores.postgis.revisions import Revision, Shape
from routes.stores.postgis.sketch import Sketch
from routes.stores.postgis.standing import IN_REVISION

COMPARED = (
    f"SELECT place, west, south, east, north, start_earliest, start_latest, end_earliest,"
    f" end_latest, attested_from, attested_until, id, fragment, {WKB}, digest FROM routeshift.rows"
    f" WHERE {IN_REVISION} ORDER BY place"
)


def check(connection: Connection, name: str, record: CollectionRecord) -> Iterator[Damage]:
    """Give what of one collection of one edition is not what was published."""
    with tempfile.TemporaryDirectory(prefix="routeshift-") as folder:
        parquet = Path(folder, "rows.parquet")
        try:
            records.fetch(on(connection), record.sha256, parquet)
        except StoreDamaged as error:
            yield Damage(f"records, {record.sha256}", str(error))
            return
        revision = revisions.find(on(connection), name, record.sha256)
        if revision is None:
            yield Damage(f"revisions, {name} of {record.sha256}", "is missing")
        else:
            yield from _revision(connection, record, revision, parquet)


def _revision(
    connection: Connection, record: CollectionRecord, revision: Revision, parquet: Path
) -> Iterator[Damage]:
    name = f"{revision.collection}, revision {revision.number}"
    places, sketches = [np.empty(0, np.int64)], list[Sketch]()
    said = {"collection": revision.collection, "revision": revision.number}
    with connection.cursor("compared", binary=True) as cursor:
        cursor.execute(COMPARED, said)
        for batch in serving.served(COLLECTIONS[revision.collection], parquet):
            found = cursor.fetchmany(len(batch.ids))
            differs = _differing(batch, found)
            if differs is not None:
                yield Damage(f"rows, {name}", f"{differs!r} is not what was published")
                return
            places.append(np.array([row[0] for row in found], dtype=np.int64))
            sketches.append(Sketch.of(batch))
        if cursor.fetchone():
            yield Damage(f"rows, {name}", "there are more than were published")
            return
    every = Sketch.joined(sketches)
    shape = Shape(np.concatenate(places), every.packed())
    if not _lies_so(connection, revision, shape):
        yield Damage(f"revisions, {name}", "does not say where its rows are")
    said_of_it = {(len(shape.places), *every.extent), (revision.count, *revision.extent)}
    if said_of_it != {(record.count, record.bbox, record.interval)}:
        yield Damage(f"revisions, {name}", "says another extent or number than its rows have")


def _lies_so(connection: Connection, revision: Revision, shape: Shape) -> bool:
    try:
        said = revisions.shape(on(connection), revision.number)
        return sketch.agree(said.files, shape.files) and np.array_equal(said.places, shape.places)
    except (ValueError, zlib.error):
        return False


def _differing(batch: Served, found: list[Row]) -> str | None:
    """Give the id of a row that is not what its GeoParquet says, None if all are."""
    ids: list[str] = listed(batch.ids)
    numbers = np.array([row[1:5] for row in found], dtype=np.float64).reshape(-1, 4)
    seconds = np.array([row[5:11] for row in found], dtype=np.int64).reshape(-1, 6)
    texts = list(
        zip(ids, listed(batch.fragments), listed(batch.wkb), revisions.digests(batch), strict=True)
    )
    for at, (row, wanted) in enumerate(zip(found, texts, strict=False)):
        same = (
            row[11:] == wanted
            and np.array_equal(numbers[at], batch.boxes[at], equal_nan=True)
            and np.array_equal(seconds[at], batch.bounds[:, at])
        )
        if not same:
            return ids[at]
    return None if len(found) == len(ids) else ids[len(found)]
