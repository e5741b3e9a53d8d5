"""Work in an event loop, which goes on with other work while a question waits for its answer.

Whoever asks is written as for a thread, and runs in a greenlet: where a thread would stand still
until the server answers, the greenlet gives control back to the loop (as SQLAlchemy's asyncio
extension does). To hand short questions to threads, and to fetch their answers from there, would
take a quarter of what can be answered. See docs/adr/0022.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from greenlet import getcurrent, greenlet
from psycopg.abc import PQGen
from psycopg.waiting import Ready, Wait

from routes.stores.base import WouldBlock

T = TypeVar("T")


class _Work(greenlet):
    """Work whose questions the loop waits for."""


class _Needed(NamedTuple):
    """What work waits for: a socket that can be read or written, or that it is so late."""

    fileno: int
    wanted: Wait
    deadline_s: float


async def do(work: Callable[[], T]) -> T:
    """Do work whose questions are waited for in the running loop; give, or raise, what it does."""
    doing = _Work(work)
    said: Any = doing.switch()
    while not doing.dead:
        try:
            ready = await _ready(said)
        except BaseException as error:
            # Nobody waits for it any more: it has to let go of its connection.
            said = doing.throw(error)
        else:
            said = doing.switch(ready)
    done: T = said
    return done


def is_here() -> bool:
    """Tell whether the loop is to go on while this work waits."""
    return isinstance(getcurrent(), _Work)


def leave() -> None:
    """Say that what follows would keep the loop waiting. Raises WouldBlock if this is in one."""
    if is_here():
        raise WouldBlock


def wait(exchange: PQGen[T], fileno: int, within_s: float) -> T:
    """Wait for an exchange with the server, as `psycopg.waiting.wait` does. Raises TimeoutError."""
    loop = getcurrent().parent
    assert loop is not None
    deadline_s = asyncio.get_running_loop().time() + within_s
    try:
        wanted = next(exchange)
        while True:
            ready = loop.switch(_Needed(fileno, wanted, deadline_s))
            if ready == Ready.NONE:
                raise TimeoutError
            wanted = exchange.send(ready)
    except StopIteration as end:
        answer: T = end.value
        return answer


async def _ready(needed: _Needed) -> Ready:
    """Wait for a socket; tell what it is ready for, or that it is late."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[Ready] = loop.create_future()
    late = loop.call_at(needed.deadline_s, _tell, ready, Ready.NONE)
    if needed.wanted & Wait.R:
        loop.add_reader(needed.fileno, _tell, ready, Ready.R)
    if needed.wanted & Wait.W:
        loop.add_writer(needed.fileno, _tell, ready, Ready.W)
    try:
        return await ready
    finally:
        late.cancel()
        if needed.wanted & Wait.R:
            loop.remove_reader(needed.fileno)
        if needed.wanted & Wait.W:
            loop.remove_writer(needed.fileno)


def _tell(future: asyncio.Future[Ready], ready: Ready) -> None:
    # A socket may be ready again before it is looked at.
    if not future.done():
        future.set_result(ready)
