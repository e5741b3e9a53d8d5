"""Manifests, tombstones and the pointer to the newest edition, in tables."""

from __future__ import annotations

from dataclasses import dataclass

from routes.stores import manifests
from routes.stores.base import Pointer, Pruned
from routes.stores.postgis import listening
from routes.stores.postgis.asking import Ask


@dataclass(frozen=True)
class Tables:
    """What a database says of its editions, asked through `ask`; see `manifests.Documents`."""

    ask: Ask

    def pointer(self) -> Pointer | None:
        """Give the newest edition's number and its manifest's hash."""
        found = self.ask("SELECT number, sha256 FROM routeshift.current")
        return (found[0][0], found[0][1]) if found else None

    def written(self) -> list[int]:
        """Give the numbers of all manifests that are there and not removed, ascending."""
        return [one for (one,) in self.ask("SELECT number FROM routeshift.editions ORDER BY 1")]

    def removed(self) -> list[int]:
        """Give the numbers of all editions that were removed, ascending."""
        return [one for (one,) in self.ask("SELECT number FROM routeshift.removed ORDER BY 1")]

    def document(self, number: int) -> bytes | None:
        """Give the bytes of one edition's manifest, None if it is not there."""
        return self._document("editions", number)

    def epitaph(self, number: int) -> bytes | None:
        """Give the bytes of what is kept of an edition that was removed."""
        return self._document("removed", number)

    def document_name(self, number: int) -> str:
        """Name one edition's manifest as people find it."""
        return f"editions, number {number}"

    def epitaph_name(self, number: int) -> str:
        """Name what is kept of a removed edition as people find it."""
        return f"removed, number {number}"

    def add(self, number: int, document: bytes) -> None:
        """Write the manifest of the newest edition, and point to it."""
        said = {"number": number, "document": document, "sha256": manifests.sha256(document)}
        self.ask(
            "INSERT INTO routeshift.editions VALUES (%(number)s, %(document)s) RETURNING 1", said
        )
        self.ask(
            "INSERT INTO routeshift.current VALUES (%(number)s, %(sha256)s)"
            " ON CONFLICT (one) DO UPDATE SET number = EXCLUDED.number, sha256 = EXCLUDED.sha256"
            " RETURNING 1",
            said,
        )
        listening.notify(self.ask)

    def bury(self, number: int) -> Pruned:
        """Keep of an edition only that it was there, and what it said it was."""
        manifest = manifests.read(self, number)
        said = manifests.epitaph_of(manifest, self.document(number) or b"")
        self.ask(
            "DELETE FROM routeshift.editions WHERE number = %(number)s RETURNING 1",
            {"number": number},
        )
        self.add_epitaph(said)
        return said

    def add_epitaph(self, said: Pruned) -> None:
        """Write what is kept of an edition that was removed."""
        self.ask(
            "INSERT INTO routeshift.removed VALUES (%(number)s, %(document)s)"
            " ON CONFLICT DO NOTHING RETURNING 1",
            {"number": said.number, "document": manifests.written_epitaph(said)},
        )
        listening.notify(self.ask)

    def _document(self, table: str, number: int) -> bytes | None:
        found = self.ask(
            f"SELECT document FROM routeshift.{table} WHERE number = %(number)s", {"number": number}
        )
        return bytes(found[0][0]) if found else None
