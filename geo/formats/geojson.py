"""GeoJSON (RFC 7946) and GeoJSON text sequences (RFC 8142), made while they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from geo.formats.table import About, Table

FEATURES_A_CHUNK = 500
RECORD_SEPARATOR = b"\x1e"


def collection(table: Table, about: About) -> Iterator[bytes]:
    """Give a feature collection; what it says of itself stands before the features."""
    yield orjson.dumps(_head(table, about))[:-1] + b',"features":[\n'
    separator = b""
    for chunk in _chunks(table.features()):
        yield separator + b",\n".join(chunk)
        separator = b",\n"
    yield b"\n]}\n"


def sequence(table: Table, _: About) -> Iterator[bytes]:
    """Give features one by one, each after a record separator and before a line feed.

    A sequence has no place for what is said of the whole.
    """
    for chunk in _chunks(table.features()):
        yield b"".join(b"%b%b\n" % (RECORD_SEPARATOR, bytes(feature)) for feature in chunk)


def _head(table: Table, about: About) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "name": table.name,
        "edition": about.edition,
        "content": about.content,
        "title": about.title,
        "description": about.description,
        "attribution": about.attribution,
        "licence": about.licence,
        "published": about.published,
        "address": about.address,
        "sources": about.sources,
    }


def _chunks(features: Iterable[bytes | memoryview]) -> Iterator[list[bytes | memoryview]]:
    remaining = iter(features)
    while chunk := list(islice(remaining, FEATURES_A_CHUNK)):
        yield chunk
