"""The query index of a revision in a database: it gives what `CollectionIndex` gives, by SQL.

The tree over runs of rows, and the places of rows, are in memory: some ten bytes a row. They tell
where to look, and how many rows there are before one. All else is asked of the database.
"""

from __future__ import annotations

import tempfile
import threading
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from routes.errors import StoreDamaged
from routes.index import MOST_RUNS, CollectionIndex
from routes.query import Extent, Query, Work
from routes.stores.postgis import conditions, revisions
from routes.stores.postgis.asking import Ask
from routes.stores.postgis.bounds import FetchedBounds
from routes.stores.postgis.conditions import Condition
from routes.stores.postgis.revisions import Revision
from routes.stores.postgis.standing import IN_REVISION, Standing
from routes.tree import RUN, Box, Rows, Tree
from routes.wkb import WKB_HEAD, types_of

FEW, MANY = 100, 500
"""Of a box that may hold so few rows all are asked for, and no more than so many are given."""
RUNS_AT_FIRST = 512
"""In how many runs of rows a page is looked for first."""
MOST_ON_A_PAGE = 20_000
"""Of more rows, features are not read together with them: nobody asks for them all at once."""
ALL = Condition("true", {})
WKB = "ST_AsEWKB(ST_SetSRID(geom, 0), 'NDR')"


class Tested(NamedTuple):
    """Rows, which of them lie inside the boxes of a query, and which match it, if `is_exact`."""

    rows: Rows
    inside: NDArray[np.bool_]
    hits: NDArray[np.bool_]
    is_exact: bool = False


