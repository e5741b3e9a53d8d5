"""Links that lead to tiles, and what is claimed of them."""

from __future__ import annotations

from service import formats
from service.site import Site

TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
TILING_SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
TILING_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
GEODATA = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
DATASET = "http://www.opengis.net/def/rel/ogc/1.0/dataset"

_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
_SETS = "http://www.opengis.net/spec/tms/2.0/conf/"
# Not `datetime`: that class asks for a parameter `subset`; `datetime` here is that of Features.
CONFORMANCE: tuple[str, ...] = (
    *(
        f"{_TILES}{name}"
        for name in (
            "core",
            "tileset",
            "tilesets-list",
            "dataset-tilesets",
            "geodata-tilesets",
            "collections-selection",
            "mvt",
            "oas30",
        )
    ),
    *(f"{_SETS}{name}" for name in ("tilematrixset", "json-tilematrixset", "json-tilesetmetadata")),
)


def of_landing(site: Site) -> list[dict[str, str]]:
    """Give the front page's links (OGC 20-057 /req/dataset-tilesets/landingpage)."""
    return [
        site.link(TILESETS, site.url("/tiles"), formats.JSON, "Vector tiles of everything"),
        site.link(TILING_SCHEMES, site.url("/tileMatrixSets"), formats.JSON, "Tile matrix sets"),
    ]


def of_collection(site: Site, name: str) -> dict[str, str]:
    """Give a collection's link (OGC 20-057 /req/geodata-tilesets/desc-links)."""
    address = site.url(f"/collections/{name}/tiles")
    return site.link(TILESETS, address, formats.JSON, "Vector tiles")
