"""The tiles' part of the API's description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from geo.tiling import MAX_ZOOM, OFFERED, WEB_MERCATOR
from service.tiles.asked import F_TILE, F_TILESET, OF_COLLECTION, OF_DATASET
from service.tiles.documents import MVT_TYPE, TILEJSON_TYPE

Document = dict[str, Any]
Operation = Callable[..., Document]


def _path(name: str, schema: Document, example: object) -> Document:
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": example}


_NUMBER = {"type": "integer", "minimum": 0}
_SET = _path("tileMatrixSetId", {"type": "string", "enum": list(OFFERED)}, WEB_MERCATOR)
_ZOOM = {"type": "string", "enum": [str(zoom) for zoom in range(MAX_ZOOM + 1)]}
_TILE = [_SET, _path("tileMatrix", _ZOOM, "5"), _path("tileRow", _NUMBER, 11),
         _path("tileCol", _NUMBER, 17)]  # fmt: skip


def paths(collection: Document, operation: Operation) -> dict[str, Document]:
    """Give the operations by path; ids end as OGC 20-057 /req/oas30/operation-id asks."""
    written = {
        "/tileMatrixSets": operation("getTileMatrixSetsList", "The tile matrix sets"),
        "/tileMatrixSets/{tileMatrixSetId}": operation(
            "getTileMatrixSet", "One tile matrix set", paths=[_SET]
        ),
    }
    for origin, base, own, queries in (
        ("dataset", "", [], OF_DATASET),
        ("collection", "/collections/{collection}", [collection], OF_COLLECTION),
    ):
        ids = f"tiles.{origin}.vector"
        written[f"{base}/tiles"] = operation(
            f"{ids}.getTileSetsList", f"The tilesets of the {origin}", *queries, paths=own
        )
        written[f"{base}/tiles/{{tileMatrixSetId}}"] = _tileset(
            operation(f"{ids}.getTileSet", f"A tileset of the {origin}", *queries, F_TILESET,
                      paths=[*own, _SET], has_form=False)
        )  # fmt: skip
        address = f"{base}/tiles/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
        written[address] = _tile(
            operation(f"{ids}.getTile", f"A vector tile of the {origin}", *queries, F_TILE,
                      paths=[*own, *_TILE], media_type=MVT_TYPE, has_form=False)
        )  # fmt: skip
    return written


def _tileset(written: Document) -> Document:
    content = written["responses"]["200"]["content"]
    content["text/html"] = {"schema": {"type": "string"}}
    content[TILEJSON_TYPE] = {"schema": {"type": "object"}}
    return written


def _tile(written: Document) -> Document:
    responses = written["responses"]
    responses["200"]["content"] = {MVT_TYPE: {"schema": {"type": "string", "format": "binary"}}}
    responses["204"] = {"description": "Nothing lies in this tile"}
    return written
