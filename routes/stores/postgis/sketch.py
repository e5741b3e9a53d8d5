"""What is known of the rows of a revision without asking for them: how it is made, and kept.

A box is rounded outwards to cells of some hundred metres, a time to days, and a line is drawn on
sixteen by sixteen squares of its box: of each row forty-eight bytes, beside the tree over them.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.times import Bounds
from routes import mapped, tree
from routes.index import IS_COMPILED
from routes.query import Extent, extent_of
from routes.recorded import listed
from routes.serving import Served
from routes.tree import RUN, Packed, Tree

if IS_COMPILED:
    from routes import scan

Rasters = NDArray[np.uint16]

SIDE = 16
"""How many squares a raster has to each side."""
RASTERS = "rasters.npy"
NAMES = (*tree.LEVELS, "cells.npy", "days.npy")
"""The files of the tree, and of the rows under it."""


class Sketch(NamedTuple):
    """Boxes of n rows, shape (n, 4), their times, and their lines on squares, shape (n, SIDE).

    A raster of zeros says that nothing is known.
    """

    boxes: NDArray[np.float64]
    bounds: Bounds
    rasters: Rasters

    @classmethod
    def of(cls, batch: Served) -> Sketch:
        """Sketch some rows."""
        drawn = rasters(batch.boxes, listed(batch.wkb))
        return cls(batch.boxes, Bounds.from_array(batch.bounds), drawn)

    @classmethod
    def joined(cls, parts: Iterable[Sketch]) -> Sketch:
        """Give what was sketched in parts as one."""
        none = cls(np.empty((0, 4)), Bounds.parse([]), np.empty((0, SIDE), np.uint16))
        boxes, bounds, drawn = zip(none, *parts, strict=True)
        times = np.concatenate([each.to_array() for each in bounds], axis=1)
        return cls(np.concatenate(boxes), Bounds.from_array(times), np.concatenate(drawn))

    @property
    def extent(self) -> Extent:
        """How far the rows reach."""
        return extent_of(self.boxes, self.bounds)

    def packed(self) -> dict[str, bytes]:
        """Give the files of the rows, deflated, by name."""
        with TemporaryDirectory() as folder:
            tree.save(Path(folder), self.boxes, self.bounds)
            filled = np.zeros((_runs(len(self.rasters)) * RUN, SIDE), np.uint16)
            filled[: len(self.rasters)] = self.rasters
            np.save(Path(folder, RASTERS), filled.reshape(-1, RUN, SIDE))
            names = (*NAMES, RASTERS)
            return {name: zlib.compress(Path(folder, name).read_bytes(), 1) for name in names}


class Unpacked(NamedTuple):
    """A sketch of n rows as it is searched: the tree, and rows and rasters by runs of RUN rows."""

    tree: Tree
    rows: Packed
    rasters: Rasters


def rasters(boxes: NDArray[np.float64], wkb: list[bytes | None]) -> Rasters:
    """Draw n geometries, with boxes of shape (n, 4), on squares, shape (n, SIDE)."""
    if not IS_COMPILED:
        return np.zeros((len(wkb), SIDE), np.uint16)
    drawn: Rasters = scan.rasters(np.ascontiguousarray(tree.cells_of(tree.sides_of(boxes))), wkb)
    return drawn


def unpacked(files: dict[str, bytes], count: int) -> Unpacked:
    """Map what `Sketch.packed` gave into memory.

    Raises ValueError, OSError or zlib.error where the files are not of so many rows.
    """
    with TemporaryDirectory() as folder:
        for name in NAMES:
            Path(folder, name).write_bytes(zlib.decompress(files.get(name, b"")))
        levels, rows = Tree.open(Path(folder), count), Packed.open(Path(folder))
        # Revisions that were made before there were rasters have none.
        drawn = np.zeros((_runs(count), RUN, SIDE), np.uint16)
        if RASTERS in files:
            Path(folder, RASTERS).write_bytes(zlib.decompress(files[RASTERS]))
            drawn = mapped.array(Path(folder, RASTERS))
    shapes = (_runs(count), 4, RUN), (_runs(count), 2, RUN)
    if (rows.cells.shape, rows.days.shape) != shapes:
        raise ValueError(f"boxes and times are not of {count} rows")
    return Unpacked(levels, rows, drawn)


def agree(said: dict[str, bytes], made: dict[str, bytes]) -> bool:
    """Tell whether files say what those say that were made anew. Raises ValueError or zlib.error.

    A raster may be unknown, to who wrote it or to us.
    """
    for name in NAMES:
        if zlib.decompress(said.get(name, b"")) != zlib.decompress(made[name]):
            return False
    if RASTERS not in said:
        return True
    one, other = (np.load(io.BytesIO(zlib.decompress(files[RASTERS]))) for files in (said, made))
    if one.shape != other.shape:
        return False
    is_unknown = ~one.any(axis=2) | ~other.any(axis=2)
    return bool(np.all(is_unknown | (one == other).all(axis=2)))


def _runs(count: int) -> int:
    return -(-count // RUN)
