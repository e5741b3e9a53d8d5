"""Mapbox Vector Tile 2.1, written for whole layers at once from geometries on the grid of a tile.

Numbers in brackets are clauses of the specification. A feature consists of varints (protobuf's
numbers of seven bits a byte), and so do the lengths that stand before its parts: all features of a
layer are laid out as one array of numbers, which becomes bytes in a few operations.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import ragged
from geo.ragged import POINT, POLYGON, Counts, Geometries, Paths

Value = str | bool | int | float
Numbers = NDArray[np.uint64]

VERSION = 2
_VARINT, _FIXED64, _BYTES = 0, 1, 2


def _tag(field: int, wire: int) -> int:
    """Give the number that stands before a field of a message."""
    return field << 3 | wire


# Fields of the messages (vector_tile.proto): of a tile, a layer, a feature and a value.
_LAYERS = _tag(3, _BYTES)
_NAME, _FEATURES, _KEYS, _VALUES = (_tag(field, _BYTES) for field in (1, 2, 3, 4))
_EXTENT, _VERSION = _tag(5, _VARINT), _tag(15, _VARINT)
_TAGS, _TYPE, _GEOMETRY = _tag(2, _BYTES), _tag(3, _VARINT), _tag(4, _BYTES)
_STRING, _DOUBLE, _BOOL = _tag(1, _BYTES), _tag(3, _FIXED64), _tag(7, _VARINT)
_UINT, _SINT = _tag(5, _VARINT), _tag(6, _VARINT)

# 4.3.1: a command is its id and how often it is repeated.
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
# 4.3.2: a parameter is a number of 32 bits.
_FARTHEST = 2**31


class Layer(NamedTuple):
    """A layer: its name, and n features with points on the grid, whole numbers, y downwards."""

    name: str
    geometry: Geometries
    properties: Sequence[Mapping[str, Value]]


def encoded(layers: Sequence[Layer], extent: int) -> bytes:
    """Give a tile with these layers, in their order; the grid has `extent` steps a side.

    Outer rings come out positive by the surveyor's formula and inner ones negative (4.3.4.4).
    Repeated points, and parts that are no line or area without them, are left out (4.3.3.2).
    Raises ValueError for a layer without a name or with another's, for a feature of which nothing
    is left, and for a property that is neither text, truth value nor number.
    """
    names = [layer.name for layer in layers]
    if "" in names or len(set(names)) < len(names):
        raise ValueError(f"layers need names, each its own (MVT 4.1), not {names}")
    return b"".join(_message(_LAYERS, _layer(layer, extent)) for layer in layers)


def varints(numbers: Numbers) -> bytes:
    """Give numbers as protobuf has them: seven bits a byte, the lowest first."""
    lengths = _lengths(numbers)
    begins = ragged.begins(lengths)
    written = np.empty(lengths.sum(), np.uint8)
    for place in range(lengths.max(initial=0)):
        longer = lengths > place
        seven = numbers[longer] >> np.uint64(7 * place) & np.uint64(127)
        goes_on = (lengths[longer] > place + 1).astype(np.uint64) << np.uint64(7)
        written[begins[longer] + place] = seven | goes_on
    return written.tobytes()


def _lengths(numbers: Numbers) -> Counts:
    """Give how many bytes each number takes as a varint."""
    lengths = np.ones(len(numbers), np.intp)
    for bits in range(7, 64, 7):
        longer = numbers >> np.uint64(bits) > 0
        if not longer.any():
            break
        lengths += longer
    return lengths


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    written.append(number)
    return bytes(written)


def _message(tag: int, content: bytes) -> bytes:
    return _varint(tag) + _varint(len(content)) + content


def _layer(layer: Layer, extent: int) -> bytes:
    """Write a layer (4.1), its version first: by it a reader knows whether to go on."""
    tags = _Tags.of(layer)
    features = _features(tags, _Drawn.of(layer))
    keys = [_message(_KEYS, key.encode()) for key in tags.keys]
    values = [_message(_VALUES, value) for value in tags.values]
    head = _varint(_VERSION) + _varint(VERSION) + _message(_NAME, layer.name.encode())
    tail = _varint(_EXTENT) + _varint(extent)
    return b"".join([head, features, *keys, *values, tail])


def _features(tags: _Tags, drawn: _Drawn) -> bytes:
    """Write all features (4.2): each its head, and with a head of their own tags and geometry."""
    told = ragged.sums(_lengths(tags.numbers), tags.counts).astype(np.uint64)
    shown = ragged.sums(_lengths(drawn.numbers), drawn.counts).astype(np.uint64)
    # Of the three fields each tag is a byte, and so is the type.
    size = told + shown + np.uint64(4) + (_lengths(told) + _lengths(shown)).astype(np.uint64)
    whole = np.empty((8 + tags.counts + drawn.counts).sum(), np.uint64)
    at = ragged.begins(8 + tags.counts + drawn.counts)
    after = at + 4 + tags.counts
    for place, number in (
        (at, _FEATURES), (at + 1, size), (at + 2, _TAGS), (at + 3, told),
        (after, _TYPE), (after + 1, drawn.types), (after + 2, _GEOMETRY), (after + 3, shown),
    ):  # fmt: skip
        whole[place] = number
    whole[ragged.spots(at + 4, tags.counts)] = tags.numbers
    whole[ragged.spots(after + 4, drawn.counts)] = drawn.numbers
    return varints(whole)


class _Tags(NamedTuple):
    """The properties of a layer (4.4): keys and values once, and pairs of their numbers.

    `counts`: how many of `numbers` each feature has, shape (n,).
    """

    keys: list[str]
    values: list[bytes]
    numbers: Numbers
    counts: Counts

    @classmethod
    def of(cls, layer: Layer) -> _Tags:
        keys: dict[str, int] = {}
        # By type too: 1, 1.0 and True are equal, and are not the same.
        values: dict[tuple[type, Value], int] = {}
        numbers = np.fromiter(
            chain.from_iterable(
                (
                    keys.setdefault(key, len(keys)),
                    values.setdefault((type(value), value), len(values)),
                )
                for properties in layer.properties
                for key, value in properties.items()
            ),
            np.uint64,
        )
        counts = np.fromiter(map(len, layer.properties), np.intp, len(layer.properties))
        return cls(list(keys), [_value(layer, value) for _, value in values], numbers, 2 * counts)


def _value(layer: Layer, value: object) -> bytes:
    """Write a value (4.4): what is below zero as zigzag, which is shorter."""
    if isinstance(value, str):
        return _message(_STRING, value.encode())
    if isinstance(value, bool):
        return bytes((_BOOL, value))
    if isinstance(value, float):
        return bytes((_DOUBLE,)) + struct.pack("<d", value)
    if isinstance(value, int) and -(2**63) <= value < 2**64:
        tag, number = (_UINT, value) if value >= 0 else (_SINT, -2 * value - 1)
        return bytes((tag,)) + _varint(number)
    raise ValueError(f"a property of layer {layer.name!r} cannot be {value!r} (MVT 4.4)")


class _Drawn(NamedTuple):
    """The geometries of a layer as commands and parameters (4.3).

    `counts`: how many of `numbers` each feature has; `types`: what it is; both of shape (n,).
    """

    types: NDArray[np.intp]
    numbers: Numbers
    counts: Counts

    @classmethod
    def of(cls, layer: Layer) -> _Drawn:
        paths = Paths.of(layer.geometry)
        # A command before the points, for lines and rings one after the first, for rings one last.
        sizes = 2 * paths.lengths + 1 + paths.kind
        counts = np.bincount(paths.owner, sizes, len(layer.geometry)).astype(np.intp)
        if (lost := np.flatnonzero(counts == 0)).size:
            gone = shapely.to_wkt(layer.geometry[lost[0]])
            raise ValueError(f"nothing can be drawn of {gone} in layer {layer.name!r} (MVT 4.3.4)")
        # GeomType of the .proto: 1 is a point, 2 a line, 3 a polygon.
        types = shapely.get_dimensions(layer.geometry).astype(np.intp) + 1
        return cls(types, _commands(paths, sizes), counts)


def _commands(paths: Paths, sizes: Counts) -> Numbers:
    """Give the commands of paths with their parameters (4.3.4); `sizes`: how many each takes."""
    at = ragged.begins(sizes)
    is_point, is_ring = paths.kind == POINT, paths.kind == POLYGON
    numbers = np.empty(sizes.sum(), np.uint64)
    numbers[at] = _MOVE_TO | np.where(is_point, paths.lengths, 1) << 3
    numbers[(at + 3)[~is_point]] = _LINE_TO | (paths.lengths - 1)[~is_point] << 3
    numbers[(at + sizes - 1)[is_ring]] = _CLOSE_PATH | 1 << 3
    place = ragged.places(paths.lengths)
    x = np.repeat(at + 1, paths.lengths) + 2 * place
    x += (place > 0) & np.repeat(~is_point, paths.lengths)
    numbers[x], numbers[x + 1] = _zigzag(_steps(paths)).T
    return numbers


def _steps(paths: Paths) -> NDArray[np.int64]:
    """Give how far each point is from the one before, the first of a feature from 0, 0 (4.3.2)."""
    first = ragged.begins(paths.lengths)[np.diff(paths.owner, prepend=-1) != 0]
    steps = np.diff(paths.points, axis=0, prepend=0)
    steps[first] = paths.points[first]
    return steps


def _zigzag(numbers: NDArray[np.int64]) -> Numbers:
    """Give numbers as ones without sign: 0, -1, 1, -2, 2 as 0, 1, 2, 3, 4 (4.3.2)."""
    if numbers.size and np.abs(numbers).max() >= _FARTHEST:
        raise ValueError(f"a point lies {np.abs(numbers).max()} steps from the one before")
    return (numbers << 1 ^ numbers >> 63).astype(np.uint64)
