"""A kept answer is the one that would be made anew, and is forgotten when it would not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

import routes
import service
from service import library
from service.answer_cache import (
    KEYED,
    MOST_BYTES_OF_ONE,
    NOT_KEPT,
    OVERHEAD_BYTES,
    AnswerCache,
)
from service.app import create_app
from service.settings import Settings
from tests.asgi import messages_of, scope_of
from tests.conftest import publish_corrected

Told = list[tuple[bytes, bytes]]
PATHS = ("/", "/embed", "/collections/routes/items", "/editions/1/collections", "/nothing",
         "/picture.svg", "/editions.atom", "/health/ready", "/static/nothing.js")  # fmt: skip
headers = st.lists(
    st.sampled_from(
        [
            (b"host", b"maps.example"),
            (b"accept", b"text/html"),
            (b"accept", b"application/json"),
            (b"accept-encoding", b"gzip"),
            (b"accept-encoding", b"zstd"),
            (b"accept-datetime", b"Thu, 04 Dec 2003 12:00:00 GMT"),
            (b"if-none-match", b"*"),
            (b"origin", b"https://news.example"),
            (b"range", b"bytes=0-9"),
            (b"x-forwarded-proto", b"https"),
            (b"x-forwarded-host", b"atlas.example"),
            (b"x-forwarded-prefix", b"/atlas"),
            (b"user-agent", b"QGIS"),
        ]
    ),
    max_size=4,
    unique_by=lambda pair: pair[0],
)


class Counted:
    """An application, and how often it was asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_corrected(tmp_path_factory.mktemp("kept"), "1999-07~")


@pytest.fixture(scope="module")
def app(place: Path) -> ASGIApp:
    return create_app(Settings(store=place, root_path="/operator"))


def cached(app: Any, most_bytes: int = 1 << 24) -> tuple[AnswerCache, Counted]:  # noqa: ANN401
    counted = Counted(app)
    return AnswerCache(counted, app.state.library, most_bytes), counted


def ask(
    app: ASGIApp,
    path: str,
    query: str = "",
    told: Told | None = None,
    **changed: Any,  # noqa: ANN401
) -> tuple[int, Told, bytes]:
    """Status, headers and body; over ASGI, without a server."""
    scope = {**scope_of(path, query.encode(), told or []), **changed}
    messages = messages_of(app, scope)
    start = messages[0]
    return start["status"], start["headers"], b"".join(one.get("body", b"") for one in messages[1:])


READ = re.compile(
    r'request\.headers\.get(?:list)?\("([^"]+)"'
    r'|"([a-z-]+)" in request\.headers'
    r'|Headers\(scope=scope\)\.get\("([^"]+)"'
)


def test_every_header_that_the_service_reads_tells_answers_apart() -> None:
    sources = [path.read_text() for path in Path(service.__path__[0]).rglob("*.py")]
    read = {name for text in sources for names in READ.findall(text) for name in names if name}
    assert {"accept", "if-none-match", "accept-encoding", "range"} <= read
    assert read <= {name.decode() for name in KEYED | NOT_KEPT}


@given(st.lists(st.tuples(st.sampled_from(PATHS), headers), min_size=2, max_size=4))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_was_kept_is_what_would_be_made(
    app: ASGIApp, requests: list[tuple[str, Told]]
) -> None:
    kept, counted = cached(app)
    for path, told in [*requests, *requests]:
        answered = ask(kept, path, told=told)
        if answered[0] != 503:
            assert answered == ask(app, path, told=told), (path, told)
    assert counted.asked <= 2 * len(requests)


@pytest.mark.parametrize("path", ["/map", "/embed", "/collections/routes/items", "/picture.svg"])
def test_what_is_asked_again_is_not_made_again(app: ASGIApp, path: str) -> None:
    kept, counted = cached(app)
    answers = [ask(kept, path, "datetime=2003-12-01" if "items" in path else "") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert (counted.asked, answers[0][0]) == (1, 200)
    assert ask(kept, path, told=[(b"if-none-match", b"*")])[0] == 304
    assert counted.asked == 2


@pytest.mark.parametrize("path", ["/nothing", "/health/ready"])
def test_faults_and_the_health_are_asked_each_time(app: ASGIApp, path: str) -> None:
    kept, counted = cached(app)
    ask(kept, path)
    ask(kept, path)
    assert counted.asked == 2


def test_a_proxy_is_believed_by_where_it_stands(app: ASGIApp) -> None:
    kept, _ = cached(app)
    told = [(b"host", b"inner"), (b"x-forwarded-host", b"atlas.example")]
    trusted = ask(kept, "/", "f=json", told)
    stranger = ask(kept, "/", "f=json", told, client=("203.0.113.9", 80))
    assert b"atlas.example" in trusted[2]
    assert b"atlas.example" not in stranger[2]


def test_a_new_edition_is_answered_and_the_old_answer_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "NOTICED_AFTER_S", 0.0)
    store = publish_corrected(tmp_path, "1999-07~")
    app = create_app(Settings(store=store))
    kept, counted = cached(app)
    before = ask(kept, "/collections/routes/items", "limit=1")
    assert kept.bytes > 0
    routes.restore(routes.open_store(store), 1)
    after = ask(kept, "/collections/routes/items", "limit=1")
    assert (b'"edition":2' in before[2], b'"edition":3' in after[2]) == (True, True)
    assert counted.asked == 2


def test_the_answers_used_last_stay_within_the_memory_given(app: ASGIApp) -> None:
    size = OVERHEAD_BYTES + len(ask(app, "/map")[2])
    kept, counted = cached(app, most_bytes=3 * size)
    for day in (*range(1, 9), 8, 7):
        ask(kept, "/map", f"date=2003-12-0{day}")
        assert kept.bytes <= kept.most_bytes
    assert counted.asked == 8
    ask(kept, "/map", "date=2003-12-01")
    assert counted.asked == 9


async def _large(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"etag", b'"e1-large"')]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    piece = {"type": "http.response.body", "body": b"x" * (MOST_BYTES_OF_ONE // 2)}
    for _ in range(3):
        await send({**piece, "more_body": True})
    await send({"type": "http.response.body"})


def test_a_large_answer_passes_and_is_not_kept(app: Any) -> None:  # noqa: ANN401
    kept = AnswerCache(_large, app.state.library, 1 << 30)
    assert len(ask(kept, "/")[2]) == MOST_BYTES_OF_ONE * 3 // 2
    assert kept.bytes == 0


def test_a_store_that_cannot_be_read_is_left_to_the_application(tmp_path: Path) -> None:
    kept, counted = cached(create_app(Settings(store=tmp_path)))
    (tmp_path / "CURRENT").write_text("nonsense")
    assert ask(kept, "/")[0] == ask(kept, "/")[0] == 503
    assert counted.asked == 2
