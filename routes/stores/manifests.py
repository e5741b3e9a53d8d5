"""Manifests of the embedded store: read, and hashed by what they say."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

import orjson

from routes.errors import Gone, NotFound, StoreDamaged, StoreError
from routes.stores.base import FORMAT, WITHOUT_STORIES, CollectionRecord, Manifest, Pruned
from routes.stores.layout import Layout
from routes.stories.story import Stories


def read(layout: Layout, number: int) -> Manifest:
    """Read one edition's manifest.

    Raises NotFound, Gone, StoreDamaged, or StoreError for one of a newer format.
    """
    newest, _ = layout.pointer() or (0, "")
    path = layout.manifest(number)
    if layout.tombstone(number).is_file():
        raise Gone(number, tombstone(layout, number).pruned)
    if not 1 <= number <= newest or not path.is_file():
        raise NotFound("edition", number, f"1 to {newest}" if newest else "none yet")
    try:
        return parse(path.read_bytes())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreDamaged(f"{path} is not a manifest: {error}") from error


def tombstone(layout: Layout, number: int) -> Pruned:
    """Read what is kept of an edition that was removed. Raises StoreDamaged."""
    path = layout.tombstone(number)
    try:
        return Pruned(**orjson.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise StoreDamaged(f"{path} does not say what was removed: {error}") from error


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
