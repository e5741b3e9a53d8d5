"""What is asked for: kinds of request on random places and days, as each server words them.

The peers know one column of time, and an instant there means equality. What was valid on a day
they can only be asked with a filter on both ends (CQL2 text in tipg, ECQL in pygeoapi). So that
the comparison does not rest on a filter that they read slowly, they are asked for the same box on
any day as well: of the two, what is easier for the peer counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import morecantile
import numpy as np

from benchmarks import synthetic

ITEMS = "/collections/routes/items"
TILES = "tiles/WebMercatorQuad"
PYGEOAPI = "/collections/routes"
TIPG = "/collections/public.routes"
FIRST_YEAR, LAST_YEAR = 1992, 2007

# Far more than an answer cache by number would keep, so that each is worked out each time it comes.
DISTINCT = 300
LARGE = 60
BEFORE = 40
ZOOMS = (9, 10, 11)
OF_ITEMS = ("1 degree, a day, limit 100", "8 degrees, a day, limit 1000")
AFTER_ALL = f"{OF_ITEMS[0]}, after all of these"
REPEATED = ("one page of items, again and again", "one /embed, again and again")
"""The names of kinds that something is aimed at for."""
MODES = ("sea", "river", "land")
POPULAR_BOX = "f=json&bbox=19,42,20,43&datetime=2001-06-15&limit=100"


@dataclass(frozen=True)
class Wording:
    """How a peer is asked; `same` where its answers hold the same features as ours."""

    said: str
    targets: list[str]
    same: bool = True


@dataclass(frozen=True)
class Kind:
    """One kind of request: the service's targets, and for each peer the ways to ask it.

    `before`: what is asked for before anything is measured. `repeated`: the same again and again.
    """

    name: str
    targets: list[str]
    peers: dict[str, list[Wording]] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    repeated: bool = False


def kinds(size: int) -> list[Kind]:
    """Give all kinds of request to an atlas of `synthetic.content(size)`."""
    chance = np.random.default_rng(synthetic.SEED)
    random = [
        _boxes(chance, OF_ITEMS[0], 1, 100, DISTINCT),
        _boxes(chance, OF_ITEMS[1], 8, 1000, LARGE),
        _filtered(chance),
        _one(chance, size),
        _tiles(chance),
        _maps(chance),
    ]
    everything = [target for kind in random for target in kind.targets[:BEFORE]]
    return [
        *random,
        Kind(AFTER_ALL, random[0].targets, before=everything),
        Kind(REPEATED[0], [f"{ITEMS}?{POPULAR_BOX}"], repeated=True),
        Kind(REPEATED[1], ["/embed?date=2001-06-15"], repeated=True),
    ]


def _boxes(chance: np.random.Generator, name: str, degrees: int, limit: int, count: int) -> Kind:
    boxes, days = _places(chance, degrees, count), _days(chance, count)
    common = [f"bbox={box}&limit={limit}" for box in boxes]
    asked = [f"{one}&datetime={day}" for one, day in zip(common, days, strict=True)]

    def peer(items: str, filter_on: Callable[[str], str]) -> list[Wording]:
        by_filter = [f"{items}&{one}&filter={quote(filter_on(day))}"
                     for one, day in zip(common, days, strict=True)]  # fmt: skip
        any_day = [f"{items}&{one}" for one in common]
        return [Wording("the same day, by filter", by_filter),
                Wording("any day", any_day, same=False)]  # fmt: skip

    return Kind(
        name,
        [f"{ITEMS}?f=json&{one}" for one in asked],
        {"pygeoapi": peer(f"{PYGEOAPI}/items?f=json", _ecql_day),
         "tipg": peer(f"{TIPG}/items?f=geojson&filter-lang=cql2-text", _cql2_day)},
    )  # fmt: skip


def _filtered(chance: np.random.Generator) -> Kind:
    boxes = _places(chance, 1, DISTINCT)
    asked = [
        f"bbox={box}&limit=100&filter=" + quote(f"mode = '{mode}' AND version = 2")
        for box, mode in zip(boxes, chance.choice(MODES, DISTINCT), strict=True)
    ]
    return _same("1 degree, a filter in CQL2, limit 100", asked, "&")


def _one(chance: np.random.Generator, size: int) -> Kind:
    numbers = chance.choice(size // synthetic.VERSIONS_OF_A_ROUTE, DISTINCT, replace=False)
    return _same("one feature", [f"/route-{number}.v1" for number in numbers], "?")


def _same(name: str, asked: Sequence[str], joint: str) -> Kind:
    """Word what all servers are asked alike: after the form of the answer, or before it."""

    def say(items: str, form: str) -> list[str]:
        if joint == "&":
            return [f"{items}?{form}&{one}" for one in asked]
        return [f"{items}{one}?{form}" for one in asked]

    return Kind(
        name,
        say(ITEMS, "f=json"),
        {"pygeoapi": [Wording("the same", say(f"{PYGEOAPI}/items", "f=json"))],
         "tipg": [Wording("the same", say(f"{TIPG}/items", "f=geojson"))]},
    )  # fmt: skip


def _tiles(chance: np.random.Generator) -> Kind:
    """Tiles of any day. tipg names them by column, then row.

    pygeoapi is not asked: it makes PostGIS read the tile's reference system anew for each row
    (`ST_Transform` with a text), and needs seconds for a tile of some hundred features.
    """
    grid = morecantile.tms.get("WebMercatorQuad")
    places = chance.uniform((synthetic.WEST, synthetic.SOUTH), (synthetic.EAST, synthetic.NORTH),
                            (DISTINCT, 2))  # fmt: skip
    tiles = dict.fromkeys(
        grid.tile(lon, lat, zoom)
        for (lon, lat), zoom in zip(places, np.resize(ZOOMS, DISTINCT), strict=True)
    )
    theirs = [f"{TIPG}/{TILES}/{one.z}/{one.x}/{one.y}" for one in tiles]
    return Kind(
        "a tile, any day",
        [f"/collections/routes/{TILES}/{one.z}/{one.y}/{one.x}?f=mvt" for one in tiles],
        {"tipg": [Wording("the same tile", theirs)]},
    )


def _maps(chance: np.random.Generator) -> Kind:
    boxes, days = _places(chance, 2, DISTINCT), _days(chance, DISTINCT)
    targets = [f"/map?date={day}&bbox={box}" for box, day in zip(boxes, days, strict=True)]
    return Kind("/map of a place and day", targets)


def _places(chance: np.random.Generator, degrees: int, count: int) -> list[str]:
    """Give random boxes as `bbox` writes them, square in degrees."""
    south_west = chance.uniform((synthetic.WEST, synthetic.SOUTH),
                                (synthetic.EAST - degrees, synthetic.NORTH - degrees),
                                (count, 2))  # fmt: skip
    corners = np.hstack([south_west, south_west + degrees]).round(3)
    return [",".join(f"{one:.3f}" for one in box) for box in corners]


def _days(chance: np.random.Generator, count: int) -> list[str]:
    years = chance.integers(FIRST_YEAR, LAST_YEAR + 1, count)
    return [f"{year}-{month:02}-15"
            for year, month in zip(years, chance.integers(1, 13, count), strict=True)]  # fmt: skip


def _ecql_day(day: str) -> str:
    """Ask pygeoapi for what was possibly valid on a day; `TIMESTAMP(…)` is unknown to it."""
    return f"start_earliest <= '{day}T23:59:59Z' AND end_latest > '{day}T00:00:00Z'"


def _cql2_day(day: str) -> str:
    return (f"start_earliest <= TIMESTAMP('{day}T23:59:59Z') "
            f"AND end_latest > TIMESTAMP('{day}T00:00:00Z')")  # fmt: skip
