"""CQL2 text, token by token: whether the parser can take it, and written as the parser reads it.

The library `cql2` does not know four things of the standard's grammar (OGC 21-065r2, annex B):
a quote escaped by a backslash, a number that begins with its point, a position with an exponent,
and the empty list.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from routes.filters.errors import FilterError
from routes.filters.limits import (
    LETTERS_OF_A_TOKEN,
    LONGEST_NUMBER,
    MAX_TOKENS,
    MAX_WORK,
    check_depth,
    check_length,
)

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'(?:[^'\\]|\\.|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<name>[^\W\d][\w.:]*)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<mark><=|>=|<>|.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_KEYWORDS = {"and", "or", "not", "in", "like", "between", "is", "null", "div"}


@dataclass
class Scan:
    """One pass over a text. `rewritten` is for the parser, `place` leads back from there."""

    text: str
    parts: list[str] = field(default_factory=list)
    starts: list[tuple[int, int]] = field(default_factory=list)
    brackets: list[tuple[int, bool]] = field(default_factory=list)
    length: int = 0
    tokens: int = 0
    work: int = 0
    prefixes: int = 0
    before: str = ""

    @classmethod
    def of(cls, text: str) -> Scan:
        """Scan a text. Raises FilterError with the position of a bracket or quote left open."""
        check_length(text)
        scan = cls(text)
        for found in _TOKEN.finditer(text):
            scan._weigh(found[0])
            if found.lastgroup == "space":
                scan._add(found[0], found.start())
            else:
                scan._take(found[0], found.lastgroup or "", found.start())
        if scan.brackets:
            raise _unclosed("(", scan.brackets[-1][0])
        return scan

    @property
    def rewritten(self) -> str:
        """The text for the parser."""
        return "".join(self.parts)

    def place(self, offset: int) -> int:
        """Give the position in the text of one in the rewritten text, both from 0."""
        after = bisect_right(self.starts, (offset, len(self.text)))
        start, at = self.starts[after - 1] if after else (0, 0)
        return min(at + offset - start, len(self.text))

    def _take(self, token: str, kind: str, at: int) -> None:
        self._count(token)
        if token in ("'", '"'):
            raise _unclosed(token, at)
        if token.lower() == "null" and self.before not in ("is", "not"):
            fault = f"has NULL at character {at + 1}, where only IS NULL can be asked"
            raise FilterError(fault, "caveat IS NULL")
        if token == "(":
            self.brackets.append((at, _is_name(self.before)))
        elif token == ")":
            self._close(at)
        self._add(_REWRITTEN.get(kind, str)(token), at)
        self.before = token.lower()

    def _weigh(self, token: str) -> None:
        """Bound the work: each bracket that is not of a function doubles the parser's."""
        groups = sum(not is_call for _, is_call in self.brackets)
        self.work += 1 + len(token) // LETTERS_OF_A_TOKEN << groups
        if self.work > MAX_WORK:
            raise FilterError("has too many brackets in one another for its length")

    def _count(self, token: str) -> None:
        self.tokens += 1
        self.prefixes = self.prefixes + 1 if token.lower() in ("not", "-") else 0
        check_depth(max(self.prefixes, len(self.brackets)))
        if self.tokens > MAX_TOKENS:
            raise FilterError(f"has more than {MAX_TOKENS:,} words, numbers and signs")

    def _close(self, at: int) -> None:
        if not self.brackets:
            raise FilterError(f"has a ) at character {at + 1} that nothing opens")
        _, is_call = self.brackets.pop()
        if self.before == "(" and not is_call:
            # No other text becomes this: NULL in a list is refused above.
            self._add("null", at)

    def _add(self, part: str, at: int) -> None:
        self.starts.append((self.length, at))
        self.parts.append(part)
        self.length += len(part)


def _is_name(token: str) -> bool:
    return token not in _KEYWORDS and (token[:1].isalpha() or token[:1] in '_"')


def _requoted(text: str) -> str:
    return _ESCAPED.sub(lambda escape: "''" if escape[1] == "'" else escape[0], text)


def _decimal(number: str) -> str:
    """Write a number without an exponent, unless it would become long."""
    value = Decimal(number)
    return f"{value:f}" if abs(value.adjusted()) <= LONGEST_NUMBER else number


_REWRITTEN: dict[str, Callable[[str], str]] = {"text": _requoted, "number": _decimal}


def _unclosed(mark: str, at: int) -> FilterError:
    return FilterError(f"has a {mark} at character {at + 1} that nothing closes")
