"""Files that are made once and sent often, in a folder that all processes of a service share.

    <edition>-<digest>.<ending>      a file; its time of access is when it was last asked for
    .unfinished-<name>/              where one is being made
    .lock-<name>                     held by the process that makes it
    .room                            held while a file is put in its place and older ones go

A file is moved into its place when it is whole, so one that a killed process left half made is
never sent. The folder holds no more than it may, beside what is being made: what was not asked for
longest goes first.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO

from anyio import CapacityLimiter, to_thread
from filelock import FileLock, Timeout

from routes.stores import durable
from service.compressing import ENDINGS, Encoding, compress
from service.kept_folder import of_our_own, temporary, writable
from service.settings import Settings

log = logging.getLogger("routeshift")

FOLDER = "downloads"
LOOK_EVERY_S = 0.02
# How long nothing more is made after there was no room: a text that breaks off in the middle is
# worse than one that is made again for each request.
NO_ROOM_FOR_S = 60.0
# Another process may make a file of an edition in the second before it sees that it is gone.
SWEEP_EVERY_S = 600
Write = Callable[[Path], None]

_NAME = re.compile(r"(\d+)-[0-9a-f]{20}\.[a-z.]+")
_LOCK, _UNFINISHED, _ROOM = ".lock-", ".unfinished-", ".room"


class Making:
    """A file that this process makes (`is_begun`), or waits for because another one does.

    `is_written`: nothing is added to it any more.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.is_begun = False
        self.is_written = False
        self.kept: Path | None = None
        self.error: Exception | None = None
        self._over = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """Whether it is in its place, or will not come there."""
        return self._over.is_set()

    def end(self) -> None:
        """Tell all who wait."""
        self._over.set()

    async def opened(self) -> BinaryIO | None:
        """Open it while it grows, as soon as there is something of it; None if that is too late.

        Not what another process writes at the same place: that one may end, or not keep it.
        """
        while not self.is_over:
            with suppress(FileNotFoundError):
                if self.is_begun and self.place.stat().st_size:
                    return self.place.open("rb")
            await asyncio.sleep(LOOK_EVERY_S)
        return None

    async def whole(self) -> Path | None:
        """Wait until it is whole and give its place; None where it could not be kept.

        Raises what writing it raised, except that there was no room.
        """
        await self._over.wait()
        if self.error is not None and not isinstance(self.error, OSError):
            raise self.error
        return self.kept


