"""What the map says in a language: English from lang/en.toml, others from catalogs beside it.

What is said of dates and of corrections stands where they are said in English alone.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from babel.lists import format_list
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from geo.words import TEXTS, Calendar, Speech, date
from routes import corrections_told

Words = dict[str, dict[str, str]]
"""Texts by section and key. Of a plural there is `KEY` and, for the other categories that the
language has (CLDR: one, few), `KEY_one` and its like."""

FOLDER = Path(__file__).parent / "lang"
ENGLISH = "en"
OF_PAGES = frozenset(
    {
        *("date", "place", "moment", "number"),
        *("told", "told_group", "told_change", "told_state", "told_corrections"),
        *("corrected", "corrected_column", "corrected_collection"),
    }
)
"""Sections that no script says: they stay out of what a page carries for its scripts."""
CATEGORIES = {1: ("other",), 2: ("one", "other"), 3: ("one", "few", "other")}
"""The categories of CLDR for the forms of a gettext catalog, by how many it has."""

_ALBANIAN_MONTHS = "janar|shkurt|mars|prill|maj|qershor|gusht|shtator|tetor|nëntor|dhjetor"
_AGREEMENT = {
    # The article is elided before "otto", "undici", and what else begins with a vowel.
    "it": (
        (r"\b(al|dal|del) (8|11|anno|aprile|agosto|ottobre)\b", r"\1l’\2"),
        (r"\bil (8|11|anno|aprile|agosto|ottobre)\b", r"l’\1"),
    ),
    # CLDR has one form of Albanian months, the indefinite; after "nga" they are definite, and
    # before a day "deri" takes another word than before a month or a year.
    "sq": (
        (r"\bnga (\d+ )?korrik\b", r"nga \1korriku"),
        (rf"\bnga (\d+ )?({_ALBANIAN_MONTHS})\b", r"nga \1\2i"),
        (rf"\bderi në (\d+ (?:korrik|{_ALBANIAN_MONTHS}))\b", r"deri më \1"),
    ),
    # CLDR has one form of Serbian months, the nominative; these words take the genitive.
    "sr-Latn": tuple(
        (rf"\b(od|do|oko|između|i|dan|tokom) ((?:\d+\. )?){named}\b", rf"\1 \2{of}")
        for named, of in (
            *((one, f"{one}a") for one in ("januar", "februar", "april", "maj", "jun", "jul")),
            *(("mart", "marta"), ("avgust", "avgusta")),
            *((f"{one}ar", f"{one}ra") for one in ("septemb", "oktob", "novemb", "decemb")),
        )
    ),
}
"""Where filled-in words have to follow those before them: what to find, and what to write."""


class Key(NamedTuple):
    """A text that the map says: where it stands, English, and English of one if it is counted."""

    context: str
    text: str
    of_one: str | None

    @property
    def msgid(self) -> str | tuple[str, str]:
        """What a gettext catalog knows it by."""
        return self.text if self.of_one is None else (self.of_one, self.text)


def languages() -> tuple[str, ...]:
    """Give the languages that the map speaks (BCP 47): English, then by code."""
    return (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po")))


def own_name(lang: str) -> str:
    """Give the name of a language in itself: "Deutsch", "srpski (latinica)"."""
    name = str(Locale.parse(lang, sep="-").get_display_name())
    return name[:1].upper() + name[1:]


@cache
def locale(lang: str) -> Locale:
    """Give what CLDR knows of a language; days are written as in the United Kingdom in English."""
    return Locale.parse("en-GB" if lang == ENGLISH else lang, sep="-")


def keys() -> Iterator[Key]:
    """Give every text that a catalog has to translate."""
    for section, said in _english().items():
        # "map_one" with no "map" beside it counts nothing.
        counted = said.keys() & {key.removesuffix("_one") for key in said if key.endswith("_one")}
        for key, text in said.items():
            if not (key.endswith("_one") and key.removesuffix("_one") in counted):
                of_one = said[f"{key}_one"] if key in counted else None
                yield Key(f"{section}.{key}", text, of_one)


@cache
def words(lang: str = ENGLISH) -> Words:
    """Give the words of a language; English where a catalog has no translation.

    Raises KeyError for a language that we do not have.
    """
    if lang not in languages():
        raise KeyError(lang)
    said = {section: dict(texts) for section, texts in _english().items()}
    if lang != ENGLISH:
        _translate(said, catalog(lang))
    said["page"]["lang"] = lang
    said["calendar"] = _calendar_words(speech(lang).calendar)
    return said


def catalog(lang: str) -> Catalog:
    """Read the catalog of a language."""
    with (FOLDER / f"{lang}.po").open("rb") as file:
        return read_po(file, locale=locale(lang))


@cache
def speech(lang: str) -> Speech:
    """Give how a language says dates: the catalog's texts, CLDR's months and their order."""
    texts = {"date": dict(TEXTS)}
    if lang != ENGLISH:
        _translate(texts, catalog(lang))
    known = locale(lang)
    calendar = Calendar(
        [known.months["format"]["wide"][month] for month in range(1, 13)],
        _pattern(known.date_formats["long"].pattern),
        _pattern(known.datetime_skeletons["yMMMM"].pattern),
        _pattern(known.datetime_skeletons["y"].pattern),
    )
    rules = _AGREEMENT.get(lang, ())

    def agree(text: str) -> str:
        for found, written in rules:
            text = re.sub(found, written, text)
        return text

    return Speech(texts["date"], calendar, agree)


def day_said(day: str, said: Words) -> str:
    """Say an ISO day as people do: "1 December 2003", "1. Dezember 2003"."""
    return date(day, speech(said["page"]["lang"]))


def days_said(day: str, to: str | None, said: Words) -> str:
    """Say an ISO day, or the days from it to another."""
    if to is None:
        return day_said(day, said)
    return said["range"]["days"].format(first=day_said(day, said), last=day_said(to, said))


def counted(said: Words, section: str, key: str, count: int, **values: str) -> str:
    """Say how many, in the form that the language has for the number; `values` are filled in."""
    category = locale(said["page"]["lang"]).plural_form(count)
    texts = said[section]
    return texts.get(f"{key}_{category}", texts[key]).format(count=count, **values)


def figure(said: Words, count: int) -> str:
    """Write how many: "1,234", "1.234"."""
    return str(format_decimal(count, locale=locale(said["page"]["lang"])))


def for_browsers(said: Words) -> Words:
    """Give the words that scripts say."""
    return {name: texts for name, texts in said.items() if name not in OF_PAGES}


def in_range(said: Words) -> Words:
    """Give the words for a range of days: what a section says, as its `_in_range` says it."""
    return {name: said[name] | said.get(f"{name}_in_range", {}) for name in said}


def listing(names: list[str], said: Words) -> str:
    """Join names as a sentence does: "A, B and C"; "A, by sea; B and C" where one has a comma."""
    if len(names) > 2 and any("," in name for name in names):
        names = ["; ".join(names[:-1]), names[-1]]
    return str(format_list(names, locale=locale(said["page"]["lang"])))


def sort_key(name: str) -> tuple[str, str]:
    """Give what to sort a name by: Č comes after C, Đ after D, Ö after O, and none after Z."""
    # Unicode takes most signs apart into a letter and what comes after all letters; not đ.
    return unicodedata.normalize("NFKD", name).casefold().replace("đ", "d\u030c"), name


def in_order(names: Iterable[str]) -> list[str]:
    """Sort names."""
    return sorted(names, key=sort_key)


@cache
def _english() -> Words:
    said: Words = tomllib.loads((FOLDER / "en.toml").read_text(encoding="utf-8"))
    return said | {
        "date": dict(TEXTS),
        "corrected": dict(corrections_told.TEXTS),
        "corrected_column": dict(corrections_told.FIELDS),
        "corrected_collection": dict(corrections_told.TITLES),
    }


def _translate(said: Words, held: Catalog) -> None:
    """Put a catalog's translations in the place of English; what is fuzzy is none."""
    for key in keys():
        section, _, name = key.context.partition(".")
        message: Message | None = held.get(key.msgid, key.context)
        if section not in said or message is None or message.fuzzy or not message.string:
            continue
        forms = message.string
        if isinstance(forms, str):
            said[section][name] = forms
        elif all(forms):
            for category, form in zip(CATEGORIES[len(forms)], forms, strict=True):
                said[section][name if category == "other" else f"{name}_{category}"] = form


def _calendar_words(calendar: Calendar) -> dict[str, str]:
    """Give a calendar as words: browsers do not know the months of all our languages."""
    months = {str(number): name for number, name in enumerate(calendar.months, start=1)}
    return {"of_day": calendar.of_day, **months}


def _pattern(pattern: str) -> str:
    """Write a pattern of CLDR (UTS 35) with what is filled in in braces."""
    for letters, name in (("MMMM", "month"), ("d", "day"), ("y", "year")):
        pattern = re.sub(rf"(?<![\w{{]){letters}(?!\w)", f"{{{name}}}", pattern)
    return pattern
