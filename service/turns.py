"""How requests ask the store: at once, or, where it lets them wait, in threads and by turns.

Files are mapped into memory, and to hand a request to a thread would cost more than to answer it.
A database is waited for: what asks it runs in a thread, so that the loop goes on for others, and no
more threads do so than it has connections for us.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import partial, wraps
from inspect import iscoroutine
from typing import Any, ParamSpec, TypeVar

from anyio import CapacityLimiter, fail_after, from_thread, to_thread
from fastapi import APIRouter
from fastapi.routing import APIRoute

from service.problems import Unavailable

WAIT_S = 5.0
"""How long a request waits for its turn; then it is told to come again."""
P = ParamSpec("P")
T = TypeVar("T")
_is_in_a_turn: ContextVar[bool] = ContextVar("is_in_a_turn", default=False)


class Turns:
    """Turns for at most `most` requests at once, in threads; None lets each go on where it is."""

    def __init__(self, most: int | None) -> None:
        self.most = most
        self._free = CapacityLimiter(math.inf if most is None else most)
        # Who has a turn has a thread.
        self._threads = CapacityLimiter(math.inf)

    async def take(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do something that may ask the store. Raises Unavailable where others do so for long."""
        if self.most is None or _is_in_a_turn.get():
            return function(*args, **named)
        turn = object()
        try:
            with fail_after(WAIT_S):
                await self._free.acquire_on_behalf_of(turn)
        except TimeoutError:
            raise Unavailable("the store answers others just now, and slowly") from None
        try:
            work = partial(function, *args, **named)
            return await to_thread.run_sync(_as_a_turn, work, limiter=self._threads)
        finally:
            self._free.release_on_behalf_of(turn)

    def router(self, router: APIRouter) -> APIRouter:
        """Give the same routes, each answered in a turn, but for those that are `in_the_loop`."""
        if self.most is None:
            return router
        made = APIRouter()
        for route in router.routes:
            assert isinstance(route, APIRoute)
            answer = route.endpoint
            if not hasattr(answer, "is_in_the_loop"):
                answer = self._taken(answer)
            made.add_api_route(route.path, answer, methods=sorted(route.methods or {"GET"}))
        return made

    def _taken(self, endpoint: Callable[P, Any]) -> Callable[P, Coroutine[Any, Any, Any]]:
        @wraps(endpoint)
        async def answer(*args: P.args, **named: P.kwargs) -> object:
            return await self.take(_finished, partial(endpoint, *args, **named))

        return answer


def in_the_loop(endpoint: Callable[P, T]) -> Callable[P, T]:
    """Mark an endpoint that needs the loop, or nothing of the store, and takes its turns itself."""
    endpoint.is_in_the_loop = True  # type: ignore[attr-defined]
    return endpoint


async def in_thread(
    function: Callable[..., T], *arguments: object, limiter: CapacityLimiter | None = None
) -> T:
    """Do in a thread what takes long; where this is one, here, unless others are to be limited."""
    run = partial(to_thread.run_sync, limiter=limiter)
    if not _is_in_a_turn.get():
        return await run(function, *arguments)
    return function(*arguments) if limiter is None else from_thread.run(run, function, *arguments)


def _as_a_turn(work: Callable[[], T]) -> T:
    _is_in_a_turn.set(True)
    return work()


def _finished(endpoint: Callable[[], Any]) -> object:
    """Call an endpoint to its end. In a turn none of them has to wait for the loop."""
    answer = endpoint()
    if not iscoroutine(answer):
        return answer
    try:
        answer.send(None)
    except StopIteration as end:
        return end.value
    answer.close()
    raise RuntimeError(f"{answer.__qualname__} waits for the loop: let it be `in_the_loop`")
