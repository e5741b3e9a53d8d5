"""Vector tiles of an edition: Mapbox Vector Tile 2.1, with what a program needs to ask by time.

`geo.gridding` cuts and rounds, `geo.vectortiles` writes the bytes, both for whole columns; here is
what a tile says, and how much of it fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.gridding import BUFFER, EXTENT, coarser, on_grid
from geo.ragged import Geometries
from geo.tiling import Tile
from geo.times import BEGINNING, BOUND_COLUMNS, END, Bounds
from geo.vectortiles import Layer, Value, encoded
from routes.index import CollectionIndex
from routes.query import Query
from routes.thinning import chosen, ranks
from routes.tree import Box, Rows

Properties = dict[str, Value]

# What a layer of a tile may hold, and a tile in bytes. Beyond it a browser stutters and a worker
# is held up; the tile then says so in a layer of its own.
MOST_FEATURES = 10_000
MOST_BYTES = 500_000
# A text that is longer belongs on a page: a tile holds its beginning.
MOST_OF_A_TEXT = 1_000
# What the names of a layer and of its properties take, and the layer `incomplete`, at most.
BYTES_OF_A_LAYER = 2_000
# The most that the parts of a feature take beside points and texts (MVT 2.1, 4.1 to 4.4): its
# head, the commands of a ring or line, a property's two numbers, a text's head, a number.
BYTES_OF_A_FEATURE = 24
BYTES_OF_A_PART = 8
BYTES_OF_A_TAG = 4
BYTES_OF_A_TEXT, BYTES_OF_A_NUMBER = 6, 14
# Where too much was counted together, the next try is for so much less, at least.
ALMOST = 0.95
INCOMPLETE = "incomplete"
RANK = "rank"

PLAIN = ("text", "edtf", "integer", "number")
"""The kinds of columns that a tile holds; lists, structures and times as text it does not."""
TIMES = tuple(field.name for field in fields(Bounds))
_NO_BOUND = (BEGINNING.astype(np.int64), END.astype(np.int64))
_PROPERTIES = b',"properties":'


class Shortfall(NamedTuple):
    """A layer with fewer features than there are: how many are shown, and of how many at most.

    `rank`: what all of the routes that are shown have at least (`routes.thinning.ranks`).
    """

    layer: str
    shown: int
    of: int
    rank: int


class VectorTile(NamedTuple):
    """A tile: its bytes, none where nothing lies in it, and what is missing from it."""

    content: bytes
    shortfalls: tuple[Shortfall, ...]


@dataclass(frozen=True)
class Wanted:
    """What of each feature a tile holds beside its id and bounds, None for all, and how many.

    `limit` counts the features of a layer.
    """

    properties: tuple[str, ...] | None = None
    limit: int = MOST_FEATURES


ALL = Wanted()


def draw(
    indexes: Mapping[str, CollectionIndex], query: Query, tile: Tile, wanted: Wanted = ALL
) -> VectorTile:
    """Draw a tile with a layer for each collection, in their order; empty layers are left out.

    Of `query`, the time and its certainty count. No tile has more than `MOST_BYTES`. Where a layer
    would hold too much, its lines are drawn coarser; where that is still too much, only some
    features are (`routes.thinning`), and the layer `incomplete` says how many of how many.
    """
    drafts = {name: _draft(index, query, tile, wanted) for name, index in indexes.items()}
    room = MOST_BYTES - BYTES_OF_A_LAYER * (len(indexes) + 1)
    drawn: dict[str, _Drawn] = {}
    # What a layer does not need is for those that need more.
    for place, name in enumerate(sorted(drafts, key=lambda name: drafts[name].size)):
        drawn[name] = drafts[name].fitted(room // (len(drafts) - place))
        room -= drawn[name].size
    shortfalls = tuple(
        Shortfall(name, len(drawn[name].properties), draft.of, drawn[name].rank)
        for name, draft in drafts.items()
        if len(drawn[name].properties) < draft.of
    )
    layers = [
        Layer(name, drawn[name].shapes, drawn[name].properties)
        for name in drafts
        if drawn[name].properties
    ]
    return VectorTile(encoded(layers + _told(shortfalls), EXTENT), shortfalls)


class _Drawn(NamedTuple):
    """The features of a layer that are shown; their bytes at most; see `Shortfall`."""

    shapes: Geometries
    properties: list[Properties]
    size: int
    rank: int


@dataclass(frozen=True)
class _Draft:
    """What a layer would hold if it were not for its bytes; `of` how many features there are.

    Where only some are tested, that is how many there are whose box meets the tile. `rank`: what
    all routes have at least of which there is something.
    """

    ids: pa.Array
    shapes: Geometries
    properties: list[Properties]
    of: int
    rank: int

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """The bytes of each feature, at most."""
        return _sizes(self.properties) + _points(self.shapes)

    @property
    def size(self) -> int:
        """The bytes of all features, at most."""
        return int(self.sizes.sum())

    def fitted(self, room: int) -> _Drawn:
        """Give what fits into so many bytes: where not all does, drawn coarser, then thinned."""
        if self.size <= room:
            return _Drawn(self.shapes, self.properties, self.size, self.rank)
        coarse = replace(self, shapes=coarser(self.shapes))
        return coarse._thinned(room)

    def _thinned(self, room: int) -> _Drawn:
        most: float = room
        while True:
            fits = chosen(self.ids, self.sizes, most)
            properties = list(compress(self.properties, fits.shown))
            size = int((_sizes(properties) + _points(self.shapes[fits.shown])).sum())
            if size <= room or len(properties) == 1:
                rank = max(self.rank, fits.rank)
                return _Drawn(self.shapes[fits.shown], properties, size, rank)
            # What features had in common was counted with one of them, and that one is left out.
            most *= min(room / size, ALMOST)


def _draft(index: CollectionIndex, query: Query, tile: Tile, wanted: Wanted) -> _Draft:
    box = Box(*tile.around(BUFFER / EXTENT))
    found = index.candidates(replace(query, boxes=(box,), shape=None))
    ids = index.names(found)
    if not len(found):
        return _Draft(ids, np.empty(0, dtype=object), [], 0, 0)
    counted = chosen(ids, np.ones(len(found)), wanted.limit)
    rows, ids = found[counted.shown], ids.filter(pa.array(counted.shown))
    shapes = on_grid(index.geometries(rows), tile)
    meets = ~shapely.is_missing(shapes)
    rows, ids = rows[meets], ids.filter(pa.array(meets))
    of = len(rows) if len(meets) == len(found) else len(found)
    said = _properties(index, rows, ids, wanted.properties)
    return _Draft(ids, shapes[meets], said, of, counted.rank)


def _points(shapes: Geometries) -> NDArray[np.intp]:
    """Give the bytes of each geometry, at most: each number is a step from the point before.

    A step takes a byte, one of 64 or more two (MVT 2.1, 4.3.2; zigzag and varint).
    """
    points, feature = shapely.get_coordinates(shapes, return_index=True)
    bytes_ = np.where(np.abs(np.diff(points, axis=0, prepend=np.inf)) < 64, 1, 2).sum(axis=1)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings = 1 + shapely.get_num_interior_rings(parts)
    count = len(shapes)
    return (
        np.bincount(feature, bytes_, count) + BYTES_OF_A_PART * np.bincount(owner, rings, count)
    ).astype(np.intp)


def _sizes(said: list[Properties]) -> NDArray[np.intp]:
    """Give the bytes of each feature's properties, at most; a layer holds a value only once."""
    known: set[object] = set()
    sizes = []
    for properties in said:
        new = set(properties.values()) - known
        known |= new
        held = sum(_bytes_of(value) for value in new)
        sizes.append(BYTES_OF_A_FEATURE + BYTES_OF_A_TAG * len(properties) + held)
    return np.array(sizes, dtype=np.intp)


