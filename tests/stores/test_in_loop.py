"""Questions in an event loop: it goes on while they wait, and they give what threads get."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import TypeVar

import numpy as np
import pytest

from geo.times import Window
from routes.errors import StoreError
from routes.index import CollectionIndex
from routes.query import Query
from routes.stores.base import WouldBlock
from routes.stores.postgis import PostgisStore
from routes.tree import Box
from service.turns import Turns
from tests.asgi import run
from tests.databases import HASTY, locked
from tests.helpers import content, title_and_row
from tests.stores.test_features import drawn
from tests.stores.test_postgis import do, told
from tools.postgresql import postgresql

T = TypeVar("T")
CONNECTIONS = 3


@pytest.fixture
def store(address: str) -> Iterator[PostgisStore]:
    with closing(PostgisStore(address, connections=CONNECTIONS)) as store:
        store.publish(content(drawn()), "", "")
        yield store


def queries(count: int) -> list[Query]:
    corners = np.random.default_rng(7).uniform(0, 8, (count, 2)).tolist()
    window = Window.parse("2001-05-03")
    return [Query((Box(west, south, west + 2, south + 2),), window) for west, south in corners]


def page(index: CollectionIndex, query: Query) -> bytes:
    return index.joined(index.page(query, 0, 100).rows, b"[", b"]")


def connect(store: PostgisStore) -> None:
    """Let a store have all the connections that it may have, idle."""
    everybody = threading.Barrier(CONNECTIONS)

    def one() -> None:
        with store.read._connections.one():
            everybody.wait(10)

    threads = [threading.Thread(target=one) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


async def waits(address: str) -> None:
    """Let the loop go on until somebody waits for the rows."""
    while not told(
        address,
        "SELECT 1 FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()",
    ):
        await asyncio.sleep(0.01)


def in_loop(store: PostgisStore, work: Callable[[], T]) -> T:
    return run(store.in_loop(work))


def test_the_loop_goes_on_while_a_question_waits(store: PostgisStore, address: str) -> None:
    index, (query,) = store.index(1, "routes"), queries(1)
    expected = page(index, query)

    async def ask() -> bytes:
        with locked(address, "rows"):
            asked = asyncio.create_task(store.in_loop(lambda: page(index, query)))
            # The loop has to go on for this to end.
            await waits(address)
            assert not asked.done()
        return await asked

    assert run(ask()) == expected


def test_pages_that_are_asked_for_side_by_side_are_those_that_are_asked_for_alone(
    store: PostgisStore,
) -> None:
    index, asked = store.index(1, "routes"), queries(60)
    expected = [page(index, query) for query in asked]
    assert len(set(expected)) == len(asked)
    connect(store)
    began, most = 0, 0

    async def ask(free: asyncio.Semaphore, query: Query) -> bytes:
        nonlocal began, most
        async with free:
            began += 1
            most = max(began, most)
            found = await store.in_loop(lambda: page(index, query))
            began -= 1
            return found

    async def ask_all() -> list[bytes]:
        free = asyncio.Semaphore(CONNECTIONS)
        return await asyncio.gather(*(ask(free, query) for query in asked))

    assert run(ask_all()) == expected
    assert most == CONNECTIONS


def test_what_would_keep_the_loop_waiting_is_left_to_a_thread(store: PostgisStore) -> None:
    index, (query,) = store.index(1, "routes"), queries(1)
    # Open a collection.
    with pytest.raises(WouldBlock):
        in_loop(store, lambda: store.index(1, "routes"))
    # Wait for others to give a connection back.
    one = store.read._connections.one
    with one(), one(), one(), pytest.raises(WouldBlock):
        in_loop(store, lambda: page(index, query))
    # Connect.
    store.read._connections.drop_idle()
    with pytest.raises(WouldBlock):
        in_loop(store, lambda: page(index, query))
    assert in_loop(store, lambda: "nothing of the store") == "nothing of the store"


def test_after_a_lost_connection_a_thread_makes_a_new_one(
    store: PostgisStore, address: str
) -> None:
    index, (query,) = store.index(1, "routes"), queries(1)
    expected = page(index, query)
    do(
        address,
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()",
    )
    with pytest.raises(WouldBlock):
        in_loop(store, lambda: page(index, query))
    assert page(index, query) == expected
    assert in_loop(store, lambda: page(index, query)) == expected


def test_work_that_nobody_waits_for_lets_go_of_its_connection(
    store: PostgisStore, address: str
) -> None:
    index, (query, other) = store.index(1, "routes"), queries(2)
    expected = page(index, other)

    async def ask() -> None:
        with locked(address, "rows"):
            asked = asyncio.create_task(store.in_loop(lambda: page(index, query)))
            await waits(address)
            asked.cancel()
            with suppress(asyncio.CancelledError):
                await asked
            assert asked.cancelled()

    run(ask())
    assert not store.read._connections._idle
    connect(store)
    assert in_loop(store, lambda: page(index, other)) == expected


def test_faults_are_told_as_in_a_thread(store: PostgisStore, address: str) -> None:
    index, (query,) = store.index(1, "routes"), queries(1)
    page(index, query)
    do(address, "ALTER TABLE routeshift.rows RENAME COLUMN fragment TO other")
    with pytest.raises(StoreError) as in_thread:
        page(index, query)
    with pytest.raises(StoreError) as in_a_loop:
        in_loop(store, lambda: page(index, query))
    assert "fragment" in str(in_thread.value)
    assert str(in_a_loop.value) == str(in_thread.value)


def test_a_server_that_stands_still_is_waited_for_no_longer_than_said() -> None:
    with (
        postgresql(HASTY) as server,
        closing(PostgisStore(server.address(), within_s=1)) as store,
    ):
        store.publish(title_and_row(1), "", "")
        index = store.index(1, "routes")
        assert b"Route of 1" in in_loop(store, lambda: page(index, Query()))
        with server.standing_still(), pytest.raises(StoreError, match="does not answer"):
            in_loop(store, lambda: page(index, Query()))
        assert told(server.address(), "SELECT 1") == [(1,)]


def test_a_turn_is_taken_in_the_loop_where_it_can_be(store: PostgisStore) -> None:
    index, (query,) = store.index(1, "routes"), queries(1)
    expected = page(index, query)

    def who() -> str:
        assert page(index, query) == expected
        return threading.current_thread().name

    async def ask(turns: Turns) -> None:
        store.read._connections.drop_idle()
        here = threading.current_thread().name
        assert [await turns.take_in_loop(who) for _ in range(3)] == ["turn_0", here, here]

    run(ask(Turns(store, CONNECTIONS)))
