"""Editions in a database; see the package's description."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar

import geopandas
import pyarrow as pa

from routes import frames, recorded
from routes.errors import StoreError
from routes.schema import COLLECTIONS
from routes.stores import durable, manifests, verification
from routes.stores.base import (
    CollectionRecord,
    Content,
    Damage,
    Manifest,
    Progress,
    Pruned,
    Wait,
    quiet,
)
from routes.stores.postgis import checking, in_loop, migrating, records, revisions
from routes.stores.postgis.asking import Connection, Row, Values, on
from routes.stores.postgis.database import (
    ANSWERS_WITHIN_S,
    MOST_CONNECTIONS,
    Database,
    in_words,
)
from routes.stores.postgis.documents import Tables
from routes.stores.postgis.querying import SqlIndex
from routes.stores.postgis.revisions import Revision

T = TypeVar("T")


class PostgisStore:
    """Editions in a PostgreSQL database with PostGIS; see the package's description.

    What is read as GeoParquet is fetched to a folder of this machine first, and kept there for as
    long as this object is.
    """

    def __init__(
        self,
        address: str,
        reading: str | None = None,
        within_s: int = ANSWERS_WITHIN_S,
        connections: int = MOST_CONNECTIONS,
    ) -> None:
        """Take the address to write to, and that of a copy to read from, if there is one.

        `within_s`: the longest that one question may take; `connections`: how many at once.
        """
        self.database = Database(address, within_s, connections)
        self.read = Database(reading, within_s, connections) if reading else self.database
        self._scratch = tempfile.TemporaryDirectory(prefix="routeshift-")
        self._fetching = Lock()

    @property
    def documents(self) -> Tables:
        """Give what the store says of its editions, byte for byte."""
        return Tables(self._ask)

    def _ask(self, query: str, values: Values | None = None, /) -> list[Row]:
        with in_words(self.read):
            return self.read.ask(query, values)

    def current(self) -> int | None:
        """Give the number of the newest edition; None if there is none."""
        pointer = self.documents.pointer()
        if pointer is None:
            return None
        self.read.seen = max(self.read.seen, pointer[0])
        return pointer[0]

    def numbers(self) -> list[int]:
        """Give the numbers of all editions, ascending."""
        return self.documents.written()

    def manifest(self, number: int) -> Manifest:
        """Give one edition's manifest. Raises NotFound, Gone or StoreDamaged."""
        return manifests.read(self.documents, number)

    def content(self, number: int) -> Content:
        """Give all that one edition says, to be published again. Raises as `frame`."""
        manifest = self.manifest(number)
        return Content(
            manifest.atlas,
            manifest.sources,
            files={
                name: self._parquet(record.sha256) for name, record in manifest.collections.items()
            },
            left_out=manifest.left_out,
            stories=manifest.stories,
            keeper=self,
        )

    def frame(self, number: int, collection: str) -> geopandas.GeoDataFrame:
        """Give all rows of a collection, EPSG:4326. Raises NotFound or StoreDamaged."""
        record = manifests.record(self.documents, number, collection)
        return frames.read_parquet(COLLECTIONS[collection], self._parquet(record.sha256))

    def batches(
        self, number: int, collection: str, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Give the rows of a collection as recorded, some at a time, of all columns or some.

        Typed as `routes.recorded.schema_of` says. Raises NotFound or StoreDamaged.
        """
        record = manifests.record(self.documents, number, collection)
        yield from recorded.batches(COLLECTIONS[collection], self._parquet(record.sha256), columns)

    def index(self, number: int, collection: str) -> SqlIndex:
        """Open a collection for queries; its rows are made if they are of another form.

        Raises NotFound, StoreDamaged, or StoreBusy where they have to be made and cannot now.
        """
        in_loop.leave()
        record = manifests.record(self.documents, number, collection)
        found = revisions.find(self._ask, collection, record.sha256)
        return SqlIndex(self._ask, found or self._remade(collection, record.sha256))

    def publish(
        self,
        content: Content,
        note: str,
        author: str,
        progress: Progress = quiet,
        *,
        if_changed: bool = False,
    ) -> Manifest:
        """Record a new edition, all or nothing. Raises StoreBusy or StoreError.

        With `if_changed`, content that the newest edition has already makes no new one.
        """
        try:
            with self._writing("the edition was not published") as connection:
                written = _write(connection, content, progress)
                tables = Tables(on(connection))
                same = manifests.unchanged(tables, content, written) if if_changed else None
                if same is not None:
                    return same
                manifest = manifests.following(tables.pointer(), content, written, note, author)
                tables.add(manifest.number, manifests.written(manifest))
                return manifest
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"the edition was not published: {error}") from error

    def receive(self, document: bytes, content: Content) -> Manifest:
        """Take over the next edition of another store as it is: its manifest, and what it says.

        Raises StoreBusy, StoreError, or StoreDamaged where something is not as the manifest says.
        """
        try:
            with self._writing("the edition was not taken over") as connection:
                tables = Tables(on(connection))
                written = _write(connection, content, quiet)
                manifest = manifests.arrived(tables, document, written)
                tables.add(manifest.number, document)
                return manifest
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"the edition was not taken over: {error}") from error

    def receive_epitaph(self, said: Pruned) -> None:
        """Take over what is kept of an edition that was removed from another store.

        Raises StoreBusy or StoreError.
        """
        with self._writing("the edition was not taken over") as connection:
            Tables(on(connection)).add_epitaph(said)

    def pruned(self) -> list[Pruned]:
        """Give the editions that were removed, ascending. Raises StoreDamaged."""
        return [manifests.tombstone(self.documents, one) for one in self.documents.removed()]

    def prune(self, keep: int) -> list[Pruned]:
        """Remove all editions but the newest `keep`, at least one; give those removed.

        What each said it was is kept, so that its address can say that it is gone, and the chain
        of hashes stays whole. Raises StoreBusy or StoreError.
        """
        with self._writing("nothing was removed") as connection:
            tables = Tables(on(connection))
            removed = [tables.bury(number) for number in tables.written()[: -max(1, keep)]]
            _sweep(connection, tables)
            return removed

    def verify(self, progress: Progress = quiet) -> list[Damage]:
        """Recompute every hash and give what does not agree."""
        with in_words(self.read, "not all was verified"), self.read.reading() as connection:
            if migrating.applied(connection) is None:
                return []
            check = partial(checking.check, connection)
            return verification.chain(Tables(on(connection)), "current", check, progress)

    def migrate(self, to: int | None = None) -> list[str]:
        """Bring the tables to a form, the newest by default; give what was done, in order.

        Raises StoreBusy or StoreError.
        """
        with in_words(self.database, "nothing was changed"):
            return self.database.migrate(to)

    @contextmanager
    def listening(self) -> Iterator[Wait]:
        """Give what waits until editions come or go. Raises StoreError, also while it waits."""
        with in_words(self.read), self.read.listening() as wait:
            yield wait

    async def in_loop(self, work: Callable[[], T]) -> T:
        """Do work in the running loop, which goes on with others while a question of it waits.

        Raises WouldBlock where only a thread can do it, else as the work.
        """
        return await in_loop.do(work)

    def close(self) -> None:
        """End all connections, and remove what was fetched."""
        self.database.close()
        self.read.close()
        self._scratch.cleanup()

    @contextmanager
    def _writing(self, undone: str) -> Iterator[Connection]:
        with in_words(self.database, undone), self.database.writing() as connection:
            yield connection

    def _remade(self, collection: str, sha256: str) -> Revision:
        """Make the rows of a collection again from its GeoParquet."""
        parquet = self._parquet(sha256)
        with self._writing(f"the rows of {collection} were not made again") as connection:
            # Another service may have done it meanwhile.
            there = revisions.find(on(connection), collection, sha256)
            return there or revisions.make(connection, COLLECTIONS[collection], sha256, parquet)

    def _parquet(self, sha256: str) -> Path:
        """Give the place of a collection's GeoParquet on this machine."""
        path = Path(self._scratch.name, f"{sha256}.parquet")
        with self._fetching:
            if not path.exists():
                records.fetch(self._ask, sha256, path)
        return path


def _write(
    connection: Connection, content: Content, progress: Progress
) -> dict[str, CollectionRecord]:
    """Keep all collections of a new edition; give what was found of each."""
    written = {}
    for name in content.collections:
        progress(name)
        written[name] = _write_collection(connection, name, content)
    return written


def _write_collection(connection: Connection, name: str, content: Content) -> CollectionRecord:
    """Keep a collection of a new edition, as GeoParquet and as rows, unless that is there."""
    with tempfile.TemporaryDirectory(prefix="routeshift-") as scratch:
        parquet = content.files.get(name)
        if parquet is None:
            parquet = Path(scratch, "rows.parquet")
            content.recorded(name).write(parquet)
        sha256 = durable.sha256(parquet)
        if not records.is_kept(on(connection), sha256):
            records.keep(connection, sha256, parquet)
        found = revisions.find(on(connection), name, sha256)
        if found is None:
            found = revisions.make(connection, COLLECTIONS[name], sha256, parquet)
    return CollectionRecord(sha256, found.count, *found.extent)


def _sweep(connection: Connection, tables: Tables) -> None:
    """Remove what belongs to no edition any more."""
    kept = {
        (name, record.sha256)
        for number in tables.written()
        for name, record in manifests.read(tables, number).collections.items()
    }
    said = {"names": [name for name, _ in kept], "hashes": [sha256 for _, sha256 in kept]}
    for statement in (
        "DELETE FROM routeshift.revisions WHERE (collection, sha256) NOT IN"
        " (SELECT * FROM unnest(%(names)s::text[], %(hashes)s::text[]))",
        "DELETE FROM routeshift.records WHERE sha256 <> ALL (%(hashes)s::text[])",
        "DELETE FROM routeshift.pieces WHERE NOT EXISTS"
        " (SELECT FROM routeshift.records WHERE piece = pieces.sha256)",
        "DELETE FROM routeshift.rows WHERE NOT EXISTS (SELECT FROM routeshift.revisions"
        " WHERE revisions.collection = rows.collection"
        " AND since <= revision AND revision < until)",
    ):
        connection.execute(statement, said)
