"""The tiles' part of the API's description."""

from __future__ import annotations

from typing import Any

from geo.tiling import MAX_ZOOM, OFFERED, WEB_MERCATOR
from service.ogc.operation import Operation
from service.ogc.parameters import Parameter
from service.tiles.asked import F_TILE, F_TILESET, OF_COLLECTION, OF_DATASET
from service.tiles.documents import MVT_TYPE, TILEJSON_TYPE

_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
_ZOOMS = [str(zoom) for zoom in range(MAX_ZOOM + 1)]
_SET = Parameter(
    "tileMatrixSetId",
    "Name of the tile matrix set.",
    {"type": "string", "enum": list(OFFERED)},
    WEB_MERCATOR,
)
_TILE = (
    _SET,
    Parameter("tileMatrix", "The matrix, or zoom.", {"type": "string", "enum": _ZOOMS}, "5"),
    Parameter("tileRow", "The row, from the north.", _NUMBER, "11"),
    Parameter("tileCol", "The column, from the west.", _NUMBER, "17"),
)


def operations(collection: Parameter) -> list[Operation]:
    """Give the operations; ids end as OGC 20-057 /req/oas30/operation-id asks."""
    sets = "/tileMatrixSets"
    return [
        Operation("getTileMatrixSetsList", sets, "The tile matrix sets", "tile-matrix-sets"),
        Operation("getTileMatrixSet", f"{sets}/{{tileMatrixSetId}}", "One tile matrix set",
                  "tile-matrix-set", paths=(_SET,)),
        *_of("dataset", "", (), OF_DATASET),
        *_of("collection", "/collections/{collectionId}", (collection,), OF_COLLECTION),
    ]  # fmt: skip


def _of(
    origin: str, base: str, own: tuple[Parameter, ...], queries: tuple[Parameter, ...]
) -> list[Operation]:
    ids = f"tiles.{origin}.vector"
    tileset = f"{base}/tiles/{{tileMatrixSetId}}"
    return [
        Operation(f"{ids}.getTileSetsList", f"{base}/tiles", f"The tilesets of the {origin}",
                  "tilesets", paths=own, queries=queries),
        Operation(f"{ids}.getTileSet", tileset, f"A tileset of the {origin}", "tileset",
                  paths=(*own, _SET), queries=queries, more={TILEJSON_TYPE: "tilejson"},
                  form=F_TILESET),
        Operation(f"{ids}.getTile", f"{tileset}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
                  f"A vector tile of the {origin}", "binary", MVT_TYPE, paths=(*own, *_TILE),
                  queries=(*queries, F_TILE), has_form=False, nothing="Nothing lies in this tile"),
    ]  # fmt: skip
