"""The query index of a revision in a database: it gives what `CollectionIndex` gives, by SQL.

The tree over runs of rows, and the places of rows, are in memory: some ten bytes a row. They tell
where to look, and how many rows there are before one. All else is asked of the database.
"""

from __future__ import annotations

import tempfile
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.times import Bounds
from routes.errors import StoreDamaged
from routes.index import CollectionIndex, Extent, Page, Query, Rows, Work
from routes.stores.postgis import conditions, revisions
from routes.stores.postgis.asking import Ask, Row
from routes.stores.postgis.conditions import Condition
from routes.stores.postgis.revisions import Revision
from routes.tree import Tree
from routes.wkb import WKB_HEAD, types_of

AT_ONCE = 10_000
"""How many rows are fetched by one question."""
MOST_AHEAD = 8
"""How many pages wait, read ahead, for who takes their features."""
ALL = Condition("true", {})
IN_REVISION = "collection = %(collection)s AND since <= %(revision)s AND until > %(revision)s"
WKB = "ST_AsEWKB(ST_SetSRID(geom, 0), 'NDR')"


class ReadAhead:
    """Features that were read with the rows of a page, as whoever asks for one asks for both."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, list[bytes]] = OrderedDict()

    def keep(self, rows: Rows, fragments: list[bytes]) -> None:
        """Keep the features of some rows until they are taken, or others come."""
        self._kept[rows.tobytes()] = fragments
        while len(self._kept) > MOST_AHEAD:
            self._kept.popitem(last=False)

    def take(self, rows: Rows) -> list[bytes] | None:
        """Give the features of just these rows, once, if they were read."""
        return self._kept.pop(rows.tobytes(), None)


class SqlIndex(CollectionIndex):
    """One collection of one edition in a database, open for queries."""

    def __init__(self, ask: Ask, revision: Revision) -> None:
        self._ask = ask
        self._revision = revision
        self._said = {"collection": revision.collection, "revision": revision.number}
        self.work = Work()
        self._read_ahead = ReadAhead()
        self._tested = threading.local()
        try:
            lies = revisions.shape(ask, revision.number)
            if len(lies.places) != len(self):
                raise ValueError(f"there are {len(lies.places)} places for {len(self)} rows")
            self._places = lies.places
            with tempfile.TemporaryDirectory() as folder:
                for name, content in lies.tree.items():
                    Path(folder, name).write_bytes(content)
                self.tree = Tree.open(Path(folder), len(self))
        except (ValueError, OSError, zlib.error) as error:
            said = f"revision {revision.number} of {revision.collection} cannot be opened: {error}"
            raise StoreDamaged(said) from error

    def __len__(self) -> int:
        return self._revision.count

    @cached_property
    def bounds(self) -> Bounds:  # type: ignore[override]  # of all rows; most queries need none
        """The valid times of all rows."""
        names = ("start_earliest", "start_latest", "end_earliest", "end_latest",
                 "attested_from", "attested_until")  # fmt: skip
        return Bounds.from_array(self._numbers(names, "int8send", ">i8").astype(np.int64))

    @cached_property
    def boxes(self) -> NDArray[np.float64]:  # type: ignore[override]  # as above
        """The boxes of all rows, shape (n, 4)."""
        sides = self._numbers(("west", "south", "east", "north"), "float8send", ">f8")
        return np.ascontiguousarray(sides.astype(np.float64).T)

    def extent(self) -> Extent:
        """Give the box of all geometries, and the possible extent in time of rows that have one."""
        return self._revision.extent

    def row_of(self, feature_id: str) -> int | None:
        """Find the row of one feature."""
        if "\0" in feature_id:
            # No text of PostgreSQL holds one.
            return None
        found = self._ask(
            f"SELECT place FROM routeshift.rows WHERE id = %(id)s AND {IN_REVISION}",
            self._said | {"id": feature_id},
        )
        return int(self._rows([found[0][0]])[0]) if found else None

    def id_of(self, row: int) -> str:
        """Give the id of one row."""
        return str(next(self._taken("id", np.array([row]))))

    def every_id(self) -> list[str]:
        """Give the ids of all rows."""
        return list(self._taken("id", np.arange(len(self))))

    def names(self, rows: Rows) -> pa.Array:
        """Give the ids of some rows."""
        return pa.array(self._taken("id", rows), pa.string())

    def fragment(self, row: int) -> bytes:
        """Give one feature as GeoJSON."""
        return bytes(next(self._taken("fragment", np.array([row]))))

    def fragments(self, rows: Rows) -> Iterator[memoryview]:
        """Give features as GeoJSON."""
        ahead = self._read_ahead.take(rows)
        return map(memoryview, self._taken("fragment", rows) if ahead is None else ahead)

    def wkb(self, rows: Rows) -> list[bytes | None]:
        """Give geometries as WKB, EPSG:4326, None where there is none."""
        return list(self._taken(WKB, rows))

    def geometry_types(self, rows: Rows) -> frozenset[str | None]:
        """Tell what types of geometry some rows have, None among them where one has none."""
        starts = set(self._taken(f"substring({WKB} FOR {WKB_HEAD})", rows))
        filled = b"".join(start or bytes(WKB_HEAD) for start in starts)
        return types_of(np.frombuffer(filled, np.uint8).reshape(-1, WKB_HEAD))

    def _first_of(self, runs: Rows, query: Query, first_place: int, limit: int) -> Page:
        """Give a page in the order of the rows, and look at no more of them than it takes."""
        if query.mask is not None:
            return super()._first_of(runs, query, first_place, limit)
        rows = self.tree.rows(runs)
        found = self._first_in(rows[np.searchsorted(rows, first_place) :], query, limit + 1)
        if len(found) > limit:
            return Page(found[:limit], int(found[limit]), None)
        return Page(found, None, len(found) if first_place == 0 else None)

    def _first_in(self, rows: Rows, query: Query, limit: int) -> Rows:
        """Give the first of some rows that match.

        The stretches are joined in their order, and so the database stops at the last row needed.
        """
        meets = conditions.meets(query)
        inside, exact = conditions.within(query), conditions.intersects(query)
        found = self._ask(
            "SELECT found.* FROM unnest(%(firsts)s::int8[], %(lasts)s::int8[])"
            " WITH ORDINALITY AS stretch (first_place, last_place, nth), LATERAL ("
            f"SELECT place, fragment FROM routeshift.rows WHERE {IN_REVISION}"
            " AND place BETWEEN first_place AND last_place"
            f" AND {meets.sql} AND ({inside.sql} OR {exact.sql}) ORDER BY place"
            ") AS found LIMIT %(limit)s",
            self._stretches(rows) | meets.values | inside.values | exact.values | {"limit": limit},
        )
        there = self._rows([place for place, _ in found])
        self._read_ahead.keep(there[: limit - 1], [fragment for _, fragment in found[: limit - 1]])
        return there

    def _of_runs(self, runs: Rows, query: Query) -> Rows:
        """Give rows of some runs whose box meets a box of the query and which may hold then."""
        rows = self.tree.rows(runs)
        if query.boxes or query.window is not None:
            self.work.compared += len(rows)
            rows, inside = self._chosen(rows, conditions.meets(query), conditions.within(query))
            if query.mask is not None:
                rows, inside = rows[query.mask[rows]], inside[query.mask[rows]]
            # Asked for next, of the same rows, by who called this.
            self._tested.last = (rows, inside)
            return rows
        return rows if query.mask is None else rows[query.mask[rows]]

    def _inside(self, rows: Rows, query: Query) -> NDArray[np.bool_]:
        """Tell which rows need no exact test: their box lies inside a box of the query."""
        of, inside = getattr(self._tested, "last", (None, None))
        if rows is of and inside is not None:
            return np.asarray(inside)
        found, inside = self._chosen(rows, ALL, conditions.within(query))
        return np.isin(rows, found[inside])

    def _hits(self, rows: Rows, inside: NDArray[np.bool_], query: Query) -> NDArray[np.bool_]:
        """Test exactly what lies on the edge (OGC 17-069r4 /req/core/fc-bbox-response)."""
        hits = inside.copy()
        edge = np.flatnonzero(~inside)
        if len(edge):
            self.work.decoded += len(edge)
            found, _ = self._chosen(rows[edge], conditions.intersects(query), ALL)
            hits[edge] = np.isin(rows[edge], found)
        return hits

    def _chosen(
        self, rows: Rows, condition: Condition, told: Condition
    ) -> tuple[Rows, NDArray[np.bool_]]:
        """Give those of some rows that meet a condition, ascending, and of which another holds.

        The rows may come in any order.
        """
        if len(rows) == 0:
            return rows, np.empty(0, dtype=bool)
        ((places, tells),) = self._ask(
            "SELECT coalesce(string_agg(int8send(place), '' ORDER BY place), ''),"
            f" coalesce(string_agg(boolsend({told.sql}), '' ORDER BY place), '')"
            " FROM unnest(%(firsts)s::int8[], %(lasts)s::int8[])"
            " AS stretch (first_place, last_place)"
            " JOIN routeshift.rows ON place BETWEEN first_place AND last_place"
            f" WHERE {IN_REVISION} AND {condition.sql}",
            self._stretches(np.sort(rows)) | condition.values | told.values,
        )
        found = self._rows(np.frombuffer(places, ">i8").astype(np.int64))
        return found, np.frombuffer(tells, np.uint8) == 1

    def _stretches(self, rows: Rows) -> dict[str, Any]:
        """Give ascending rows as stretches of places, from the first to the last of neighbours."""
        ends = np.flatnonzero(np.diff(rows) > 1)
        firsts = rows[np.concatenate([[0], ends + 1])] if len(rows) else rows
        lasts = rows[np.concatenate([ends, [len(rows) - 1]])] if len(rows) else rows
        return self._said | {
            "firsts": self._places[firsts].tolist(),
            "lasts": self._places[lasts].tolist(),
        }

    def _rows(self, places: list[int] | NDArray[np.int64]) -> Rows:
        """Give the numbers of the rows that stand at some places."""
        return np.searchsorted(self._places, np.asarray(places, dtype=np.int64)).astype(np.intp)

    def _taken(self, what: str, rows: Rows) -> Iterator[Any]:
        """Give a value of each of some rows, in their order, some rows at a time."""
        for begin in range(0, len(rows), AT_ONCE):
            some = self._places[rows[begin : begin + AT_ONCE]].tolist()
            found = self._ask(
                f"SELECT {what} FROM unnest(%(places)s::int8[])"
                " WITH ORDINALITY AS asked (place, nth)"
                f" JOIN routeshift.rows USING (place) WHERE {IN_REVISION} ORDER BY nth",
                self._said | {"places": some},
            )
            yield from self._all_there(found, len(some))

    def _all_there(self, found: list[Row], count: int) -> Iterator[Any]:
        if len(found) != count:
            name, number = self._revision.collection, self._revision.number
            raise StoreDamaged(f"rows of revision {number} of {name} are missing: pruned, or lost")
        return (value for (value,) in found)

    def _numbers(self, columns: tuple[str, ...], sent: str, kind: str) -> NDArray[Any]:
        """Give columns of numbers of all rows, shape (columns, n)."""
        said = ", ".join(
            f"coalesce(string_agg({sent}({column}), '' ORDER BY place), '')" for column in columns
        )
        (values,) = self._ask(f"SELECT {said} FROM routeshift.rows WHERE {IN_REVISION}", self._said)
        return np.stack([np.frombuffer(value, kind) for value in values])
