"""Manifests of a store: read, made, and hashed by what they say.

Wherever a store keeps its documents, in files or in tables, they are the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Protocol

import orjson

from routes.errors import Gone, NotFound, StoreDamaged, StoreError
from routes.stores.base import (
    FORMAT,
    WITHOUT_STORIES,
    CollectionRecord,
    Content,
    Manifest,
    Pruned,
)
from routes.stories.story import Stories

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


def now() -> str:
    """Give this second, as manifests write it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def numbers(documents: Documents) -> list[int]:
    """Give the numbers of all editions, ascending."""
    newest, _ = documents.pointer() or (0, "")
    return [number for number in documents.written() if number <= newest]


def read(documents: Documents, number: int) -> Manifest:
    """Read one edition's manifest.

    Raises NotFound, Gone, StoreDamaged, or StoreError for one of a newer format.
    """
    newest, _ = documents.pointer() or (0, "")
    if documents.epitaph(number) is not None:
        raise Gone(number, tombstone(documents, number).pruned)
    document = documents.document(number)
    if not 1 <= number <= newest or document is None:
        raise NotFound("edition", number, f"1 to {newest}" if newest else "none yet")
    try:
        return parse(document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        name = documents.document_name(number)
        raise StoreDamaged(f"{name} is not a manifest: {error}") from error


def record(documents: Documents, number: int, collection: str) -> CollectionRecord:
    """Read what one edition says of a collection. Raises as `read`."""
    records = read(documents, number).collections
    if collection not in records:
        raise NotFound("collection", collection, ", ".join(records))
    return records[collection]


def tombstone(documents: Documents, number: int) -> Pruned:
    """Read what is kept of an edition that was removed. Raises StoreDamaged."""
    try:
        return Pruned(**orjson.loads(documents.epitaph(number) or b""))
    except (OSError, ValueError, TypeError) as error:
        name = documents.epitaph_name(number)
        raise StoreDamaged(f"{name} does not say what was removed: {error}") from error


def following(
    pointer: Pointer | None,
    content: Content,
    records: dict[str, CollectionRecord],
    note: str,
    author: str,
) -> Manifest:
    """Make the manifest of the edition after the one that is pointed to."""
    number, parent = (pointer[0] + 1, pointer[1]) if pointer else (1, None)
    return Manifest(
        number=number,
        published=now(),
        note=note,
        author=author,
        tool=f"routeshift {version('routeshift')}",
        content=content_hash(content.atlas, content.sources, records, content.stories),
        parent=parent,
        atlas=content.atlas,
        sources=content.sources,
        collections=records,
        left_out=content.left_out,
        stories=content.stories,
        format=format_of(content.stories),
    )


def unchanged(
    documents: Documents, content: Content, records: dict[str, CollectionRecord]
) -> Manifest | None:
    """Give the newest edition where it says the same already."""
    pointer = documents.pointer()
    if pointer is None:
        return None
    newest = read(documents, pointer[0])
    said = content_hash(content.atlas, content.sources, records, content.stories)
    return newest if newest.content == said else None


def epitaph_of(manifest: Manifest, document: bytes) -> Pruned:
    """Make what is kept of an edition that is removed now."""
    return Pruned(
        number=manifest.number,
        published=manifest.published,
        note=manifest.note,
        author=manifest.author,
        sha256=hashlib.sha256(document).hexdigest(),
        parent=manifest.parent,
        pruned=now(),
    )


def content_hash(
    atlas: dict[str, Any],
    sources: dict[str, Any],
    records: dict[str, CollectionRecord],
    stories: Stories,
) -> str:
    """Hash what an edition says: the same for the same content, whenever it is published.

    Where there are no stories the hash is that of an edition from before there could be any.
    """
    said: dict[str, Any] = {
        "atlas": atlas,
        "sources": sources,
        "collections": {name: record.sha256 for name, record in records.items()},
    }
    if stories:
        said["stories"] = stories
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def format_of(stories: Stories) -> int:
    """Give the format that a manifest is written in: the oldest one that can hold it."""
    return FORMAT if stories else WITHOUT_STORIES


def parse(document: bytes) -> Manifest:
    """Read the bytes of a manifest. Raises ValueError, KeyError, TypeError or StoreError."""
    fields = orjson.loads(document)
    if fields["format"] > FORMAT:
        raise StoreError(
            f"edition {fields['number']} has store format {fields['format']}, which a newer "
            f"routeshift wrote; this one reads up to {FORMAT}. Upgrade it"
        )
    fields["collections"] = {
        name: CollectionRecord(
            record["sha256"],
            record["count"],
            tuple(record["bbox"]) if record["bbox"] else None,
            tuple(record["interval"]),
        )
        for name, record in fields["collections"].items()
    }
    fields["left_out"] = tuple(fields.get("left_out", ()))
    return Manifest(**fields)


def written(manifest: Manifest) -> bytes:
    """Give a manifest as it is stored.

    What most editions do not have is not in it, so that an older routeshift reads them.
    """
    document = asdict(manifest)
    for name in ("left_out", "stories"):
        if not document[name]:
            del document[name]
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def written_epitaph(said: Pruned) -> bytes:
    """Give what is kept of a removed edition as it is stored."""
    return orjson.dumps(asdict(said), option=orjson.OPT_INDENT_2)
