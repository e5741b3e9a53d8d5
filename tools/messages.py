"""Bring the catalogs of the map's languages up to what service/maps/lang/en.toml says.

A new text stands untranslated, a changed one keeps its old translation marked fuzzy, and what is
no longer said is gone. `python -m tools.messages`; add a language by its code (BCP 47).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from service.maps.words import ENGLISH, FOLDER, Key, catalog, keys, languages, locale

WIDTH = 96
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
"""Catalogs have to name a day; git knows which."""


def brought_up(held: Catalog, told: Iterable[Key]) -> Catalog:
    """Give a catalog with every text that is told today, in their order."""
    # What would differ each time, or say nothing, stays out: a diff shows texts alone.
    new = Catalog(locale=held.locale, project="routeshift", version="1",
                  msgid_bugs_address="CONTRIBUTING.md", last_translator="routeshift",
                  language_team="routeshift", creation_date=CREATED, revision_date=CREATED,
                  fuzzy=False)  # fmt: skip
    new.header_comment = f"# {held.locale.english_name} for the map of routeshift."
    before = {str(message.context): message for message in held if message.id}
    for key in told:
        old = before.get(key.context)
        if old is None or bool(old.pluralizable) != (key.of_one is not None):
            new.add(key.msgid, context=key.context)
        else:
            is_fuzzy = old.fuzzy or (old.id != key.msgid and bool(old.string))
            new.add(key.msgid, old.string, context=key.context, flags=["fuzzy"] if is_fuzzy else [])
    return new


def write(lang: str, made: Catalog) -> None:
    """Write a catalog beside en.toml."""
    with (FOLDER / f"{lang}.po").open("wb") as file:
        write_po(file, made, width=WIDTH, omit_header=False)


def main(added: Sequence[str]) -> None:
    """Update every catalog, after adding those of new languages; say what is left to translate."""
    for lang in added:
        write(lang, Catalog(locale=locale(lang)))
    for lang in languages():
        if lang != ENGLISH:
            made = brought_up(catalog(lang), keys())
            write(lang, made)
            told = [message for message in made if message.id]
            empty = sum(not any(_forms(message.string)) for message in told)
            fuzzy = sum(message.fuzzy for message in told)
            print(f"{lang}: {len(told)} texts, {empty} not translated, {fuzzy} fuzzy")


def _forms(string: object) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string or ())  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1:])
