"""What caches, browsers on other sites and careful clients need around an answer."""

from __future__ import annotations

import re

import httpx
import pytest

PAGES = ["/collections/routes/items", "/collections", "/routes/vlora-italy", "/map"]


@pytest.mark.parametrize("path", PAGES)
def test_what_a_client_has_already_is_not_sent_again(live_server: str, path: str) -> None:
    first = httpx.get(f"{live_server}{path}")
    assert first.headers["etag"].startswith('"e1-')
    second = httpx.get(
        f"{live_server}{path}", headers={"If-None-Match": f'"other", {first.headers["etag"]}'}
    )
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "identity"])
def test_each_encoding_has_a_tag_of_its_own_that_comes_back(
    live_server: str, encoding: str
) -> None:
    address = f"{live_server}/collections/boundaries/items"
    plain = httpx.get(address, headers={"Accept-Encoding": "identity"})
    with httpx.stream("GET", address, headers={"Accept-Encoding": encoding}) as coded:
        raw = b"".join(coded.iter_raw())
    tag = coded.headers["etag"]
    if encoding == "identity":
        assert tag == plain.headers["etag"]
        assert raw == plain.content
    else:
        assert coded.headers["content-encoding"] == encoding
        assert tag != plain.headers["etag"]
        assert len(raw) < len(plain.content) / 2
    again = httpx.get(address, headers={"Accept-Encoding": encoding, "If-None-Match": tag})
    assert again.status_code == 304
    assert again.headers["etag"] == tag


def test_under_an_edition_answers_may_be_kept_for_ever_and_elsewhere_are_asked_for_again(
    live_server: str,
) -> None:
    pinned = httpx.get(f"{live_server}/editions/1/collections/routes/items")
    current = httpx.get(f"{live_server}/collections/routes/items")
    assert "immutable" in pinned.headers["cache-control"]
    assert "must-revalidate" in current.headers["cache-control"]
    assert pinned.json()["features"] == current.json()["features"]
    for link in pinned.json()["links"]:
        assert "/editions/1/" in link["href"]


@pytest.mark.parametrize("path", PAGES)
def test_the_same_question_gets_the_same_bytes(live_server: str, path: str) -> None:
    assert httpx.get(f"{live_server}{path}").content == httpx.get(f"{live_server}{path}").content


@pytest.mark.parametrize("path", PAGES)
def test_head_gives_the_headers_of_get_and_no_body(live_server: str, path: str) -> None:
    head, get = httpx.head(f"{live_server}{path}"), httpx.get(f"{live_server}{path}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == get.headers["etag"]


def test_other_sites_may_read_but_not_write(live_server: str) -> None:
    address = f"{live_server}/collections/routes/items"
    read = httpx.get(address, headers={"Origin": "https://news.example"})
    assert read.headers["access-control-allow-origin"] == "*"
    assert httpx.post(address).status_code == 405


def test_only_the_embed_may_be_framed_elsewhere(live_server: str) -> None:
    embed = httpx.get(f"{live_server}/embed").headers
    page = httpx.get(f"{live_server}/map").headers
    assert "frame-ancestors 'self' *" in embed["content-security-policy"]
    assert "x-frame-options" not in embed
    assert "frame-ancestors 'self'" in page["content-security-policy"]
    for headers in (embed, page):
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/map", "/embed", "/compare", "/stories/one-route-becomes-three"])
def test_a_map_says_what_it_will_ask_for_before_it_is_read(live_server: str, path: str) -> None:
    answer = httpx.get(f"{live_server}{path}", headers={"Accept": "text/html"})
    ahead = re.findall(r"<([^>]+)>; rel=(?:module)?preload", answer.headers["link"])
    asked = re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"', answer.text)
    assert sorted(ahead) == sorted(asked)
    assert len(ahead) == 3
    assert all(httpx.get(f"{live_server}{one}").status_code == 200 for one in ahead)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/geo+json"),
        ("application/json", "application/geo+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/geo+json, text/html", "application/geo+json"),
        ("text/html;q=0.1, application/json", "application/geo+json"),
        ("text/html;q=oops", "application/geo+json"),
        ("", "application/geo+json"),
    ],
)
def test_people_get_html_and_programs_json(
    live_server: str, accept: str, content_type: str
) -> None:
    answer = httpx.get(f"{live_server}/collections/routes/items", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(content_type)


def test_people_get_their_problems_in_html(live_server: str) -> None:
    answer = httpx.get(f"{live_server}/collections/routes/items?limit=-1&f=html",
                       headers={"Accept": "text/html"})  # fmt: skip
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "whole number" in answer.text


def test_the_service_is_live_and_ready(live_server: str) -> None:
    assert httpx.get(f"{live_server}/health/live").json() == {"status": "live"}
    assert httpx.get(f"{live_server}/health/ready").json() == {"status": "ready", "edition": 1}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("date=yesterday", "date"),
        ("lat=42", "lon"),
        ("lat=91&lon=0&zoom=5", "lat"),
        ("zoom=99&lat=1&lon=1", "zoom"),
        ("layers=routes,roads", "layers"),
        ("lang=tlh", "lang"),
        ("bbox=170,0,-170,10", "bbox"),
        ("x=1", "x"),
    ],
)
def test_a_wrong_address_of_the_map_is_refused_in_words(
    live_server: str, query: str, parameter: str
) -> None:
    for page in ("map", "embed"):
        answer = httpx.get(f"{live_server}/{page}?{query}")
        assert answer.status_code == 400
        assert answer.json()["parameter"] == parameter
