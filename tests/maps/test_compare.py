"""The page of a comparison before any script runs: what it says, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings

TO_DAYS = {"from": "2001-06-01", "to": "2003-12-01"}


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store))) as client:
        yield client


def test_a_comparison_says_without_a_script_what_changes_says(client: TestClient) -> None:
    page = client.get("/compare", params=TO_DAYS).text
    changes = client.get("/changes", params={**TO_DAYS, "f": "html"}).text
    told = changes[changes.index('<div id="told">') : changes.index('<p class="doors">')]
    assert "may lie between" in told
    assert told.strip() in page
    assert "1 June 2001 and 1 December 2003 compared" in page


def test_without_days_it_shows_the_opening_day_and_one_two_years_before(
    client: TestClient,
) -> None:
    page = client.get("/compare").text
    assert (
        'name="from" type="date" required min="0001-01-01" max="9999-12-31" value="2001-01-01"'
        in page
    )
    assert '"days":["2001-01-01","2003-12-01"]' in page
    assert '"days":["1999-01-01","2001-06-01"]' in client.get("/compare?to=2001-06-01").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=soon&to=2003", ["from", "soon", "2003-12-01"]),
        ("from=2003-12-01&to=2001-06-01", ["from", "lies after", "from=2001-06-01"]),
        ("from=2009-01-01", ["to", "is missing", "to=2003-12-01"]),
        ("from=2001&to=2003&maps=three", ["maps", "three", "one"]),
        ("from=2001&to=2003&date=2002", ["date"]),
        ("from=2001&to=2003&colour=red", ["colour"]),
        ("from-edition=1", ["to-edition", "is missing"]),
        ("from-edition=one&to-edition=1", ["from-edition", "one"]),
        ("from-edition=1&to-edition=1&from=2001", ["from"]),
        ("from-edition=1&to-edition=1&date=soon", ["date", "soon"]),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(
    client: TestClient, query: str, words: list[str]
) -> None:
    answer = client.get(f"/compare?{query}")
    assert answer.status_code == 400
    assert all(word in answer.json()["detail"] for word in words)


def test_an_edition_that_there_is_not_cannot_be_compared(client: TestClient) -> None:
    assert client.get("/compare?from-edition=1&to-edition=9").status_code == 404


def test_the_page_allows_no_inline_script_and_no_frame_elsewhere(client: TestClient) -> None:
    policy = client.get("/compare").headers["content-security-policy"]
    assert "script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy


def test_what_changed_and_what_was_corrected_lead_to_the_maps(client: TestClient) -> None:
    changes = client.get("/changes", params={**TO_DAYS, "f": "html"}).text
    assert "/compare?from=2001-06-01&amp;to=2003-12-01" in changes
    corrected = client.get("/changes?from-edition=1&to-edition=1&f=html").text
    assert "/compare?from-edition=1&amp;to-edition=1" in corrected
