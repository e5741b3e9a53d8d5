"""A syntax tree to one predicate: names looked up, kinds checked, literals read.

The tree is CQL2 JSON (OGC 21-065r2, 8.3) within the bounds of `limits`, so recursion is safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geo.crs import Crs
from routes.filters import arrays, comparing, dates, spatial, temporal, texts, worlds
from routes.filters.errors import FilterError
from routes.filters.logic import Predicate, always, every, negated, some, unknown
from routes.filters.operands import Operand, expect, is_null, literal
from routes.filters.properties import property_of
from routes.schema import Collection

Node = Any

LOGIC = ("and", "or", "not", "isnull")
FUNCTIONS = (
    *texts.FOLDINGS, *spatial.RELATIONS, *worlds.RELATIONS, *arrays.RELATIONS,
)  # fmt: skip
PREDICATES = {
    *LOGIC, *comparing.OPERATORS, "like", "between", "in",
    *spatial.RELATIONS, *worlds.RELATIONS, *arrays.RELATIONS,
}  # fmt: skip


@dataclass(frozen=True)
class Compiler:
    """What compiling needs to know.

    `crs`: of geometry literals. `escapes`: whether backslashes in texts are escapes, as in CQL2
    text.
    """

    collection: Collection
    crs: Crs
    escapes: bool

    def predicate(self, node: Node) -> Predicate:
        """Compile what is true or false. Raises FilterError."""
        if isinstance(node, bool):
            return always(node)
        op, args = _operation(node)
        if op in ("and", "or"):
            if len(args) < 2:
                raise FilterError(f"has {op.upper()} of fewer than two")
            return (every if op == "and" else some)([self.predicate(one) for one in args])
        if op == "not":
            return negated(self.predicate(*_counted(op, args, 1)))
        if op == "isnull":
            return self._is_null(*_counted(op, args, 1))
        if op in comparing.OPERATORS:
            return self._compared(op, *_counted(op, args, 2))
        if op == "like":
            return self._like(*_counted(op, args, 2))
        if op == "between":
            return comparing.between(*map(self.operand, _counted(op, args, 3)))
        if op == "in":
            return self._in(*_counted(op, args, 2))
        return self._related(op, args)

    def operand(self, node: Node) -> Operand:
        """Compile what has a value. Raises FilterError."""
        if isinstance(node, bool):
            return literal("boolean", node, str(node).upper())
        if isinstance(node, int | float):
            return self._number(node)
        if isinstance(node, str):
            text = texts.unescaped(node) if self.escapes else node
            return literal("text", text, repr(text[:40]))
        if isinstance(node, list):
            return arrays.list_literal([self.operand(item) for item in node])
        if not isinstance(node, dict):
            raise FilterError("has NULL as a value; IS NULL asks for it", "caveat IS NULL")
        return self._object(node)

    def _object(self, node: dict[str, Any]) -> Operand:
        if "property" in node:
            return property_of(self.collection, node["property"])
        if "date" in node:
            return dates.date(node["date"])
        if "timestamp" in node:
            return dates.timestamp(node["timestamp"])
        if "interval" in node:
            return self._interval(node["interval"])
        if "bbox" in node:
            return spatial.box(node["bbox"], self.crs)
        if "type" in node:
            return spatial.geometry(node, self.crs)
        op, args = _operation(node)
        if op in texts.FOLDINGS:
            inner = self.operand(*_counted(op, args, 1))
            expect(inner, "text", op.upper(), "CASEI(name) = CASEI('Vlora')")
            return texts.folded(inner, op)
        if op in comparing.ARITHMETIC:
            left, right = _counted(op, args, 2)
            return comparing.arithmetic(op, self.operand(left), self.operand(right))
        if op in PREDICATES:
            raise FilterError(f"has a condition ({op.upper()}) where a value should stand")
        raise _unknown_function(op)

    def _number(self, number: float) -> Operand:
        if number in (float("inf"), float("-inf")) or number != number:
            raise FilterError("has a number that is too large", "value > 10")
        return literal("number", float(number), f"{number:g}")

    def _interval(self, ends: Node) -> Operand:
        if not isinstance(ends, list) or len(ends) != 2:
            raise FilterError("has an INTERVAL without two ends", dates.INTERVAL_EXAMPLE)
        begin, end = (self.operand(one) if isinstance(one, dict) else one for one in ends)
        return dates.interval(begin, end)

    def _is_null(self, node: Node) -> Predicate:
        if isinstance(node, dict) and str(node.get("op")).lower() in PREDICATES:
            return unknown(self.predicate(node))
        return is_null(self.operand(node))

    def _compared(self, sign: str, left: Node, right: Node) -> Predicate:
        first, second = self._alike(self.operand(left), self.operand(right))
        return comparing.compare(sign, first, second)

    def _in(self, node: Node, items: Node) -> Predicate:
        value = self.operand(node)
        listed = items if isinstance(items, list) else [items]
        return comparing.one_of(value, [self._alike(value, self.operand(i))[1] for i in listed])

    def _alike(self, left: Operand, right: Operand) -> tuple[Operand, Operand]:
        """Read a text as a date where it is compared with one."""
        if left.kind == "instant" and right.kind == "text" and not right.is_column:
            return left, dates.moment(right)
        if right.kind == "instant" and left.kind == "text" and not left.is_column:
            return dates.moment(left), right
        return left, right

    def _like(self, node: Node, pattern: Node) -> Predicate:
        value = self.operand(node)
        expect(value, "text", "LIKE", "name LIKE 'Vlor%'")
        foldings: list[str] = []
        while isinstance(pattern, dict) and str(pattern.get("op")).lower() in texts.FOLDINGS:
            op, args = _operation(pattern)
            foldings.insert(0, op)
            (pattern,) = _counted(op, args, 1)
        if not isinstance(pattern, str):
            raise FilterError("has LIKE without a text as its pattern", "name LIKE 'Vlor%'")
        return texts.like(value, pattern, tuple(foldings), self.escapes)

    def _related(self, op: str, args: list[Node]) -> Predicate:
        modules = (
            (spatial.RELATIONS, spatial.relate),
            (worlds.RELATIONS, temporal.relate),
            (arrays.RELATIONS, arrays.relate),
        )
        for relations, relate in modules:
            if op in relations:
                left, right = (self._argument(op, one) for one in _counted(op, args, 2))
                return relate(op, left, right)
        if op in texts.FOLDINGS or op in comparing.ARITHMETIC:
            raise FilterError(f"has a value ({op.upper()}) where a condition should stand")
        raise _unknown_function(op)

    def _argument(self, op: str, node: Node) -> Operand:
        # The scan writes the empty list of CQL2 text as a null, which no text can say otherwise.
        if node is None and op in arrays.RELATIONS and self.escapes:
            return arrays.list_literal([])
        return self.operand(node)


def _operation(node: Node) -> tuple[str, list[Node]]:
    """Give the operator, in lower case, and its arguments."""
    if not isinstance(node, dict):
        raise FilterError(f"has {_said(node)} where a condition should stand")
    if "property" in node:
        fault = (
            f"has the property {str(node['property'])[:60]!r} alone where a condition should stand"
        )
        raise FilterError(fault)
    op, args = node.get("op"), node.get("args")
    if not isinstance(op, str) or not isinstance(args, list):
        raise FilterError(f"has {_said(node)} where a condition should stand")
    return op.lower(), args


def _counted(op: str, args: list[Node], count: int) -> list[Node]:
    if len(args) != count:
        raise FilterError(f"gives {op.upper()} {len(args)} arguments; it takes {count}")
    return args


def _unknown_function(op: str) -> FilterError:
    names = ", ".join(name.upper() for name in FUNCTIONS)
    return FilterError(f"calls {op[:60]!r}, which is no function here; there is {names}")


def _said(node: Node) -> str:
    if isinstance(node, float):
        return f"{node:g}"
    return "an object" if isinstance(node, dict) else repr(node)[:60]
