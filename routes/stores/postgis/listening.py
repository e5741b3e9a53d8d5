"""Word of new editions: who publishes notifies, and who listens looks at once.

It is sent with the transaction that publishes, and so never before the edition is there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from routes.stores.base import Wait
from routes.stores.postgis.asking import Ask, Connection

CHANNEL = "routeshift_editions"
UNHEARD_S = 1.0
"""How often to look where nothing can be heard: no replica can be listened to."""


def notify(ask: Ask) -> None:
    """Tell all who listen, once what is written is there for all."""
    ask("SELECT pg_notify(%(channel)s, '')", {"channel": CHANNEL})


@contextmanager
def listening(connection: Connection) -> Iterator[Wait]:
    """Listen until the end. Raises what psycopg raises."""
    try:
        connection.execute(f"LISTEN {CHANNEL}")
    except psycopg.errors.ReadOnlySqlTransaction:
        yield _unheard
    else:
        yield lambda seconds: any(True for _ in connection.notifies(timeout=seconds, stop_after=1))


def _unheard(seconds: float) -> bool:
    time.sleep(min(seconds, UNHEARD_S))
    return True
