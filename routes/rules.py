"""The rules that an atlas has to keep, beyond the form of its files. Each gives its faults."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from geo import times
from geo.boundaries import Boundaries
from routes import placing, sequence
from routes.reading import Draft
from routes.report import Fault

COUNTRIES = "the countries of data/boundaries/entities.toml"
# Where people find what a column may name, in an atlas that they edit as a folder.
IN_FILES = {
    "sources": "sources.toml",
    "routes": "the routes' versions",
    "crossings": "crossings.geojson",
    "countries": COUNTRIES,
}
_REFERENCES = {
    "source": "sources",
    "from_versions": "routes",
    "to_versions": "routes",
    "place": "crossings",
    "country": "countries",
    "between": "countries",
}


@dataclass(frozen=True)
class Context:
    """What single collections are checked against. `sources` is None where none could be read.

    `known` has the ids of collections that are not among the drafts, and under "countries" those
    that an atlas has besides the shipped ones. `homes` says where people find each of them.
    """

    drafts: Mapping[str, Draft]
    sources: Collection[str] | None
    boundaries: Boundaries
    extent: tuple[float, float, float, float]
    known: Mapping[str, Collection[str]] = field(default_factory=dict)
    homes: Mapping[str, str] = field(default_factory=lambda: IN_FILES)

    def ids(self, collection: str) -> Collection[str] | None:
        """Give the ids that a collection has as written; None if its file could not be read."""
        draft = self.drafts.get(collection)
        if draft is None or not draft.is_whole:
            return self.known.get(collection)
        return {str(name) for name in draft.frame["id"].dropna()}

    def targets(self, kind: str) -> Collection[str] | None:
        """Give what a column that refers to `kind` may name; None where that is not known."""
        if kind == "sources":
            return self.sources
        if kind == "countries":
            return {*self.boundaries.countries().index, *self.known.get("countries", ())}
        return self.ids(kind)


def check(context: Context) -> Iterator[Fault]:
    """Find every fault of the collections that people write."""
    for draft in context.drafts.values():
        if len(draft.frame):
            yield from _values(draft, unique=True)
            yield from _of_rows(draft, context)
    if "routes" in context.drafts:
        yield from sequence.faults(context.drafts["routes"])


def check_rows(draft: Draft, context: Context) -> Iterator[Fault]:
    """Find every fault of some rows that can be told without the others of their collection."""
    yield from _values(draft, unique=False)
    yield from _of_rows(draft, context)


def _values(draft: Draft, *, unique: bool) -> Iterator[Fault]:
    # Imported by who checks; the room says why.
    from routes import values

    return values.faults(draft, unique=unique)


def _of_rows(draft: Draft, context: Context) -> Iterator[Fault]:
    yield from _shapes(draft)
    yield from _times(draft)
    yield from placing.faults(draft, context.boundaries, context.extent)
    yield from _references(draft, context)


def _shapes(draft: Draft) -> Iterator[Fault]:
    """Check that ids can stand in an address, and that JSON has the form that its column says."""
    for position, name in enumerate(draft.frame["id"]):
        if name is not None and not _ID.fullmatch(name):
            yield draft.fault(position, "id", "holds a character that an address cannot",
                              "Use letters, digits, and . _ ~ -")  # fmt: skip
    for name in _FORMS.keys() & set(draft.frame.columns):
        is_right, remedy = _FORMS[name]
        for position, written in enumerate(draft.frame[name]):
            if written is not None and not is_right(json.loads(written)):
                yield draft.fault(position, name, "has not the form of its column", remedy)


def _times(draft: Draft) -> Iterator[Fault]:
    for column in draft.collection.written:
        if column.kind != "edtf":
            continue
        reading = "attested" if column.name == "attested" else draft.collection.reading
        texts = draft.frame[column.name].tolist()
        for position, error in times.faults(texts, reading).items():
            yield draft.fault(position, column.name, error.fault, f"Write it like {error.example}")


def _references(draft: Draft, context: Context) -> Iterator[Fault]:
    """Check that every id that is named exists, where the file that would have it could be read."""
    for name in [one for one in draft.frame.columns if one in _REFERENCES]:
        kind = _REFERENCES[name]
        known, home = context.targets(kind), context.homes[kind]
        if known is None:
            continue
        for position, unknown in _unknown(draft.frame[name], known):
            remedy = f"Known ones are {_few(known)}"
            yield draft.fault(position, name, f"names {unknown!r}, not in {home}", remedy)


def _unknown(column: pd.Series, known: Collection[str]) -> Iterator[tuple[int, str]]:
    """Give what is named and not known, with its position. Cells are texts, or lists of them."""
    cells = column.reset_index(drop=True)
    named = cells[cells.map(bool, na_action="ignore").eq(other=True)].explode()
    strange = named[~named.isin(list(known))]
    yield from dict.fromkeys(zip(strange.index.tolist(), strange.tolist(), strict=True))


def _few(names: Collection[str]) -> str:
    first = sorted(names)[:12]
    return (", ".join(first) or "none") + (", ..." if len(names) > len(first) else "")


def _is_stages(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_stage, value))


def _is_stage(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


_ID = re.compile(r"[\w.~-]+")
_FORMS: dict[str, tuple[Callable[[object], bool], str]] = {
    "stages": (_is_stages, 'Write it like [["albania"], ["greece", "macedonia"]]'),
    "figures": (lambda value: isinstance(value, dict), 'Write it like {"interviews": 13000}'),
}
