"""How large a filter may be, checked before the parser sees it.

The parser of the library `cql2` recurses without a limit (some hundred levels end the process) and
tries a failed bracket in two ways, so that its time doubles with each bracket around a mistake.
"""

from __future__ import annotations

from typing import Any

from routes.filters.errors import FilterError

# Ample for what people and map clients write: a polygon of 1,000 positions, 100 conditions.
MAX_LENGTH = 32_768
MAX_TOKENS = 6_000
MAX_DEPTH = 24
MAX_NODES = 1_000
MAX_POSITIONS = 1_500
# Each looks at every geometry of the collection.
MAX_SPATIAL = 20
# Tokens, times two for each bracket around them: what the parser does at worst, 0.2 s. A token of
# so many letters costs it what one of two costs.
MAX_WORK = 200_000
LETTERS_OF_A_TOKEN = 16
LONGEST_NUMBER = 32


def check_length(text: str) -> None:
    """Refuse a text that is too long. Raises FilterError."""
    if len(text) > MAX_LENGTH:
        raise FilterError(f"has {len(text):,} characters; {MAX_LENGTH:,} are allowed")


def check_depth(depth: int) -> None:
    """Refuse what is nested too deep. Raises FilterError."""
    if depth > MAX_DEPTH:
        raise FilterError(f"is nested more than {MAX_DEPTH} levels deep")


def check_tree(tree: Any) -> None:  # noqa: ANN401
    """Refuse a syntax tree that is too deep or too large, without recursion. Raises FilterError.

    The numbers of a geometry count as positions, everything else as nodes.
    """
    nodes = numbers = spatial = 0
    level, depth = [(tree, False)], 0
    while level:
        # Two a level: an object and the list of its arguments.
        check_depth(depth // 2)
        inner: list[tuple[Any, bool]] = []
        for node, in_geometry in level:
            if in_geometry and isinstance(node, int | float):
                numbers += 1
            elif not in_geometry:
                nodes += 1
                spatial += _is_spatial(node)
            inner.extend(_children(node, in_geometry))
        if nodes > MAX_NODES:
            raise FilterError(f"has more than {MAX_NODES:,} parts")
        if numbers > 2 * MAX_POSITIONS:
            raise FilterError(f"has geometries of more than {MAX_POSITIONS:,} positions")
        if spatial > MAX_SPATIAL:
            raise FilterError(f"has more than {MAX_SPATIAL} functions S_…")
        level, depth = inner, depth + 1


def _is_spatial(node: Any) -> bool:  # noqa: ANN401
    return isinstance(node, dict) and str(node.get("op"))[:2].lower() == "s_"


def _children(node: Any, in_geometry: bool) -> list[tuple[Any, bool]]:  # noqa: ANN401
    if isinstance(node, dict):
        inside = in_geometry or bool({"coordinates", "geometries", "bbox"} & node.keys())
        return [(value, inside) for value in node.values()]
    if isinstance(node, list):
        return [(value, in_geometry) for value in node]
    return []
