"""Workers of Dask distributed: processes of this machine with a limit of memory, or a cluster.

It is an extra, `cluster`, and imported only where it is asked for.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from routes.errors import RoutesError
from routes.workers import Workers, work_alone

LOCAL = "local"
RETRIES = 2
"""How often a piece of work that failed is tried again: a disk that others share may stumble."""
SECONDS_TO_ANSWER = 30


class NoCluster(RoutesError):
    """Dask is not installed, or a cluster does not answer, or does not see what it has to."""


@contextmanager
def cluster(
    address: str,
    count: int,
    memory_bytes: int | None = None,
    folder: Path | None = None,
    seen: tuple[Path, ...] = (),
) -> Iterator[Workers]:
    """Let the workers of a scheduler work, or `count` processes of this machine for LOCAL.

    Of those each may take so much memory, at most its part of the machine's if None. `seen`:
    folders that all workers have to see besides `folder`. Raises NoCluster.
    """
    distributed = _distributed()
    with ExitStack() as stack:
        if address == LOCAL:
            made = distributed.LocalCluster(
                n_workers=count, threads_per_worker=1, dashboard_address="127.0.0.1:0",
                memory_limit=memory_bytes or "auto",
            )  # fmt: skip
            client = stack.enter_context(distributed.Client(stack.enter_context(made)))
        else:
            client = stack.enter_context(_connected(distributed, address))
        _prepare(distributed, client)
        _share(client, [folder or Path(gettempdir()), *seen])
        yield Workers(
            client.get_executor(retries=RETRIES, pure=False),
            sum(client.nthreads().values()) or count,
            folder,
            breaks=distributed.KilledWorker,
            cancels=False,
        )


def _distributed() -> Any:  # noqa: ANN401 (distributed has no types)
    try:
        import distributed
    except ImportError:
        raise NoCluster(
            "Dask distributed is not installed; install it by pip install 'routeshift[cluster]'"
        ) from None
    return distributed


def _connected(distributed: Any, address: str) -> Any:  # noqa: ANN401
    try:
        return distributed.Client(address, timeout=SECONDS_TO_ANSWER)
    except (OSError, ValueError) as error:
        raise NoCluster(f"no scheduler answers at {address}: {error}") from None


def _prepare(distributed: Any, client: Any) -> None:  # noqa: ANN401
    """Make workers ready, also those that come later in place of lost ones."""

    class Alone(distributed.WorkerPlugin):  # type: ignore[misc]
        def setup(self, worker: Any) -> None:  # noqa: ANN401
            work_alone()

    client.register_plugin(Alone(), name="routeshift")


def _share(client: Any, folders: list[Path]) -> None:  # noqa: ANN401
    """Raise NoCluster where a worker does not see a folder that this process writes into."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        sign = folder / f".routeshift-{uuid.uuid4().hex}"
        sign.touch()
        try:
            blind = [worker for worker, sees in client.run(sign.exists).items() if not sees]
        finally:
            sign.unlink()
        if blind:
            raise NoCluster(
                f"worker {blind[0]} does not see {folder}: give a folder that all workers share "
                "by --scratch, and a store in another"
            )
