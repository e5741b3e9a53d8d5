"""Features of a database are read where they were seen to lie, and never from where they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import geopandas
import numpy as np
import pytest
import shapely

from geo.times import Window
from routes.index import CollectionIndex
from routes.query import Query
from routes.stores.postgis import PostgisStore
from routes.stores.postgis.asking import Row, Values
from routes.stores.postgis.features import AT_ONCE
from routes.stores.postgis.querying import SqlIndex
from routes.tree import Box
from tests.helpers import content, versions
from tests.stores.test_postgis import do

COUNT = 2 * AT_ONCE
QUERY = Query((Box(2, 2, 8, 8),), Window.parse("2001-05-03"))


def drawn() -> geopandas.GeoDataFrame:
    chance = np.random.default_rng(5)
    begins = chance.uniform((0, 0), (10, 10), (COUNT, 1, 2))
    lines = shapely.linestrings(begins + np.cumsum(chance.normal(0, 0.3, (COUNT, 6, 2)), axis=1))
    return versions(list(lines), ["2001"] * COUNT, route=[f"r{row}" for row in range(COUNT)])


@pytest.fixture
def store(address: str) -> Iterator[PostgisStore]:
    with closing(PostgisStore(address)) as store:
        store.publish(content(drawn()), "", "")
        yield store


class Told:
    """An index that says what it asks."""

    def __init__(self, index: CollectionIndex) -> None:
        assert isinstance(index, SqlIndex)
        self.index, self.questions, self.ask = index, list[str](), index._rows.ask
        index._rows = replace(index._rows, ask=self._ask)

    def _ask(self, query: str, values: Values | None = None, /) -> list[Row]:
        self.questions.append(query)
        return self.ask(query, values)

    def features(self, limit: int = COUNT) -> list[bytes]:
        self.questions.clear()
        page = self.index.page(QUERY, 0, limit)
        return [bytes(one) for one in self.index.fragments(page.rows)]

    def looked_up(self) -> list[bool]:
        """Of each question, whether it looked for places."""
        return ["unnest" in one for one in self.questions]


def test_what_was_read_once_is_read_without_a_look_for_its_place(store: PostgisStore) -> None:
    told = Told(store.index(1, "routes"))
    first = told.features(100)
    assert len(first) == 100
    assert told.looked_up() == [True]
    assert told.features(100) == first
    assert told.looked_up() == [False]
    # Of the next page only the new ones are looked for.
    assert told.features(200)[:100] == first
    assert told.looked_up() == [True]
    assert told.features(200)[:100] == first
    assert told.looked_up() == [False]


def test_a_table_that_is_written_anew_in_another_order_is_read_as_before(
    store: PostgisStore, address: str
) -> None:
    told = Told(store.index(1, "routes"))
    before = told.features()
    assert len(before) > AT_ONCE / 2
    do(address, "CREATE INDEX shuffled ON routeshift.rows (digest)")
    do(address, "CLUSTER routeshift.rows USING shuffled")
    assert told.features() == before
    assert told.looked_up() == [False, True]
    assert told.features() == before
    assert told.looked_up() == [False]


def test_rows_that_ended_since_are_found_where_they_are_now(
    store: PostgisStore, address: str
) -> None:
    told = Told(store.index(1, "routes"))
    before = told.features()
    changed = drawn()
    changed["caveat"] = "Read otherwise by others"
    store.publish(content(changed), "", "")
    do(address, "VACUUM routeshift.rows")
    assert told.features() == before
    assert told.looked_up() == [False, True]
    newer = Told(store.index(2, "routes")).features()
    assert len(newer) == len(before)
    assert not set(newer) & set(before)


def test_a_page_in_many_questions_is_the_page(store: PostgisStore) -> None:
    """More rows than one question reads, those that match and those that have to be asked."""
    index = store.index(1, "routes")
    every = [bytes(one) for one in index.fragments(np.arange(COUNT))]
    found = index.page(Query(), 0, COUNT)
    assert [bytes(one) for one in index.fragments(found.rows)] == every
    assert index.joined(found.rows, b"[", b"]") == b"[" + b",".join(every) + b"]"
    mixed = np.array([7, 7, COUNT - 1, 0])
    assert [bytes(one) for one in index.fragments(mixed)] == [every[row] for row in mixed]
    assert index.joined(np.empty(0, np.intp), b"[", b"]") == b"[]"
