"""The functions T_…: relations between times, of which one may be the uncertain valid time.

OGC 21-065r2, 7.8.
"""

from __future__ import annotations

import numpy as np

from geo.times import Window
from routes.filters.errors import FilterError
from routes.filters.logic import Mask, Predicate, Rows, Truth, always, negated, some
from routes.filters.operands import Definite, Operand, Spans, is_null, known
from routes.filters.worlds import INVERSES, OF_INSTANTS, Worlds, box_of
from routes.query import Certainty

EXAMPLE = "T_INTERSECTS(valid, DATE('2003-12-01'))"


def relate(relation: str, left: Operand, right: Operand) -> Predicate:
    """Compile `relation(left, right)`, as `t_during`. Raises FilterError."""
    for one in (left, right):
        _check(relation, one)
    if relation == "t_disjoint":
        return negated(relate("t_intersects", left, right))
    if left.is_valid and right.is_valid:
        return _to_itself(relation, left)
    # The uncertain one, else the one that differs from row to row, is put into the worlds.
    if right.is_valid or (right.is_column and not left.is_column and not left.is_valid):
        left, right, relation = right, left, INVERSES.get(relation, relation)
    if left.is_valid and relation == "t_intersects":
        return _meets_window(left, right)
    return _in_box(relation, left, right)


def _check(relation: str, operand: Operand) -> None:
    name = relation.upper()
    if operand.kind not in ("instant", "interval"):
        raise FilterError(f"{name} takes times, and {operand.phrase()}", EXAMPLE)
    if operand.kind == "instant" and relation not in OF_INSTANTS:
        said = operand.said[operand.said.find("(") + 1 :].rstrip(")")
        day = "'2003-12-01'" if operand.is_column else said
        example = f"{name}(valid, INTERVAL({day},{day}))"
        raise FilterError(f"{name} takes intervals, and {operand.phrase()}", example)


def _in_box(relation: str, row: Operand, other: Operand) -> Predicate:
    def holds(rows: Rows, certainty: Certainty) -> Truth:
        worlds = (
            Worlds.of_bounds(rows.bounds)
            if row.is_valid
            else Worlds.of_definite(_definite(row, rows))
        )
        found = worlds.hold(box_of(relation, _definite(other, rows)), certainty)
        return Truth.of(found, _known(rows, row, other), len(rows))

    return holds


def _meets_window(valid: Operand, other: Operand) -> Predicate:
    """T_INTERSECTS of the valid time: what the parameter `datetime` asks; no time always matches.

    By `Bounds`, whose rule for certainty is the more careful where start and end overlap.
    """
    if other.is_column:
        return some([is_null(valid), _in_box("t_intersects", valid, other)])
    definite: Definite = _definite(other, None)
    window = Window(definite.begin.first, definite.end.after)
    return lambda rows, certainty: Truth.of(rows.bounds.holds(window, certainty), True, len(rows))


def _to_itself(relation: str, valid: Operand) -> Predicate:
    """Relate the valid time to itself: in each world it is one and the same."""
    if relation == "t_intersects":
        return always(True)
    return lambda rows, _: Truth.of(relation == "t_equals", known(rows, valid), len(rows))


def _definite(operand: Operand, rows: Rows | None) -> Definite:
    value: Definite | Spans = operand.get(rows)
    return Definite(value, value) if isinstance(value, Spans) else value


def _known(rows: Rows, *operands: Operand) -> Mask:
    """Tell where both times are there, and end after they begin."""
    full = known(rows, *operands)
    for operand in operands:
        if operand.is_column and not operand.is_valid:
            definite = _definite(operand, rows)
            full = full & np.asarray(definite.begin.first < definite.end.after)
    return full
