"""Histories and changes, told: what a page says of shifts, versions and differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from geo.dates import span_of
from geo.times import Window
from routes.schema import COLLECTIONS
from service.pages import asking, records, smallmap, words
from service.pages.values import citation, pieces, source_address
from service.site import Site

Document = dict[str, Any]

GROUPS = {
    "routes": "Routes",
    "crossings": "Crossings",
    "roles": "Roles of countries",
    "boundaries": "States and territories",
    "borders": "External borders of unions",
}
CHANGES = {
    "appeared": "Begins",
    "ended": "Ended",
    "no-longer-described": "No longer described",
    "possibly-appeared": "May have begun",
    "more-certain": "More certain",
    "less-certain": "Less certain",
}


def route(site: Site, document: Document) -> Document:
    """Say the history of a route: what led to it, its versions, what displaced it."""
    own = document["route"]
    first, last = document["versions"][0], document["versions"][-1]
    day = smallmap.day_of(site, "routes", last)
    beside = [one["id"] for shift in document["shifts_out"] for one in shift["to"]]
    return {
        "route": own,
        "lead": _lead(document, first, last),
        "shifts_in": [_shift(site, one) | _others(one, own) for one in document["shifts_in"]],
        "shifts_out": [_shift(site, one) for one in document["shifts_out"]],
        "versions": [_version(site, one) for one in document["versions"]],
        "sources": [records.source(site, name) for name in document["sources"]],
        "knowledge_ends": document["knowledge_ends"],
        "map": smallmap.of_route(site, last["id"], beside, day),
        "day": day,
    }


def changes(site: Site, document: Document) -> Document:
    """Say what changed between two days, in groups, with the shifts that may have done it."""
    earlier, later = document["from"], document["to"]
    groups = [
        {"title": title, "rows": rows}
        for name, title in GROUPS.items()
        if (rows := [_change(site, one) for one in document["changes"]
                     if one["collection"] == name])
    ]  # fmt: skip
    return {
        "heading": f"What changed between how it was {asking.moment(earlier)} "
        f"and {asking.moment(later)}",
        "earlier": asking.moment(earlier),
        "later": asking.moment(later),
        "from_day": _first_day(earlier),
        "to_day": _first_day(later),
        "groups": groups,
        "shifts": [_shift(site, one) for one in document["shifts"]],
        "beyond": knowledge_note(site, later),
        "tally": _tally(document),
    }


def corrections(document: Document) -> list[Document]:
    """Say what one edition corrected, each sentence with the feature before and after."""
    places = {one["sentence"]: one for one in document["features"]}
    nowhere = {"name": "", "before": None, "after": None}
    return [nowhere | {"sentence": one} | places.get(one, {}) for one in document["sentences"]]


def knowledge_note(site: Site, asked: str | None) -> str | None:
    """Say that a time lies beyond what the sources can know; None where it does not."""
    ends = str(site.edition.atlas["knowledge_ends"])
    if asked is None or Window.parse(asked).last <= span_of(ends).after:
        return None
    return ends


def _lead(document: Document, first: Document, last: Document) -> str:
    """Say in one sentence what became of a route."""
    count = len(document["versions"])
    many = "" if count == 1 else f" in {count} versions"
    if len(document["shifts_out"]) == 1:
        taken = len(document["shifts_out"][0]["to"])
        place = {0: "nothing is said to have taken its place", 1: "it gave way to one other"}
        then = place.get(taken, f"it gave way to {_small(taken)} others")
        return f"{words.sentence(first['when'])}{many}; {then}."
    end = "the source’s knowledge ends there; it does not say that the route ended"
    then = f": {end}" if last["end"] == "source-ends" else ""
    return f"{words.sentence(first['when'])}{many}{then}."


def _shift(site: Site, shift: Document) -> Document:
    return {
        "cause": shift["cause"],
        "kind": words.value("cause_kind", shift["cause_kind"]),
        "date": shift["date_in_words"],
        "from": shift["from"],
        "to": shift["to"],
        "gave_way": _gave_way(shift),
        "caveat": shift["caveat"],
        "note": shift["editor_note"],
        "place": _of("shifts", "place", site, shift),
        "source": _cited(site, shift),
        "href": site.url(f"/collections/shifts/items/{shift['id']}"),
    }


def _gave_way(shift: Document) -> str:
    count = len(shift["to"])
    if count == 0:
        return "nothing is said to have taken its place"
    if count == 1:
        return "gave way to one other"
    return f"gave way to {_small(count)} others, in no order"


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


def _change(site: Site, change: Document) -> Document:
    kind, after = change["change"], words.certainty(change["after"])
    if kind == "appeared" and change["after"] == "possible":
        kind = "possibly-appeared"
    if kind == "no-longer-described":
        # That nothing is said of it does not make it "not so".
        after = "not described"
    return {
        "name": change["name"] or change["id"],
        "href": site.url(f"/collections/{change['collection']}/items/{change['id']}"),
        "change": CHANGES[kind],
        "before": words.certainty(change["before"]),
        "after": after,
        "when": change["when"],
    }


def _tally(document: Document) -> str:
    shifts, found = len(document["shifts"]), len(document["changes"])
    if not found and not shifts:
        return "Nothing holds otherwise on the later day than on the earlier one."
    said = [f"{words.counted(found, 'item')} {'holds' if found == 1 else 'hold'} otherwise"]
    if shifts:
        said.append(f"{words.counted(shifts, 'shift')} may lie between")
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


def _small(count: int) -> str:
    names = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return names[count] if count < len(names) else str(count)
