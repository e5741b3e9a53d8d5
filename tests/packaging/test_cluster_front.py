"""nginx in front of real services: what it keeps, for whom, and what it passes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import Place, serving
from tools.cluster.front import front

ITEMS = "/collections/routes/items?limit=3"


@pytest.fixture(scope="module")
def services(store: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two services on the shipped atlas: host and port of each."""
    folder = tmp_path_factory.mktemp("services")
    with serving(store, folder / "one.txt") as one, serving(store, folder / "two.txt") as two:
        yield [address.removeprefix("http://") for address in (one, two)]


@pytest.fixture
def nginx(services: list[str], tmp_path: Path) -> Iterator[int]:
    """nginx with an empty cache in front of both: its port."""
    with front(tmp_path, (services[0], services[1])) as port:
        yield port


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


def get(port: int, path: str, **headers: str) -> Answer:
    """The answer to one request; `Accept_Encoding` is the header Accept-Encoding."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=said)
    answer = connection.getresponse()
    read = Answer(answer.status, answer.headers, answer.read())
    connection.close()
    return read


def cached(answer: Answer) -> str:
    return str(answer.headers["Cache-Status"])


def test_what_is_asked_for_again_within_a_second_comes_from_the_cache(nginx: int) -> None:
    first, second = get(nginx, ITEMS), get(nginx, ITEMS)
    assert (cached(first), cached(second)) == ("nginx; fwd=uri-miss", "nginx; hit")
    assert first.headers["ETag"] == second.headers["ETag"]
    # Readers and their browsers are told to ask again, whatever nginx keeps.
    assert second.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_an_empty_tile_is_kept_as_well(nginx: int) -> None:
    empty = "/collections/routes/tiles/WebMercatorQuad/10/0/0"
    found = [get(nginx, empty) for _ in range(2)]
    assert [answer.status for answer in found] == [204, 204]
    assert cached(found[1]) == "nginx; hit"


def test_what_has_expired_is_asked_for_again_and_sent_by_no_service_if_it_holds(nginx: int) -> None:
    first = get(nginx, ITEMS)
    again = get(nginx, ITEMS)
    while cached(again) == "nginx; hit":
        again = get(nginx, ITEMS)
    assert (again.status, cached(again)) == (200, "nginx; fwd=stale; fwd-status=304")
    assert again.body == first.body
    # It holds for another second.
    assert cached(get(nginx, ITEMS)) == "nginx; hit"


@pytest.mark.parametrize("path", ["/health/ready", "/health/live", "/downloads/routes.csv"])
def test_health_and_downloads_are_never_kept(nginx: int, path: str) -> None:
    for _ in range(2):
        answer = get(nginx, path)
        assert (answer.status, cached(answer)) == (200, "nginx; fwd=bypass")


def test_a_refusal_is_not_kept(nginx: int) -> None:
    for _ in range(2):
        answer = get(nginx, "/collections/routes/items?limit=none")
        assert (answer.status, cached(answer)) == (400, "nginx; fwd=uri-miss")


def test_a_piece_of_a_download_is_passed_on(nginx: int) -> None:
    answer = get(nginx, "/editions/1/downloads/routes.csv", Range="bytes=0-9")
    assert (answer.status, answer.headers["Content-Length"]) == (206, "10")


def test_each_form_and_encoding_is_kept_apart(nginx: int) -> None:
    asked = [
        {"Accept": accept, "Accept_Encoding": encoding}
        for accept in ("application/geo+json", "text/html")
        for encoding in ("identity", "gzip", "br")
    ]
    first = [get(nginx, ITEMS, **one) for one in asked]
    again = [get(nginx, ITEMS, **one) for one in asked]
    for one, before, after in zip(asked, first, again, strict=True):
        assert after.headers["Content-Type"].startswith(one["Accept"])
        assert after.headers.get("Content-Encoding", "identity") == one["Accept_Encoding"]
        assert before.headers["ETag"] == after.headers["ETag"]
        assert before.body == after.body
    assert len({answer.headers["ETag"] for answer in again}) == len(asked)


def test_a_page_of_another_site_may_read_what_was_kept_for_this_one(nginx: int) -> None:
    for path in (ITEMS, f"/editions/1{ITEMS}"):
        assert "Access-Control-Allow-Origin" not in get(nginx, path).headers
        answer = get(nginx, path, Origin="https://news.example")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_whoever_asks_for_a_time_is_led_to_its_edition_and_nobody_else(nginx: int) -> None:
    assert get(nginx, ITEMS).status == 200
    then = get(nginx, ITEMS, Accept_Datetime="Fri, 01 Jan 2100 00:00:00 GMT")
    assert then.status == 302
    assert get(nginx, ITEMS).status == 200


def test_links_name_the_host_that_was_asked_and_not_what_a_reader_pretends(nginx: int) -> None:
    for host in ("atlas.example", f"other.example:{nginx}"):
        pretended = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "https",
                     "X_Forwarded_Prefix": "/evil"}  # fmt: skip
        body = get(nginx, "/?f=json", Host=host, **pretended).body
        assert f"http://{host}/collections".encode() in body
        assert b"evil" not in body


def test_without_any_service_readers_get_what_is_kept_and_502_for_the_rest(
    store: Place, tmp_path: Path
) -> None:
    with ExitStack() as service:
        here = service.enter_context(serving(store, tmp_path / "log.txt")).removeprefix("http://")
        with front(tmp_path, (here, here)) as port:
            before = [get(port, path) for path in (f"/editions/1{ITEMS}", ITEMS)]
            service.close()
            pinned, current = get(port, f"/editions/1{ITEMS}"), get(port, ITEMS)
            while cached(current) == "nginx; hit":
                current = get(port, ITEMS)
            assert [cached(pinned), cached(current)] == ["nginx; hit", "nginx; hit; detail=stale"]
            assert [pinned.body, current.body] == [answer.body for answer in before]
            assert get(port, "/editions/1/collections").status == 502


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_question_as_long_as_may_be_asked_is_answered(nginx: int, form: str) -> None:
    # Its address comes back in headers, several times.
    one_of = ",".join(f"'route-{number:05}'" for number in range(380))
    path = f"{ITEMS}&f={form}&filter={quote(f'route IN ({one_of})')}"
    assert 7_000 < len(path) < 8_000
    for _ in range(2):
        assert get(nginx, path).status == 200
