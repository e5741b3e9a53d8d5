"""Tile matrix sets and tilesets for programs: OGC 17-083r4 in JSON, and TileJSON 3.0."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from geo.crs import CRS84_URI
from geo.tiling import OFFERED, WEB_MERCATOR, Tiling
from geo.times import BOUND_COLUMNS
from routes.schema import COLLECTIONS, JSON_TYPES, Field
from routes.tiles import PLAIN, RANK, TIMES
from service import formats
from service.site import Site
from service.tiles import links
from service.tiles.asked import TILEJSON, Asked

Document = dict[str, Any]

MVT_TYPE = "application/vnd.mapbox-vector-tile"
TILEJSON_TYPE = "application/vnd.mapbox.tilejson+json"
_DIMENSIONS = {"Point": 0, "LineString": 1, "MultiLineString": 1, "Polygon": 2, "MultiPolygon": 2}
_RANK = "What is shown from rank n on is one in 2 to the n of all routes, the same everywhere"
_SECONDS = "Seconds since 1970 (UTC); absent for no bound"


def matrix_sets(site: Site) -> Document:
    """List the tile matrix sets."""
    listed = [
        {
            "id": name,
            "title": Tiling.of(name).title,
            "uri": Tiling.of(name).uri,
            "crs": Tiling.of(name).crs_uri,
            "links": [_definition_link(site, name, "self")],
        }
        for name in OFFERED
    ]
    return {"tileMatrixSets": listed, "links": site.self_links()}


def matrix_set(tiling: Tiling) -> Document:
    """Define a tile matrix set. Its schema has no place for links."""
    return tiling.definition()


def tilesets(site: Site, asked: Asked) -> Document:
    """List the tilesets (OGC 20-057 /req/tilesets-list/tileset-links), each as it is in full."""
    listed = [tileset(site, asked, Tiling.of(name)) for name in OFFERED]
    return {"tilesets": listed, "links": [*site.self_links(), _origin_link(site, asked)]}


def tileset(site: Site, asked: Asked, tiling: Tiling) -> Document:
    """Describe a tileset (OGC 20-057 /req/tileset/description)."""
    atlas = site.edition.atlas
    document = {
        "title": f"{asked.title(site)}, {tiling.name}",
        "dataType": "vector",
        "crs": tiling.crs_uri,
        "tileMatrixSetId": tiling.name,
        "tileMatrixSetURI": tiling.uri,
        "tileMatrixSetLimits": [
            {
                "tileMatrix": str(limits.zoom),
                "minTileRow": limits.min_row,
                "maxTileRow": limits.max_row,
                "minTileCol": limits.min_column,
                "maxTileCol": limits.max_column,
            }
            for limits in tiling.limits()
        ],
        "layers": [_layer(name) for name in asked.layers],
        "attribution": atlas.get("byline") or atlas["title"],
        "license": site.licence,
        "version": str(site.edition.number),
        "mediaTypes": [MVT_TYPE],
        "links": _links(site, asked, tiling),
    }
    if box := bounding_box(site, asked):
        west, south, east, north = box
        document["boundingBox"] = {
            "lowerLeft": [west, south],
            "upperRight": [east, north],
            "crs": CRS84_URI,
        }
    return document


def tilejson(site: Site, asked: Asked) -> Document:
    """Describe the tileset of WebMercatorQuad for map programs (TileJSON 3.0.0)."""
    atlas = site.edition.atlas
    zooms = Tiling.of(WEB_MERCATOR).zooms
    document = {
        "tilejson": "3.0.0",
        "name": asked.title(site),
        "description": str(atlas["summary"]).strip(),
        "attribution": atlas.get("byline") or atlas["title"],
        # TileJSON asks for a semantic version: a new edition may change anything.
        "version": f"{site.edition.number}.0.0",
        "scheme": "xyz",
        "tiles": [_address(site, asked, Tiling.of(WEB_MERCATOR), ("{z}", "{y}", "{x}"))],
        "minzoom": zooms[0],
        "maxzoom": zooms[-1],
        "vector_layers": [
            {
                "id": name,
                "description": COLLECTIONS[name].description,
                "minzoom": zooms[0],
                "maxzoom": zooms[-1],
                "fields": {key: said["description"] for key, said in _properties(name).items()},
            }
            for name in asked.layers
        ],
    }
    if box := bounding_box(site, asked):
        document["bounds"] = list(box)
    return document


def bounding_box(site: Site, asked: Asked) -> tuple[float, float, float, float] | None:
    """Give the box round everything that is tiled, in degrees; None where nothing has a place."""
    records = site.edition.manifest.collections
    boxes = [box for name in asked.layers if (box := records[name].bbox)]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def tileset_address(site: Site, asked: Asked, tiling: Tiling, form: str) -> str:
    """Give the address of a tileset in some form."""
    return site.url(f"{asked.path}/{tiling.name}", **asked.carried, f=form)


def _links(site: Site, asked: Asked, tiling: Tiling) -> list[Document]:
    def said(rel: str, form: str, media_type: str, title: str) -> Document:
        return site.link(rel, tileset_address(site, asked, tiling, form), media_type, title)

    template = _address(site, asked, tiling, ("{tileMatrix}", "{tileRow}", "{tileCol}"))
    found: list[Document] = [
        said("self", "json", formats.JSON, "This tileset"),
        said("alternate", "html", "text/html", "This tileset, for people"),
        {**site.link("item", template, MVT_TYPE, "Tiles"), "templated": True},
        _definition_link(site, tiling.name, links.TILING_SCHEME),
        _origin_link(site, asked),
    ]
    if tiling.name == WEB_MERCATOR:
        found.append(said("alternate", TILEJSON, TILEJSON_TYPE, "This tileset as TileJSON"))
    return found


def _address(site: Site, asked: Asked, tiling: Tiling, place: tuple[str, str, str]) -> str:
    """Give the template of a tile's address; its braces are not to be escaped."""
    query = f"?{urlencode(asked.carried)}" if asked.carried else ""
    return f"{site.base}{asked.path}/{tiling.name}/{'/'.join(place)}{query}"


