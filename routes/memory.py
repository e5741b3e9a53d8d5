"""Memory of a process that imports: given back as soon as it is free, at some cost of time."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from pathlib import Path

import pyarrow as pa

# Parameters of mallopt(3), GNU C library.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE_BYTES = 1 << 16


def give_back_at_once() -> None:
    """Keep free memory in no pools, as allocators do for speed, for the rest of this process.

    Columns of a batch come and go by the million bytes; kept, they add up to more than the file.
    Elsewhere than on Linux with GNU's C library only Arrow's own pool is left out.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    name = ctypes.util.find_library("c") if sys.platform == "linux" else None
    set_option = getattr(ctypes.CDLL(name), "mallopt", None) if name else None
    if set_option is not None:
        set_option(_ARENA_MAX, 1)
        set_option(_MMAP_THRESHOLD, _LARGE_BYTES)
        set_option(_TRIM_THRESHOLD, _LARGE_BYTES)


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
