"""`make demo-cluster`, in short: a real deployment, killed part by part under a load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.cluster.findings import Finding, edition_follows, noticed, one_body_to_a_tag
from tools.cluster.load import Answer, Load
from tools.cluster.story import Stage, TakenUp
from tools.cluster.telling import report

HOME = Path(__file__).parents[2]
KILLED = ("one service is killed", "the replica is killed", "the primary is killed")
Report = dict[str, Any]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Report, str]:
    """A run with a second of load after each event: exit code, report, and what was printed."""
    to = tmp_path_factory.mktemp("cluster") / "report.json"
    command = [sys.executable, "-m", "tools.cluster", "--seconds", "1", "--rate", "40",
               "--to", str(to)]  # fmt: skip
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    assert to.exists(), done.stderr
    return done.returncode, json.loads(to.read_text()), done.stdout


def test_the_demo_ends_well_and_every_finding_holds(demo: tuple[int, Report, str]) -> None:
    code, found, said = demo
    assert [one["claim"] for one in found["findings"] if not one["holds"]] == [], said
    assert code == 0


def test_publication_loses_no_request_and_everybody_gets_the_correction(
    demo: tuple[int, Report, str],
) -> None:
    claims = {one["claim"] for one in demo[1]["findings"]}
    assert "No request failed while: a corrected edition is published." in claims
    assert {f"Edition {number}, once taken up, is what everybody gets."
            for number in (2, 3, 4)} <= claims  # fmt: skip
    assert {f"The {name} has every edition that was published, and it verifies."
            for name in ("primary", "replica")} <= claims  # fmt: skip


def test_each_kill_is_told_with_what_was_asked_during_it(demo: tuple[int, Report, str]) -> None:
    stages = {one["stage"]: one for one in demo[1]["stages"]}
    for name in KILLED:
        assert stages[name]["answers"] > 0
        # Some came from services, not all from the cache.
        assert stages[name]["hits"] < 1
        assert name in demo[2]


def answer(
    status: int = 200, asked_s: float = 0, cache: str = "nginx; hit", *,
    edition: int = 1, tag: str = "", body: str = "", target: str = "/",
) -> Answer:  # fmt: skip
    return Answer(target, asked_s, 0.5, status, edition, tag, body, cache)


def follows(*answers: Answer) -> bool:
    """Whether edition 2, published at second 10 and taken up at 11, is what everybody gets."""
    return edition_follows(TakenUp(2, 10, 11), 30, Load(0, 1, list(answers))).holds


def test_an_older_edition_may_be_given_until_the_cache_has_asked_anew_and_no_longer() -> None:
    new = answer(asked_s=14, edition=2)  # Each of them takes half a second.
    assert follows(answer(asked_s=13.9), new)
    assert not follows(answer(asked_s=14.1), new)
    # An address of an edition stays, and what no service can be asked about is better than nothing.
    assert follows(answer(asked_s=20, target="/editions/1/"), new)
    assert follows(answer(asked_s=20, cache="nginx; hit; detail=stale"), new)
    # Where nobody asked after it, nothing is known.
    assert not follows(answer(asked_s=10.5, edition=2))


def test_two_bodies_under_one_tag_are_found() -> None:
    one, other = answer(tag='"e1-a"', body="x"), answer(tag='"e1-b"', body="y")
    assert one_body_to_a_tag([one, other, one]).holds
    assert not one_body_to_a_tag([one, other, answer(tag='"e1-a"', body="y")]).holds
    assert not one_body_to_a_tag([]).holds


def test_failures_are_counted_by_status_and_last_from_the_first_to_the_end_of_the_last() -> None:
    seen = noticed(
        Stage("a kill", 0, 4),
        [answer(200), answer(0, 1), answer(502, 2), answer(204, 3, "nginx; hit; detail=stale")],
    )
    assert (seen.answers, seen.failed, seen.failed_for_s) == (4, 2, 1.5)
    assert seen.statuses == {0: 1, 200: 1, 204: 1, 502: 1}
    assert (seen.hits, seen.stale) == (1, 1)


def test_the_report_says_what_failed_and_what_did_not_hold() -> None:
    seen = noticed(Stage("a kill", 0, 4), [answer(200), answer(502, 2)])
    said = report([seen], [Finding("All is there.", False, "one is not")])
    assert "a kill: 1 times 502" in said
    assert "NO   All is there. (one is not)" in said
