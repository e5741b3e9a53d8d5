"""Anything in any order done to a store, against a plain dictionary of what it should hold."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import routes
from routes import open_store
from routes.errors import Gone, NotFound
from tests.conftest import Place
from tests.helpers import publish_and_die, title_and_row
from tests.test_store import another_process

# What the model holds of an edition: the number that its title and only row say; None once pruned.
Model = dict[int, int | None]


class StoreMachine(RuleBasedStateMachine):
    """Publishes, restores, prunes, is killed and reopened, and always holds what it should."""

    def __init__(self, new_place: Callable[[], AbstractContextManager[Place]]) -> None:
        super().__init__()
        self.lasting = ExitStack()
        self.place = self.lasting.enter_context(new_place())
        self.store = open_store(self.place)
        self.model: Model = {}

    def teardown(self) -> None:
        self.store.close()
        self.store = None
        self.lasting.close()

    @property
    def kept(self) -> list[int]:
        return [number for number, said in self.model.items() if said is not None]

    @rule(said=st.integers(1, 9))
    def publish(self, said: int) -> None:
        manifest = self.store.publish(title_and_row(said), f"says {said}", "")
        self.model[manifest.number] = said

    @rule(said=st.integers(1, 9))
    def publish_if_changed(self, said: int) -> None:
        before = self.store.current()
        manifest = self.store.publish(title_and_row(said), "", "", if_changed=True)
        if before is not None and self.model[before] == said:
            assert manifest.number == before
        else:
            self.model[manifest.number] = said

    @precondition(lambda self: self.model)
    @rule(choice=st.randoms(use_true_random=False))
    def restore(self, choice: object) -> None:
        number = choice.choice(self.kept)  # type: ignore[attr-defined]
        manifest = routes.restore(self.store, number)
        self.model[manifest.number] = self.model[number]
        assert manifest.content == self.store.manifest(number).content

    @precondition(lambda self: self.model)
    @rule(keep=st.integers(1, 4))
    def prune(self, keep: int) -> None:
        doomed = self.kept[:-keep]
        assert [one.number for one in self.store.prune(keep)] == doomed
        self.model |= dict.fromkeys(doomed)

    @rule(said=st.integers(10, 19), step=st.integers(0, 12))
    def be_killed(self, said: int, step: int) -> None:
        """A real process, ended by SIGKILL before its n-th step."""
        with another_process(publish_and_die, str(self.place), said, step) as process:
            process.join(30)
        newest = self.store.current()
        if newest is not None and newest not in self.model:
            # The pointer was written: then the edition is whole.
            self.model[newest] = said

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = open_store(self.place)

    @invariant()
    def holds_what_it_should(self) -> None:
        assert self.store.numbers() == self.kept
        assert self.store.current() == (max(self.model) if self.model else None)
        for number, said in self.model.items():
            if said is None:
                with pytest.raises(Gone):
                    self.store.manifest(number)
                continue
            assert self.store.manifest(number).atlas["title"] == f"Atlas {said}"
            assert self.store.frame(number, "routes")["name"].tolist() == [f"Route of {said}"]
            assert self.store.index(number, "routes").id_of(0) == "r0.v1"
        with pytest.raises(NotFound):
            self.store.manifest(max(self.model, default=0) + 1)
        assert self.store.verify() == []


LONG = settings(
    max_examples=10,
    stateful_step_count=14,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def test_a_store_holds_what_it_should_whatever_is_done_to_it(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    numbers = itertools.count()

    @contextmanager
    def new_folder() -> Iterator[Place]:
        yield tmp_path / str(next(numbers))

    made = new_folder if kind == "files" else request.getfixturevalue("databases").one
    run_state_machine_as_test(lambda: StoreMachine(made), settings=LONG)
