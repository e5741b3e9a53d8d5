"""Names and times of an edition's rows in the language of a map.

An edition holds the names that its editors wrote. Those of the shipped table of entities are known
by language: by CLDR where an entity is a country of today, by the table's own `names` where it is
not. Any other name, and every town, stays as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import geopandas as gpd

from geo import boundaries
from routes import frames
from routes.schema import COLLECTIONS
from service.maps.words import ENGLISH, Words, locale, speech, words

_BACKDROPS = {" (backdrop)": "backdrop", " (backdrop, no claim then)": "backdrop_then"}


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
    for ending, key in _BACKDROPS.items():
        if name.endswith(ending):
            polygon = name.removesuffix(ending)
            said: Words = words(lang)
            return said["place"][key].format(name=_polygons(lang).get(polygon, polygon))
    return _names(lang).get((entity, name), name)


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
    """Give the names of countries by the polygon that entities.toml makes them of."""
    table = boundaries.load().table
    rows = (*(row for row in table["entity"] if "code" in row), *table["countries"].values())
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
