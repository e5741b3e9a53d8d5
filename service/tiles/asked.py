"""What a request for tiles asks for: of which collections, in which tile matrix set, of when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from geo.tiling import OutsideTiling, Tile, Tiling, UnknownTiling
from routes.query import Query
from routes.schema import COLLECTIONS
from routes.tiles import MOST_FEATURES, Wanted
from service.ogc.parameters import (
    CERTAINTY,
    DATETIME,
    Parameter,
    parse_limit,
    parse_query,
    refuse_unknown,
)
from service.ogc.selection import parse_columns
from service.problems import BadParameter, Missing
from service.settings import Settings
from service.site import Site

TILEJSON = "tilejson"
MVT = "mvt"

_LAYERS = Parameter(
    "collections",
    "Only these collections, in this order, as layers of the tile.",
    {"type": "array", "items": {"type": "string"}},
    "routes,crossings",
)
F_TILESET = Parameter("f", "Form of the answer; `tilejson` for WebMercatorQuad only.",
                      {"type": "string", "enum": ["json", "html", TILEJSON]}, TILEJSON)  # fmt: skip
F_TILE = Parameter("f", "Form of the tile.", {"type": "string", "enum": [MVT]}, MVT)
PROPERTIES = Parameter(
    "properties",
    "Only these properties of each feature, and always its id and its bounds of time.",
    {"type": "array", "items": {"type": "string"}},
    "name,mode",
)
LIMIT = Parameter(
    "limit",
    f"Features in a layer of a tile, 1 to {MOST_FEATURES}; a tile that has more says so.",
    {"type": "integer", "minimum": 1, "maximum": MOST_FEATURES, "default": MOST_FEATURES},
    "2000",
)
OF_COLLECTION = (DATETIME, CERTAINTY, PROPERTIES, LIMIT)
OF_DATASET = (*OF_COLLECTION, _LAYERS)


@dataclass(frozen=True)
class Asked:
    """What tiles are made of: one collection, or several of the dataset, at some time.

    `wanted`: what a tile has of them. `carried`: what belongs in the address of every tile of the
    set.
    """

    collection: str | None
    layers: tuple[str, ...]
    query: Query
    wanted: Wanted
    carried: dict[str, str]

    @classmethod
    def of(cls, request: Request, site: Site, collection: str | None) -> Asked:
        """Read a request. Raises NotFound, BadParameter."""
        declared = OF_DATASET if collection is None else OF_COLLECTION
        refuse_unknown(request, "f", *(one.name for one in declared))
        settings: Settings = request.app.state.settings
        values = request.query_params
        if collection is not None:
            site.edition.index(collection)
        layers = (collection,) if collection else _layers(site, values.get(_LAYERS.name))
        return cls(
            collection,
            layers,
            parse_query(request, settings.systems),
            _wanted(values, layers),
            {one.name: values[one.name] for one in declared if one.name in values},
        )

    @property
    def path(self) -> str:
        """The path of the list of tilesets."""
        return f"/collections/{self.collection}/tiles" if self.collection else "/tiles"

    def title(self, site: Site) -> str:
        """Name what is tiled."""
        if self.collection:
            return COLLECTIONS[self.collection].title
        return str(site.edition.atlas["title"])


def tiling(name: str) -> Tiling:
    """Find a tile matrix set. Raises Missing."""
    try:
        return Tiling.of(name)
    except UnknownTiling as error:
        raise Missing(str(error)) from None


def tile(name: str, zoom: str, row: str, column: str) -> Tile:
    """Find a tile. Raises Missing."""
    try:
        return tiling(name).tile(zoom, row, column)
    except OutsideTiling as error:
        raise Missing(str(error)) from None


def _wanted(values: Mapping[str, str], layers: tuple[str, ...]) -> Wanted:
    known = list(dict.fromkeys(one for name in layers for one in COLLECTIONS[name].columns))
    text = values.get(PROPERTIES.name)
    columns = None if text is None else parse_columns(text, known)
    limit = parse_limit(values.get(LIMIT.name), MOST_FEATURES, MOST_FEATURES)
    return Wanted(columns, limit)


def _layers(site: Site, text: str | None) -> tuple[str, ...]:
    """Read `collections` (OGC 20-057 /req/collections-selection/collections-response)."""
    known = site.edition.collections
    if text is None:
        return known
    names = tuple(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in known:
            fault = f"{name!r} is no collection here; the known ones are {', '.join(known)}"
            raise BadParameter(fault, _LAYERS.name, _LAYERS.example)
    return names
