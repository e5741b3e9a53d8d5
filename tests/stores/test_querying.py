"""A collection in a database answers as one in mapped files does, whatever is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.times import Bounds, Window
from routes import open_store
from routes.index import MOST_RUNS, CollectionIndex
from routes.query import Query, Shape
from routes.stores.base import Content, Store
from routes.stores.postgis.asking import Row, Values
from routes.stores.postgis.querying import SqlIndex
from routes.tree import RUN, Box
from tests.databases import Databases
from tests.helpers import content, versions
from tests.test_index import queries, rows, walk

Both = tuple[CollectionIndex, CollectionIndex]


@pytest.fixture(scope="module")
def stores(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, Store]]:
    """A store in a folder, and one in a database."""
    with databases.one() as address, closing(open_store(address)) as in_database:
        yield open_store(tmp_path_factory.mktemp("stores") / "store"), in_database


def both(stores: tuple[Store, Store], number: int) -> Both:
    in_files, in_database = (store.index(number, "routes") for store in stores)
    return in_files, in_database


def in_both_ways(index: CollectionIndex) -> list[CollectionIndex]:
    """The index with the compiled search of what is in memory, and without it."""
    assert isinstance(index, SqlIndex)
    plain = copy(index)
    plain._candidates = copy(index._candidates)
    assert plain._candidates._scan is not None
    plain._candidates._scan = None
    return [index, plain]


def same_bounds(one: Bounds, other: Bounds) -> bool:
    return bool(np.array_equal(one.to_array(), other.to_array()))


@given(rows, st.lists(queries, min_size=6, max_size=6), st.integers(1, 5))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_query_has_the_same_answer(
    stores: tuple[Store, Store],
    rows: list[tuple[object, ...]],
    queries: list[Query],
    limit: int,
) -> None:
    """Each example is an edition more, and so shares rows with the one before."""
    made = content_of(rows)
    manifests = [store.publish(made, "", "") for store in stores]
    assert manifests[0].collections == manifests[1].collections
    ours, in_database = both(stores, manifests[0].number)
    for query in queries:
        for theirs in in_both_ways(in_database):
            assert ours.rows(query).tolist() == theirs.rows(query).tolist()
            assert ours.candidates(query).tolist() == theirs.candidates(query).tolist()
            assert said(ours, query, 0, 100) == said(theirs, query, 0, 100)
            assert walk(ours, query, limit) == walk(theirs, query, limit)


def content_of(rows: list[tuple[object, ...]]) -> Content:
    geometry, valid, seen = zip(*rows, strict=True) if rows else ((), (), ())
    return content(versions(list(geometry), list(valid), list(seen)))


def said(index: CollectionIndex, query: Query, first: int, limit: int) -> tuple[object, ...]:
    """A page with all that is said of it, as bytes."""
    page = index.page(query, first, limit)
    features = [bytes(one) for one in index.fragments(page.rows)]
    return page.rows.tolist(), page.next_place, page.matched, features


@pytest.fixture(scope="module")
def crowds(stores: tuple[Store, Store]) -> Both:
    """More lines than a page waits for the count of, in an edition that corrects another."""
    chance = np.random.default_rng(7)
    count = 3 * MOST_RUNS * RUN
    begins = chance.uniform((0, 0), (20, 10), (count, 1, 2))
    points = begins + np.cumsum(chance.normal(0, 0.4, (count, 4, 2)), axis=1)
    lines = list(shapely.linestrings(np.round(points, 3)))
    years = [str(year) for year in chance.integers(1995, 2005, count)]
    attested = [
        year if one else None for year, one in zip(years, chance.random(count) < 0.1, strict=True)
    ]
    for store in stores:
        store.publish(content(versions(lines, years, attested)), "", "")
    changed = chance.choice(count, 300, replace=False)
    for row in changed.tolist():
        lines[row] = shapely.transform(lines[row], lambda points: points[::-1] + 0.001)
        years[row] = "1999/2001"
    last = versions(
        lines[5:], years[5:], attested[5:], route=[f"r{row}" for row in range(5, count)]
    )
    for store in stores:
        number = store.publish(content(last), "", "").number
    return both(stores, number)


def asked(chance: np.random.Generator, side: float) -> Query:
    west, south = chance.uniform(0, 20 - side), chance.uniform(0, 10 - side)
    year = int(chance.integers(1994, 2006))
    window = Window.parse(f"{year}-06-01") if chance.random() < 0.7 else None
    certainty = "certain" if chance.random() < 0.3 else "possible"
    return Query((Box(west, south, west + side, south + side),), window, certainty)


@pytest.mark.parametrize("side", [0.2, 1, 4, 9])
def test_pages_of_a_crowd_are_the_same_with_their_cursors_and_counts(
    crowds: Both, side: float
) -> None:
    ours, in_database = crowds
    chance = np.random.default_rng(int(side * 10))
    counts = set()
    for _ in range(12):
        query = asked(chance, side)
        first, limit = int(chance.integers(0, len(ours))), int(chance.integers(1, 300))
        for one in (query, replace(query, is_counted=True)):
            for begin in (0, first):
                for theirs in in_both_ways(in_database):
                    assert said(ours, one, begin, limit) == said(theirs, one, begin, limit)
        counts.add(ours.page(query, 0, limit).matched is None)
    # Both ways to make a page were gone: with the count of all, and without.
    assert side != 9 or True in counts
    assert side != 0.2 or False in counts


@pytest.fixture(scope="module")
def parallels(stores: tuple[Store, Store]) -> Both:
    """Lines along the parallels in no order, so that each run of rows reaches over all the map."""
    chance = np.random.default_rng(11)
    count = 2 * MOST_RUNS * RUN
    west, south = chance.uniform(0, 15, count), np.sort(chance.uniform(0, 10, count))
    ends = np.stack([west, south, west + 5, south], axis=1).reshape(count, 2, 2)
    made = content(versions(list(shapely.linestrings(ends)), ["2001"] * count))
    shuffled = made.frames["routes"].sample(frac=1, random_state=1).reset_index(drop=True)
    made = replace(made, frames={"routes": shuffled})
    for store in stores:
        number = store.publish(made, "", "").number
    return both(stores, number)


@pytest.mark.parametrize(("width", "height"), [(0.2, 0.02), (0.2, 2.5), (4, 4)])
def test_a_page_is_one_question_wherever_its_rows_lie(
    parallels: Both, width: float, height: float
) -> None:
    ours, theirs = parallels
    assert isinstance(theirs, SqlIndex)
    asked, rows = [], theirs._rows

    def ask(query: str, values: Values | None = None, /) -> list[Row]:
        asked.append(query)
        return rows.ask(query, values)

    theirs._rows = replace(rows, ask=ask)
    try:
        for south in np.linspace(1, 9 - height, 7).tolist():
            query = Query((Box(9.9, south, 9.9 + width, south + height),), Window.parse("2001-05"))
            for first, limit in ((0, 10), (0, 1000), (4000, 10), (4000, 1000)):
                asked.clear()
                assert said(ours, query, first, limit) == said(theirs, query, first, limit)
                assert len(asked) <= 1
    finally:
        theirs._rows = rows


def test_masks_orders_shapes_and_mere_times_are_answered_the_same(crowds: Both) -> None:
    ours, in_database = crowds
    chance = np.random.default_rng(1)
    mask, order = chance.random(len(ours)) < 0.4, chance.permutation(len(ours))
    day = Window.parse("2000-02-29")
    circle = shapely.Point(10, 5).buffer(3)
    for query in (
        Query(),
        Query(window=day),
        Query(window=day, certainty="certain"),
        Query(mask=mask),
        Query(order=order),
        Query((Box(3, 3, 9, 9),), day, mask=mask),
        Query((Box(3, 3, 9, 9),), day, order=order),
        Query((Box(3, 3, 9, 9),), day, mask=mask, order=order, is_counted=True),
        Query((Box(*circle.bounds),), shape=circle),
        Query((Box(18, 0, 20, 10), Box(0, 0, 2, 10)), day),
        Query((Box(30, 30, 31, 31),)),
        Query(window=Window.parse("1850")),
    ):
        for theirs in in_both_ways(in_database):
            for begin, limit in ((0, 50), (0, 10_000), (777, 50)):
                assert said(ours, query, begin, limit) == said(theirs, query, begin, limit)
            assert ours.rows(query).tolist() == theirs.rows(query).tolist()


def test_whatever_is_said_of_rows_is_the_same(crowds: Both) -> None:
    ours, theirs = crowds
    chosen = np.array([4, 4, 900, 17, len(ours) - 1])
    assert len(ours) == len(theirs)
    assert ours.extent() == theirs.extent()
    assert ours.every_id() == theirs.every_id()
    assert ours.names(chosen).equals(theirs.names(chosen))
    assert ours.wkb(chosen) == theirs.wkb(chosen)
    assert ours.properties(chosen) == theirs.properties(chosen)
    assert ours.geometry_types(chosen) == theirs.geometry_types(chosen) == {"LineString"}
    shape = Shape(columns=("id", "name"), geometry=False)
    assert list(ours.shaped(chosen, shape)) == list(theirs.shaped(chosen, shape))
    assert same_bounds(ours.bounds, theirs.bounds)
    assert np.array_equal(ours.boxes, theirs.boxes)
    for row in (0, 17, len(ours) - 1):
        assert ours.fragment(row) == theirs.fragment(row)
        assert ours.id_of(row) == theirs.id_of(row)
        assert theirs.row_of(ours.id_of(row)) == row
    assert [theirs.row_of(one) for one in ("r0.v1", "", "r9", "r9.v1\0", "'")] == [None] * 5


def test_features_that_were_read_ahead_are_given_to_each_that_asked(crowds: Both) -> None:
    """Of two who ask for the same page at the same time, each gets it whole."""
    ours, theirs = crowds
    query = Query((Box(2, 2, 18, 8),))
    pages = [theirs.page(query, 0, 20), theirs.page(query, 0, 20)]
    given = [[bytes(one) for one in theirs.fragments(page.rows)] for page in pages]
    wanted = [bytes(one) for one in ours.fragments(ours.page(query, 0, 20).rows)]
    assert given == [wanted, wanted]


def test_points_areas_and_nothing_come_back_as_they_were(
    stores: tuple[Store, Store], tmp_path: Path
) -> None:
    shapes = [
        shapely.Point(1, 2), None, shapely.box(0, 0, 1, 1), shapely.LineString(),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
        shapely.GeometryCollection([shapely.Point(0, 0)]),
        shapely.Polygon([(0, 0), (9, 0), (9, 9)], [[(5, 1), (6, 1), (6, 2)]]),
    ]  # fmt: skip
    for store in stores:
        number = store.publish(content(versions(shapes)), "", "").number
    ours, theirs = both(stores, number)
    every = np.arange(len(shapes))
    assert ours.wkb(every) == theirs.wkb(every)
    assert ours.geometry_types(every) == theirs.geometry_types(every)
    assert [store.verify() for store in stores] == [[], []]
