"""Which column of a file holds what: guessed, given, saved and used again."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self, cast

from routes.importing import names
from routes.importing.dates import ORDERS, Order
from routes.schema import Collection

ALIASES = {"route_id": "route", "from": "valid_from", "to": "valid_to", "title": "name"}
EXTRA = ("valid_from", "valid_to", "lon", "lat", "wkt")
FORMAT = 1


class BadOption(ValueError):
    """An option that cannot be used: words for who wrote it."""


@dataclass(frozen=True)
class Mapping:
    """What each of our columns is taken from.

    `columns`: ours -> the file's, of which the first that has a value counts. `fixed`: ours -> a
    text that holds for every row. `dates`, `crs`, `layer` and `encoding` say how the file is read.
    """

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    dates: Order | None = None
    crs: str | None = None
    layer: str | None = None
    encoding: str | None = None

    @classmethod
    def parse(cls, maps: Iterable[str] = (), sets: Iterable[str] = ()) -> Self:
        """Read `valid_from=begin,route_id=name` and `mode=sea`. Raises BadOption."""
        columns = {ours: tuple(theirs.split("|")) for ours, theirs in _pairs(maps, "--map")}
        return cls(columns, dict(_pairs(sets, "--set")))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a mapping that `save` wrote. Raises BadOption."""
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
            columns = {
                ours: (theirs,) if isinstance(theirs, str) else tuple(map(str, theirs))
                for ours, theirs in said.get("map", {}).items()
            }
            fixed = {ours: str(value) for ours, value in said.get("set", {}).items()}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise BadOption(f"{path} is not a saved mapping: {error}") from None
        order = said.get("dates")
        if order is not None and order not in ORDERS:
            raise BadOption(f"{path}: dates {order!r} is not one of {', '.join(ORDERS)}")
        ways = {name: str(said[name]) for name in ("crs", "layer", "encoding") if name in said}
        return cls(columns, fixed, cast("Order | None", order), **ways)

    def save(self, path: Path, collection: Collection) -> None:
        """Write the mapping as TOML, to be used again on the next file of the same kind."""
        head = {"format": FORMAT, "collection": collection.name, "dates": self.dates,
                "crs": self.crs, "layer": self.layer, "encoding": self.encoding}  # fmt: skip
        lines = [f"{name} = {json.dumps(value)}" for name, value in head.items() if value]
        lines += ["", "# our column = the file's; of several, the first that has a value", "[map]"]
        lines += [f"{ours} = {json.dumps(theirs[0] if len(theirs) == 1 else theirs)}"
                  for ours, theirs in self.columns.items()]  # fmt: skip
        lines += ["", "# what holds for every row", "[set]"]
        lines += [f"{ours} = {json.dumps(value)}" for ours, value in self.fixed.items()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def over(self, other: Mapping) -> Mapping:
        """Give this mapping, and where it says nothing, the other."""
        own = self.columns.keys() | self.fixed.keys()
        return Mapping(
            {ours: theirs for ours, theirs in other.columns.items() if ours not in own}
            | self.columns,
            {ours: value for ours, value in other.fixed.items() if ours not in own} | self.fixed,
            self.dates or other.dates,
            self.crs or other.crs,
            self.layer or other.layer,
            self.encoding or other.encoding,
        )

    def completed(
        self, collection: Collection, columns: Sequence[str], *, has_geometry: bool
    ) -> Mapping:
        """Fill in by guesses what is not given. Raises BadOption for a name that is not there."""
        self._refuse_unknown(collection, columns)
        taken = {name for theirs in self.columns.values() for name in theirs}
        free = [name for name in columns if name not in taken]
        guessed = names.guess(free, collection, has_geometry=has_geometry)
        given = self.columns.keys() | self.fixed.keys()
        # Who says where a start is does not want the time from elsewhere, but may want an end.
        barred = {"valid_from", "valid_to"} if "valid" in given else set[str]()
        barred |= {"valid"} if given & {"valid_from", "valid_to"} else set()
        guessed = {ours: theirs for ours, theirs in guessed.items() if ours not in barred}
        kept = {ours: tuple(theirs) for ours, theirs in guessed.items() if ours not in self.fixed}
        found = kept | self.columns
        placed = has_geometry or "wkt" in found or {"lon", "lat"} <= found.keys()
        if collection.geometry_required and not placed:
            raise BadOption("the file has no geometry, and no column that tells a place: give "
                            "--map lon=COLUMN,lat=COLUMN or --map wkt=COLUMN; there is "
                            f"{', '.join(columns)}")  # fmt: skip
        return replace(self, columns=found)

    def unused(self, columns: Iterable[str]) -> list[str]:
        """Give the columns of a file that nothing is taken from."""
        used = {name for theirs in self.columns.values() for name in theirs}
        return [name for name in columns if name not in used]

    def _refuse_unknown(self, collection: Collection, columns: Sequence[str]) -> None:
        ours = [one.name for one in collection.written]
        for name in (*self.columns, *self.fixed):
            if name not in (*ours, *EXTRA):
                known = ", ".join((*ours, *EXTRA))
                raise BadOption(f"{collection.name} have no column {name!r}; there is {known}")
        for theirs in self.columns.values():
            for name in theirs:
                if name not in columns:
                    said = f"the file has no column {name!r}; there is {', '.join(columns)}"
                    raise BadOption(said)


def _pairs(texts: Iterable[str], option: str) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        # A fixed text may hold a comma; a list of columns is separated by them.
        for one in text.split(",") if option == "--map" else [text]:
            ours, equals, theirs = one.partition("=")
            if not equals or not ours.strip() or not theirs.strip():
                raise BadOption(f"{option} {one!r} is not OURS=THEIRS, like name=Title")
            pairs.append((ALIASES.get(ours.strip(), ours.strip()), theirs.strip()))
    return pairs
