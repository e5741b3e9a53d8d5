"""Names and times of an edition's rows in the language of a map.

An edition holds the names that its editors wrote. Those of the shipped table of entities are known
by language: by CLDR where an entity is a country of today, by the table's own `names` where it is
not. Any other name, and every town, stays as it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np

from geo import boundaries
from routes import Edition, frames, recorded
from routes.schema import COLLECTIONS
from service.maps.words import ENGLISH, Words, locale, speech, words

_BACKDROPS = {" (backdrop)": "backdrop", " (backdrop, no claim then)": "backdrop_then"}
_BORDERS = {"eu": "border_of_eu", "schengen": "border_of_schengen"}
"""The names of borders of unions, as `geo.memberships` writes them in English."""


class Named(NamedTuple):
    """When a feature holds, in a language, and its name in it; None where we know no such name."""

    when: str
    name: str | None


def features(edition: Edition, collection: str, ids: Iterable[str], lang: str) -> dict[str, Named]:
    """Give some features of a collection in a language, by id; what is not there is left out."""
    if collection not in edition.collections:
        return {}
    index = edition.index(collection)
    places = [place for one in ids if (place := index.row_of(one)) is not None]
    rows = list(index.properties(np.array(places, np.intp)))
    valid, end = ([row.get(column) for row in rows] for column in ("valid", "end"))
    times = recorded.when(COLLECTIONS[collection], valid, end, speech(lang))
    return {
        row["id"]: Named(when, of_feature(collection, row, lang))
        for row, when in zip(rows, times, strict=True)
    }


def said_in(lang: str, collection: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a collection with `when`, and the names of boundaries, in a language.

    In English it is the frame itself, and else a copy.
    """
    if lang == ENGLISH:
        return frame
    frame = frame.assign(when=frames.when(COLLECTIONS[collection], frame, speech(lang)))
    if collection == "boundaries":
        pairs = zip(frame["entity"], frame["name"], strict=True)
        frame["name"] = [boundary(entity, name, lang) for entity, name in pairs]
    return frame


def boundary(entity: str, name: str, lang: str) -> str:
    """Give the name of an entity in a language; as it is written where we know no other."""
    return _entity(entity, name, lang) or name


def place(named: str, written: str, lang: str) -> str:
    """Give the name of a country or an entity by its id; of any other place as it is written."""
    return _countries(lang).get(named) or _names(lang).get((named, written), written)


def of_feature(collection: str, row: Mapping[str, Any], lang: str) -> str | None:
    """Give the name of a feature in a language; None where the atlas's own is all there is."""
    name = str(row["name"] or "")
    if collection == "boundaries":
        return _entity(str(row["entity"]), name, lang)
    if collection == "roles":
        return _role(row, lang) if name == _role(row, ENGLISH) else None
    key = _BORDERS.get(str(row.get("membership"))) if collection == "borders" else None
    return words(lang)["place"][key] if key and name == words()["place"][key] else None


def _role(row: Mapping[str, Any], lang: str) -> str:
    said = words(lang)
    role = said["role"].get(str(row["role"]), "")
    return said["place"]["role"].format(country=country(str(row["country"]), lang), role=role)


def _entity(entity: str, name: str, lang: str) -> str | None:
    for ending, key in _BACKDROPS.items():
        if name.endswith(ending):
            polygon = name.removesuffix(ending)
            said: Words = words(lang)
            return said["place"][key].format(name=_polygons(lang).get(polygon, polygon))
    return _names(lang).get((entity, name))


def country(named: str, lang: str) -> str:
    """Give the name of a country that a source speaks of, by its id ("bosnia-herzegovina")."""
    return _countries(lang).get(named) or named.replace("-", " ").title()


def named(name: str, lang: str) -> str:
    """Give a country by its English name; anything else as it is written."""
    table = boundaries.load().table["countries"]
    ids = {row["name"]: one for one, row in table.items()}
    return country(ids[name], lang) if name in ids and lang != ENGLISH else name


def known(lang: str) -> set[tuple[str, str]]:
    """Give the entities whose names are known in a language, by id and English name."""
    return set(_names(lang))


@cache
def _names(lang: str) -> Mapping[tuple[str, str], str]:
    """Give the names of entities by id and English name: an id may have had two."""
    found = ((row, _name(row, lang)) for row in boundaries.load().table["entity"])
    return {(row["id"], row["name"]): name for row, name in found if name}


@cache
def _polygons(lang: str) -> Mapping[str, str]:
    """Give the names of countries, and of what is one polygon, by that of entities.toml."""
    table = boundaries.load().table
    named = (row for row in table["entity"] if "code" in row or row["members"] == [row["name"]])
    rows = (*named, *table["countries"].values())
    found = ((row["members"][0], _name(row, lang)) for row in rows)
    return {polygon: name for polygon, name in found if name}


@cache
def _countries(lang: str) -> Mapping[str, str]:
    table = boundaries.load().table["countries"]
    found = ((country, _name(row, lang)) for country, row in table.items())
    return {country: name for country, name in found if name}


def _name(row: Mapping[str, Any], lang: str) -> str | None:
    if lang == ENGLISH:
        return str(row["name"])
    written = row.get("names", {}).get(lang)
    return written or locale(lang).territories.get(row.get("code", ""))
