"""Comparisons of scalars: =, <>, <, >, <=, >=, BETWEEN, IN, and arithmetic.

OGC 21-065r2, 6.6, 7.2 and 7.12. Both sides may be properties or literals.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routes.filters.errors import FilterError
from routes.filters.logic import Predicate, Rows, Truth, by_text, every, some
from routes.filters.operands import Operand, Spans, expect, known, literal, only_text
from routes.query import Certainty

_Compare = Callable[[Any, Any], Any]

SCALARS = ("text", "number", "boolean", "instant")
OPERATORS: dict[str, _Compare] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
ARITHMETIC: dict[str, _Compare] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": np.true_divide,
    "%": np.fmod,
    "div": lambda a, b: np.trunc(np.true_divide(a, b)),
    "^": np.power,
}


def compare(sign: str, left: Operand, right: Operand) -> Predicate:
    """Compare two scalars of one kind; unknown where either is missing. Raises FilterError."""
    _comparable(sign, left, right)
    test = _of_moments(sign) if left.kind == "instant" else OPERATORS[sign]

    def holds(rows: Rows, _: Certainty) -> Truth:
        found = test(left.get(rows), right.get(rows))
        return Truth.of(found, known(rows, left, right), len(rows))

    return by_text(holds, only_text(left, right))


def between(operand: Operand, low: Operand, high: Operand) -> Predicate:
    """BETWEEN: both ends belong to the range. Raises FilterError."""
    for one in (operand, low, high):
        if one.kind not in ("number", "instant"):
            fault = f"BETWEEN takes numbers or moments, and {one.phrase()}"
            raise FilterError(fault, "value BETWEEN 10 AND 20")
    return every([compare(">=", operand, low), compare("<=", operand, high)])


def one_of(operand: Operand, items: Sequence[Operand]) -> Predicate:
    """IN: equal to any of the items; texts that are literals are looked up at once."""
    if not items:
        raise FilterError("IN has an empty list", "mode IN ('sea','river')")
    for item in items:
        _comparable("IN", operand, item)
    by_value = operand.kind in ("text", "number")
    fixed = [item for item in items if by_value and not item.is_column]
    others = [compare("=", operand, item) for item in items if item not in fixed]
    return some([_among(operand, fixed), *others]) if fixed else some(others)


def arithmetic(sign: str, left: Operand, right: Operand) -> Operand:
    """Reckon with numbers; what is no finite number, as a division by nothing, is missing."""
    said = f"{left.said} {sign} {right.said}"
    for one in (left, right):
        expect(one, "number", repr(sign), "value > 2 * 10")

    def get(rows: Rows | None) -> NDArray[np.float64]:
        with np.errstate(all="ignore"):
            made = np.asarray(ARITHMETIC[sign](_floats(left, rows), _floats(right, rows)))
        return np.where(np.isfinite(made), made, np.nan)

    if not (left.is_column or right.is_column) and np.isfinite(get(None)):
        return literal("number", float(get(None)), said)
    return Operand("number", said, get, is_column=True, missing=lambda rows: np.isnan(get(rows)))


def _floats(operand: Operand, rows: Rows | None) -> NDArray[np.float64]:
    return np.asarray(operand.get(rows), dtype="float64")


def _among(operand: Operand, items: Sequence[Operand]) -> Predicate:
    def holds(rows: Rows, _: Certainty) -> Truth:
        wanted = {item.get(rows) for item in items}
        value = operand.get(rows)
        if not operand.is_column:
            found: Any = (
                np.isin(value, list(wanted)) if operand.kind == "number" else (value in wanted)
            )
        elif operand.kind == "text":
            found = value.isin(wanted).to_numpy()
        else:
            found = np.isin(value, list(wanted))
        return Truth.of(found, known(rows, operand), len(rows))

    return by_text(holds, operand.text)


def _of_moments(sign: str) -> _Compare:
    """Compare spans: a moment equals a day that it lies in, and is before it or after it."""

    def test(a: Spans, b: Spans) -> Any:  # noqa: ANN401
        before, after = a.after <= b.first, a.first >= b.after
        inside = (a.first >= b.first) & (a.after <= b.after)
        around = (a.first <= b.first) & (a.after >= b.after)
        equal = inside | around
        found = {
            "=": equal,
            "<>": ~equal,
            "<": before,
            ">": after,
            "<=": before | equal,
            ">=": after | equal,
        }
        return found[sign]

    return test


def _comparable(sign: str, left: Operand, right: Operand) -> None:
    for one in (left, right):
        if one.kind == "interval":
            fault = f"{one.phrase()}, which {sign} does not compare; the functions T_… do"
            raise FilterError(fault, "T_INTERSECTS(valid, DATE('2003-12-01'))")
        if one.kind not in SCALARS:
            raise FilterError(f"{one.phrase()}, which {sign} does not compare")
    if left.kind != right.kind:
        fault = f"{left.phrase()} and {right.phrase()}: {sign} compares two of one kind"
        raise FilterError(fault, _example(left))


def _example(operand: Operand) -> str:
    examples = {"text": "mode = 'sea'", "number": "version > 1", "boolean": "TRUE"}
    return examples.get(operand.kind, "start_earliest < DATE('2003-01-01')")
