"""Where each file of the embedded store lies, and the pointer to its newest edition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from routes import serving
from routes.errors import StoreDamaged

POINTER = re.compile(r"([1-9][0-9]{0,17}) ([0-9a-f]{64})\n")


@dataclass(frozen=True)
class Layout:
    """The paths of a store in `folder`; see `routes.stores.files`."""

    folder: Path

    @property
    def current(self) -> Path:
        """The pointer to the newest edition."""
        return self.folder / "CURRENT"

    @property
    def editions(self) -> Path:
        """The folder of the manifests."""
        return self.folder / "editions"

    @property
    def collections(self) -> Path:
        """The folder of the collections, by hash."""
        return self.folder / "collections"

    @property
    def serving(self) -> Path:
        """The folder of what the service maps into memory, by hash of the collection."""
        return self.folder / "serving"

    def manifest(self, number: int) -> Path:
        """Give the place of one edition's manifest."""
        return self.editions / f"{number:06}.json"

    def tombstone(self, number: int) -> Path:
        """Give the place of what is kept of an edition that was removed."""
        return self.editions / f"{number:06}.pruned"

    def parquet(self, sha256: str) -> Path:
        """Give the place of one collection."""
        return self.collections / f"{sha256}.parquet"

    def served(self, sha256: str) -> Path:
        """Give the folder of one collection's serving files."""
        return self.serving / f"{sha256}.{serving.FORMAT}"

    def hashes(self, sha256: str) -> Path:
        """Give the place of the hashes of one collection's serving files."""
        return self.served(sha256) / "hashes.json"

    def document(self, number: int) -> bytes | None:
        """Give the bytes of one edition's manifest, None if it is not there."""
        return _read(self.manifest(number))

    def epitaph(self, number: int) -> bytes | None:
        """Give the bytes of what is kept of an edition that was removed."""
        return _read(self.tombstone(number))

    def document_name(self, number: int) -> str:
        """Name one edition's manifest as people find it."""
        return self.name(self.manifest(number))

    def epitaph_name(self, number: int) -> str:
        """Name what is kept of a removed edition as people find it."""
        return self.name(self.tombstone(number))

    def name(self, path: Path) -> str:
        """Name a file as people know it: from the store's folder on."""
        return str(path.relative_to(self.folder))

    def written(self) -> list[int]:
        """Give the numbers of all manifests that are there and not removed, ascending."""
        there = {int(path.stem) for path in self.editions.glob("[0-9]*.json")}
        return sorted(there - set(self.removed()))

    def removed(self) -> list[int]:
        """Give the numbers of all editions that were removed, ascending."""
        return sorted(int(path.stem) for path in self.editions.glob("[0-9]*.pruned"))

    def pointer(self) -> tuple[int, str] | None:
        """Give the newest edition's number and its manifest's hash. Raises StoreDamaged."""
        try:
            pointer = POINTER.fullmatch(self.current.read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StoreDamaged(f"{self.current} cannot be read: {error}") from error
        if pointer is None:
            raise StoreDamaged(f"{self.current} does not name an edition and its hash")
        return int(pointer[1]), pointer[2]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
