"""New editions while people read: no request fails, and each answer is of one edition."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx

from routes.stores.files import FileStore
from tests.conftest import serving
from tests.helpers import content, title_and_row, versions

EDITIONS = 8
READERS = 4
MOST_REQUESTS = 20_000


def read(address: str, done: Event) -> list[tuple[int, int, str]]:
    """Ask until told to stop: the status, the edition and the name that each answer says."""
    seen: list[tuple[int, int, str]] = []
    with httpx.Client(base_url=address, timeout=20) as client:
        while not done.is_set() and len(seen) < MOST_REQUESTS:
            answer = client.get("/collections/routes/items?f=json")
            said = answer.json()
            name = said["features"][0]["properties"]["name"]
            seen.append((answer.status_code, said["edition"], name))
    return seen


def test_no_request_fails_while_editions_are_published(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    store.publish(title_and_row(1), "", "")
    done = Event()
    with (
        serving(store.folder, tmp_path / "log.txt", "--workers", "2") as address,
        ThreadPoolExecutor(READERS) as readers,
    ):
        reading = [readers.submit(read, address, done) for _ in range(READERS)]
        for number in range(2, EDITIONS + 1):
            done.wait(0.4)
            store.publish(title_and_row(number), "", "")
        done.wait(2)
        done.set()
        answers = [answer for one in reading for answer in one.result(30)]
    assert {status for status, _, _ in answers} == {200}
    assert {(edition, name) for _, edition, name in answers} <= {
        (number, f"Route of {number}") for number in range(1, EDITIONS + 1)
    }
    assert max(edition for _, edition, _ in answers) == EDITIONS
    assert len(answers) > 100


def test_a_walk_through_pages_stays_in_the_edition_in_which_it_began(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    store.publish(content(versions([None] * 5, name=[f"Old {n}" for n in range(5)])), "", "")
    with (
        serving(store.folder, tmp_path / "log.txt") as address,
        httpx.Client(base_url=address, timeout=20) as client,
    ):
        page = client.get("/collections/routes/items?limit=2&sortby=-name&f=json").json()
        store.publish(content(versions([None], name=["New"])), "", "")
        names: list[str] = []
        while True:
            names += [one["properties"]["name"] for one in page["features"]]
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            if not following:
                break
            page = client.get(following[0]).json()
        assert names == [f"Old {n}" for n in reversed(range(5))]
