"""One edition as a folder that stands alone: its manifest and its collections, by name.

    edition.json          the manifest, as the store has it
    <collection>.parquet  each collection, byte for byte
    SHA256SUMS            for `sha256sum --check`

It can be kept anywhere, read by anything that reads GeoParquet, and published again.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from routes.errors import StoreDamaged, StoreError
from routes.stores import durable, manifests
from routes.stores.base import Content, Manifest, Store

MANIFEST = "edition.json"
SUMS = "SHA256SUMS"


def is_export(folder: Path) -> bool:
    """Tell whether a folder holds an edition that was exported."""
    return (folder / MANIFEST).is_file()


def write(store: Store, number: int, folder: Path) -> Manifest:
    """Write an edition into a folder, which must not hold anything yet.

    Raises NotFound, StoreDamaged, or StoreError where it cannot be written.
    """
    manifest = store.manifest(number)
    content = store.content(number)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StoreError(f"{folder} is not empty; give a new folder")
        for name in manifest.collections:
            shutil.copyfile(content.files[name], folder / f"{name}.parquet")
        (folder / MANIFEST).write_bytes(manifests.written(manifest))
        sums = [f"{durable.sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
        (folder / SUMS).write_text("".join(sums))
    except OSError as error:
        raise StoreError(f"edition {number} was not exported: {error}") from error
    return manifest


def read(folder: Path) -> Content:
    """Read an edition that was exported, to publish it again: with the same hashes.

    Raises StoreDamaged, with the name of the file, where one is not what was exported.
    """
    try:
        manifest = manifests.parse((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreDamaged(f"{folder / MANIFEST} is not a manifest: {error}") from error
    said = manifests.content_hash(
        manifest.atlas, manifest.sources, manifest.collections, manifest.stories
    )
    if said != manifest.content:
        raise StoreDamaged(f"{folder / MANIFEST} says other than what its own hash says")
    files = {name: folder / f"{name}.parquet" for name in manifest.collections}
    for name, path in files.items():
        if not path.is_file():
            raise StoreDamaged(f"{path} is missing")
        if durable.sha256(path) != manifest.collections[name].sha256:
            raise StoreDamaged(f"{path} is not what was exported")
    return Content(
        manifest.atlas,
        manifest.sources,
        files=files,
        left_out=manifest.left_out,
        stories=manifest.stories,
    )
