"""Single records: a feature's facts, a source, an edition's manifest, a sample of a collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from geo.times import Window
from routes.query import Query
from routes.schema import COLLECTIONS
from routes.tree import Box
from service.pages import asking, words
from service.pages.values import Piece, pieces
from service.site import Site

Properties = dict[str, Any]

SAMPLE = 15
"""Most rows on a collection's own page."""
APART = (
    "name",
    "when",
    "locator",
    "description",
    "implied",
    "caveat",
    "editor_note",
    "discrepancy",
)
"""What an item's page says at its top, and not again among the facts."""
WRITTEN = ("id", "valid", "end")
"""The bounds of the time follow the last of these."""


@dataclass(frozen=True)
class Fact:
    """One property of a feature: its label, column, meaning and value."""

    label: str
    column: str
    meaning: str
    pieces: Sequence[Piece]


def facts(site: Site, name: str, properties: Properties) -> list[Fact]:
    """Give every property that a feature has, in the schema's order."""
    found = (
        Fact(words.label(one.name), one.name, one.description, pieces(site, one, properties))
        for one in COLLECTIONS[name].fields
        if one.name not in APART and one.kind != "datetime"
    )
    given = [fact for fact in found if fact.pieces]
    times = [_side(properties, side) for side in ("start", "end")]
    position = max((at for at, fact in enumerate(given, 1) if fact.column in WRITTEN), default=0)
    return [*given[:position], *times, *given[position:]]


def _side(properties: Properties, side: str) -> Fact:
    """Say the two bounds of a start or an end in one line."""
    columns = (f"{side}_earliest", f"{side}_latest")
    earliest, latest = (properties.get(column) for column in columns)
    if earliest is None and latest is None:
        said = "no bound"
    elif earliest == latest:
        said = words.day(str(earliest)) if side == "start" else f"before {words.day(str(latest))}"
    else:
        parts = (("not before ", earliest), ("before ", latest))
        said = ", ".join(before + words.day(moment) for before, moment in parts if moment)
    meaning = f"Computed from the written date: `{columns[0]}`, `{columns[1]}`"
    return Fact(side.capitalize(), side, meaning, [Piece(said)])


def sample(site: Site, name: str) -> tuple[dict[str, str], list[Properties]]:
    """Give the features for a collection's own page, and the query that finds them.

    All of a short collection; of a longer one those of the atlas's opening day in its view.
    """
    index, atlas = site.edition.index(name), site.edition.atlas
    asked: dict[str, str] = {}
    query = Query()
    if len(index) > SAMPLE and "opening_date" in atlas:
        asked["datetime"] = str(atlas["opening_date"])
        window = Window.parse(asked["datetime"])
        query = Query(window=window)
        if "view" in atlas and site.edition.manifest.collections[name].bbox:
            asked["bbox"] = ",".join(f"{float(side):g}" for side in atlas["view"])
            query = Query(boxes=(Box(*map(float, atlas["view"])),), window=window)
    asked["limit"] = str(SAMPLE)
    found = index.page(query, 0, SAMPLE)
    return asked, [orjson.loads(fragment) for fragment in index.fragments(found.rows)]


def sampled(site: Site, name: str, asked: dict[str, str], shown: int) -> dict[str, str]:
    """Say which items a collection's page shows, and where to find them all."""
    count = site.edition.manifest.collections[name].count
    few = {key: text for key, text in asked.items() if key != "limit"}
    in_words = "All of them" if shown == count else f"{shown} of {count:,}: {asking.in_words(few)}"
    return {"in_words": in_words, "all": site.url(f"/collections/{name}/items")}


def source(site: Site, name: str | None) -> Properties | None:
    """Give a source to print: every source has an author or a publisher, a title and a year."""
    said = site.edition.sources.get(name or "")
    if said is None or name is None:
        return None
    return {
        "id": name,
        "author": said.get("author") or said.get("publisher") or name,
        "title": said.get("title"),
        "where": said.get("container"),
        "publisher": said.get("publisher") if said.get("author") else None,
        "year": said.get("year"),
        "url": _web_address(said.get("url")),
        "inferred": words.listing([str(one) for one in said.get("inferred") or []]),
        "note": said.get("note"),
    }


def sources(site: Site) -> list[Properties]:
    """Give all sources of the edition, to print."""
    found = (source(site, name) for name in site.edition.sources)
    return [one for one in found if one is not None]


def manifest_rows(site: Site, document: Properties) -> list[Properties]:
    """Give the collections of an edition with their counts and hashes."""
    return [
        {
            "name": name,
            "title": COLLECTIONS[name].title if name in COLLECTIONS else name,
            "href": f"{site.root}/editions/{document['number']}/collections/{name}",
            "count": record["count"],
            "sha256": record["sha256"],
        }
        for name, record in document["collections"].items()
    ]


def _web_address(address: object) -> str | None:
    """Give an address only if it is one of the web: a source may say anything."""
    text = str(address or "")
    return text if urlsplit(text).scheme in ("http", "https") else None
