"""Our ES modules as one script, and our sheets as one.

A browser with a slow network waits for each request anew, and fetches six at a time: forty modules
take it longer to ask for than to load. And from `file:` it imports no module by its path at all
(the origin is opaque, and modules are fetched with CORS; an import map of `data:` addresses needs a
policy that runs any of them). So each module becomes a function that gives what it exports, in the
order in which they need each other; what is written in the source stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_IMPORT = re.compile(
    r"""^import\s+(?:(?P<names>\{[^}]*\})|\*\s+as\s+(?P<all>\w+))\s+from\s+"(?P<path>\.[^"]+)";$""",
    re.MULTILINE,
)
_EXPORT = re.compile(r"^export (?=(?:async function\*?|function\*?|class|const) +(\w+))", re.M)
# What cannot be taken in: other forms of the two, and what asks where the module lies.
_OTHER = re.compile(r"^(?:import|export)\b.*|\bimport\s*\(|\bimport\.meta\b", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ENDS_ELEMENT = re.compile(r"</script|<!--", re.IGNORECASE)


class CannotBeJoinedError(Exception):
    """A module that is written in a way that this does not read."""


def script(entry: Path) -> str:
    """Give one module script that does what the module at `entry` does with all that it imports.

    Raises CannotBeJoinedError: read are `import {…} from`, `import * as … from` and `export` before
    a function, class or const.
    """
    names = {path: f"m{number}" for number, path in enumerate(_in_order(entry.resolve(), ()))}
    return "\n".join(_wrapped(path, names) for path in names)


def sheet(folder: Path, names: Iterable[str]) -> str:
    """Give the sheets of a folder, one after the other."""
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def inline(text: str) -> str:
    """Give a script as it may stand in an element. Raises CannotBeJoinedError if it would end it.

    (HTML, 13.1.2.6 and "Restrictions for contents of script elements".)
    """
    found = _ENDS_ELEMENT.search(text)
    if found:
        raise CannotBeJoinedError(f"a script holds {found[0]!r}, which ends its element")
    return text


def _in_order(path: Path, above: tuple[Path, ...]) -> dict[Path, None]:
    """Give a module after all that it needs, each once."""
    if path in above:
        raise CannotBeJoinedError(f"{path.name} imports itself by way of {above[-1].name}")
    found: dict[Path, None] = {}
    for needed in _needed(path):
        found |= _in_order(needed, (*above, path))
    return found | {path: None}


def _needed(path: Path) -> Iterator[Path]:
    for found in _IMPORT.finditer(path.read_text(encoding="utf-8")):
        yield (path.parent / found["path"]).resolve()


def _wrapped(path: Path, names: dict[Path, str]) -> str:
    def imported(found: re.Match[str]) -> str:
        module = names[(path.parent / found["path"]).resolve()]
        # `{ a as b }` is `{ a: b }` where it takes an object apart.
        taken = found["all"] or re.sub(r"\s+as\s+", ": ", found["names"])
        return f"const {taken} = {module};"

    source = path.read_text(encoding="utf-8")
    exported = _EXPORT.findall(source)
    body = _EXPORT.sub("", _IMPORT.sub(imported, source)).strip()
    other = _OTHER.search(_COMMENT.sub("", body))
    if other:
        raise CannotBeJoinedError(f"{path.name}: {other[0]!r} is a form that is not read here")
    given = f"\nreturn {{ {', '.join(exported)} }};" if exported else ""
    return f"const {names[path]} = (() => {{\n{body}{given}\n}})();"
