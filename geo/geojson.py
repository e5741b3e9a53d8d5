"""Geometries as GeoJSON (RFC 7946)."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import Crs


def geojson_geometries(geometry: NDArray[np.object_], crs: Crs | None = None) -> list[bytes]:
    """Write geometries, `null` for none; outer rings counter-clockwise on the map (3.1.6).

    In EPSG:4326, or in `crs`; raises ValueError where one lies beyond what that can show.
    """
    oriented = shapely.orient_polygons(geometry)
    texts = shapely.to_geojson(crs.project(oriented) if crs else oriented)
    return [b"null" if text is None else text.encode() for text in texts]
