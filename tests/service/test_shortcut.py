"""The short way gives what the long way gives: status, headers and every byte of the body."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message

import routes
from service.app import create_app
from service.ogc.shortcut import Shortcut
from service.settings import Settings
from tests.asgi import messages_of, scope_of
from tests.conftest import publish_corrected

paths = st.sampled_from(
    [
        *("/collections/routes/items", "/editions/1/collections/routes/items"),
        *("/editions/2/collections/crossings/items", "/collections/country-roles/items"),
        *("/editions/9/collections/routes/items", "/collections/ghosts/items"),
        *("/collections/routes/items/vlora-italy.v1", "/collections/routes/items/nothing"),
        "/editions/1/collections/routes/items/vlora-italy.v1",
    ]
)
values = {
    "f": st.sampled_from(["json", "geojson", "html", "csv", "nothing"]),
    "bbox": st.sampled_from(["18,39,21,43", "19,40,19,40", "170,30,-170,50", "1,2,3", "1,1,2,a"]),
    "datetime": st.sampled_from(["2003-12-01", "2003", "../2002-05", "2001-13"]),
    "certainty": st.sampled_from(["possible", "certain", "perhaps"]),
    "limit": st.sampled_from(["1", "3", "100", "0", "999999999"]),
    "cursor": st.sampled_from(["Mi4z", "MS4w", "OS4w", "junk"]),
    "mode": st.just("sea"),
    "title": st.just("ä b"),
}  # fmt: skip
named = st.sampled_from(sorted(values)).flatmap(lambda name: st.tuples(st.just(name), values[name]))
queries = st.lists(named, unique_by=lambda pair: pair[0], max_size=4)
headers = st.lists(
    st.sampled_from(
        [
            (b"accept", b"application/geo+json"),
            (b"accept", b"text/html"),
            (b"accept", b"*/*"),
            (b"if-none-match", b"*"),
            (b"accept-datetime", b"Thu, 04 Dec 2003 12:00:00 GMT"),
            (b"user-agent", b"QGIS"),
        ]
    ),
    max_size=3,
    unique_by=lambda pair: pair[0],
)
hosts = st.sampled_from(
    [b"maps.example", b"127.0.0.1:8000", b"maps.example:443", b"bad host", None]
)


@pytest.fixture(scope="module")
def shortcut(tmp_path_factory: pytest.TempPathFactory) -> Shortcut:
    store = publish_corrected(tmp_path_factory.mktemp("shortcut"), "1999-07~")
    app = create_app(Settings(store=store))
    messages_of(app, scope_of("/health/live", b"", []))
    layer: ASGIApp | None = app.middleware_stack
    while layer is not None and not isinstance(layer, Shortcut):
        layer = getattr(layer, "app", None)
    assert isinstance(layer, Shortcut)
    layer.of = app  # type: ignore[attr-defined]
    return layer


def told(messages: list[Message]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], sorted(messages[0]["headers"]), body


@given(paths, queries, headers, hosts, st.sampled_from(["", "/atlas"]))
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_both_ways_give_the_same_answer(
    shortcut: Shortcut,
    path: str,
    query: list[tuple[str, str]],
    sent: list[tuple[bytes, bytes]],
    host: bytes | None,
    root_path: str,
) -> None:
    hosted = [(b"host", host)] if host else []
    for written in (urlencode(query), urlencode(query, safe=",:/")):
        scope = scope_of(path, written.encode(), [*hosted, *sent], root_path)
        scope["app"] = shortcut.of  # type: ignore[attr-defined]
        short = messages_of(shortcut, dict(scope))
        long = messages_of(shortcut.app, dict(scope))
        assert told(short) == told(long)


@pytest.mark.parametrize(
    "target",
    [
        "/collections/routes/items?f=json&bbox=18,39,21,43&datetime=2003-12-01&limit=2",
        "/editions/1/collections/routes/items?limit=3&cursor=MS4z",
        "/collections/routes/items/vlora-italy.v1",
    ],
)
def test_what_is_plain_does_not_reach_the_application(shortcut: Shortcut, target: str) -> None:
    async def unreached(*_: object) -> None:
        raise AssertionError("the long way")

    path, _, query = target.partition("?")
    alone = Shortcut(unreached, shortcut.library, shortcut.settings, shortcut.turns)
    status, sent, body = told(messages_of(alone, scope_of(path, query.encode(), [])))
    assert status == 200
    assert (b"content-length", str(len(body)).encode()) in sent
    assert routes.open(Path(shortcut.settings.store)).number == 2
