"""Mapbox Vector Tile 2.1, written for whole layers at once from geometries on the grid of a tile.

Numbers in brackets are clauses of the specification. A feature consists of varints (protobuf's
numbers of seven bits a byte), and so do the lengths that stand before its parts: all features of a
layer are laid out as one array of numbers, which becomes bytes in a few operations.
"""

from __future__ import annotations

import struct
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import chain, count, pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import ragged
from geo.ragged import POINT, POLYGON, Counts, Geometries, Paths, Strand

Value = str | bool | int | float
Numbers = NDArray[np.uint32]

VERSION = 2
_VARINT, _FIXED64, _BYTES = 0, 1, 2
# Numbers that are one byte, and the length of a text with which its value is no longer one.
_SHORT = [bytes((number,)) for number in range(128)]
_SHORT_TEXT = len(_SHORT) - 2
_PLAIN = {str, int}


def _tag(field: int, wire: int) -> bytes:
    """Give the byte that stands before a field of a message."""
    return bytes((field << 3 | wire,))


# Fields of the messages (vector_tile.proto): of a tile, a layer, a feature and a value.
_LAYERS = _tag(3, _BYTES)
_NAME, _FEATURES, _KEYS, _VALUES = (_tag(field, _BYTES) for field in (1, 2, 3, 4))
_EXTENT, _VERSION = _tag(5, _VARINT), _tag(15, _VARINT)
_TAGS, _TYPE, _GEOMETRY = _tag(2, _BYTES), _tag(3, _VARINT), _tag(4, _BYTES)
_STRING, _DOUBLE, _BOOL = _tag(1, _BYTES), _tag(3, _FIXED64), _tag(7, _VARINT)
_UINT, _SINT = _tag(5, _VARINT), _tag(6, _VARINT)

# 4.3.1: a command is its id and how often it is repeated.
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7


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
    tags = [_Tags.of(layer) for layer in layers]
    # Of all layers at once: each operation on arrays has its price, however short they are.
    features = _features(layers, tags)
    return b"".join(
        _message(_LAYERS, _layer(layer.name, told, drawn, extent))
        for layer, told, drawn in zip(layers, tags, features, strict=True)
    )


