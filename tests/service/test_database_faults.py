"""The database goes away, stands still, is busy, and comes back: nobody waits without end.

A real service asks a real server, which is really stopped. That nothing hangs is what the time
limit of the client says: a request that takes longer is an error.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx
import pytest

import routes
from geo.shipped import data_folder
from tests import helpers
from tests.conftest import serving, serving_process
from tests.databases import HASTY, Databases, locked
from tests.helpers import title_and_row
from tests.test_store import another_process, processes
from tools.postgresql import PostgreSQL, postgresql

ALWAYS_ASKED = (
    "/collections/routes/items?f=json&bbox=18,39,21,43&datetime=2001-06-01",
    "/collections/routes/items/vlora-italy.v1?f=json",
)
"""Nothing of what these say is kept by a service that keeps no answers."""
WITHIN_S = 20
"""The most that any answer may take: less than browsers and proxies wait."""
OF_ROWS = (
    "/collections/routes/items?f=json",
    "/collections/routes/items?f=json&bbox=18,39,21,43&datetime=2001-06-01",
    "/collections/routes/items?f=json&filter=mode='sea'",
    "/collections/routes/items?f=csv",
    "/collections/routes/items/vlora-italy.v1?f=json",
    "/editions/1/collections/routes/items?f=json&limit=2",
    "/collections/routes/tiles/WebMercatorQuad/4/5/8",
    "/map",
    "/picture.svg",
    "/routes/vlora-italy?f=json",
    "/changes?from=2001-01-01&to=2003-12-01&f=json",
    "/downloads/routes.geojson?bbox=18,39,21,43",
)
KINDS = (*OF_ROWS, "/", "/collections?f=json", "/editions?f=json", "/downloads/routes.csv",
         "/downloads/routeshift.qlr", "/health/ready")  # fmt: skip


@pytest.fixture
def server() -> Iterator[PostgreSQL]:
    """A server of one's own, with the shipped atlas in it."""
    with postgresql(HASTY) as server:
        routes.publish(routes.open_store(server.address()), data_folder("balkans"))
        yield server


@contextmanager
def served(address: str, folder: Path, **settings: str) -> Iterator[httpx.Client]:
    """The service on a database, and a client that waits no longer than `WITHIN_S`."""
    with (
        serving(address, folder / "log.txt", downloads=str(folder / "kept"), **settings) as url,
        httpx.Client(base_url=url, timeout=WITHIN_S) as client,
    ):
        yield client


def until(status: int, client: httpx.Client, path: str = "/health/ready") -> None:
    """Wait until the service answers with this status, as it does whether it is ready."""
    deadline = time.monotonic() + WITHIN_S
    while client.get(path).status_code != status:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_refusal(answer: httpx.Response) -> bool:
    """Whether an answer says, as RFC 9457 has it, to come again."""
    said = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["status"] == answer.status_code == 503, said
    return int(answer.headers["retry-after"]) > 0 and "127.0.0.1" in said["detail"]


def statuses(client: httpx.Client, paths: tuple[str, ...]) -> dict[str, int]:
    return {path: client.get(path).status_code for path in paths}


def read(client: httpx.Client, done: Event) -> list[int]:
    """Ask this and that until told to stop: a light load. Gives the statuses."""
    seen = []
    while not done.is_set():
        seen += [client.get(path).status_code for path in KINDS[:4]]
    return seen


def test_a_server_that_is_stopped_is_told_of_and_one_that_is_started_again_is_asked_again(
    server: PostgreSQL, tmp_path: Path
) -> None:
    done = Event()
    with (
        served(server.address(), tmp_path) as client,
        ThreadPoolExecutor(2) as readers,
    ):
        reading = [readers.submit(read, client, done) for _ in range(2)]
        try:
            for _ in range(2):
                assert statuses(client, KINDS) == dict.fromkeys(KINDS, 200)
                server.stop("immediate")
                until(503, client)
                for path in KINDS:
                    assert is_refusal(client.get(path)), path
                assert client.get("/health/live").status_code == 200
                server.start()
                until(200, client)
            assert statuses(client, KINDS) == dict.fromkeys(KINDS, 200)
        finally:
            done.set()
        for one in reading:
            seen = one.result(WITHIN_S)
            assert set(seen) == {200, 503}
            assert seen[-1] == 200


