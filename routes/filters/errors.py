"""What is wrong with a filter, in words for the person who wrote it."""

from __future__ import annotations

EXAMPLE = "mode='sea' AND T_INTERSECTS(valid, INTERVAL('2002-01-01','2002-12-31'))"


class FilterError(ValueError):
    """A filter that cannot be read or makes no sense; `example` is a right one."""

    def __init__(self, fault: str, example: str = EXAMPLE) -> None:
        self.fault, self.example = fault, example
        super().__init__(f"{fault}; a right one looks like {example}")
