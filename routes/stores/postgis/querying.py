"""The query index of a revision in a database: it gives what `CollectionIndex` gives, by SQL.

The tree over runs of rows, their boxes and times, rounded, and their places are in memory: less
than thirty bytes a row. They tell which rows to ask about, and how many rows there are before one.
All else is asked of the database, of a page in one question.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from routes.errors import StoreDamaged
from routes.index import MOST_RUNS, CollectionIndex
from routes.query import Extent, Query, Work
from routes.stores.postgis import conditions, revisions
from routes.stores.postgis.asking import Ask
from routes.stores.postgis.bounds import FetchedBounds
from routes.stores.postgis.candidates import Candidates
from routes.stores.postgis.conditions import Condition
from routes.stores.postgis.revisions import Revision
from routes.stores.postgis.standing import GAP, IN_REVISION, Standing
from routes.tree import Rows
from routes.wkb import WKB_HEAD, types_of

MOST_ON_A_PAGE = 20_000
"""Of more rows, features are not read together with them: nobody asks for them all at once."""
FEW = 10_000
"""Of a collection of so few rows, boxes and times are fetched once, and kept."""
WKB = "ST_AsEWKB(ST_SetSRID(geom, 0), 'NDR')"


class SqlIndex(CollectionIndex):
    """One collection of one edition in a database, open for queries."""

    def __init__(self, ask: Ask, revision: Revision) -> None:
        self._revision = revision
        self.work = Work()
        self.scan = None
        self._ahead = threading.local()
        try:
            lies = revisions.shape(ask, revision.number)
            if len(lies.places) != len(self):
                raise ValueError(f"there are {len(lies.places)} places for {len(self)} rows")
            self._rows = Standing(ask, revision, lies.places)
            self.bounds = FetchedBounds(self._rows.times, few=len(self) <= FEW)
            self._candidates = Candidates(lies.files, len(self))
            self.tree = self._candidates.tree
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
        read, features = getattr(self._ahead, "last", (np.empty(0, np.intp), []))
        at = int(np.searchsorted(read, rows[0])) if len(rows) else 0
        if np.array_equal(read[at : at + len(rows)], rows):
            return map(memoryview, features[at : at + len(rows)])
        return map(memoryview, self._rows.values("fragment", rows))

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
        # Who asks for all rows asks for no features.
        is_page = wanted <= MOST_ON_A_PAGE and wanted != len(self)
        if is_page and not is_counted:
            return self._first_of(runs, query, begin, wanted), None
        rows = self._candidates.rows(runs, query)
        if is_page and len(rows) <= 2 * wanted:
            hits = self._read_ahead([self._matching_features(rows, query, len(rows))])
        else:
            hits = self._matching(rows, conditions.matches(query))
        return hits[np.searchsorted(hits, begin) :], len(hits) if is_counted else None

    def _first_of(self, runs: Rows, query: Query, begin: int, wanted: int) -> Rows:
        """Give the first rows that match, and look at no more of them than it takes."""
        found = []
        for rows in self._candidates.portions(runs, query, begin, wanted):
            found.append(self._matching_features(rows, query, wanted))
            wanted -= len(found[-1][0])
            if wanted <= 0:
                break
        return self._read_ahead(found)

    def _read_ahead(self, found: list[tuple[Rows, list[bytes]]]) -> Rows:
        """Keep features that were read with their rows: this thread asks for them next."""
        rows = np.concatenate([np.empty(0, np.intp), *(some for some, _ in found)])
        self._ahead.last = rows, [one for _, features in found for one in features]
        return rows

    def _matching_features(self, rows: Rows, query: Query, limit: int) -> tuple[Rows, list[bytes]]:
        """Give the first of some rows that match, and their features as GeoJSON.

        A subquery with an order is asked once for each stretch of places, in their order, and so
        the database stops at the last row needed.
        """
        self.work.compared += len(rows)
        matches = conditions.matches(query)
        # What a mask leaves out must not come with its neighbours.
        stretches = self._rows.stretches(rows, GAP if query.mask is None else 1)
        found = self._rows.ask(
            "SELECT found.* FROM unnest(%(firsts)s::int8[], %(lasts)s::int8[])"
            " AS stretch (first_place, last_place), LATERAL ("
            f"SELECT place, fragment FROM routeshift.rows WHERE {IN_REVISION}"
            " AND place BETWEEN first_place AND last_place"
            f" AND {matches.sql} ORDER BY place) AS found LIMIT %(limit)s",
            stretches | matches.values | {"limit": limit},
        )
        return self._rows.rows([place for place, _ in found]), [one for _, one in found]

    def _of_runs(self, runs: Rows, query: Query) -> Rows:
        """Give rows of some runs whose box meets a box of the query and which may hold then."""
        if len(self) <= FEW:
            return super()._of_runs(runs, query)
        rows = self._candidates.rows(runs, query)
        return self._matching(rows, conditions.meets(query))

    def _matching(self, rows: Rows, condition: Condition) -> Rows:
        """Give those of some ascending rows for which a condition holds."""
        self.work.compared += len(rows)
        if len(rows) == 0 or condition.sql == conditions.ALL:
            return rows
        ((places,),) = self._rows.ask(
            "SELECT coalesce(string_agg(int8send(place), '' ORDER BY place), '')"
            " FROM unnest(%(firsts)s::int8[], %(lasts)s::int8[])"
            " AS stretch (first_place, last_place)"
            " JOIN routeshift.rows ON place BETWEEN first_place AND last_place"
            f" WHERE {IN_REVISION} AND {condition.sql}",
            self._rows.stretches(rows) | condition.values,
        )
        found = self._rows.rows(np.frombuffer(places, ">i8").astype(np.int64))
        # Between those that were asked about there may be others that a mask leaves out.
        return rows[np.isin(rows, found, assume_unique=True)]
