"""How requests ask the store: at once, or, where it lets them wait, by turns.

Files are mapped into memory, and to hand a request to a thread would cost more than to answer it.
A database is waited for. What asks it runs in a thread, so that the loop goes on for others; or, if
it is short, in the loop, which goes on while a question waits. No more do so at once than there are
connections for us.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial, wraps
from inspect import iscoroutine
from threading import local
from typing import Any, ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from fastapi.routing import APIRoute

from routes.stores.base import Distant, Store, WouldBlock
from service.problems import Unavailable

WAIT_S = 5.0
"""How long a request waits for its turn; then it is told to come again."""
LOOKS_EVERY_S = 0.5
"""How often a thread looks whether there is still a loop to wait for."""
P = ParamSpec("P")
T = TypeVar("T")
_this_thread = local()


class Turns:
    """Turns for at most `most` requests at once where a store is waited for; else all go on."""

    def __init__(self, store: Store, most: int) -> None:
        self._store = store if isinstance(store, Distant) else None
        self.most = most if self._store else None
        """None where they are not counted."""
        self._free = asyncio.Semaphore(most)
        self._threads = ThreadPoolExecutor(most, "turn")

    async def take(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do something that may ask the store. Raises Unavailable where others do so for long."""
        if self._store is None or _is_a_turn():
            return function(*args, **named)
        await self._turn()
        loop = asyncio.get_running_loop()
        work = partial(_as_a_turn, loop, partial(function, *args, **named))
        done = loop.run_in_executor(self._threads, work)
        done.add_done_callback(lambda _: self._free.release())
        # Also where nobody waits any more, the turn lasts as long as its thread is taken.
        return await asyncio.shield(done)

    async def take_in_loop(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do as `take` does something that takes hardly longer than its questions to the store.

        It is done twice where it turns out that only a thread can do it.
        """
        if self._store is None:
            return function(*args, **named)
        await self._turn()
        try:
            return await self._store.in_loop(partial(function, *args, **named))
        except WouldBlock:
            pass
        finally:
            self._free.release()
        return await self.take(function, *args, **named)

    async def _turn(self) -> None:
        """Wait for a turn. Raises Unavailable."""
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            await asyncio.wait_for(self._free.acquire(), WAIT_S)
        except TimeoutError:
            raise Unavailable("the store answers others just now, and slowly") from None

    def router(self, router: APIRouter) -> APIRouter:
        """Give the same routes, each answered in a turn, but for those that are `in_the_loop`."""
        if self._store is None:
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
    if not _is_a_turn():
        return await to_thread.run_sync(function, *arguments, limiter=limiter)
    if limiter is None:
        return function(*arguments)
    limited = to_thread.run_sync(function, *arguments, limiter=limiter)
    loop: asyncio.AbstractEventLoop = _this_thread.loop
    done = asyncio.run_coroutine_threadsafe(limited, loop)
    # A loop that was ended meanwhile never tells.
    while not wait([done], LOOKS_EVERY_S).done:
        if not loop.is_running():
            raise Unavailable("the service is being stopped")
    return done.result()


def _is_a_turn() -> bool:
    return hasattr(_this_thread, "loop")


def _as_a_turn(loop: asyncio.AbstractEventLoop, work: Callable[[], T]) -> T:
    # Its threads do nothing else.
    _this_thread.loop = loop
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
