"""GeoParquet files in a database, byte for byte, in pieces that files of like content share.

A file is cut where its columns begin, group of rows by group. What a correction leaves as it was
are most of the columns of most groups, and those are kept once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from routes.errors import StoreDamaged, StoreError
from routes.stores import durable
from routes.stores.postgis.asking import Ask, Connection

SMALLEST_PIECE = 2**16
"""Columns of fewer bytes are kept together: a row of a table has its price, too."""


def keep(connection: Connection, sha256: str, path: Path) -> None:
    """Keep a file under its hash. Raises OSError or ArrowException."""
    for position, piece in enumerate(_pieces(path)):
        said = {"name": hashlib.sha256(piece).digest(), "sha256": sha256, "position": position}
        there = "SELECT FROM routeshift.pieces WHERE sha256 = %(name)s"
        if not connection.execute(there, said).fetchall():
            connection.execute(
                "INSERT INTO routeshift.pieces VALUES (%(name)s, %(piece)b)",
                said | {"piece": piece},
            )
        connection.execute(
            "INSERT INTO routeshift.records VALUES (%(sha256)s, %(position)s, %(name)s)", said
        )


def is_kept(ask: Ask, sha256: str) -> bool:
    """Tell whether there is a file of that hash."""
    return bool(ask("SELECT FROM routeshift.records WHERE sha256 = %(a)s LIMIT 1", {"a": sha256}))


def fetch(ask: Ask, sha256: str, path: Path) -> None:
    """Write a file that was kept to `path`, all or nothing.

    Raises StoreDamaged where it is not what was kept, StoreError where it cannot be written.
    """
    found = hashlib.sha256()
    try:
        with durable.aside(path) as unfinished:
            with unfinished.open("wb") as file:
                for piece in _kept(ask, sha256):
                    found.update(piece)
                    file.write(piece)
            _refuse_other(found.hexdigest(), sha256)
    except OSError as error:
        said = f"{path.parent}, where it is fetched to, cannot be written: {error.strerror}"
        raise StoreError(f"the store was not read: {said}") from error


def _refuse_other(found: str, sha256: str) -> None:
    if found != sha256:
        raise StoreDamaged(f"the pieces of the GeoParquet {sha256} are not what was published")


def _kept(ask: Ask, sha256: str) -> Iterator[bytes]:
    """Give the pieces of a file, one at a time: together they may be larger than memory."""
    places = ask(
        "SELECT position FROM routeshift.records WHERE sha256 = %(sha256)s ORDER BY 1",
        {"sha256": sha256},
    )
    for (position,) in places:
        found = ask(
            "SELECT content FROM routeshift.records"
            " JOIN routeshift.pieces ON pieces.sha256 = piece"
            " WHERE records.sha256 = %(sha256)s AND position = %(position)s",
            {"sha256": sha256, "position": position},
        )
        # One that is gone is found by the hash of the whole.
        yield from (bytes(content) for (content,) in found)


def _pieces(path: Path) -> Iterator[bytes]:
    ends = [*_ends(pq.read_metadata(path)), path.stat().st_size]
    with path.open("rb") as file:
        for end in ends:
            if piece := file.read(end - file.tell()):
                yield piece


def _ends(metadata: pq.FileMetaData) -> Iterator[int]:
    """Give where large columns begin and end, and where the small ones between them do."""
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        begin = end = _begin(group.column(0))
        for column in range(group.num_columns):
            chunk = group.column(column)
            if chunk.total_compressed_size >= SMALLEST_PIECE:
                yield end
            end = _begin(chunk) + chunk.total_compressed_size
            if end - begin >= SMALLEST_PIECE:
                yield end
                begin = end
        yield end


def _begin(chunk: pq.ColumnChunkMetaData) -> int:
    return int(chunk.dictionary_page_offset or chunk.data_page_offset)
