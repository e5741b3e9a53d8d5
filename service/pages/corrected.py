"""Corrections in the language of a page: names, times and sentences, what is quoted marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from babel.numbers import get_decimal_symbol
from markupsafe import Markup, escape

from routes import Edition
from routes.corrections import Correction, Corrections, FieldChange
from routes.corrections_told import Telling
from service.maps import naming
from service.maps.naming import Named
from service.maps.words import ENGLISH, locale, words

_CODES = {"mode": "mode", "role": "role", "precision": "precision", "kind": "kind",
          "cause_kind": "kind"}  # fmt: skip
"""Columns whose values the map has words for, and the sections that have them."""


@dataclass(frozen=True)
class Compared:
    """Two editions, and what the later one says otherwise."""

    earlier: Edition
    later: Edition
    found: Corrections


def in_language(compared: Compared, lang: str) -> Corrections:
    """Give the corrections with the names and times of features in a language."""
    if lang == ENGLISH:
        return compared.found
    ids: dict[str, list[str]] = {}
    for one in compared.found.features:
        ids.setdefault(one.collection, []).append(one.id)
    before, after = (
        {name: naming.features(edition, name, found, lang) for name, found in ids.items()}
        for edition in (compared.earlier, compared.later)
    )
    features = tuple(
        _named(one, before[one.collection].get(one.id), after[one.collection].get(one.id))
        for one in compared.found.features
    )
    return replace(compared.found, features=features)


def telling(lang: str, own: str, names: Mapping[str, str]) -> Telling:
    """Give how a language says corrections, as HTML.

    `own` is the attribute for what the atlas says in its own words, "" where it needs none;
    `names` are those of features that are known in the language, with what the atlas has.
    """
    said = words(lang)

    def quote(column: str | None, text: str) -> str:
        held = said[_CODES[column]].get(text) if column in _CODES else None
        if held is not None and lang != ENGLISH:
            return escape(held)
        # Times are said in the language already.
        if not own or column == "when" or (column is None and names.get(text, text) != text):
            return escape(text)
        return Markup("<span{}>{}</span>").format(own, text)

    return Telling(
        {key: escape(text) for key, text in said["corrected"].items()},
        said["corrected_column"],
        said["corrected_collection"],
        get_decimal_symbol(locale(lang)),
        quote,
    )


def _named(one: Correction, before: Named | None, after: Named | None) -> Correction:
    name = next((held.name for held in (after, before) if held and held.name), one.name)
    fields = (
        FieldChange("when", before.when, after.when)
        if change.field == "when" and before and after
        else change
        for change in one.fields
    )
    return replace(one, name=name, fields=tuple(fields))
