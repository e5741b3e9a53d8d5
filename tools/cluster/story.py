"""What happens to the deployment while it is asked without a pause."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tools.cluster import postgres
from tools.cluster.deployment import DATE, Deployment
from tools.cluster.services import Service

CORRECTED = "1999-07~"
TAKEN_UP_WITHIN_S = 30
# nginx keeps what is not pinned for a second, and counts in whole ones.
CACHED_FOR_S = 2.0
SEEN_FOR_S = 1.0


@dataclass(frozen=True)
class Stage:
    """A part of the story: when it was, by `time.monotonic`, and what took place."""

    name: str
    began_s: float
    ended_s: float


@dataclass(frozen=True)
class TakenUp:
    """A publication: when it was done, and when both services gave the new edition."""

    number: int
    published_s: float
    taken_up_s: float

    @property
    def took_s(self) -> float:
        """How long the slower service took, in seconds."""
        return self.taken_up_s - self.published_s


@dataclass
class Story:
    """What took place: the stages, the manifests of what was published, what was taken up when."""

    stages: list[Stage] = field(default_factory=list)
    manifests: list[dict[str, Any]] = field(default_factory=list)
    corrections: list[TakenUp] = field(default_factory=list)


def tell(cluster: Deployment, rest_s: float, say: Callable[[str], None]) -> Story:
    """Let it all happen; after each event the load goes on for `rest_s` seconds."""
    story = Story()
    one, two = cluster.services
    databases = cluster.databases

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        say(name)
        began = time.monotonic()
        yield
        time.sleep(rest_s)
        story.stages.append(Stage(name, began, time.monotonic()))

    def publish(date: str, note: str) -> None:
        manifest = cluster.publish(date, note)
        story.manifests.append(manifest)
        done = time.monotonic()
        for service in cluster.services:
            _wait_for_edition(service, manifest["number"])
        story.corrections.append(TakenUp(manifest["number"], done, time.monotonic()))
        time.sleep(CACHED_FOR_S + SEEN_FOR_S)

    with stage("nothing happens"):
        pass
    with stage("a corrected edition is published"):
        publish(CORRECTED, "The date of the shift corrected")
    with stage("one service is killed"):
        one.kill()
    with stage("it is started again"):
        one.start()
    with stage("both services are restarted, one by one"):
        for service in (one, two):
            service.stop()
            service.start()
    with stage("the replica is killed"):
        postgres.kill(databases.replica)
    with stage("an edition is published without it"):
        publish(DATE, "The first reading again")
    with stage("the replica is started again"):
        databases.start_replica()
        databases.wait_for_replica()
    with stage("the primary is killed"):
        postgres.kill(databases.primary)
    with stage("a service is restarted without it"):
        two.stop()
        two.start()
    with stage("the primary is started again"):
        databases.primary.start()
        databases.wait_for_replica()
    with stage("a third edition is published"):
        publish(CORRECTED, "Corrected once more")
    databases.wait_for_replica()
    return story


def _wait_for_edition(service: Service, number: int) -> None:
    """Wait until a service gives an edition. Raises TimeoutError."""
    deadline = time.monotonic() + TAKEN_UP_WITHIN_S
    while time.monotonic() < deadline:
        if service.edition() == number:
            return
        time.sleep(0.05)
    raise TimeoutError(f"{service.address} did not take up edition {number}")
