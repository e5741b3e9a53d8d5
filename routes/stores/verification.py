"""Is every file of the embedded store what was published?"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from routes.errors import NotFound, StoreDamaged
from routes.stores import durable, manifests
from routes.stores.base import Damage, Progress
from routes.stores.layout import Layout


def verify(layout: Layout, progress: Progress) -> list[Damage]:
    """Recompute every hash and give what does not agree."""
    damages: list[Damage] = []
    try:
        number, expected = layout.pointer() or (0, None)
    except StoreDamaged as error:
        return [Damage("CURRENT", str(error))]
    witness, checked = "CURRENT", set[str]()
    # From the newest on down, as each edition names the hash of the one before it.
    there = [*layout.written(), *layout.removed()]
    for each in range(min(number, max(there, default=0) + 1), 0, -1):
        progress(f"edition {each}")
        if each in layout.removed():
            expected = _removed(layout, each, witness, expected, damages)
            witness = layout.name(layout.tombstone(each))
            continue
        path = layout.manifest(each)
        if path.is_file() and expected not in (None, durable.sha256(path)):
            problem = f"is not what was published, or else {witness} is not"
            damages.append(Damage(layout.name(path), problem))
        expected = _edition(layout, each, witness, checked, damages)
        witness = layout.name(path)
    return damages


def _removed(
    layout: Layout, number: int, witness: str, expected: str | None, damages: list[Damage]
) -> str | None:
    """Check that what is kept of a removed edition names its hash; give the one it follows."""
    name = layout.name(layout.tombstone(number))
    try:
        kept = manifests.tombstone(layout, number)
    except StoreDamaged as error:
        damages.append(Damage(name, str(error)))
        return None
    if expected not in (None, kept.sha256):
        damages.append(Damage(name, f"names another edition than {witness} does"))
    return kept.parent


def _edition(
    layout: Layout, number: int, witness: str, checked: set[str], damages: list[Damage]
) -> str | None:
    """Check what one manifest says of itself and of its files; give the hash it follows."""
    name = layout.name(layout.manifest(number))
    try:
        manifest = manifests.read(layout, number)
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
    for record in manifest.collections.values():
        if record.sha256 not in checked:
            checked.add(record.sha256)
            damages.extend(_collection(layout, record.sha256))
    return manifest.parent


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
