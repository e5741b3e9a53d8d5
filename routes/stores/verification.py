"""Is everything in a store what was published?

Each edition names the hash of the one before it, and the hashes of its collections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import orjson

from routes.errors import NotFound, StoreDamaged
from routes.stores import durable, manifests
from routes.stores.base import CollectionRecord, Damage, Documents, Manifest, Progress
from routes.stores.layout import Layout

Check = Callable[[str, CollectionRecord], Iterator[Damage]]
"""Compares a collection, by its name and record, with what was published."""


def verify(layout: Layout, progress: Progress) -> list[Damage]:
    """Recompute every hash of the embedded store and give what does not agree."""
    return chain(layout, "CURRENT", lambda _, record: _collection(layout, record.sha256), progress)


def chain(
    documents: Documents, pointer_name: str, check: Check, progress: Progress
) -> list[Damage]:
    """Check all editions of a store, and each collection once."""
    damages: list[Damage] = []
    try:
        number, expected = documents.pointer() or (0, None)
    except StoreDamaged as error:
        return [Damage(pointer_name, str(error))]
    witness, checked = pointer_name, set[tuple[str, str]]()
    # From the newest on down, as each edition names the hash of the one before it.
    removed = set(documents.removed())
    there = {*documents.written(), *removed}
    for each in range(min(number, max(there, default=0) + 1), 0, -1):
        progress(f"edition {each}")
        if each in removed:
            expected = _removed(documents, each, witness, expected, damages)
            witness = documents.epitaph_name(each)
            continue
        document = documents.document(each)
        if document is not None and expected not in (None, manifests.sha256(document)):
            problem = f"is not what was published, or else {witness} is not"
            damages.append(Damage(documents.document_name(each), problem))
        manifest = _edition(documents, each, witness, damages)
        expected = manifest.parent if manifest else None
        witness = documents.document_name(each)
        for name, record in manifest.collections.items() if manifest else ():
            if (name, record.sha256) not in checked:
                checked.add((name, record.sha256))
                damages.extend(check(name, record))
    return damages


def _removed(
    documents: Documents, number: int, witness: str, expected: str | None, damages: list[Damage]
) -> str | None:
    """Check that what is kept of a removed edition names its hash; give the one it follows."""
    name = documents.epitaph_name(number)
    try:
        kept = manifests.tombstone(documents, number)
    except StoreDamaged as error:
        damages.append(Damage(name, str(error)))
        return None
    if expected not in (None, kept.sha256):
        damages.append(Damage(name, f"names another edition than {witness} does"))
    return kept.parent


def _edition(
    documents: Documents, number: int, witness: str, damages: list[Damage]
) -> Manifest | None:
    """Check what one manifest says of itself, and give it, if it can be read."""
    name = documents.document_name(number)
    try:
        manifest = manifests.read(documents, number)
    except NotFound:
        damages.append(Damage(name, f"is missing, or else {witness} is not what was published"))
        return None
    except StoreDamaged as error:
        damages.append(Damage(name, str(error)))
        return None
    if manifest.content != manifests.content_hash(
        manifest.atlas, manifest.sources, manifest.collections, manifest.stories
    ):
        damages.append(Damage(name, "says other than what its own hash says"))
    return manifest


def _collection(layout: Layout, sha256: str) -> Iterator[Damage]:
    hashes = layout.hashes(sha256)
    expected = {layout.parquet(sha256): sha256}
    try:
        listed = orjson.loads(hashes.read_bytes())
        expected |= {hashes.with_name(name): wanted for name, wanted in listed.items()}
    except (OSError, orjson.JSONDecodeError) as error:
        yield Damage(layout.name(hashes), f"cannot be read: {error}")
    for path, wanted in expected.items():
        if not path.is_file():
            yield Damage(layout.name(path), "is missing")
        elif durable.sha256(path) != wanted:
            yield Damage(layout.name(path), "is not what was published")
