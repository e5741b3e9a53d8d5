"""What predicates compare: properties and literals, each of one kind, as whole columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.dates import SECOND
from routes.filters.errors import FilterError
from routes.filters.logic import Mask, Predicate, Rows, Truth, by_text
from routes.query import Certainty

Kind = Literal["text", "number", "boolean", "instant", "interval", "geometry", "list"]

SAID = {
    "text": "a text",
    "number": "a number",
    "boolean": "a truth value",
    "instant": "a moment",
    "interval": "an interval",
    "geometry": "a geometry",
    "list": "a list",
}


class Spans(NamedTuple):
    """Dates or moments as half-open spans [first, after), `datetime64[s]`: () or (n,).

    NaT where there is none.
    """

    first: Any
    after: Any


class Definite(NamedTuple):
    """An interval of which both ends are given; both belong to it (OGC 21-065r2, 7.8.1)."""

    begin: Spans
    end: Spans


@dataclass(frozen=True)
class Operand:
    """One side of a comparison.

    `get` gives its value for rows, a literal's for None too: text `str` or Series, number float or
    array, boolean bool, instant `Spans`, interval `Definite`, geometry a shapely geometry or an
    array of them, list a frame of `row` and `element`.
    `is_column`: whether it differs from row to row. `is_valid`: it is the uncertain valid time.
    `text`: the column of texts that alone decides its value, if one does.
    """

    kind: Kind
    said: str
    get: Callable[[Any], Any]
    is_column: bool = False
    is_valid: bool = False
    missing: Callable[[Rows], Any] = lambda _: False
    text: str | None = None

    def phrase(self) -> str:
        """Say it with its kind: 'mode' is a text."""
        return f"{self.said} is {SAID[self.kind]}"


def literal(kind: Kind, value: Any, said: str) -> Operand:  # noqa: ANN401
    """Take a value that is the same for all rows."""
    return Operand(kind, said, lambda _: value)


def text_column(name: str) -> Operand:
    """Take a column of texts."""
    return Operand(
        "text", repr(name), lambda rows: rows.column(name), is_column=True,
        missing=lambda rows: rows.column(name).isna().to_numpy(), text=name,
    )  # fmt: skip


def number_column(name: str) -> Operand:
    """Take a column of numbers."""

    def get(rows: Rows) -> NDArray[np.float64]:
        return rows.column(name).to_numpy("float64")

    return Operand("number", repr(name), get, True, missing=lambda rows: np.isnan(get(rows)))


def moment_column(name: str) -> Operand:
    """Take a column of moments, to the second."""

    def get(rows: Rows) -> Spans:
        first = rows.column(name).to_numpy("datetime64[s]")
        return Spans(first, first + SECOND)

    return Operand("instant", repr(name), get, True, missing=lambda rows: np.isnat(get(rows).first))


def valid_column(name: str) -> Operand:
    """Take the valid time; its values are the bounds of the rows."""
    return Operand(
        "interval", repr(name), lambda rows: rows.bounds, is_column=True, is_valid=True,
        missing=lambda rows: _without_time(rows, name),
    )  # fmt: skip


def geometry_column(name: str) -> Operand:
    """Take the geometries."""
    return Operand("geometry", repr(name), Rows.geometries, True, missing=_without_geometry)


def is_null(operand: Operand) -> Predicate:
    """IS NULL: never unknown itself."""

    def holds(rows: Rows, _: Certainty) -> Truth:
        return Truth.of(operand.missing(rows), True, len(rows))

    return by_text(holds, operand.text)


def only_text(*operands: Operand) -> str | None:
    """Give the column of texts that alone decides the values of some operands, if one does."""
    names = {operand.text for operand in operands if operand.is_column}
    return names.pop() if len(names) == 1 else None


def known(rows: Rows, *operands: Operand) -> Mask:
    """Tell where no operand is missing; bool of shape (n,)."""
    full = np.ones(len(rows), dtype=bool)
    for operand in operands:
        full &= ~np.asarray(operand.missing(rows), dtype=bool)
    return full


def expect(operand: Operand, kind: Kind, where: str, example: str) -> None:
    """Refuse an operand of another kind. Raises FilterError."""
    if operand.kind != kind:
        raise FilterError(f"{where} takes {SAID[kind]}, and {operand.phrase()}", example)


def _without_time(rows: Rows, name: str) -> Mask:
    column = rows.column(name)
    missing: pd.Series = column.isna() | (column == "")
    return missing.to_numpy(dtype=bool)


def _without_geometry(rows: Rows) -> Mask:
    """Tell which rows have no geometry; an empty one has no box either, and is there."""
    missing = np.isnan(rows.boxes()[:, 0])
    boxless = np.flatnonzero(missing)
    missing[boxless] = shapely.is_missing(rows.geometries(boxless))
    return missing