def varints(numbers: Numbers) -> Strand:
    """Give numbers as protobuf has them, seven bits a byte and the lowest first: each as a run."""
    width = max(1, -(-int(numbers.max(initial=0)).bit_length() // 7))
    written = np.empty((len(numbers), width), np.uint8)
    is_used = np.empty((len(numbers), width), dtype=bool)
    lengths = np.zeros(len(numbers), np.uint8)
    rest: NDArray[Any] = numbers
    is_in = np.ones(len(numbers), dtype=bool)
    for place in range(width):
        lengths += is_in
        is_used[:, place] = is_in
        seven = (rest & 127).astype(np.uint8)
        rest = rest >> 7
        is_in = rest > 0
        written[:, place] = seven | is_in.astype(np.uint8) << 7
    return Strand(written[is_used], lengths.astype(np.intp))


def _varint(number: int) -> bytes:
    if number < len(_SHORT):
        return _SHORT[number]
    return bytes((number & 127 | 128,)) + _varint(number >> 7)


def _message(tag: bytes, content: bytes) -> bytes:
    return tag + _varint(len(content)) + content


def _layer(name: str, tags: _Tags, features: bytes, extent: int) -> bytes:
    """Write a layer (4.1), its version first: by it a reader knows whether to go on."""
    keys = [_message(_KEYS, key.encode()) for key in tags.keys]
    head = _VERSION + _varint(VERSION) + _message(_NAME, name.encode())
    return b"".join([head, features, *keys, *tags.values, _EXTENT + _varint(extent)])


def _features(layers: Sequence[Layer], tags: Sequence[_Tags]) -> list[bytes]:
    """Write the features of each layer (4.2): each has a head, and so have its tags and geometry.

    Of all layers at once: an operation on arrays has its price, however short they are.
    """
    if not layers:
        return []
    every_tag = varints(np.concatenate([one.numbers for one in tags]))
    said = every_tag.grouped(np.concatenate([one.counts for one in tags]))
    types, numbers, counts = _drawn(np.concatenate([layer.geometry for layer in layers]))
    shown = varints(numbers).grouped(counts)
    before_said = _heads(_TAGS, said.lengths)
    before_shown = _heads(_TYPE, types, _GEOMETRY, shown.lengths)
    parts = (before_said, said, before_shown, shown)
    head = _heads(_FEATURES, np.sum([part.lengths for part in parts], axis=0))
    features = ragged.woven(head, *parts)
    of_layers = features.grouped(np.array([len(layer.geometry) for layer in layers]))
    return _cut(of_layers)


def _heads(*numbers: bytes | Counts) -> Strand:
    """Write some numbers for each feature, those of one byte being the same for all."""
    columns = np.broadcast_arrays(*(ord(one) if isinstance(one, bytes) else one for one in numbers))
    rows = np.stack(columns, axis=1).astype(np.uint32)
    return varints(rows.ravel()).grouped(np.full(len(rows), len(columns)))


def _cut(strand: Strand) -> list[bytes]:
    """Give each run as bytes of its own."""
    whole, ends = strand.values.tobytes(), np.cumsum(strand.lengths).tolist()
    return [whole[begin:end] for begin, end in pairwise([0, *ends])]


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
        keys = list(chain.from_iterable(layer.properties))
        values = _distinct(list(chain.from_iterable(one.values() for one in layer.properties)))
        known_keys, known_values = _numbered(keys), _numbered(values)
        numbers = np.empty((len(keys), 2), np.uint32)
        numbers[:, 0] = list(map(known_keys.__getitem__, keys))
        numbers[:, 1] = list(map(known_values.__getitem__, values))
        counts = 2 * np.fromiter(map(len, layer.properties), np.intp, len(layer.properties))
        return cls(list(known_keys), list(map(_value, known_values)), numbers.ravel(), counts)


def _distinct(values: list[Any]) -> list[Hashable]:
    """Give values so that those that are not the same are not equal: texts, integers, _Typed."""
    if set(map(type, values)) <= _PLAIN:
        return values
    return [value if type(value) in _PLAIN else _Typed.of(value) for value in values]


class _Typed(NamedTuple):
    """A value that is equal to others and not the same: 1.0 and True are 1."""

    kind: type
    value: float

    @classmethod
    def of(cls, value: object) -> _Typed:
        if not isinstance(value, float | bool):
            said = "a property is a text, a number, true or false (MVT 4.4)"
            raise ValueError(f"{said}, not {value!r}")
        return cls(type(value), value)


def _numbered(values: Iterable[Hashable]) -> dict[Any, int]:
    """Give each value the place where it stands among all different ones."""
    return dict(zip(dict.fromkeys(values), count(), strict=False))


def _value(value: str | int | _Typed) -> bytes:
    """Write a value as a layer holds it (4.1, 4.4)."""
    if isinstance(value, str):
        text = value.encode()
        if len(text) < _SHORT_TEXT:
            return _VALUES + _SHORT[len(text) + 2] + _STRING + _SHORT[len(text)] + text
        return _message(_VALUES, _message(_STRING, text))
    return _message(_VALUES, _number(value))


def _number(value: int | _Typed) -> bytes:
    """Write the value itself: what is below zero as zigzag, which is shorter."""
    if isinstance(value, _Typed):
        if value.kind is bool:
            return _BOOL + _SHORT[int(value.value)]
        return _DOUBLE + struct.pack("<d", value.value)
    if not -(2**63) <= value < 2**64:
        raise ValueError(f"a whole number of a property has 64 bits (MVT 4.4), not {value}")
    return _UINT + _varint(value) if value >= 0 else _SINT + _varint(-2 * value - 1)


def _drawn(geometry: Geometries) -> tuple[Counts, Numbers, Counts]:
    """Give types, commands with their parameters (4.3), and how many of these each feature has."""
    paths = Paths.of(geometry)
    # A command before the points, for lines and rings one after the first, for rings one last.
    sizes = 2 * paths.lengths + 1 + paths.kind
    counts = np.bincount(paths.owner, sizes, len(geometry)).astype(np.intp)
    if (lost := np.flatnonzero(counts == 0)).size:
        raise ValueError(f"nothing of {geometry[lost[0]]} can be drawn (MVT 4.3.4)")
    # GeomType of the .proto: 1 is a point, 2 a line, 3 a polygon.
    types = shapely.get_dimensions(geometry).astype(np.intp) + 1
    return types, _commands(paths, sizes), counts


def _commands(paths: Paths, sizes: Counts) -> Numbers:
    """Give the commands of paths with their parameters (4.3.4); `sizes`: how many each takes."""
    at = ragged.begins(sizes)
    is_point, is_ring = paths.kind == POINT, paths.kind == POLYGON
    line, close = (at + 3)[~is_point], (at + sizes - 1)[is_ring]
    numbers = np.empty(sizes.sum(), np.uint32)
    is_command = np.zeros(len(numbers), dtype=bool)
    is_command[at] = is_command[line] = is_command[close] = True
    numbers[~is_command] = _parameters(paths)
    numbers[at] = _MOVE_TO | np.where(is_point, paths.lengths, 1) << 3
    numbers[line] = _LINE_TO | (paths.lengths - 1)[~is_point] << 3
    numbers[close] = _CLOSE_PATH | 1 << 3
    return numbers


def _parameters(paths: Paths) -> Numbers:
    """Give how far each point is from the one before, x before y, zigzagged (4.3.2).

    The first point of a feature is as far as it is from 0, 0. Zigzag makes 0, -1, 1, -2, 2 to
    0, 1, 2, 3, 4.
    """
    begins_anew = np.diff(paths.owner, prepend=-1) != 0
    first = ragged.begins(paths.lengths)[begins_anew]
    parameters = np.empty((len(paths.x), 2), np.uint32)
    for axis, along in enumerate((paths.x, paths.y)):
        steps = np.diff(along, prepend=np.int32(0))
        steps[first] = along[first]
        parameters[:, axis] = (steps << 1 ^ steps >> 31).view(np.uint32)
    return parameters.ravel()