def _bytes_of(value: object) -> int:
    if isinstance(value, str):
        return BYTES_OF_A_TEXT + len(value.encode())
    return BYTES_OF_A_NUMBER


def _properties(
    index: CollectionIndex, rows: Rows, ids: pa.Array, wanted: tuple[str, ...] | None
) -> list[Properties]:
    """Give the plain values of features, their bounds in seconds since 1970, if any, and ranks."""
    fragments = (bytes(fragment) for fragment in index.fragments(rows))
    # No text in JSON holds a bare quote, and no geometry these words: the first is the one.
    texts = (one[one.index(_PROPERTIES) + len(_PROPERTIES) : -1] for one in fragments)
    said = [_plain(orjson.loads(text), wanted) for text in texts]
    for name, seconds in zip(TIMES, index.bounds.take(rows).to_array(), strict=True):
        is_bound = (seconds != _NO_BOUND[0]) & (seconds != _NO_BOUND[1])
        for at in np.flatnonzero(is_bound).tolist():
            said[at][name] = int(seconds[at])
    for one, rank in zip(said, ranks(ids).tolist(), strict=True):
        one[RANK] = rank
    return said


def _plain(properties: dict[str, Any], wanted: tuple[str, ...] | None) -> Properties:
    """Leave out what a tile cannot hold, nothing and lists, and the bounds as texts."""
    names = properties if wanted is None else ["id", *(name for name in wanted if name != "id")]
    return {
        name: value[:MOST_OF_A_TEXT] if isinstance(value, str) else value
        for name in names
        if isinstance(value := properties.get(name), str | int | float)
        and name not in BOUND_COLUMNS
    }


def _told(shortfalls: Sequence[Shortfall]) -> list[Layer]:
    """Give the layer that says what is missing, each time of the whole tile, if anything is."""
    if not shortfalls:
        return []
    square = np.full(len(shortfalls), shapely.box(0, 0, EXTENT, EXTENT), dtype=object)
    return [Layer(INCOMPLETE, square, [one._asdict() for one in shortfalls])]
