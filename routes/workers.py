"""Work cut into pieces that need nothing of each other: done here, or by processes of this machine.

A piece of work is a function of a module and a small argument, and gives a small result; what is
large lies in files that all can see. A piece may be done twice, where a worker is lost, and so
writes its files whole or not at all. Results come in the order of the pieces, whoever made them.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import shapely

from geo import boundaries
from geo.overland import longest_over_land
from routes.errors import RoutesError
from routes.memory import at_most, give_back_at_once

Task = TypeVar("Task")
Result = TypeVar("Result")

MOST_LOST = 3
"""How often workers may be lost before the work is given up: what kills them kills them again."""


class WorkersLost(RoutesError):
    """Processes that work for this one ended again and again, or ran out of memory."""


class Here(Executor):
    """Does each piece of work at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        """Call the function, and give what it gave or raised."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # it is raised where the result is asked for
            future.set_exception(error)
        return future


def _nobody() -> None:
    """Tell nobody."""


@dataclass
class Workers:
    """Whoever does work: an executor, `count` pieces at once.

    `folder` is for temporary files, and all see it; None is the system's. `breaks` says that
    processes ended, and `renew` gives an executor in place of theirs; without it who made the
    executor has tried again already. `cancels`: what is cancelled there does not run any more.
    `begun`: done as soon as a worker has begun; until then this process does what there is to do.
    `told` is called after each piece.
    """

    executor: Executor = field(default_factory=Here)
    count: int = 1
    folder: Path | None = None
    breaks: type[Exception] = BrokenProcessPool
    renew: Callable[[], Executor] | None = None
    cancels: bool = True
    begun: Future[Any] | None = None
    told: Callable[[], None] = _nobody
    lost: int = 0

    @property
    def is_here(self) -> bool:
        """Whether work is done in this process, so that nothing has to be sent."""
        return isinstance(self.executor, Here)

    def each(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Give the result for each task, in order; not many more are taken than are worked on.

        Raises what the work raised, and WorkersLost.
        """
        ahead = 1 if self.is_here else 2 * self.count
        waiting: deque[tuple[Task, Future[Result]]] = deque()
        try:
            for task in tasks:
                waiting.append((task, self._submitted(work, task)))
                while waiting and (len(waiting) >= ahead or waiting[0][1].done()):
                    yield self._first(work, waiting)
            while waiting:
                yield self._first(work, waiting)
        finally:
            # What runs still writes into folders that are about to go.
            wait([future for _, future in waiting if not (self.cancels and future.cancel())])

    def _submitted(self, work: Callable[[Task], Result], task: Task) -> Future[Result]:
        if self.begun is not None and not self.begun.done():
            return Here().submit(work, task)
        try:
            return self.executor.submit(work, task)
        except self.breaks as error:
            # Found out when its result is asked for, as with those that were submitted before.
            broken: Future[Result] = Future()
            broken.set_exception(error)
            return broken

    def _first(
        self, work: Callable[[Task], Result], waiting: deque[tuple[Task, Future[Result]]]
    ) -> Result:
        while True:
            try:
                result = waiting[0][1].result()
            except self.breaks:
                self._mend()
                again = [(task, self._submitted(work, task)) for task, _ in waiting]
                waiting.clear()
                waiting.extend(again)
            except MemoryError:
                raise WorkersLost(
                    "a piece of the work takes more memory than a worker may have; "
                    "give each more: --worker-memory"
                ) from None
            else:
                waiting.popleft()
                self.told()
                return result

    def _mend(self) -> None:
        self.lost += 1
        if self.renew is None or self.lost > MOST_LOST:
            raise WorkersLost(
                "workers were lost again and again, killed perhaps for the memory that they took; "
                "let fewer work at once, or give each more: --workers, --worker-memory"
            )
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.executor = self.renew()


def usable_cores() -> int:
    """Give how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def pool(
    count: int, memory_bytes: int | None = None, folder: Path | None = None
) -> Iterator[Workers]:
    """Let so many processes of this machine work, each in so much memory where that is said.

    They are forked from one that has imported what they need and nothing else, not from this one,
    whose threads may hold locks. That takes a second or two, in which this one works.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["routes.importing.checking"])
    forkserver.ensure_running()

    def made() -> Executor:
        prepare = partial(_prepared, memory_bytes)
        return ProcessPoolExecutor(count, context, initializer=prepare)

    executor = made()
    begun = [executor.submit(_warm) for _ in range(count)]
    workers = Workers(executor, count, folder, renew=made, begun=begun[0])
    try:
        yield workers
    finally:
        workers.executor.shutdown(wait=True, cancel_futures=True)


def work_alone() -> None:
    """Use one core, and no more memory than is needed now: there are others beside this process."""
    pa.set_cpu_count(1)
    give_back_at_once()


def _prepared(memory_bytes: int | None) -> None:
    """Make a process ready to work: it ends with the one it works for, and not by Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work_alone()
    if memory_bytes is not None:
        at_most(memory_bytes)


def _warm() -> None:
    """Load what takes its time where it is first asked for: the land."""
    line = shapely.LineString([(15, 43), (16, 43)])
    longest_over_land([line], boundaries.load(), shortest_m=math.inf)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
