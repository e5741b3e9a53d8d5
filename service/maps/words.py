"""What the map says in a language: one TOML file each, under lang/."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

Words = dict[str, dict[str, str]]

FOLDER = Path(__file__).parent / "lang"


def languages() -> tuple[str, ...]:
    """Give the languages that the map speaks, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def words(lang: str = "en") -> Words:
    """Give the words of a language by section and key. Raises KeyError for one we do not have."""
    if lang not in languages():
        raise KeyError(lang)
    return tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))


def in_range(said: Words) -> Words:
    """Give the words for a range of days: what a section says, as its `_in_range` says it."""
    return {name: said[name] | said.get(f"{name}_in_range", {}) for name in said}


def listing(names: list[str], said: Words) -> str:
    """Join names as a sentence does: "A, B and C"; "A, by sea; B and C" where one has a comma."""
    if len(names) < 2:
        return "".join(names)
    between = "; " if any("," in name for name in names) else said["change"]["comma"]
    return between.join(names[:-1]) + said["change"]["and"] + names[-1]
