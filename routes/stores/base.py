"""What every store can do, and the manifest that describes one edition in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import geopandas
import pyarrow as pa

from routes import recorded
from routes.index import CollectionIndex
from routes.recorded import Recorded
from routes.schema import COLLECTIONS
from routes.stories.story import Stories
from routes.workers import Workers

FORMAT = 2
"""The newest format that is read. A manifest without stories is written as `WITHOUT_STORIES`."""
WITHOUT_STORIES = 1
Progress = Callable[[str], None]


def quiet(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class CollectionRecord:
    """One collection in one edition. `bbox` in degrees; `interval` its possible extent in time."""

    sha256: str
    count: int
    bbox: tuple[float, float, float, float] | None
    interval: tuple[str | None, str | None]


@dataclass(frozen=True)
class Manifest:
    """One edition: an immutable recorded state of the whole atlas.

    `content` is the hash of what the edition says (atlas, sources, collections, stories) and of
    nothing else, so that the same content has the same hash whenever and wherever it is published.
    """

    number: int
    published: str
    note: str
    author: str
    tool: str
    content: str
    parent: str | None
    atlas: dict[str, Any]
    sources: dict[str, dict[str, Any]]
    collections: dict[str, CollectionRecord]
    format: int = field(default=WITHOUT_STORIES)
    left_out: tuple[dict[str, Any], ...] = ()
    stories: Stories = field(default_factory=dict)


@dataclass(frozen=True)
class Damage:
    """A file of a store that is not what was published."""

    file: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}"


@dataclass(frozen=True)
class Content:
    """What an edition says. Each collection is given in one of three ways.

    `frames`: sorted and complete, as `routes.atlas` builds them. `files`: GeoParquet, byte for
    byte as another edition has it. `made`: rows that are made while they are written. `left_out`:
    the faults of rows that were meant to be in it and are not. `keeper`: whose the files are, where
    they are gone when nobody holds it any more. `workers` make what is served of it.
    """

    atlas: dict[str, Any]
    sources: dict[str, dict[str, Any]]
    frames: Mapping[str, geopandas.GeoDataFrame] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    made: Mapping[str, Recorded] = field(default_factory=dict)
    left_out: tuple[dict[str, Any], ...] = ()
    stories: Stories = field(default_factory=dict)
    keeper: object = field(default=None, repr=False, compare=False)
    workers: Workers = field(default_factory=Workers, repr=False, compare=False)

    @property
    def collections(self) -> list[str]:
        """The names of its collections, in the order of the schema."""
        return [name for name in COLLECTIONS if name in {*self.frames, *self.files, *self.made}]

    def recorded(self, name: str) -> Recorded:
        """Give a collection that is not a file yet."""
        return self.made.get(name) or Recorded.of(COLLECTIONS[name], self.frames[name])

    def ids(self, name: str) -> set[str]:
        """Give the ids of a collection; none of one that it does not have."""
        if name not in self.collections:
            return set()
        file = self.files.get(name)
        batches = (
            recorded.batches(COLLECTIONS[name], file, ["id"])
            if file else self.recorded(name).batches()
        )  # fmt: skip
        return {one for batch in batches for one in recorded.listed(batch.column("id"))}


@dataclass(frozen=True)
class Pruned:
    """What is kept of an edition that was removed: that it was there, and what it said it was."""

    number: int
    published: str
    note: str
    author: str
    sha256: str
    parent: str | None
    pruned: str


Pointer = tuple[int, str]
"""The number of an edition, and the hash of its manifest."""


class Documents(Protocol):
    """Where a store keeps what it says of its editions. Reading raises StoreDamaged or StoreError.

    The names are those by which people find a document.
    """

    def pointer(self) -> Pointer | None:
        """Give the newest edition's number and its manifest's hash."""

    def written(self) -> list[int]:
        """Give the numbers of all manifests that are there and not removed, ascending."""

    def removed(self) -> list[int]:
        """Give the numbers of all editions that were removed, ascending."""

    def document(self, number: int) -> bytes | None:
        """Give the bytes of one edition's manifest, None if it is not there."""

    def epitaph(self, number: int) -> bytes | None:
        """Give the bytes of what is kept of an edition that was removed."""

    def document_name(self, number: int) -> str:
        """Name one edition's manifest as people find it."""

    def epitaph_name(self, number: int) -> str:
        """Name what is kept of a removed edition as people find it."""


class Store(Protocol):
    """Keeps editions. One writer at a time; readers never wait."""

    @property
    def documents(self) -> Documents:
        """Give what the store says of its editions, byte for byte."""

    def current(self) -> int | None:
        """Give the number of the newest edition; None if there is none."""

    def numbers(self) -> list[int]:
        """Give the numbers of all editions, ascending."""

    def manifest(self, number: int) -> Manifest:
        """Give one edition's manifest. Raises NotFound, Gone or StoreDamaged."""

    def content(self, number: int) -> Content:
        """Give all that one edition says, to be published again. Raises as `frame`."""

    def pruned(self) -> list[Pruned]:
        """Give the editions that were removed, ascending."""

    def prune(self, keep: int) -> list[Pruned]:
        """Remove all editions but the newest `keep`, at least one; give those removed.

        Raises StoreBusy or StoreError.
        """

    def frame(self, number: int, collection: str) -> geopandas.GeoDataFrame:
        """Give all rows of a collection, EPSG:4326. Raises NotFound or StoreDamaged."""

    def batches(
        self, number: int, collection: str, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Give the rows of a collection as recorded, some at a time, of all columns or some.

        Typed as `routes.recorded.schema_of` says. Raises NotFound or StoreDamaged.
        """

    def index(self, number: int, collection: str) -> CollectionIndex:
        """Open a collection for queries. Raises NotFound or StoreDamaged."""

    def publish(
        self,
        content: Content,
        note: str,
        author: str,
        progress: Progress = ...,
        *,
        if_changed: bool = False,
    ) -> Manifest:
        """Record a new edition, all or nothing. Raises StoreBusy or StoreError.

        With `if_changed`, content that the newest edition has already makes no new one.
        """

    def receive(self, document: bytes, content: Content) -> Manifest:
        """Take over the next edition of another store as it is: its manifest, and what it says.

        Raises StoreBusy, StoreError, or StoreDamaged where something is not as the manifest says.
        """

    def receive_epitaph(self, said: Pruned) -> None:
        """Take over what is kept of an edition that was removed from another store.

        Raises StoreBusy or StoreError.
        """

    def verify(self, progress: Progress = ...) -> list[Damage]:
        """Recompute every hash and give what does not agree."""

    def close(self) -> None:
        """Let go of what is held open; then the store is asked no more."""


Wait = Callable[[float], bool]
"""Waits for so many seconds, or until editions may have come or gone: then it is true."""
T = TypeVar("T")


class WouldBlock(Exception):
    """What is asked for takes long, or would keep a loop waiting: let a thread do it."""


@runtime_checkable
class Distant(Protocol):
    """A store that is waited for, and that tells of editions that come and go."""

    def listening(self) -> AbstractContextManager[Wait]:
        """Give what waits for word, so many seconds at most, and tells whether there was any.

        Raises StoreError, also while it waits.
        """

    async def in_loop(self, work: Callable[[], T]) -> T:
        """Do work in the running loop, which goes on with others while a question of it waits.

        Raises WouldBlock where only a thread can do it, else as the work.
        """
