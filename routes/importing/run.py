"""An import from beginning to end: open, map, check every row, publish what is sound."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from routes import frames, rules
from routes.errors import StoreBusy
from routes.importing import checking
from routes.importing.arranging import arranged
from routes.importing.candidates import Candidates
from routes.importing.checked import Checked
from routes.importing.checking import Checker
from routes.importing.mapping import BadOption, Mapping
from routes.importing.projection import Projection
from routes.importing.reading import Source, open_source, refused
from routes.importing.scratch import Scratch
from routes.importing.settling import Held, settle
from routes.importing.target import NewAtlas, Target
from routes.importing.versions import with_closed
from routes.recorded import ROWS_A_GROUP, Recorded
from routes.report import AtlasRefused, Fault
from routes.schema import COLLECTIONS, Collection
from routes.stores.base import Content, Manifest, Progress, Store
from routes.workers import Workers

Rows = Callable[[int], None]


@dataclass(frozen=True)
class Options:
    """What a person asks of an import."""

    collection: str = "routes"
    mapping: Mapping = field(default_factory=Mapping)
    source: str | None = None
    source_title: str | None = None
    close_versions: bool = False
    replace: bool = False
    mend_areas: bool = False
    new: NewAtlas = field(default_factory=NewAtlas)


@dataclass(frozen=True)
class Import:
    """A file that is ready to be imported: its mapping is complete, its target open."""

    path: Path
    source: Source
    collection: Collection
    mapping: Mapping
    candidates: Candidates
    target: Target
    options: Options

    @contextmanager
    def checked(
        self, count: Rows = lambda _: None, workers: Workers | None = None
    ) -> Iterator[Checked]:
        """Read and check all rows; they are kept in temporary files for as long as this lasts.

        `count` is told how many rows were read. Without `workers` all is done by this process.
        Raises AtlasRefused for a file that breaks off, and WorkersLost.
        """
        workers = workers or Workers()
        faults = self.candidates.missing()
        if faults:
            raise AtlasRefused(faults)
        checker = Checker(
            self.path, self.collection, self.mapping, self.candidates, self._context(),
            self.options.mend_areas, self.source.is_folder,
        )  # fmt: skip
        place = workers.folder
        with tempfile.TemporaryDirectory(prefix="routeshift-import-", dir=place) as name:
            scratch = Scratch(Path(name), self.collection)
            with closing(checking.checked(checker, self.source, scratch.folder, workers)) as pieces:
                for found in pieces:
                    faults += found.faults
                    scratch.add(found.place, found.rows, found.file)
                    count(found.rows)
            yield self._settled(scratch, faults, workers)

    def refuse_faulty(self, checked: Checked, *, leave_out_faulty: bool = False) -> None:
        """Raise AtlasRefused where a row has a fault: all or nothing, unless that is not asked.

        A file without any sound row is refused in either case.
        """
        if checked.faults and (not leave_out_faulty or checked.sound == 0):
            raise AtlasRefused(checked.faults)

    def publish(
        self,
        store: Store,
        checked: Checked,
        note: str = "",
        author: str = "",
        progress: Progress = lambda _: None,
    ) -> Manifest:
        """Publish the rows without a fault as part of the next edition, which records the others.

        `refuse_faulty` decides first. Raises StoreBusy or StoreError; then the store is as it was.
        """
        if store.current() != self.target.number:
            raise StoreBusy("another edition was published meanwhile; import the file again")
        name = self.collection.name
        made, opened, pieces = self._arranged(checked)
        kept, held = self.target.kept(store, name)
        if name == "boundaries":
            # They are derived from the shipped boundaries, which are no longer there.
            kept.pop("borders", None)
            held["borders"] = frames.empty(COLLECTIONS["borders"])
        content = Content(
            opened,
            self.target.sources,
            held,
            kept,
            {name: made},
            tuple(_left_out(fault) for fault in checked.faults),
            self.target.stories,
            workers=checked.workers,
        )
        checked.workers.told = _share_of(pieces, name, progress)
        return store.publish(content, note, author, progress)

    def _arranged(self, checked: Checked) -> tuple[Recorded, dict[str, Any], int]:
        """Put the rows in order; give the atlas as it opens on them, and how many pieces it takes.

        What is known of all rows at once is gone when they are written.
        """
        parts = [checked.part(self.collection)]
        opened = self.target.opened_on(checked.bounds(self.collection), parts[0].boxes)
        if not self.options.replace:
            closed = partial(with_closed, closed=checked.settled.closed)
            parts.insert(0, self.target.part(self.collection.name, closed))
        pieces = 2 * -(-sum(len(part.boxes) for part in parts) // ROWS_A_GROUP) or 1
        made = arranged(self.collection, parts, checked.scratch.folder, checked.workers)
        return made, opened, pieces

    def _context(self) -> rules.Context:
        return rules.Context(
            {}, list(self.target.sources), self.target.boundaries, self.target.extent,
            self.target.known(), self.target.homes(),
        )  # fmt: skip

    def _settled(self, scratch: Scratch, faults: list[Fault], workers: Workers) -> Checked:
        faulty = scratch.table(["_faulty"])["_faulty"].to_numpy().copy()
        if not len(faulty):
            raise refused(self.path, "holds no rows", "Give a file with some")
        given = self.mapping.columns.keys() | self.mapping.fixed.keys()
        name = self.collection.name
        names = ["id", *(("route", "valid", "version") if name == "routes" else ())]
        there = self.target.columns(name, names)
        settled = settle(
            scratch,
            self.collection,
            self.source.file,
            Held(there.iloc[:0] if self.options.replace else there, self.target.name),
            numbered="version" in given,
            named="id" in given,
            close=self.options.close_versions,
        )
        faulty[[position for position, _ in settled.faults]] = True
        more = [
            self.candidates.named(_of_file(fault, scratch.file_of(position)))
            for position, fault in settled.faults
        ]
        return Checked((*faults, *more), faulty, settled, scratch, workers)


def prepare(path: Path, store: Store, options: Options) -> Import:
    """Open a file and what it goes into, and complete the mapping.

    Raises AtlasRefused for a file that cannot be read, BadOption, StoreError.
    """
    if options.collection not in COLLECTIONS:
        raise BadOption(f"there is no collection {options.collection!r}; there is "
                        f"{', '.join(COLLECTIONS)}")  # fmt: skip
    collection = COLLECTIONS[options.collection]
    ways = options.mapping
    source = open_source(path, collection.geometry, ways.layer, ways.encoding)
    mapping = ways.completed(collection, source.columns, has_geometry=source.has_geometry)
    if options.source or options.source_title:
        kept = {ours: theirs for ours, theirs in mapping.columns.items()
                if ours != "source" or ours in ways.columns}  # fmt: skip
        mapping = replace(mapping, columns=kept)
    if mapping.crs is not None:
        Projection.of(mapping.crs)
    opened = Target.of(store, options.new, source.file, collection.name)
    target, named = opened.with_source(options.source, options.source_title)
    candidates = Candidates(collection, mapping, source.file, source.unit, named)
    return Import(path, source, collection, mapping, candidates, target, options)


def _left_out(fault: Fault) -> dict[str, str]:
    said = asdict(fault)
    return {name: said[name] for name in ("file", "row", "field", "value", "problem")}


def _share_of(pieces: int, name: str, progress: Progress) -> Callable[[], None]:
    """Tell how much of a collection is done: about so many pieces are dealt, sorted and served."""
    numbers = itertools.count(1)

    def told() -> None:
        share = 100 * next(numbers) // pieces
        # Those who work go on with other collections.
        if share <= 100:
            progress(f"{name} {share} %")

    return told


def _of_file(fault: Fault, file: str) -> Fault:
    """Give a fault the file of its row, which among those of a folder is named with it."""
    return replace(fault, file=file, row=fault.row.removeprefix(f"{file}, "))
