"""The small map of a page: what its script has to know, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from geo.times import BEGINNING, Bounds, Window
from routes.schema import COLLECTIONS
from service.pages.words import day as in_words
from service.site import Site

MOST_FEATURES = 500
"""More than these are no small map, and too much to draw."""
MOST_BESIDE = 12
"""Most routes drawn beside the one that a page is about."""
MARGIN = 5.0
"""Degrees of land drawn around what a collection covers."""
ONE_DAY = np.timedelta64(86_400, "s")
Properties = dict[str, Any]


def of_items(
    site: Site, name: str, features: Sequence[Properties], asked: Mapping[str, str]
) -> dict[str, Any] | None:
    """Give the map of a page of features; None where nothing on it has a place."""
    placed = sum(feature["geometry"] is not None for feature in features)
    if not placed or len(features) > MOST_FEATURES:
        return None
    day = _asked_day(site, asked.get("datetime"))
    address = site.url(f"/collections/{name}/items", **{**asked, "f": "json"})
    is_ground = name == "boundaries" and "bbox" not in asked
    return _map(site, name, address, day, is_ground=is_ground) | {
        "placed": placed,
        "unplaced": len(features) - placed,
    }


def of_item(site: Site, name: str, feature: Properties, day: str) -> dict[str, Any] | None:
    """Give the map of one feature on a day; None where it has no place."""
    if feature["geometry"] is None:
        return None
    address = site.url(f"/collections/{name}/items/{feature['id']}", f="json")
    return _map(site, name, address, day) | {"placed": 1, "unplaced": 0}


def of_route(site: Site, version: str, beside: Sequence[str], day: str) -> dict[str, Any]:
    """Give the map of a route's version on a day, lighter `beside` it what took its place."""
    addresses = [
        site.url(f"/collections/routes/items/{one}", f="json")
        for one in (version, *beside[:MOST_BESIDE])
    ]
    drawn = _map(site, "routes", addresses[0], day)
    drawn["data"]["beside"] = addresses[1:]
    return drawn | {"placed": 1, "unplaced": 0, "beside": len(addresses) - 1}


def of_corrections(site: Site, document: Properties) -> dict[str, Any] | None:
    """Give the map of features whose place was corrected, lighter beneath as it was before.

    Those of the collection that has most of them; None where none was.
    """
    moved = [one for one in document["features"] if one["geometry"] != "same" or not one["fields"]]
    if not moved:
        return None
    collections = [one["collection"] for one in moved]
    name = max(sorted(set(collections)), key=collections.count)
    shown = [one for one in moved if one["collection"] == name][:MOST_BESIDE]
    drawn = _map(site, name, "", _opening(site))
    drawn["data"]["items"] = [f"{one['after']}?f=json" for one in shown if one["after"]]
    drawn["data"]["beside"] = [f"{one['before']}?f=json" for one in shown if one["before"]]
    return drawn | {"placed": len(shown), "unplaced": 0, "beside": len(drawn["data"]["beside"])}


def day_of(site: Site, name: str, properties: Properties) -> str:
    """Give a day on which a feature may hold: the atlas's opening date, or the nearest to it."""
    bounds = Bounds.parse([properties.get("valid")], COLLECTIONS[name].reading)
    opening = np.datetime64(_opening(site), "s")
    first, last = bounds.start_earliest[0], bounds.end_latest[0]
    if first > opening:
        sure = bounds.start_latest[0]
        opening = sure if sure < last else first
    elif last <= opening:
        sure = bounds.end_earliest[0]
        opening = (sure if sure > first else last) - ONE_DAY
    return str(opening.astype("datetime64[D]"))


def _map(
    site: Site, name: str, address: str, day: str, *, is_ground: bool = False
) -> dict[str, Any]:
    """Give what the script needs; features that are the ground themselves get none below."""
    base = None
    if "boundaries" in site.edition.collections and not is_ground:
        base = site.url("/collections/boundaries/items", datetime=day, bbox=_around(site, name),
                        limit="1000", f="json")  # fmt: skip
    return {
        "data": {
            "items": address,
            "pages": site.url(f"/collections/{name}/items/"),
            "base": base,
            "collection": name,
            "beside": [],
        },
        "beside": 0,
        "lines": name == "routes",
        "day": in_words(day),
        "base": base is not None or is_ground,
    }


def _around(site: Site, name: str) -> str:
    west, south, east, north = site.edition.manifest.collections[name].bbox or (0, 0, 0, 0)
    sides = (
        max(-180.0, west - MARGIN),
        max(-90.0, south - MARGIN),
        min(180.0, east + MARGIN),
        min(90.0, north + MARGIN),
    )
    return ",".join(f"{side:g}" for side in sides)


def _asked_day(site: Site, asked: str | None) -> str:
    """Give the first day of the time asked for, where it has one."""
    first = Window.parse(asked).first if asked else BEGINNING
    if first > BEGINNING:
        return str(first.astype("datetime64[D]"))
    return _opening(site)


def _opening(site: Site) -> str:
    atlas = site.edition.atlas
    return str(atlas.get("opening_date") or f"{atlas['knowledge_ends'][:4]}-01-01")
