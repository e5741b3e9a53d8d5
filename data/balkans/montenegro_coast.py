"""Derive the area `montenegro-adriatic-ports` of crossings.geojson from Montenegro's coastline.

The source names "Adriatic port towns" and no port, so the map shows the coast itself as an area.
Run `python data/balkans/montenegro_coast.py` and put the printed coordinates into
crossings.geojson; tests/test_atlas_geometry.py fails when the two differ.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray

from geo import lines

POLYGONS = Path(__file__).parents[1] / "boundaries" / "polygons-50m.geojson"

SEAWARD_M, INLAND_M = 9_000, 3_000
"""How far the area reaches to either side: mostly sea, and wide enough to show at 1:6,000,000."""
SMOOTHED_M = 3_000
"""Radius of its corners, and half the width of an inlet that is bridged: it stands for the coast
as a whole, and soft ends say that the source gives no limits."""
SIMPLIFIED_M = 60
"""Keeps the outline under 120 vertices without visible corners."""


def coast_area() -> shapely.Polygon:
    """Give the coast of Montenegro as one polygon in EPSG:4326 (lon, lat; three decimals)."""
    polygons = pyogrio.read_dataframe(POLYGONS).cx[15:24, 38:46]
    is_montenegro = polygons["name"] == "Montenegro"
    montenegro = shapely.union_all(polygons.geometry[is_montenegro].to_numpy())
    neighbours = shapely.union_all(polygons.geometry[~is_montenegro].to_numpy())
    land = shapely.union(montenegro, neighbours)

    strip = lines.coast_area(land, montenegro, SEAWARD_M, INLAND_M)
    strip_m, neighbours_m = lines.to_metric([strip, neighbours])
    bridged = strip_m.buffer(SMOOTHED_M).buffer(-SMOOTHED_M).difference(neighbours_m)
    rounded = bridged.buffer(-SMOOTHED_M).buffer(SMOOTHED_M).simplify(SIMPLIFIED_M)
    area = max(shapely.get_parts(rounded), key=shapely.area)
    outline = shapely.transform(shapely.Polygon(area.exterior), _to_degrees)
    return shapely.orient_polygons(shapely.set_precision(outline, 0.001))


def _to_degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
    to_degrees = pyproj.Transformer.from_crs(lines.METRIC_CRS, "EPSG:4326", always_xy=True)
    return np.column_stack(to_degrees.transform(*points.T))


if __name__ == "__main__":
    ring = shapely.get_coordinates(coast_area()).tolist()
    for first in range(0, len(ring), 5):
        print(", ".join(f"[{lon:.3f}, {lat:.3f}]" for lon, lat in ring[first : first + 5]) + ",")
