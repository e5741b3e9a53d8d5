"""Editions from one store to another, as they are: numbers, times, notes and hashes stay.

What was pruned arrives as pruned. Each edition arrives whole or not at all, and only if its hashes
are those that it had; a copy that was interrupted goes on where it stopped.
"""

from __future__ import annotations

from routes.errors import StoreError
from routes.stores import manifests
from routes.stores.base import Documents, Progress, Store


def copy(source: Store, target: Store, progress: Progress) -> list[int]:
    """Copy all editions that `target` does not have yet; give their numbers.

    Raises StoreError where `target` has others than `source`, StoreDamaged where something is not
    what was published, and StoreBusy.
    """
    _refuse_others(source.documents, target.documents)
    newest, known = source.current() or 0, target.current() or 0
    copied = []
    for number in range(known + 1, newest + 1):
        progress(f"edition {number}")
        document = source.documents.document(number)
        if document is not None:
            target.receive(document, source.content(number))
            copied.append(number)
        else:
            target.receive_epitaph(manifests.tombstone(source.documents, number))
    return copied


def _refuse_others(source: Documents, target: Documents) -> None:
    """Raise StoreError where an edition of the target is not that of the source."""
    newest, known = (manifests.newest(one) for one in (source, target))
    if known > newest:
        raise StoreError(
            f"the target has {known} editions already and the source only {newest}: "
            "copy into a new store"
        )
    for number in range(1, known + 1):
        if manifests.hash_of(source, number) != manifests.hash_of(target, number):
            raise StoreError(
                f"the target has another edition {number} than the source: copy into a new store"
            )
