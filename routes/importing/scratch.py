"""Rows on their way from a file into an edition, kept in temporary files a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.formats.table import GEOMETRY
from routes import arrowfiles
from routes.reading import Draft
from routes.recorded import schema_of, types_of
from routes.schema import Collection

Mask = NDArray[np.bool_]

# Beside the collection's columns: the row's name for the report, a point of its geometry, the box
# of it and its type, what its route is called in the file, and whether it has a fault.
BOX = ("_west", "_south", "_east", "_north")
PLACE = ("_lon", "_lat")
_NUMBERS = {name: pa.float64() for name in (*PLACE, *BOX)}
_EXTRA = _NUMBERS | {"_row": pa.string(), "_said": pa.string(), "_type": pa.string(),
                     "_faulty": pa.bool_()}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """Writes some rows, those of a file that lie together."""

    writer: Any
    schema: pa.Schema

    def append(self, draft: Draft, named: Sequence[str], faulty: Mask) -> None:
        """Write the rows of a draft, how each is named, and whether it has a fault."""
        frame = draft.frame
        geometry = frame.geometry.to_numpy()
        said = {
            "_row": named,
            "_said": frame["_said"] if "_said" in frame else [None] * len(frame),
            "_faulty": faulty,
            "_type": types_of(geometry),
            GEOMETRY: shapely.to_wkb(geometry),
            **dict(zip(PLACE, _middles(geometry).T, strict=True)),
            **dict(zip(BOX, shapely.bounds(geometry).T, strict=True)),
        }
        arrays = [
            pa.array(said[name] if name in said else frame[name], type=kind, from_pandas=True)
            for name, kind in zip(self.schema.names, self.schema.types, strict=True)
        ]
        self.writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self.schema))


@contextmanager
def writing(path: Path, collection: Collection) -> Iterator[Piece]:
    """Give who writes a piece to `path`, where it is when all went well."""
    schema = pa.schema([*_own(collection).items(), *_EXTRA.items()])
    with arrowfiles.writing(path, schema) as writer:
        yield Piece(writer, schema)


@dataclass(frozen=True)
class Scratch:
    """The rows of a file, all of them: those of each piece, in the order of the file."""

    folder: Path
    collection: Collection
    pieces: list[Path] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def add(self, piece: Path, rows: int, file: str) -> None:
        """Take the rows of another piece, of `file`, which follow those that are here."""
        self.pieces.append(piece)
        self.sizes.append(rows)
        self.files.append(file)

    def file_of(self, position: int) -> str:
        """Tell of which file a row is."""
        return self.files[int(np.searchsorted(np.cumsum(self.sizes), position, side="right"))]

    def table(self, names: list[str]) -> pa.Table:
        """Give some columns of all rows, mapped into memory."""
        kinds = _own(self.collection) | _EXTRA
        tables = [_mapped(piece).select(names) for piece in self.pieces]
        return pa.concat_tables([pa.schema([(one, kinds[one]) for one in names]).empty_table(),
                                 *tables])  # fmt: skip


def batches(piece: Path, collection: Collection) -> Iterator[pa.RecordBatch]:
    """Give the rows of one piece, the columns that people write and GEOMETRY as WKB."""
    for batch in arrowfiles.reading(piece):
        yield batch.select(list(_own(collection)))


def _mapped(piece: Path) -> pa.Table:
    with pa.memory_map(str(piece)) as mapped:
        return pa.ipc.open_file(mapped).read_all()


def _own(collection: Collection) -> dict[str, Any]:
    """Give the types of the columns that people write, and of the geometry."""
    recorded = schema_of(collection)
    names = [*(field.name for field in collection.written), GEOMETRY]
    return {name: recorded.field(name).type for name in names}


def _middles(geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    """Give a point of each geometry, in the middle of its points as they are counted; (n, 2)."""
    points, row = shapely.get_coordinates(geometry, return_index=True)
    first = np.searchsorted(row, np.arange(len(geometry)))
    count = np.searchsorted(row, np.arange(len(geometry)), side="right") - first
    middles = np.full((len(geometry), 2), np.nan)
    middles[count > 0] = points[(first + count // 2)[count > 0]]
    return middles
