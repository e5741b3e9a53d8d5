"""Services hear of new editions; where nothing can be heard, they look."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from geo.shipped import data_folder
from routes import publish
from routes.errors import NotFound, StoreDamaged, StoreError
from routes.stores.postgis import PostgisStore
from service import watching
from service.watching import WatchedLibrary
from tests.databases import HASTY, Databases
from tests.helpers import title_and_row
from tools.postgresql import postgresql

WITHIN_S = 20


@pytest.fixture(autouse=True)
def never_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks without being told within the time of a test."""
    monkeypatch.setattr(watching, "LOOKS_EVERY_S", 3600)


@contextmanager
def watched(address: str, reading: str | None = None) -> Iterator[WatchedLibrary]:
    with closing(PostgisStore(address, reading)) as store:
        library = WatchedLibrary(store, store.listening)
        with library.watched():
            yield library


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            if holds():
                return
        except StoreError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_current(library: WatchedLibrary, number: int) -> Callable[[], bool]:
    return lambda: library.current().number == number


def test_a_new_edition_is_heard_of_and_a_pruned_one_too(databases: Databases) -> None:
    with databases.one() as address, closing(PostgisStore(address)) as editor:
        editor.publish(title_and_row(1), "", "")
        with watched(address) as library:
            # Who is served first need not wait.
            assert library.current().number == 1
            state = library.state()
            editor.publish(title_and_row(2), "", "")
            eventually(is_current(library, 2))
            assert library.state() > state
            # It was opened before it was shown: nobody waits for that.
            assert "routes" in library.current()._indexes
            editor.prune(1)
            eventually(lambda: [one.number for one in library.all()] == [2])


def test_an_empty_store_is_watched_until_something_is_published(databases: Databases) -> None:
    with (
        databases.one() as address,
        closing(PostgisStore(address)) as editor,
        watched(address) as library,
    ):
        with pytest.raises(NotFound):
            library.current()
        editor.publish(title_and_row(1), "", "")
        eventually(is_current(library, 1))


def test_who_listened_listens_again_after_its_connection_was_cut(databases: Databases) -> None:
    with databases.one() as address, closing(PostgisStore(address)) as editor:
        editor.publish(title_and_row(1), "", "")
        with watched(address) as library:
            eventually(is_current(library, 1))
            with psycopg.connect(address, autocommit=True) as connection:
                cut = connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
                ).fetchall()
            assert cut == [(True,)]
            editor.publish(title_and_row(2), "", "")
            eventually(is_current(library, 2))
            editor.publish(title_and_row(3), "", "")
            eventually(is_current(library, 3))


def test_one_collection_that_cannot_be_opened_hides_no_other(databases: Databases) -> None:
    with databases.one() as address, closing(PostgisStore(address)) as editor:
        publish(editor, data_folder("balkans"))
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "UPDATE routeshift.revisions SET places = '' WHERE collection = 'routes'"
            )
        with watched(address) as library:
            edition = library.current()
            assert len(edition.index("events")) > 0
            with pytest.raises(StoreDamaged, match="of routes cannot be opened"):
                edition.index("routes")


def test_a_replica_cannot_be_listened_to_and_is_looked_at() -> None:
    with postgresql(HASTY) as server, closing(PostgisStore(server.address())) as editor:
        editor.publish(title_and_row(1), "", "")
        with server.replica() as copy, watched(server.address(), copy.address()) as library:
            eventually(is_current(library, 1))
            editor.publish(title_and_row(2), "", "")
            eventually(is_current(library, 2))
            editor.publish(title_and_row(3), "", "")
            eventually(is_current(library, 3))


def test_a_replica_that_lags_behind_what_was_seen_is_not_asked() -> None:
    with postgresql(HASTY) as server, closing(PostgisStore(server.address())) as editor:
        editor.publish(title_and_row(1), "", "")
        with server.replica() as copy:
            hosts = f"routeshift@127.0.0.1:{copy.port},127.0.0.1:{server.port}"
            both = f"postgresql://{hosts}/postgres?target_session_attrs=prefer-standby"
            with closing(PostgisStore(server.address(), both)) as store:
                assert store.current() == 1
                copy.stop("immediate")
                editor.publish(title_and_row(2), "", "")
                assert store.current() == 2
                copy.configure(["recovery_min_apply_delay = '1h'"])
                copy.start()
                store.read.close()
                assert [store.current(), store.manifest(2).number] == [2, 2]
                store.read.close()
                server.stop("immediate")
                with pytest.raises(StoreError, match="it has edition 1, and 2 was current"):
                    store.current()
                server.start()
                assert store.current() == 2
