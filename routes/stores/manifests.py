"""Manifests of a store: read, made, and hashed by what they say.

Wherever a store keeps its documents, in files or in tables, they are the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import orjson

from routes.errors import Gone, NotFound, StoreDamaged, StoreError
from routes.stores.base import (
    FORMAT,
    WITHOUT_STORIES,
    CollectionRecord,
    Content,
    Documents,
    Manifest,
    Pointer,
    Pruned,
)
from routes.stories.story import Stories

Records = dict[str, CollectionRecord]


def now() -> str:
    """Give this second, as manifests write it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def numbers(documents: Documents) -> list[int]:
    """Give the numbers of all editions, ascending."""
    last = newest(documents)
    return [number for number in documents.written() if number <= last]


def read(documents: Documents, number: int) -> Manifest:
    """Read one edition's manifest.

    Raises NotFound, Gone, StoreDamaged, or StoreError for one of a newer format.
    """
    last = newest(documents)
    if documents.epitaph(number) is not None:
        raise Gone(number, tombstone(documents, number).pruned)
    document = documents.document(number)
    if not 1 <= number <= last or document is None:
        raise NotFound("edition", number, f"1 to {last}" if last else "none yet")
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


def newest(documents: Documents) -> int:
    """Give the number of the newest edition, 0 if there is none."""
    return (documents.pointer() or (0, ""))[0]


def hash_of(documents: Documents, number: int) -> str | None:
    """Give the hash of an edition's manifest, also of one that was removed; None if none was.

    Raises StoreDamaged.
    """
    document = documents.document(number)
    if document is not None:
        return sha256(document)
    return tombstone(documents, number).sha256 if documents.epitaph(number) is not None else None


def arrived(documents: Documents, document: bytes, records: Records) -> Manifest:
    """Read a manifest that came from elsewhere, where all that came with it is as it says.

    `records`: what was found of its collections. Raises StoreDamaged.
    """
    try:
        manifest = parse(document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreDamaged(f"what arrived is not a manifest: {error}") from error
    name = f"edition {manifest.number}"
    if manifest.parent != hash_of(documents, manifest.number - 1):
        raise StoreDamaged(f"{name} does not follow the one that is here before it")
    for collection in sorted({*manifest.collections, *records}):
        if manifest.collections.get(collection) != records.get(collection):
            raise StoreDamaged(f"{collection} of {name} is not what was published")
    said = content_hash(manifest.atlas, manifest.sources, records, manifest.stories)
    if said != manifest.content:
        raise StoreDamaged(f"{name} says other than what its own hash says")
    return manifest


def following(
    pointer: Pointer | None,
    content: Content,
    records: Records,
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


def unchanged(documents: Documents, content: Content, records: Records) -> Manifest | None:
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
        sha256=sha256(document),
        parent=manifest.parent,
        pruned=now(),
    )


def content_hash(
    atlas: dict[str, Any],
    sources: dict[str, Any],
    records: Records,
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


def sha256(document: bytes) -> str:
    """Give the SHA-256 of a document, in hexadecimal."""
    return hashlib.sha256(document).hexdigest()


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