def _definition_link(site: Site, name: str, rel: str) -> Document:
    title = Tiling.of(name).title
    return site.link(rel, site.url(f"/tileMatrixSets/{name}", f="json"), formats.JSON, title)


def _origin_link(site: Site, asked: Asked) -> Document:
    if asked.collection is None:
        return site.link(links.DATASET, site.url("/"), formats.JSON, "The atlas")
    address = site.url(f"/collections/{asked.collection}")
    return site.link(links.GEODATA, address, formats.JSON, "The collection")


def _layer(name: str) -> Document:
    declared = COLLECTIONS[name]
    dimensions = {_DIMENSIONS[one] for one in declared.geometry}
    # Of mixed geometry the standard wants none said.
    dimension = {"geometryDimension": dimensions.pop()} if len(dimensions) == 1 else {}
    return {
        "id": name,
        "title": declared.title,
        "description": declared.description,
        "dataType": "vector",
        **dimension,
        "propertiesSchema": {"type": "object", "properties": _properties(name)},
    }


def _properties(name: str) -> Document:
    """Say what a tile's features have: what is plain, and the bounds in seconds."""
    own = {
        field.name: {**JSON_TYPES[field.kind], "description": field.description}
        for field in COLLECTIONS[name].fields
        if field.kind in PLAIN
    }
    bounds = {bound: _bound(name, bound) for bound in TIMES}
    return own | bounds | {RANK: {"type": "integer", "description": _RANK}}


def _bound(collection: str, name: str) -> Document:
    said = {one.name: one for one in COLLECTIONS[collection].fields}
    about = _words(said[name]) if name in BOUND_COLUMNS else "Span on which it is attested"
    return {"type": "integer", "description": f"{about}. {_SECONDS}"}


def _words(field: Field) -> str:
    return field.description.partition(";")[0]
