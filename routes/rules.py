"""The rules that an atlas has to keep, beyond the form of its files. Each gives its faults."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo import intervals
from geo.boundaries import Boundaries
from routes import placing, sequence
from routes.reading import Draft
from routes.report import Fault

Mask = NDArray[np.bool_]
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
            yield from _values(draft)
            yield from _of_rows(draft, context)
    if "routes" in context.drafts:
        yield from sequence.faults(context.drafts["routes"])


def check_rows(draft: Draft, context: Context) -> Iterator[Fault]:
    """Find every fault of some rows that can be told without the others of their collection."""
    yield from _values(draft, unique=False)
    yield from _of_rows(draft, context)


def _of_rows(draft: Draft, context: Context) -> Iterator[Fault]:
    yield from _shapes(draft)
    yield from _times(draft)
    yield from placing.faults(draft, context.boundaries, context.extent)
    yield from _references(draft, context)


def _values(draft: Draft, *, unique: bool = True) -> Iterator[Fault]:
    """Check presence, uniqueness and choices, column by column."""
    for column in draft.collection.written:
        name, values = column.name, draft.frame[column.name]
        missing = values.isna().to_numpy()
        # A version has its id from its route and number: these are missing.
        if column.required and not (name == "id" and "route" in draft.frame):
            for position in _unsaid(missing, draft, name):
                yield draft.fault(position, name, "is missing", f"Give it: {column.description}")
        if unique and column.unique:
            # What is missing twice is not the same.
            for position in _unsaid(values.duplicated(keep=False) & ~missing, draft, name):
                same = np.flatnonzero(values == values.iloc[position]).tolist()
                others = ", ".join(draft.rows[other] for other in same if other != position)
                yield draft.fault(position, name, f"stands in {others} too", "Give each its own")
        if column.choices:
            choices = ", ".join(column.choices)
            for position in _unsaid(~values.isin(column.choices) & ~missing, draft, name):
                problem, remedy = "is not one of the known ones", f"Use one of {choices}"
                yield draft.fault(position, name, problem, remedy)


def _unsaid(wrong: Mask | pd.Series, draft: Draft, name: str) -> list[int]:
    """Give the rows of a mask of which nothing was said in this field when they were read."""
    return [row for row in np.flatnonzero(wrong).tolist() if not draft.is_faulty(row, name)]


def _shapes(draft: Draft) -> Iterator[Fault]:
    """Check that ids can stand in an address, and that JSON has the form that its column says."""
    ids = pa.array(draft.frame["id"], pa.string(), from_pandas=True)
    # Those of ASCII letters all at once; the other letters are many.
    odd = pc.fill_null(pc.invert(pc.match_substring_regex(ids, _PLAIN_ID)), fill_value=False)
    for position in np.flatnonzero(odd).tolist():
        if not _ID.fullmatch(ids[position].as_py()):
            yield draft.fault(position, "id", "holds a character that an address cannot",
                              "Use letters, digits, and . _ ~ -")  # fmt: skip
    for name in _FORMS.keys() & set(draft.frame.columns):
        is_right, remedy = _FORMS[name]
        codes, distinct = pd.factorize(draft.frame[name])
        wrong = [code for code, text in enumerate(distinct) if not is_right(json.loads(text))]
        for position in np.flatnonzero(np.isin(codes, wrong)).tolist():
            yield draft.fault(position, name, "has not the form of its column", remedy)


def _times(draft: Draft) -> Iterator[Fault]:
    for column in draft.collection.written:
        if column.kind != "edtf":
            continue
        reading = "attested" if column.name == "attested" else draft.collection.reading
        for position, error in intervals.faults(draft.frame[column.name], reading).items():
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
    if pd.api.types.infer_dtype(cells, skipna=True) == "string":
        named = cells[cells.notna() & (cells != "")]
    else:
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
_PLAIN_ID = r"^[A-Za-z0-9_.~-]+$"
_FORMS: dict[str, tuple[Callable[[object], bool], str]] = {
    "stages": (_is_stages, 'Write it like [["albania"], ["greece", "macedonia"]]'),
    "figures": (lambda value: isinstance(value, dict), 'Write it like {"interviews": 13000}'),
}
