"""The embedded store: a folder, no server.

    editions/000001.json         manifest
    collections/<sha256>.parquet GeoParquet 1.1, shared by editions that did not change it
    serving/<sha256>/            what the service maps into memory; rebuildable from the parquet
    CURRENT                      the newest edition's number and its manifest's hash

Nothing is ever changed in place. CURRENT is replaced last, so a writer that is killed at any
moment leaves the last edition whole; what it left behind is swept by the next writer.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import filelock
import geopandas
import orjson
import pyarrow as pa

from routes import frames, recorded, serving
from routes.errors import StoreBusy, StoreDamaged, StoreError
from routes.index import CollectionIndex
from routes.schema import COLLECTIONS, Collection
from routes.served_by import served_by
from routes.stores import durable, manifests, verification
from routes.stores.base import (
    CollectionRecord,
    Content,
    Damage,
    Manifest,
    Progress,
    Pruned,
    quiet,
)
from routes.stores.layout import Layout
from routes.workers import Workers


class FileStore:
    """Editions in a folder; see the module's description."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.layout = Layout(folder)

    @property
    def documents(self) -> Layout:
        """Give what the store says of its editions, byte for byte."""
        return self.layout

    def current(self) -> int | None:
        """Give the number of the newest edition; None if there is none."""
        pointer = self.layout.pointer()
        return pointer[0] if pointer else None

    def numbers(self) -> list[int]:
        """Give the numbers of all editions, ascending."""
        return manifests.numbers(self.layout)

    def manifest(self, number: int) -> Manifest:
        """Give one edition's manifest. Raises NotFound or StoreDamaged."""
        return manifests.read(self.layout, number)

    def content(self, number: int) -> Content:
        """Give all that one edition says, to be published again. Raises as `frame`."""
        manifest = self.manifest(number)
        return Content(
            manifest.atlas,
            manifest.sources,
            files={
                name: self.layout.parquet(record.sha256)
                for name, record in manifest.collections.items()
            },
            left_out=manifest.left_out,
            stories=manifest.stories,
        )

    def frame(self, number: int, collection: str) -> geopandas.GeoDataFrame:
        """Give all rows of a collection, EPSG:4326. Raises NotFound or StoreDamaged."""
        path = self.layout.parquet(self._record(number, collection).sha256)
        try:
            return frames.read_parquet(COLLECTIONS[collection], path)
        except Exception as error:  # a damaged file fails in any of its reader's ways
            raise StoreDamaged(f"{path} cannot be read: {error}") from error

    def batches(
        self, number: int, collection: str, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Give the rows of a collection as recorded, some at a time, of all columns or some.

        Typed as `routes.recorded.schema_of` says. Raises NotFound or StoreDamaged.
        """
        path = self.layout.parquet(self._record(number, collection).sha256)
        try:
            yield from recorded.batches(COLLECTIONS[collection], path, columns)
        except (OSError, pa.ArrowException) as error:
            raise StoreDamaged(f"{path} cannot be read: {error}") from error

    def index(self, number: int, collection: str) -> CollectionIndex:
        """Open a collection for queries; its serving files are built if somebody removed them.

        Raises NotFound, StoreDamaged, or StoreBusy where they have to be built and cannot now.
        """
        sha256 = self._record(number, collection).sha256
        folder = self.layout.served(sha256)
        if not folder.exists():
            self._rebuild(collection, sha256)
        try:
            return CollectionIndex.open(folder)
        except Exception as error:  # as above
            raise StoreDamaged(f"{folder} cannot be opened: {error}") from error

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
            with self._writer():
                self._sweep()
                records = self._write(content, progress)
                same = manifests.unchanged(self.layout, content, records) if if_changed else None
                if same is not None:
                    return same
                return self._write_manifest(content, records, note, author)
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"the edition was not published: {error}") from error

    def receive(self, document: bytes, content: Content) -> Manifest:
        """Take over the next edition of another store as it is: its manifest, and what it says.

        Raises StoreBusy, StoreError, or StoreDamaged where something is not as the manifest says.
        """
        try:
            with self._writer():
                self._sweep()
                records = self._write(content, quiet)
                manifest = manifests.arrived(self.layout, document, records)
                self._add(manifest.number, document)
                return manifest
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"the edition was not taken over: {error}") from error

    def receive_epitaph(self, said: Pruned) -> None:
        """Take over what is kept of an edition that was removed from another store.

        Raises StoreBusy or StoreError.
        """
        try:
            with self._writer():
                written = manifests.written_epitaph(said)
                durable.write(self.layout.tombstone(said.number), written)
        except OSError as error:
            raise StoreError(f"the edition was not taken over: {error}") from error

    def pruned(self) -> list[Pruned]:
        """Give the editions that were removed, ascending. Raises StoreDamaged."""
        return [manifests.tombstone(self.layout, number) for number in self.layout.removed()]

    def prune(self, keep: int) -> list[Pruned]:
        """Remove all editions but the newest `keep`, at least one; give those removed.

        What each said it was is kept, so that its address can say that it is gone, and the chain
        of hashes stays whole. Raises StoreBusy or StoreError.
        """
        try:
            with self._writer():
                doomed = self.numbers()[: -max(1, keep)]
                removed = [self._bury(number) for number in doomed]
                self._sweep()
                return removed
        except OSError as error:
            raise StoreError(f"nothing more was removed: {error}") from error

    def _bury(self, number: int) -> Pruned:
        manifest = self.manifest(number)
        document = self.layout.manifest(number).read_bytes()
        said = manifests.epitaph_of(manifest, document)
        durable.write(self.layout.tombstone(number), manifests.written_epitaph(said))
        return said

    def verify(self, progress: Progress = quiet) -> list[Damage]:
        """Recompute every hash and give what does not agree."""
        return verification.verify(self.layout, progress)

    def close(self) -> None:
        """Do nothing: files that are mapped are let go with the indexes."""

    def _write(self, content: Content, progress: Progress) -> dict[str, CollectionRecord]:
        """Write all collections of a new edition; give what was found of each."""
        records = {}
        for name in content.collections:
            progress(name)
            records[name] = self._write_collection(name, content)
        return records

    def _write_collection(self, name: str, content: Content) -> CollectionRecord:
        with self._scratch() as scratch:
            file = content.files.get(name)
            if file is None:
                file = scratch / "rows.parquet"
                content.recorded(name).write(file)
            sha256 = durable.sha256(file)
            place = self.layout.parquet(sha256)
            if not place.exists() and file.parent != scratch:
                file = Path(shutil.copyfile(file, scratch / "rows.parquet"))
            self._move(file, place)
            if not self.layout.served(sha256).exists():
                self._build_serving(COLLECTIONS[name], sha256, scratch / "serving", content.workers)
        index = CollectionIndex.open(self.layout.served(sha256))
        return CollectionRecord(sha256, len(index), *index.extent())

    def _build_serving(
        self, collection: Collection, sha256: str, folder: Path, workers: Workers
    ) -> None:
        folder.mkdir()
        parquet = self.layout.parquet(sha256)
        made = served_by(workers, collection, parquet, folder.parent)
        serving.build(collection, parquet, folder, made)
        hashes = {path.name: durable.sha256(path) for path in sorted(folder.iterdir())}
        (folder / self.layout.hashes(sha256).name).write_bytes(
            orjson.dumps(hashes, option=orjson.OPT_INDENT_2)
        )
        self._move(folder, self.layout.served(sha256))

    def _rebuild(self, collection: str, sha256: str) -> None:
        folder = self.layout.served(sha256)
        try:
            with self._writer(), self._scratch() as scratch:
                made = scratch / "serving"
                self._build_serving(COLLECTIONS[collection], sha256, made, Workers())
        except (OSError, pa.ArrowException) as error:
            raise StoreDamaged(f"{folder} is missing and cannot be built: {error}") from error

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """Give a folder for what is being made, gone at the end."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=durable.UNFINISHED) as scratch:
            yield Path(scratch)

    def _move(self, made: Path, place: Path) -> None:
        """Move what was made into its place; what is there already has the same content."""
        if place.exists():
            return
        durable.sync(made)
        made.replace(place)

    def _write_manifest(
        self, content: Content, records: dict[str, CollectionRecord], note: str, author: str
    ) -> Manifest:
        manifest = manifests.following(self.layout.pointer(), content, records, note, author)
        self._add(manifest.number, manifests.written(manifest))
        return manifest

    def _add(self, number: int, document: bytes) -> None:
        """Write the manifest of the newest edition, and point to it."""
        # What it names has to be there whenever it is.
        for folder in (self.layout.collections, self.layout.serving):
            durable.sync_names(folder)
        durable.write(self.layout.manifest(number), document)
        pointer = f"{number} {manifests.sha256(document)}\n"
        durable.write(self.layout.current, pointer.encode())

    @contextmanager
    def _writer(self) -> Iterator[None]:
        for name in ("editions", "collections", "serving"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        holder = self.folder / "WRITER"
        try:
            with filelock.FileLock(self.folder / "writer.lock", timeout=0):
                holder.write_text(f"process {os.getpid()} since {datetime.now(UTC):%H:%M:%S} UTC")
                yield
                holder.unlink(missing_ok=True)
        except filelock.Timeout:
            who = holder.read_text() if holder.is_file() else "another process"
            message = f"{who} is publishing to {self.folder}; try again when it is done"
            raise StoreBusy(message) from None

    def _sweep(self) -> None:
        """Remove what a killed writer left: nothing of it belongs to an edition."""
        kept = {
            record.sha256
            for number in self.numbers()
            for record in self.manifest(number).collections.values()
        }
        for folder in (self.folder, self.folder / "editions"):
            for path in folder.glob(f"{durable.UNFINISHED}*"):
                durable.remove(path)
        files = {place(one) for one in kept for place in (self.layout.parquet, self.layout.served)}
        for part in (self.layout.collections, self.layout.serving):
            for path in part.iterdir():
                if path not in files:
                    durable.remove(path)
        unfinished = set(self.layout.written()) - set(self.numbers())
        for number in unfinished | set(self.layout.removed()):
            durable.remove(self.layout.manifest(number))

    def _record(self, number: int, collection: str) -> CollectionRecord:
        return manifests.record(self.layout, number, collection)
