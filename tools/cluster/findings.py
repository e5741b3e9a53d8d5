"""What came of it: what readers noticed in each stage, and what has to hold in the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Any

from tools.cluster.deployment import routeshift
from tools.cluster.load import Answer, Load
from tools.cluster.postgres import Databases
from tools.cluster.story import CACHED_FOR_S, Stage, Story, TakenUp

PLANNED = ("nothing happens", "a corrected edition is published", "it is started again",
           "both services are restarted, one by one", "a service is restarted without it",
           "a third edition is published")  # fmt: skip
"""The stages in which nobody may notice anything. What is killed may take a request with it."""


@dataclass(frozen=True)
class Noticed:
    """What readers noticed in a stage.

    `failed_for_s`: from when the first request that failed was asked until the last had failed.
    `hits`: the share of answers from nginx's cache; `stale`: how many of them were out of date
    because no service answered.
    """

    stage: str
    seconds: float
    answers: int
    failed: int
    statuses: dict[int, int]
    failed_for_s: float
    median_s: float
    slowest_s: float
    hits: float
    stale: int


@dataclass(frozen=True)
class Finding:
    """What has to hold, and whether it did."""

    claim: str
    holds: bool
    detail: str = ""


def noticed(stage: Stage, answers: list[Answer]) -> Noticed:
    """Sum up the answers to what was asked in a stage."""
    failed = [one for one in answers if one.failed]
    waits = [one.took_s for one in answers]
    return Noticed(
        stage.name,
        stage.ended_s - stage.began_s,
        len(answers),
        len(failed),
        dict(sorted(Counter(one.status for one in answers).items())),
        max(one.ended_s for one in failed) - failed[0].asked_s if failed else 0.0,
        median(waits),
        max(waits),
        sum(one.is_hit for one in answers) / len(answers),
        sum(one.is_stale for one in answers),
    )


def findings(story: Story, load: Load, databases: Databases) -> list[Finding]:
    """Give what has to hold, each with whether it did."""
    return [
        *(_nothing_failed(stage, load) for stage in story.stages if stage.name in PLANNED),
        *_editions_follow(story, load),
        one_body_to_a_tag(load.answers),
        *_nothing_is_lost(story, databases),
    ]


def _nothing_failed(stage: Stage, load: Load) -> Finding:
    answers = load.between(stage.began_s, stage.ended_s)
    failed = sum(one.failed for one in answers)
    claim = f"No request failed while: {stage.name}."
    return Finding(claim, bool(answers) and not failed, f"{failed} of {len(answers)}")


def _editions_follow(story: Story, load: Load) -> list[Finding]:
    """Look for answers of an old edition after the time that the cache may keep them."""
    ends = [one.published_s for one in story.corrections[1:]] + [float("inf")]
    return [edition_follows(*one, load) for one in zip(story.corrections, ends, strict=True)]


def edition_follows(correction: TakenUp, end_s: float, load: Load) -> Finding:
    """Look for answers of an older edition, asked for until `end_s`, that were kept too long."""
    answers = [one for one in load.between(correction.published_s, end_s) if _follows(one)]
    expired_s = correction.taken_up_s + CACHED_FOR_S
    # An answer that was begun before is kept, too, when it is there; and when it has expired, it is
    # given for as long as the first who saw that asks anew.
    under_way = [one for one in load.between(0, end_s) if one.ended_s > correction.published_s]
    slowest_s = max((one.took_s for one in under_way), default=0)
    old = [one for one in answers if (one.edition or 0) < correction.number]
    late = [one for one in old if one.asked_s > expired_s + 2 * slowest_s]
    new = [one for one in answers if one.asked_s > expired_s and one.edition == correction.number]
    last_s = old[-1].asked_s - correction.published_s if old else 0
    return Finding(
        f"Edition {correction.number}, once taken up, is what everybody gets.",
        bool(new) and not late,
        f"taken up after {correction.took_s:.1f} s, the last older one "
        f"after {last_s:.1f} s, the slowest answer took {slowest_s:.1f} s"
        + "".join(f"; {one.target} ({one.cache})" for one in late),
    )


def _follows(answer: Answer) -> bool:
    """Tell whether an answer has to be of the newest edition."""
    return answer.edition is not None and not answer.is_pinned and not answer.is_stale


def one_body_to_a_tag(answers: list[Answer]) -> Finding:
    """Compare what both services and the cache gave under one strong tag (RFC 9110, 8.8.1)."""
    bodies: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in answers:
        if one.tag:
            bodies[one.target, one.tag].add(one.body)
    several = [target for (target, _), found in bodies.items() if len(found) > 1]
    return Finding(
        "Whoever answers, a tag stands for the same bytes.",
        bool(bodies) and not several, f"{len(several)} of {len(bodies)} tags",
    )  # fmt: skip


def _nothing_is_lost(story: Story, databases: Databases) -> list[Finding]:
    """Compare what was published with what each database has, and verify it there."""
    told = {one["number"]: one["content"] for one in story.manifests}
    places = {"primary": databases.editor, "replica": databases.only_replica}
    return [_has_all(name, address, told) for name, address in places.items()]


def _has_all(name: str, address: str, told: dict[int, str]) -> Finding:
    claim = f"The {name} has every edition that was published, and it verifies."
    try:
        has = {one["number"]: one["content"] for one in routeshift("editions", store=address)}
        damages: list[Any] = routeshift("verify", store=address)["damages"]
    except RuntimeError as error:
        return Finding(claim, False, str(error))
    is_whole = bool(told) and told.items() <= has.items() and not damages
    return Finding(claim, is_whole, f"{len(has)} editions, {len(damages)} damaged")
