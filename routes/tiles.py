"""Vector tiles of an edition: Mapbox Vector Tile 2.1, with what a program needs to ask by time.

Of the ways to write the format, `mapbox-vector-tile` is the one in wide use that writes a single
tile from geometries that are on its grid already. GDAL's MVT driver writes whole pyramids to a
folder, and leaves out what is small or many by rules of its own. What the library does row by row
in Python (cutting, rounding, winding) is done in `geo.gridding` for whole columns instead; it is
left to write the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple

import mapbox_vector_tile
import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geo.gridding import BUFFER, EXTENT, on_grid
from geo.tiling import Tile
from geo.times import BEGINNING, BOUND_COLUMNS, END, Bounds
from routes.index import Box, CollectionIndex, Query, Rows

Features = list[dict[str, Any]]

# What one layer of a tile may hold. Beyond it a browser stutters and a worker is held up; the
# tile then says so in a layer of its own.
MOST_FEATURES = 10_000
MOST_BYTES = 4_000_000
# A point is two numbers, a property two: each takes a byte, seldom two or three.
BYTES_OF_A_POINT = 3
BYTES_OF_A_TAG = 3
INCOMPLETE = "incomplete"

TIMES = tuple(field.name for field in fields(Bounds))
_NO_BOUND = (BEGINNING.astype(np.int64), END.astype(np.int64))
_PROPERTIES = b',"properties":'


class Shortfall(NamedTuple):
    """A layer with fewer features than there are: how many are shown, and of how many at most."""

    layer: str
    shown: int
    of: int


class VectorTile(NamedTuple):
    """A tile: its bytes, none where nothing lies in it, and what is missing from it."""

    content: bytes
    shortfalls: tuple[Shortfall, ...]


def draw(indexes: Mapping[str, CollectionIndex], query: Query, tile: Tile) -> VectorTile:
    """Draw a tile with a layer for each collection, in their order; empty layers are left out.

    Of `query`, the time and its certainty count. Where a layer would hold too much, a sample
    spread over all of it is drawn, and the layer `incomplete` says how much of what.
    """
    layers: list[dict[str, Any]] = []
    shortfalls: list[Shortfall] = []
    for name, index in indexes.items():
        features, of = _layer(index, query, tile)
        if features:
            layers.append({"name": name, "features": features})
        if len(features) < of:
            shortfalls.append(Shortfall(name, len(features), of))
    if shortfalls:
        layers.append({"name": INCOMPLETE, "features": [_said(one) for one in shortfalls]})
    return VectorTile(_encoded(layers), tuple(shortfalls))


def _layer(index: CollectionIndex, query: Query, tile: Tile) -> tuple[Features, int]:
    """Give the features of one layer, and how many there would be if none were left out.

    Where only a sample is tested, the number is that of all whose box meets the tile.
    """
    box = Box(*tile.around(BUFFER / EXTENT))
    found = index.candidates(replace(query, boxes=(box,), shape=None))
    rows = _sample(found)
    shapes = on_grid(index.geometries(rows), tile)
    meets = ~shapely.is_missing(shapes)
    said = _properties(index, rows[meets])
    fits = _fitting(shapes[meets], said)
    of = int(np.count_nonzero(meets)) if len(rows) == len(found) else len(found)
    drawn = zip(shapes[meets], said, fits, strict=True)
    return [{"geometry": shape, "properties": one} for shape, one, is_in in drawn if is_in], of


def _sample(rows: Rows) -> Rows:
    """Take so many rows as may be tested, evenly from all: neighbours stand near each other."""
    if len(rows) <= MOST_FEATURES:
        return rows
    return rows[np.linspace(0, len(rows) - 1, MOST_FEATURES).astype(np.intp)]


def _fitting(shapes: NDArray[np.object_], said: list[dict[str, Any]]) -> NDArray[np.bool_]:
    """Tell which features fit into a layer's bytes, evenly from all; one always does."""
    size = shapely.get_num_coordinates(shapes) * BYTES_OF_A_POINT + _sizes(said)
    if size.sum() <= MOST_BYTES:
        return np.ones(len(shapes), dtype=bool)
    # Always in the same order, so that a tile always has the same bytes.
    order = np.random.default_rng(0).permutation(len(shapes))
    fits = np.zeros(len(shapes), dtype=bool)
    fits[order[np.cumsum(size[order]) <= MOST_BYTES]] = True
    fits[order[0]] = True
    return fits


def _sizes(said: list[dict[str, Any]]) -> NDArray[np.intp]:
    """Give about the bytes of each feature's properties; a layer holds a value only once."""
    known: set[object] = set()
    sizes = []
    for properties in said:
        new = set(properties.values()) - known
        known |= new
        sizes.append(BYTES_OF_A_TAG * len(properties) + sum(len(str(value)) for value in new))
    return np.array(sizes, dtype=np.intp)


def _properties(index: CollectionIndex, rows: Rows) -> list[dict[str, Any]]:
    """Give the plain values of features, and their bounds in seconds since 1970, if any."""
    fragments = (bytes(fragment) for fragment in index.fragments(rows))
    # No text in JSON holds a bare quote, and no geometry these words: the first is the one.
    texts = (one[one.index(_PROPERTIES) + len(_PROPERTIES) : -1] for one in fragments)
    said = [_plain(orjson.loads(text)) for text in texts]
    for name, seconds in zip(TIMES, index.bounds.take(rows).to_array(), strict=True):
        for at in np.flatnonzero(~np.isin(seconds, _NO_BOUND)).tolist():
            said[at][name] = int(seconds[at])
    return said


def _plain(properties: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a tile cannot hold, nothing and lists, and the bounds as texts."""
    return {
        name: value
        for name, value in properties.items()
        if isinstance(value, str | int | float) and name not in BOUND_COLUMNS
    }


def _said(shortfall: Shortfall) -> dict[str, Any]:
    """Give the feature that says what is missing: the whole tile."""
    square = shapely.orient_polygons(shapely.box(0, 0, EXTENT, EXTENT))
    return {"geometry": square, "properties": shortfall._asdict()}


def _encoded(layers: list[dict[str, Any]]) -> bytes:
    options = {"y_coord_down": True, "extents": EXTENT, "check_winding_order": False}
    return bytes(mapbox_vector_tile.encode(layers, default_options=options))
