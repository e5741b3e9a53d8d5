"""What the service maps into memory: built once from a collection's frame, at publication.

A folder holds `fragments.arrow` (each feature's id, GeoJSON and WKB), `rtree.bin` (packed Hilbert
R-tree over the boxes), `boxes.npy`, `bounds.npy` (the six time arrays) and `ids.npy` (ids by hash).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import geoindex_rs.rtree as rtree
import geopandas
import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.crs import Crs
from geo.times import Bounds
from routes.schema import Collection

HASHED_ID = np.dtype([("hash", np.uint64), ("row", np.uint32)])


def build(collection: Collection, frame: geopandas.GeoDataFrame, folder: Path) -> None:
    """Write the serving files of one collection, rows in the order of the frame, into `folder`."""
    geometry = frame.geometry.to_numpy()
    ids = frame["id"].tolist()
    attested = frame["attested"].tolist() if "attested" in frame else None
    bounds = Bounds.parse(frame["valid"].tolist(), collection.reading, attested)
    boxes = shapely.bounds(geometry)
    np.save(folder / "bounds.npy", bounds.to_array())
    np.save(folder / "boxes.npy", boxes)
    np.save(folder / "ids.npy", hashed_ids(ids))
    (folder / "rtree.bin").write_bytes(_packed_tree(boxes))
    _write_fragments(folder / "fragments.arrow", ids, fragments(collection, frame), geometry)


def fragments(collection: Collection, frame: geopandas.GeoDataFrame) -> list[bytes]:
    """Give each row as the bytes of a GeoJSON feature (RFC 7946)."""
    geometries = geojson_geometries(frame.geometry.to_numpy())
    return [
        b'{"type":"Feature","id":%b,"geometry":%b,"properties":%b}'
        % (orjson.dumps(properties["id"]), geometry, orjson.dumps(properties))
        for geometry, properties in zip(geometries, properties_of(collection, frame), strict=True)
    ]


def geojson_geometries(geometry: NDArray[np.object_], crs: Crs | None = None) -> list[bytes]:
    """Give GeoJSON geometries, outer rings counter-clockwise on the map (RFC 7946, 3.1.6).

    In EPSG:4326, or in `crs`; raises ValueError where one lies beyond what that can show.
    """
    oriented = shapely.orient_polygons(geometry)
    texts = shapely.to_geojson(crs.project(oriented) if crs else oriented)
    return [b"null" if text is None else text.encode() for text in texts]


def properties_of(collection: Collection, frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Give each row's properties as JSON values, in the order of the schema."""
    names = [name for name in collection.columns if name in frame]
    columns = [_json_column(collection.field(name).kind, frame[name]) for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def hashed_ids(ids: Sequence[str]) -> NDArray[np.void]:
    """Give (hash, row) pairs sorted by hash, so that an id is found by binary search."""
    pairs = np.empty(len(ids), dtype=HASHED_ID)
    pairs["hash"] = [id_hash(name) for name in ids]
    pairs["row"] = np.arange(len(ids))
    return np.sort(pairs, order="hash")


def id_hash(name: str) -> int:
    """Give 64 bits of the id's BLAKE2b hash: the same in every process, unlike `hash`."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _json_column(kind: str, column: pd.Series) -> list[Any]:
    if kind == "datetime":
        texts = np.datetime_as_string(column.to_numpy("datetime64[s]"), unit="s")
        return [None if text == "NaT" else f"{text}Z" for text in texts]
    values = column.astype(object).tolist()
    if kind == "json":
        return [orjson.loads(value) if _is_text(value) else None for value in values]
    if kind == "list":
        return [list(value) if value is not None else [] for value in values]
    return [
        None if value is None or value is pd.NA or value != value else value for value in values
    ]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _packed_tree(boxes: NDArray[np.float64]) -> bytes:
    """Pack the boxes; a row without geometry gets one that no query meets."""
    if len(boxes) == 0:
        return b""
    nowhere = np.array([np.inf, np.inf, -np.inf, -np.inf])
    packed = np.where(np.isnan(boxes), nowhere, boxes)
    builder = rtree.RTreeBuilder(len(boxes))
    builder.add(*(np.ascontiguousarray(side) for side in packed.T))
    return bytes(memoryview(builder.finish()))


def _write_fragments(
    path: Path, ids: Sequence[str], features: Sequence[bytes], geometry: NDArray[np.object_]
) -> None:
    table = pa.record_batch(
        {
            "id": pa.array(ids, pa.large_string()),
            "fragment": pa.array(features, pa.large_binary()),
            "wkb": pa.array(shapely.to_wkb(geometry), pa.large_binary()),
        }
    )
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_batch(table)
