"""Histories and changes, told: what a page says of shifts, versions and differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from geo.dates import span_of
from geo.times import Window
from routes import corrections_told, history
from routes.schema import COLLECTIONS
from service.maps import naming
from service.maps.naming import Named
from service.maps.words import ENGLISH, Words, counted, figure, speech
from service.maps.words import words as map_words
from service.markup import lang_unless
from service.pages import asking, corrected, records, smallmap, words
from service.pages.corrected import Compared
from service.pages.values import Piece, citation, pieces, source_address
from service.site import Site

Document = dict[str, Any]


def route(site: Site, document: Document) -> Document:
    """Say the history of a route: what led to it, its versions, what displaced it."""
    own = document["route"]
    first, last = document["versions"][0], document["versions"][-1]
    day = smallmap.day_of(site, "routes", last)
    beside = [one["id"] for shift in document["shifts_out"] for one in shift["to"]]
    say = map_words()
    return {
        "route": own,
        "lead": _lead(document, first, last),
        "shifts_in": [_shift(site, one, say) | _others(one, own) for one in document["shifts_in"]],
        "shifts_out": [_shift(site, one, say) for one in document["shifts_out"]],
        "versions": [_version(site, one) for one in document["versions"]],
        "sources": [records.source(site, name) for name in document["sources"]],
        "knowledge_ends": document["knowledge_ends"],
        "map": smallmap.of_route(site, last["id"], beside, day),
        "day": day,
    }


def changes(site: Site, document: Document, lang: str) -> Document:
    """Say what changed between two days, in groups, with the shifts that may have done it."""
    say = map_words(lang)
    days = {"earlier": document["from"], "later": document["to"]}
    moments = {name: asking.moment(day, lang) for name, day in days.items()}
    asked = {"from": _first_day(days["earlier"]), "to": _first_day(days["later"])}
    return (
        moments
        | _spoken(site, lang)
        | {
            "between": say["told"]["between"].format(**moments),
            "from_day": asked["from"],
            "to_day": asked["to"],
            "maps": site.url("/compare", **asked, **({} if lang == ENGLISH else {"lang": lang})),
            "groups": _groups(site, document["changes"], say),
            "shifts": [_shift(site, one, say) for one in document["shifts"]],
            "beyond": knowledge_note(site, days["later"], say),
            "tally": _tally(document, say),
        }
    )


def corrections(site: Site, document: Document, compared: Compared, lang: str) -> Document:
    """Say what one edition corrected, each sentence with the feature before and after."""
    own, found = own_of(site, lang), corrected.in_language(compared, lang)
    names = {one.name: held["name"]
             for one, held in zip(found.features, document["features"], strict=True)}  # fmt: skip
    sentences = corrections_told.sentences(found, corrected.telling(lang, own, names))
    said: list[Document] = [
        {"sentence": one, "name": "", "before": None, "after": None} for one in sentences
    ]
    # Features come after the atlas's own words and its sources.
    first = len(found.atlas) + len(found.sources)
    for at, (one, held) in enumerate(zip(found.features, document["features"], strict=True), first):
        said[at] |= {"name": one.name, "before": held["before"], "after": held["after"]}
    numbers = {"earlier": document["from_edition"], "later": document["to_edition"]}
    say = map_words(lang)
    return _spoken(site, lang) | {
        "document": document,
        "said": said,
        "heading": say["told_corrections"]["heading"].format(**numbers),
        "against": say["told_corrections"]["against"].format(**numbers),
        "nothing": say["told_corrections"]["none"].format(**numbers),
    }


def own_of(site: Site, lang: str) -> str:
    """Give the attribute for what the atlas says in its own words on a page in a language."""
    return lang_unless(site.edition.atlas.get("lang", ENGLISH), lang)


def _spoken(site: Site, lang: str) -> Document:
    """Give what a page in a language says of languages: of the frame around it, and of quotes."""
    chrome = "" if lang == ENGLISH else ENGLISH
    return {"say": map_words(lang), "lang": lang, "chrome": chrome, "own": own_of(site, lang)}


def knowledge_note(site: Site, asked: str | None, say: Words | None = None) -> Document | None:
    """Say that a time lies beyond what the sources can know; None where it does not."""
    ends, say = str(site.edition.atlas["knowledge_ends"]), say or map_words()
    if asked is None or Window.parse(asked).last <= span_of(ends).after:
        return None
    return {
        "title": say["panel"]["beyond"].format(year=ends),
        "text": say["told"]["beyond"].format(year=ends),
    }


def _lead(document: Document, first: Document, last: Document) -> str:
    """Say in one sentence what became of a route."""
    count = len(document["versions"])
    many = "" if count == 1 else f" in {count} versions"
    if len(document["shifts_out"]) == 1:
        taken = len(document["shifts_out"][0]["to"])
        place = {0: "nothing is said to have taken its place", 1: "it gave way to one other"}
        then = place.get(taken, f"it gave way to {_small(taken, map_words())} others")
        return f"{words.sentence(first['when'])}{many}; {then}."
    end = "the source’s knowledge ends there; it does not say that the route ended"
    then = f": {end}" if last["end"] == "source-ends" else ""
    return f"{words.sentence(first['when'])}{many}{then}."


def _shift(site: Site, shift: Document, say: Words) -> Document:
    lang, kind = say["page"]["lang"], shift["cause_kind"]
    return {
        "cause": shift["cause"],
        "kind": words.sentence(say["kind"].get(kind) or words.value("cause_kind", kind)),
        # Of a kind that we do not know there is only what the atlas calls it.
        "has_own_kind": kind not in say["kind"],
        "date": history.date_in_words(shift["valid"], speech(lang)),
        "from": shift["from"],
        "to": shift["to"],
        "gave_way": _gave_way(shift, say),
        "caveat": shift["caveat"],
        "note": shift["editor_note"],
        "place": _place(site, shift, lang),
        "source": _cited(site, shift),
        "href": site.url(f"/collections/shifts/items/{shift['id']}"),
    }


def _gave_way(shift: Document, say: Words) -> str:
    """Say to how many it gave way; `{routes}` is left to be filled in."""
    count = len(shift["to"])
    if count == 0:
        return say["told"]["gave_way_to_none"]
    number = _small(count, say)
    return counted(say, "told", "gave_way", count, number=number, routes="{routes}")


def _place(site: Site, shift: Document, lang: str) -> list[Piece]:
    said: list[Piece] = _of("shifts", "place", site, shift)
    if lang == ENGLISH:
        return said
    # What has an address is a crossing, and keeps its name.
    return [
        one if one.href else Piece(naming.place(shift["place"], one.text, lang)) for one in said
    ]


def _others(shift: Document, own: str) -> Document:
    return {"beside": [one for one in shift["to"] if one["route"] != own]}


def _version(site: Site, version: Document) -> Document:
    return {
        "number": version["version"],
        "when": words.sentence(version["when"]),
        "name": version["name"],
        "description": version["description"],
        "implied": version["implied"],
        "caveat": version["caveat"],
        "note": version["editor_note"],
        "mode": words.value("mode", version["mode"]),
        "precision": words.value("precision", version["precision"]),
        "stages": _of("routes", "stages", site, version),
        "source": _cited(site, version),
        "href": site.url(f"/collections/routes/items/{version['id']}"),
        "geojson": site.url(f"/collections/routes/items/{version['id']}", f="json"),
    }


def _groups(site: Site, changes: list[Document], say: Words) -> list[Document]:
    """Give the changes of each collection that has any, in the order in which they are told."""
    lang = say["page"]["lang"]
    groups = []
    for name, title in say["told_group"].items():
        found = [one for one in changes if one["collection"] == name]
        named: Mapping[str, Named] = {}
        if found and lang != ENGLISH:
            named = naming.features(site.edition, name, (one["id"] for one in found), lang)
        rows = [_change(site, one, named.get(one["id"])) for one in found]
        if rows:
            groups.append({"title": title, "rows": rows})
    return groups


def _change(site: Site, change: Document, named: Named | None) -> Document:
    kind, before, after = change["change"], change["before"], change["after"]
    if kind == "appeared" and after == "possible":
        kind = "possibly-appeared"
    # That nothing is said of it does not make it "not so".
    absent = "not-described" if kind == "no-longer-described" else "not-so"
    name = named.name if named else None
    return {
        "name": name or change["name"] or change["id"],
        "is_own": name is None,
        "href": site.url(f"/collections/{change['collection']}/items/{change['id']}"),
        "change": kind,
        "before": "not-so" if before == "absent" else before,
        "after": absent if after == "absent" else after,
        "when": named.when if named else change["when"],
    }


def _tally(document: Document, say: Words) -> str:
    shifts, found = len(document["shifts"]), len(document["changes"])
    if not found and not shifts:
        return say["told"]["same"]
    said = [counted(say, "told", "otherwise", found, number=figure(say, found))]
    if shifts:
        said.append(counted(say, "told", "shifts", shifts, number=figure(say, shifts)))
    return "; ".join(said) + "."


def _cited(site: Site, properties: Mapping[str, Any]) -> Document:
    name = str(properties["source"])
    return {
        "brief": citation(site, name),
        "href": source_address(site, name),
        "locator": properties["locator"],
    }


def _of(collection: str, column: str, site: Site, properties: Document) -> Any:  # noqa: ANN401
    return pieces(site, COLLECTIONS[collection].field(column), properties)


def _first_day(text: str) -> str:
    first = Window.parse(text).first
    day = str(first.astype("datetime64[D]"))
    return day if len(day) == 10 and np.datetime64("0001") <= first else ""


def _small(count: int, say: Words) -> str:
    return say["number"].get(str(count), str(count))
