"""The Markdown of a story: CommonMark without HTML and images, and with references to sources.

A reference is `[@source]` or `[@source, place in it]`, as Pandoc writes citations
(https://pandoc.org/MANUAL.html#citation-syntax).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

RULES = ("heading", "list", "blockquote", "emphasis", "link", "newline", "escape", "entity")
"""All that may be written beside paragraphs: what is not here stays text."""

_REFERENCE = re.compile(r"\[@([^\s\[\],;]+)(?:,\s*([^\[\]@;]+?))?\s*\]")
# A relative address begins by one slash: two would be another host's.
_SAFE = re.compile(r"https?://[^/]|mailto:.|#.|/(?![/\\])", re.IGNORECASE)

Link = Callable[[str], Mapping[str, str]]
Cite = Callable[[str, str], str]


class Written(NamedTuple):
    """Something that was written in a text: a `kind` with its value, in the words of the text."""

    kind: str
    value: str


def is_safe(address: str) -> bool:
    """Tell whether a link may lead there: http, https, mailto, `/path` here, or `#section`."""
    return _SAFE.match(address) is not None


def written(text: str) -> Iterator[Written]:
    """Give all links, images, references and what looks like a reference and is none."""
    for token in _tokens(_parser(strict=False), text):
        if token.type == "link_open":
            yield Written("link", str(token.attrs["href"]))
        elif token.type == "image":
            yield Written("image", str(token.attrs["src"]))
        elif token.type == "reference":
            yield Written("reference", token.meta["source"])
        elif token.type == "text" and "[@" in token.content:
            yield Written("reference without end", token.content[token.content.index("[@") :])


def html(text: str, link: Link, cite: Cite) -> str:
    """Give the HTML of a text, with no element in it but those of `RULES`.

    `link` gives the attributes of a link, `cite` the HTML of a reference to a source and the place
    in it. A link that is not safe stays text.
    """
    parser = _parser(strict=True)
    tokens = parser.parse(text)
    for token in _inner(tokens):
        if token.type == "link_open":
            token.attrs = dict(link(str(token.attrs["href"])))
    return str(parser.renderer.render(tokens, parser.options, {"cite": cite}))


def _tokens(parser: MarkdownIt, text: str) -> Iterator[Token]:
    return _inner(parser.parse(text))


def _inner(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


@cache
def _parser(*, strict: bool) -> MarkdownIt:
    """Give the parser of pages, or the one that checks, which sees what pages would not show."""
    parser = (_Strict if strict else _Permissive)("zero")
    parser.enable([*RULES, *([] if strict else ["image"])])
    parser.inline.ruler.before("link", "reference", _reference)
    parser.add_render_rule("reference", _render_reference)
    return parser


class _Strict(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        return is_safe(url)


class _Permissive(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True


def _reference(state: StateInline, silent: bool) -> bool:
    found = _REFERENCE.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        token = state.push("reference", "", 0)
        token.meta = {"source": found[1], "locator": " ".join((found[2] or "").split())}
    state.pos = found.end()
    return True


def _render_reference(
    _renderer: Any,  # noqa: ANN401 (what markdown-it hands to every rule)
    tokens: list[Token],
    place: int,
    _options: Any,  # noqa: ANN401
    env: dict[str, Cite],
) -> str:
    meta = tokens[place].meta
    return env["cite"](meta["source"], meta["locator"])
