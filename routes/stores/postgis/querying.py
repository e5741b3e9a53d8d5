"""The query index of a revision in a database: it gives what `CollectionIndex` gives, by SQL.

The tree over runs of rows, their boxes and times, rounded, their lines on squares and their places
are in memory: some sixty-five bytes a row. They tell which rows to ask about, and how many rows
there are before one. All else is asked of the database, of a page in one question.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.times import Mask
from routes.errors import StoreDamaged
from routes.index import IS_COMPILED, CollectionIndex
from routes.mapped import Column
from routes.query import Extent, Query, Work
from routes.stores.postgis import conditions, features, revisions
from routes.stores.postgis.asking import Ask
from routes.stores.postgis.bounds import FetchedBounds
from routes.stores.postgis.candidates import Candidates, Found
from routes.stores.postgis.conditions import Condition
from routes.stores.postgis.features import Read
from routes.stores.postgis.revisions import Revision
from routes.stores.postgis.standing import IN_REVISION, Standing
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
            self._rows = Standing(ask, revision, lies.places, np.zeros(len(self), np.int64))
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

    def fragments(self, rows: Rows) -> Iterator[bytes | memoryview]:
        """Give features as GeoJSON."""
        if len(rows) > MOST_ON_A_PAGE:
            return self._rows.values("fragment", rows)
        return super().fragments(rows)

    @property
    def is_compiled(self) -> bool:
        """Whether pages are searched for and joined by compiled code."""
        return IS_COMPILED

    def _stored(self, rows: Rows) -> tuple[Column, Rows]:
        if len(rows) and (last := getattr(self._ahead, "last", None)):
            read, column, at = last
            part = slice(first := int(np.searchsorted(read, rows[0])), first + len(rows))
            if np.array_equal(read[part], rows):
                return column, at[part]
        distinct, nth = np.unique(rows, return_inverse=True)
        found = features.read(self._rows, distinct, np.zeros(len(distinct), bool), conditions.NONE)
        return found.column, found.at[nth]

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
        is_counted = query.is_counted or self._candidates.are_few(query)
        # Who asks for all rows asks for no features.
        is_page = wanted <= MOST_ON_A_PAGE and wanted != len(self)
        if is_page and not is_counted:
            return self._first_of(query, begin, wanted), None
        found = self._candidates.every(query, begin, wanted)
        if is_page and len(found.rows) <= 2 * wanted:
            hits = self._read_ahead([self._matching_features(found, query)])
        else:
            hits = self._matching(found.rows, found.asked, conditions.matches(query))
        asked = found.rows[found.asked]
        matched = found.matching + int(np.isin(asked, hits, assume_unique=True).sum())
        return hits[np.searchsorted(hits, begin) :], matched if is_counted else None

    def _first_of(self, query: Query, begin: int, wanted: int) -> Rows:
        """Give the first rows that match, and look at few more of them than it takes."""
        parts = []
        for found in self._candidates.portions(query, begin, wanted):
            parts.append(self._matching_features(found, query))
            wanted -= len(parts[-1][0])
            if wanted <= 0:
                break
        return self._read_ahead(parts)

    def _read_ahead(self, parts: list[tuple[Rows, Read]]) -> Rows:
        """Keep features that were read with their rows: this thread asks for them next."""
        rows = np.concatenate([np.empty(0, np.intp), *(some for some, _ in parts)])
        _, column, at = features.stacked([one for _, one in parts])
        self._ahead.last = rows, column, at
        return rows

    def _matching_features(self, found: Found, query: Query) -> tuple[Rows, Read]:
        """Give those of some rows that match, and their features as GeoJSON."""
        self.work.compared += len(found.rows)
        read = features.read(self._rows, found.rows, found.asked, conditions.matches(query))
        return found.rows[read.matches], read

    def _of_runs(self, runs: Rows, query: Query) -> Rows:
        """Give rows of some runs whose box meets a box of the query and which may hold then."""
        if len(self) <= FEW:
            return super()._of_runs(runs, query)
        rows = self._candidates.rows(runs, query)
        return self._matching(rows, np.ones(len(rows), dtype=bool), conditions.meets(query))

    def _matching(self, rows: Rows, asked: Mask, condition: Condition) -> Rows:
        """Give those of some ascending rows for which a condition holds, or that are not asked."""
        self.work.compared += len(rows)
        if condition.sql == conditions.ALL or not asked.any():
            return rows
        some = rows[asked]
        ((places,),) = self._rows.ask(
            "SELECT coalesce(string_agg(int8send(place), '' ORDER BY place), '')"
            " FROM unnest(%(firsts)s::int8[], %(lasts)s::int8[])"
            " AS stretch (first_place, last_place)"
            " JOIN routeshift.rows ON place BETWEEN first_place AND last_place"
            f" WHERE {IN_REVISION} AND {condition.sql}",
            self._rows.stretches(some) | condition.values,
        )
        found = self._rows.rows(np.frombuffer(places, ">i8").astype(np.int64))
        # Between those that were asked about there may be others that a mask leaves out.
        matches = ~asked
        matches[asked] = np.isin(some, found, assume_unique=True)
        return rows[matches]
