"""The service keeps what its own description promises, whatever it is asked (schemathesis)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Names are texts to the description: without these hardly a case would ask for what is there.
THERE = {
    "collectionId": ("routes", "events", "boundaries"),
    "featureId": ("vlora-italy.v1", "durres-sea.v1"),
    "route": ("vlora-italy", "durres-sea"),
    "story": ("one-route-becomes-three",),
    "edition": (1,),
    "tileMatrixSetId": ("WebMercatorQuad",),
    "tileMatrix": ("5",),
    "tileRow": (11,),
    "tileCol": (17,),
}
# What goes only together.
TOGETHER = {
    "/changes": (
        {"from": "2001-06-01", "to": "2003-12-01"},
        {"from-edition": 1, "to-edition": 1},
    ),
    "/oembed": ({"url": "{address}/map?date=2003-12-01", "maxwidth": 600},),
    "/embed/builder": ({"date": "2003-12-01", "edition": 1},),
    "/picture.svg": ({"date": "2003-12-01", "width": 400, "height": 300},),
    "/picture.png": ({"date": "2003-12-01", "width": 400, "height": 300},),
}
# A picture of the largest size takes seconds.
FEWER = {"/picture.svg": 10, "/picture.png": 10, "/downloads/routeshift.pmtiles": 4}
ACCEPTED = st.sampled_from(("application/json", "text/html", "*/*", "", "image/png;q=x"))

Tally = Counter[tuple[str, int]]


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def operations(address: str) -> list[APIOperation[Any, Any, Any]]:
    schema = schemathesis.openapi.from_url(f"{address}/api")
    return [one.ok() for one in schema.get_all_operations()]


def ask(
    operation: APIOperation[Any, Any, Any],
    mode: GenerationMode,
    cases: int,
    session: requests.Session,
    tally: Tally,
) -> None:
    """Ask what schemathesis makes of one operation, and hold each answer to the description.

    `cases` are asked of it in one mode: right questions, or ones with something wrong.
    """
    cases = min(cases, FEWER.get(operation.path, cases))
    there = {
        name: st.sampled_from(THERE[name]) for name in THERE if f"{{{name}}}" in operation.path
    }

    queries = st.sampled_from(
        [
            known and {name: _at(operation, value) for name, value in known.items()}
            for known in TOGETHER.get(operation.path, (None,))
        ]
    )

    @settings(
        max_examples=cases,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode), st.fixed_dictionaries(there), queries,
           ACCEPTED, st.sampled_from((True, True, False)))  # fmt: skip
    def answers_as_described(
        case: Case, names: dict[str, Any], query: dict[str, Any] | None, accepted: str, named: bool
    ) -> None:
        if named:
            case.path_parameters = {**(case.path_parameters or {}), **names}
            case.query = query or case.query
        # Part of what is compressed cannot be read.
        coded = {"Accept-Encoding": "identity"} if "Range" in (case.headers or {}) else {}
        headers = {"Accept": accepted, **coded}
        response = case.call(session=session, headers=headers, allow_redirects=False)
        tally[operation.label, response.status_code] += 1
        # oEmbed's answer to a form that it cannot give; described for it alone.
        checks = CHECKS[1:] if response.status_code == 501 else CHECKS
        case.validate_response(response, checks=checks)

    answers_as_described()


def _at(operation: APIOperation[Any, Any, Any], value: object) -> object:
    """Put the service's own address where a value asks for it."""
    address = str(operation.base_url).rstrip("/")
    return value.format(address=address) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("prefix", "cases", "at_least"), [("", 40, 1000), ("/editions/1", 12, 250)]
)
def test_every_answer_is_one_that_the_description_promises(
    live_server: str,
    prefix: str,
    cases: int,
    at_least: int,
    session: requests.Session,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # It is made when it is first asked for, and that takes longer than any case may.
    requests.get(f"{live_server}/downloads/routeshift.pmtiles", timeout=120).raise_for_status()
    tally: Tally = Counter()
    asked = operations(f"{live_server}{prefix}")
    for operation in asked:
        ask(operation, GenerationMode.POSITIVE, cases, session, tally)
        if operation.definition.raw["parameters"]:
            ask(operation, GenerationMode.NEGATIVE, cases, session, tally)
    statuses = Counter(status for (_, status), times in tally.items() for _ in range(times))
    with capsys.disabled():
        print(f"\nschemathesis, {prefix or '/'}: {tally.total()} cases, 0 failures; "
              f"{dict(sorted(statuses.items()))}")  # fmt: skip
    assert tally.total() >= at_least
    # Without right questions among them the answers' schemas would prove nothing.
    answered = {label for label, status in tally if status in (200, 206)}
    assert {one.label for one in asked} == answered
