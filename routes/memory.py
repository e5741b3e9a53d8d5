"""Memory that is free, given back to the system, at some cost of time."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from functools import cache
from pathlib import Path

import pyarrow as pa

# Parameters of mallopt(3), GNU C library.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE_BYTES = 1 << 16
_TOO_LARGE_BYTES, _POOL_BYTES = 1 << 22, 1 << 24


def give_back_at_once() -> None:
    """Keep free memory in no pools, as allocators do for speed, for the rest of this process.

    Columns of a batch come and go by the million bytes; kept, they add up to more than the file.
    Elsewhere than on Linux with GNU's C library only Arrow's own pool is left out.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    _call("mallopt", _ARENA_MAX, 1)
    _call("mallopt", _MMAP_THRESHOLD, _LARGE_BYTES)
    _call("mallopt", _TRIM_THRESHOLD, _LARGE_BYTES)


def share_between_threads() -> None:
    """Let all threads of this process take memory from one pool, for who gives back soon himself.

    Else each thread has its own, and holds what it once needed. What is too large for the pool goes
    back at once, but costs a fault for each of its pages. For the rest of this process and of those
    forked from it; elsewhere than on Linux with GNU's C library nothing is done.
    """
    _call("mallopt", _ARENA_MAX, 1)
    _call("mallopt", _MMAP_THRESHOLD, _TOO_LARGE_BYTES)
    _call("mallopt", _TRIM_THRESHOLD, _POOL_BYTES)


def give_back() -> None:
    """Give back what is free now, in a millisecond or two; malloc_trim(3), as above."""
    _call("malloc_trim", 0)


def _call(function: str, *numbers: int) -> None:
    """Call a function of GNU's C library, if this is one."""
    found = getattr(_c_library(), function, None)
    if found is not None:
        found(*numbers)


@cache
def _c_library() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("c") if sys.platform == "linux" else None
    return ctypes.CDLL(name) if name else None


def at_most(size: int) -> None:
    """Let this process have so many bytes of memory of its own, mapped files not counted.

    What needs more raises MemoryError, and leaves other processes alone. What libraries reserved
    and never touched is not counted. Elsewhere than on Linux there is no limit.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return
    import resource

    told = dict(line.split(":", 1) for line in status.read_text().splitlines())
    data, used = (int(told[name].split()[0]) * 1024 for name in ("VmData", "RssAnon"))
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (size + data - used, most))