class SqlIndex(CollectionIndex):
    """One collection of one edition in a database, open for queries."""

    def __init__(self, ask: Ask, revision: Revision) -> None:
        self._revision = revision
        self.work = Work()
        self.scan = None
        self._tested = threading.local()
        self._ahead = threading.local()
        try:
            lies = revisions.shape(ask, revision.number)
            if len(lies.places) != len(self):
                raise ValueError(f"there are {len(lies.places)} places for {len(self)} rows")
            self._rows = Standing(ask, revision, lies.places)
            self.bounds = FetchedBounds(self._rows.times)
            with tempfile.TemporaryDirectory() as folder:
                for name, content in lies.tree.items():
                    Path(folder, name).write_bytes(content)
                self.tree = Tree.open(Path(folder), len(self))
        except (ValueError, OSError, zlib.error) as error:
            said = f"revision {revision.number} of {revision.collection} cannot be opened: {error}"
            raise StoreDamaged(said) from error

    def __len__(self) -> int:
        return self._revision.count

    def __repr__(self) -> str:
        return f"SqlIndex({self._revision})"

    @cached_property
    def boxes(self) -> NDArray[np.float64]:  # type: ignore[override]  # most queries need none
        """The boxes of all rows, shape (n, 4)."""
        return self._rows.boxes()

    def extent(self) -> Extent:
        """Give the box of all geometries, and the possible extent in time of rows that have one."""
        return self._revision.extent

    def row_of(self, feature_id: str) -> int | None:
        """Find the row of one feature."""
        if "\0" in feature_id:
            # No text of PostgreSQL holds one.
            return None
        found = self._rows.ask(
            f"SELECT place FROM routeshift.rows WHERE id = %(id)s AND {IN_REVISION}",
            self._rows.said | {"id": feature_id},
        )
        return int(self._rows.rows([found[0][0]])[0]) if found else None

    def id_of(self, row: int) -> str:
        """Give the id of one row."""
        return str(next(self._rows.values("id", np.array([row]))))

    def every_id(self) -> list[str]:
        """Give the ids of all rows."""
        return list(self._rows.values("id", np.arange(len(self))))

    def names(self, rows: Rows) -> pa.Array:
        """Give the ids of some rows."""
        return pa.array(self._rows.values("id", rows), pa.string())

    def fragment(self, row: int) -> bytes:
        """Give one feature as GeoJSON."""
        return bytes(next(self._rows.values("fragment", np.array([row]))))

    def fragments(self, rows: Rows) -> Iterator[memoryview]:
        """Give features as GeoJSON."""
        read, features = getattr(self._ahead, "last", (None, []))
        if read is None or not np.array_equal(read, rows):
            return map(memoryview, self._rows.values("fragment", rows))
        return map(memoryview, features)

    def _read_ahead(self, rows: Rows, features: list[bytes]) -> None:
        """Keep features that were read with the rows of a page: this thread asks for them next."""
        self._ahead.last = rows, features

    def wkb(self, rows: Rows) -> list[bytes | None]:
        """Give geometries as WKB, EPSG:4326, None where there is none."""
        return list(self._rows.values(WKB, rows))

    def geometry_types(self, rows: Rows) -> frozenset[str | None]:
        """Tell what types of geometry some rows have, None among them where one has none."""
        starts = set(self._rows.values(f"substring({WKB} FOR {WKB_HEAD})", rows))
        filled = b"".join(start or bytes(WKB_HEAD) for start in starts)
        return types_of(np.frombuffer(filled, np.uint8).reshape(-1, WKB_HEAD))

    def _search(self, query: Query, begin: int, wanted: int) -> tuple[Rows, int | None]:
        """Give the first rows that match, from `begin` on, and how many match in all, if told."""
        runs = self.tree.runs(query.boxes, query.window)
        is_counted = query.is_counted or len(runs) <= MOST_RUNS
        if is_counted or wanted > MOST_ON_A_PAGE:
            rows = self._of_runs(runs, query)
            rows = rows[self._hits(rows, query)]
            return rows[np.searchsorted(rows, begin) :], len(rows) if is_counted else None
        if query.mask is not None or query.shape is not None:
            return super()._search(query, begin, wanted)
        return self._first_of(runs, query, begin, wanted), None

    def _first_of(self, runs: Rows, query: Query, begin: int, wanted: int) -> Rows:
        """Give the first rows that match, and look at no more of them than it takes."""
        if self._is_small(query):
            near = self._first_near(query, begin, wanted)
            if near is not None:
                return near
        runs = runs[np.searchsorted(runs, begin // RUN) :]
        found, at, length = np.empty(0, np.intp), 0, RUNS_AT_FIRST
        while len(found) < wanted and at < len(runs):
            rows = self.tree.rows(runs[at : at + length])
            rows = rows[np.searchsorted(rows, begin) :]
            more = self._first_in(rows, query, wanted - len(found))
            found = np.concatenate([found, more]) if len(found) else more
            at, length = at + length, length * 8
        return found

    def _is_small(self, query: Query) -> bool:
        """Tell whether boxes of this size hold few rows, as rows lie on average."""
        bbox = self._revision.extent.bbox
        if not query.boxes or bbox is None:
            return False
        whole, asked = _area(Box(*bbox)), sum(map(_area, query.boxes))
        return asked * len(self) < FEW * whole

    def _first_near(self, query: Query, first_place: int, limit: int) -> Rows | None:
        """Give the first rows that match, by the index over space and time.

        It knows no order, and so has to give all: None where there are many after all.
        """
        near, meets = conditions.near(query), conditions.meets(query)
        inside, exact = conditions.within(query), conditions.intersects(query)
        found = self._rows.ask(
            "WITH near AS MATERIALIZED (SELECT place, fragment,"
            f" {inside.sql} OR {exact.sql} AS is_hit FROM routeshift.rows"
            f" WHERE {near.sql} AND {IN_REVISION} AND {meets.sql} LIMIT %(limit)s)"
            " SELECT place, CASE WHEN is_hit THEN fragment END FROM near ORDER BY place",
            self._rows.said | near.values | meets.values | inside.values | exact.values
            | {"limit": MANY},
        )  # fmt: skip
        if len(found) == MANY:
            return None
        hits = [(place, fragment) for place, fragment in found if fragment is not None]
        rows = self._rows.rows([place for place, _ in hits])
        here = slice(int(np.searchsorted(rows, first_place)), None)
        rows, features = rows[here][:limit], [fragment for _, fragment in hits[here]]
        self._read_ahead(rows[: limit - 1], features[: limit - 1])
        return rows

    def _first_in(self, rows: Rows, query: Query, limit: int) -> Rows:
        """Give the first of some rows that match.

        The stretches are joined in their order, and so the database stops at the last row needed.
        """
        meets = conditions.meets(query)
        inside, exact = conditions.within(query), conditions.intersects(query)
        found = self._rows.ask(
            "SELECT found.* FROM unnest(%(firsts)s::int8[], %(lasts)s::int8[])"
            " WITH ORDINALITY AS stretch (first_place, last_place, nth), LATERAL ("
            f"SELECT place, fragment FROM routeshift.rows WHERE {IN_REVISION}"
            " AND place BETWEEN first_place AND last_place"
            f" AND {meets.sql} AND ({inside.sql} OR {exact.sql}) ORDER BY place"
            ") AS found LIMIT %(limit)s",
            self._rows.stretches(rows)
            | meets.values
            | inside.values
            | exact.values
            | {"limit": limit},
        )
        there = self._rows.rows([place for place, _ in found])
        self._read_ahead(there[: limit - 1], [fragment for _, fragment in found[: limit - 1]])
        return there

    def _of_runs(self, runs: Rows, query: Query) -> Rows:
        """Give rows of some runs whose box meets a box of the query and which may hold then."""
        rows = self.tree.rows(runs)
        if query.boxes or query.window is not None:
            self.work.compared += len(rows)
            within = conditions.within(query)
            # Few are tested exactly, too: whoever asks for them counts them all.
            exact = conditions.intersects(query) if len(runs) <= MOST_RUNS else ALL
            rows, inside, hits, _ = self._chosen(rows, conditions.meets(query), within, exact)
            if query.mask is not None:
                let = query.mask[rows]
                rows, inside, hits = rows[let], inside[let], hits[let]
            # Asked for next, of the same rows, by who called this.
            self._tested.last = Tested(rows, inside, hits, is_exact=len(runs) <= MOST_RUNS)
            return rows
        return rows if query.mask is None else rows[query.mask[rows]]

    def _inside(self, rows: Rows, query: Query) -> NDArray[np.bool_]:
        """Tell which rows need no exact test: their box lies inside a box of the query."""
        tested: Tested | None = getattr(self._tested, "last", None)
        if tested is not None and tested.rows is rows:
            return tested.inside.copy()
        found, inside, *_ = self._chosen(rows, ALL, conditions.within(query), ALL)
        return np.isin(rows, found[inside])

    def _hits(self, rows: Rows, query: Query) -> NDArray[np.bool_]:
        """Test exactly what lies on the edge (OGC 17-069r4 /req/core/fc-bbox-response)."""
        tested: Tested | None = getattr(self._tested, "last", None)
        if tested is not None and tested.rows is rows and tested.is_exact:
            self.work.decoded += int(np.count_nonzero(~tested.inside))
            return tested.hits
        return super()._hits(rows, query)

    def _meeting(self, rows: Rows, query: Query) -> NDArray[np.bool_]:
        """Ask the database which rows meet the area of the query."""
        self.work.decoded += len(rows)
        found, *_ = self._chosen(rows, conditions.intersects(query), ALL, ALL)
        return np.isin(rows, found)

    def _chosen(
        self, rows: Rows, condition: Condition, within: Condition, exact: Condition
    ) -> Tested:
        """Give those of some rows that meet a condition, ascending, and what else holds of each.

        The rows may come in any order.
        """
        if len(rows) == 0:
            return Tested(rows, np.empty(0, dtype=bool), np.empty(0, dtype=bool))
        ((places, inside, hits),) = self._rows.ask(
            "SELECT coalesce(string_agg(int8send(place), '' ORDER BY place), ''),"
            f" coalesce(string_agg(boolsend({within.sql}), '' ORDER BY place), ''),"
            f" coalesce(string_agg(boolsend({within.sql} OR {exact.sql}), '' ORDER BY place), '')"
            " FROM unnest(%(firsts)s::int8[], %(lasts)s::int8[])"
            " AS stretch (first_place, last_place)"
            " JOIN routeshift.rows ON place BETWEEN first_place AND last_place"
            f" WHERE {IN_REVISION} AND {condition.sql}",
            self._rows.stretches(np.sort(rows)) | condition.values | within.values | exact.values,
        )
        found = self._rows.rows(np.frombuffer(places, ">i8").astype(np.int64))
        return Tested(found, _flags(inside), _flags(hits))


def _area(box: Box) -> float:
    return (box.east - box.west) * (box.north - box.south)


def _flags(sent: bytes) -> NDArray[np.bool_]:
    return np.frombuffer(sent, np.bool_)