def test_people_are_told_on_a_page(server: PostgreSQL, tmp_path: Path) -> None:
    with served(server.address(), tmp_path) as client:
        server.stop("immediate")
        until(503, client)
        page = client.get("/map", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert page.headers["content-type"].startswith("text/html")


def test_a_server_that_stands_still_is_waited_for_no_longer_than_said(
    server: PostgreSQL, tmp_path: Path
) -> None:
    limits = {"store_answers_within_s": "1", "answer_cache_mb": "0"}
    with served(server.address(), tmp_path, **limits) as client, ThreadPoolExecutor(30) as people:
        assert statuses(client, OF_ROWS) == dict.fromkeys(OF_ROWS, 200)
        with server.standing_still():
            # More than there are connections.
            asked = [people.submit(client.get, path) for path in (*OF_ROWS, *OF_ROWS)]
            assert client.get("/health/live").status_code == 200
            answered = zip(OF_ROWS, asked, strict=False)
            found = {path: one.result().status_code for path, one in answered}
            assert [found[path] for path in ALWAYS_ASKED] == [503] * len(ALWAYS_ASKED)
            # What is known may be said, until it is known that nobody knows.
            assert set(found.values()) <= {200, 503}
            until(503, client, "/")
            asked = [people.submit(client.get, path) for path in KINDS]
            assert {one.result().status_code for one in asked} == {503}
        until(200, client)
        assert statuses(client, OF_ROWS) == dict.fromkeys(OF_ROWS, 200)


def test_while_some_wait_for_the_database_others_are_answered(
    databases: Databases, tmp_path: Path
) -> None:
    with databases.one() as address:
        routes.publish(routes.open_store(address), data_folder("balkans"))
        with served(address, tmp_path) as client, ThreadPoolExecutor(3) as people:
            with locked(address, "rows"):
                waiting = [people.submit(client.get, path) for path in OF_ROWS[:3]]
                for path in ("/", "/editions/1?f=json", "/conformance"):
                    assert client.get(path).status_code == 200
                assert not any(one.done() for one in waiting)
            assert {one.result().status_code for one in waiting} == {200}


def test_where_all_connections_are_taken_others_are_told_to_come_again(
    databases: Databases, tmp_path: Path
) -> None:
    limits = {"store_answers_within_s": "6", "store_connections": "2", "answer_cache_mb": "0"}
    with databases.one() as address:
        routes.publish(routes.open_store(address), data_folder("balkans"))
        with served(address, tmp_path, **limits) as client, ThreadPoolExecutor(12) as people:
            with locked(address, "rows"):
                asked = [people.submit(client.get, OF_ROWS[1]) for _ in range(12)]
                first = wait(asked, return_when="FIRST_COMPLETED").done.pop()
                assert "others just now" in first.result().json()["detail"]
                assert client.get("/health/live").status_code == 200
                assert {one.result().status_code for one in asked} == {503}
                said = {one.result().json()["detail"] for one in asked}
                assert any("took longer than 6 s" in one for one in said)
            assert statuses(client, OF_ROWS) == dict.fromkeys(OF_ROWS, 200)


def test_a_writer_that_is_killed_leaves_the_last_edition_to_readers(
    databases: Databases, tmp_path: Path
) -> None:
    with databases.one() as address:
        store = routes.open_store(address)
        store.publish(title_and_row(1), "", "")
        with served(address, tmp_path) as client:
            ready, go_on = processes.Event(), processes.Event()
            with another_process(helpers.publish_and_wait, address, ready, go_on) as writer:
                assert ready.wait(30)
                writer.kill()
                writer.join(30)
            found = client.get("/collections/routes/items?f=json").json()
            assert (found["edition"], found["numberMatched"]) == (1, 1)
            assert found["features"][0]["properties"]["name"] == "Route of 1"
            assert store.publish(title_and_row(3), "", "").number == 2
            deadline = time.monotonic() + WITHIN_S
            while client.get("/health/ready").json()["edition"] != 2:
                assert time.monotonic() < deadline
            found = client.get("/collections/routes/items?f=json").json()
            assert found["features"][0]["properties"]["name"] == "Route of 3"


def test_a_service_that_is_stopped_while_it_draws_for_nobody_ends(
    databases: Databases, tmp_path: Path
) -> None:
    log, tile = tmp_path / "log.txt", "/collections/routes/tiles/WebMercatorQuad/4/5/8"
    with databases.one() as address:
        routes.publish(routes.open_store(address), data_folder("balkans"))
        with serving_process(address, log, store_answers_within_s="3") as (url, service):
            assert httpx.get(f"{url}{tile}", timeout=WITHIN_S).status_code == 200
            with locked(address, "rows"):
                with pytest.raises(httpx.ReadTimeout):
                    httpx.get(f"{url}{tile}?datetime=2001-06-01", timeout=1)
                service.terminate()
                service.wait(WITHIN_S)