class Kept:
    """Files of at most `most_bytes` in all, in the folder that `look` finds, if any."""

    def __init__(
        self, look: Callable[[], Path | None], most_bytes: int, writers: CapacityLimiter
    ) -> None:
        self.most_bytes = most_bytes
        self._look = look
        self._writers = writers
        self._making: dict[str, Making] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._too_large: set[str] = set()
        self._swept: tuple[int, int] | None = None
        self._no_room_until_s = float("-inf")

    @cached_property
    def folder(self) -> Path | None:
        """The folder, made where it is missing; None if nothing is to be kept or can be."""
        if self.most_bytes == 0:
            return None
        return self._look()

    def can_hold(self, name: str) -> bool:
        """Tell whether a file that is not there may be made, as far as is known."""
        if self.folder is None or name in self._too_large:
            return False
        return time.monotonic() >= self._no_room_until_s

    def find(self, name: str) -> Path | None:
        """Give a file that is there, and note that it was asked for."""
        if self.folder is None:
            return None
        path = self.folder / name
        try:
            os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
        except OSError:
            return None
        return path

    def make(self, name: str, write: Write) -> Making:
        """Make a file that can be held, once for all who ask meanwhile."""
        making = self._making.get(name)
        if making is None:
            assert self.folder is not None
            place = self.folder / f"{_UNFINISHED}{name}" / name
            making = self._making[name] = Making(place)
            # It goes on, also where the one who asked first hangs up.
            task = asyncio.create_task(self._make(name, making, write))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return making

    async def tidy(self, state: int, editions: Collection[int]) -> None:
        """Sweep where that was not done in this `state` of the store, and from time to time."""
        due = (state, int(time.monotonic() / SWEEP_EVERY_S))
        if self._swept != due and self.folder is not None:
            self._swept = due
            await to_thread.run_sync(self.sweep, editions)

    def sweep(self, editions: Collection[int]) -> None:
        """Remove the files of editions that are gone, and what killed processes left.

        `editions`: those known here; another process may know a newer one already.
        """
        assert self.folder is not None
        gone = set(range(max(editions))) - set(editions)
        for path, edition in self._files():
            if edition in gone:
                path.unlink(missing_ok=True)
        for path in self.folder.glob(f"{_LOCK}*"):
            with suppress(Timeout), FileLock(path, blocking=False):
                self._clear(path.name.removeprefix(_LOCK))

    async def _make(self, name: str, making: Making, write: Write) -> None:
        try:
            lock = await self._locked(name)
            try:
                making.kept = self.find(name)
                if making.kept is None:
                    await to_thread.run_sync(self._write, making, write, limiter=self._writers)
            finally:
                self._clear(name)
                lock.release()
        except Exception as error:
            making.error = error
            if isinstance(error, OSError):
                self._no_room_until_s = time.monotonic() + NO_ROOM_FOR_S
                log.warning("%s is not kept: %s", name, error)
        finally:
            del self._making[name]
            making.end()

    async def _locked(self, name: str) -> FileLock:
        """Wait, and occupy no thread, until no other process makes the file."""
        assert self.folder is not None
        lock = FileLock(self.folder / f"{_LOCK}{name}", thread_local=False)
        while True:
            try:
                lock.acquire(blocking=False)
            except Timeout:
                await asyncio.sleep(LOOK_EVERY_S)
            else:
                return lock

    def _write(self, making: Making, write: Write) -> None:
        assert self.folder is not None
        place = making.place
        shutil.rmtree(place.parent, ignore_errors=True)
        place.parent.mkdir()
        making.is_begun = True
        write(place)
        making.is_written = True
        size = place.stat().st_size
        if size > self.most_bytes:
            log.warning("%s has %d bytes: more than all that may be kept", place.name, size)
            self._too_large.add(place.name)
            return
        # After a loss of power a file that is there has to be whole.
        durable.sync(place)
        with FileLock(self.folder / _ROOM):
            self._make_room(size)
            making.kept = place.replace(self.folder / place.name)

    def _make_room(self, size: int) -> None:
        there = []
        for path, _ in self._files():
            with suppress(FileNotFoundError):
                known = path.stat()
                there.append((known.st_atime_ns, known.st_size, path))
        total = sum(one for _, one, _ in there) + size
        for _, freed, path in sorted(there):
            if total <= self.most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= freed

    def _clear(self, name: str) -> None:
        """Remove what a file was made in, and its lock, which the caller holds."""
        assert self.folder is not None
        shutil.rmtree(self.folder / f"{_UNFINISHED}{name}", ignore_errors=True)
        (self.folder / f"{_LOCK}{name}").unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[Path, int]]:
        """Give the files and their editions; nothing else that lies in the folder."""
        assert self.folder is not None
        for path in self.folder.iterdir():
            found = _NAME.fullmatch(path.name)
            if found:
                yield path, int(found[1])


class KeptFile:
    """One of them, as it is or compressed, and how it is made where it is missing."""

    def __init__(self, kept: Kept, name: str, encoding: Encoding | None, write: Write) -> None:
        self._kept = kept
        self._plain = name
        self._encoding = encoding
        self._write = write

    def find(self) -> Path | None:
        """Give its place, if it is there."""
        return self._kept.find(self._name)

    @property
    def can_be_made(self) -> bool:
        """Whether there is room for it, as far as is known."""
        return self._kept.can_hold(self._plain)

    async def making(self) -> Making | None:
        """Have it made; its compressed form once it is whole. None where that cannot be kept."""
        if self._encoding is None:
            return self._kept.make(self._plain, self._write)
        plain = self._kept.find(self._plain)
        if plain is None:
            plain = await self._kept.make(self._plain, self._write).whole()
        if plain is None:
            return None
        return self._kept.make(self._name, partial(compress, plain, self._encoding))

    @property
    def _name(self) -> str:
        if self._encoding is None:
            return self._plain
        return f"{self._plain}.{ENDINGS[self._encoding]}"


def of(settings: Settings, writers: CapacityLimiter) -> Kept:
    """Give the room for downloads that the settings name."""
    most_bytes = settings.downloads_mb * 1_000_000
    if settings.downloads is not None:
        return Kept(partial(_in, settings.downloads), most_bytes, writers)
    if isinstance(settings.store, Path):
        return Kept(partial(_in, settings.store / FOLDER), most_bytes, writers)
    # A database has no room for files; all services of a machine that read it find this folder.
    return Kept(partial(of_our_own, settings.store.encode()), most_bytes, writers)


def _in(wanted: Path) -> Path | None:
    return writable(wanted) or temporary(wanted)
