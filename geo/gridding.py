"""Geometries on the grid of a tile: projected, cut, simplified, and never made to vanish.

The grid is that of Mapbox Vector Tile 2.1: whole numbers, y downwards, 0,0 the upper left corner.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.ragged import LINE, POLYGON, Geometries
from geo.tiling import STEP_DEG, Tile, Tiling

EXTENT = 4096
# So far beyond its edge a tile is filled, so that no outline shows where two tiles meet.
BUFFER = 64
# A pixel of a tile that is shown 256 pixels wide. What is smaller as a whole is drawn this large.
PIXEL = EXTENT // 256
# A step of the grid is far below what can be seen: points that close to a line are left out.
TOLERANCE = 0.5
# A quarter of a pixel: still hardly seen, and a fraction of the points.
COARSE = PIXEL / 4
# Anything that is widened by more than half a step on either side holds a point of the grid.
LEAST = 0.75


def on_grid(geometry: Geometries, tile: Tile) -> Geometries:
    """Take geometries from EPSG:4326 to the grid of a tile, None where one does not meet it.

    Polygons are valid. What would collapse on the grid is given the least form that shows.
    """
    whole = shapely.transform(_within_reach(geometry, tile.tiling), _Placing(tile))
    edge = EXTENT + BUFFER
    cut = shapely.clip_by_rect(whole, -BUFFER, -BUFFER, edge, edge)
    drawn = np.full(len(geometry), None, dtype=object)
    meets = ~(shapely.is_missing(cut) | shapely.is_empty(cut))
    drawn[meets] = _snapped(cut[meets], whole[meets])
    return drawn


def coarser(shapes: Geometries) -> Geometries:
    """Take points from geometries on the grid, none farther than a quarter of a pixel.

    Its points stay on the grid, and what is valid stays valid.
    """
    simpler: Geometries = shapely.simplify(shapes, COARSE)
    return simpler


def _within_reach(geometry: Geometries, tiling: Tiling) -> Geometries:
    """Cut off what the projection cannot show, and give bent lines the points that they need.

    The cut is the same for all tiles: one for each tile would bend a line at each tile's edge.
    """
    west, south, east, north = tiling.reach
    sides = shapely.bounds(geometry)
    beyond = (sides[:, :2] < (west, south)) | (sides[:, 2:] > (east, north))
    held = geometry.copy()
    far = beyond.any(axis=1)
    held[far] = shapely.clip_by_rect(held[far], west, south, east, north)
    if tiling.bends:
        held = shapely.segmentize(held, STEP_DEG)
    return held


class _Placing:
    """Moves points from EPSG:4326 to the grid of a tile."""

    def __init__(self, tile: Tile) -> None:
        west, south, east, north = tile.bounds
        self.tiling = tile.tiling
        self.corner = np.array([west, north])
        self.scale = EXTENT / np.array([east - west, south - north])

    def __call__(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Move points; (n, 2) to (n, 2)."""
        moved: NDArray[np.float64] = (self.tiling.project(lonlat) - self.corner) * self.scale
        return moved


def _snapped(cut: Geometries, whole: Geometries) -> Geometries:
    """Round to whole numbers; `whole` are the same geometries before they were cut."""
    kind = shapely.get_dimensions(cut)
    snapped = _rounded(_valid(shapely.simplify(cut, TOLERANCE)))
    boxes = shapely.bounds(whole)
    small = np.max(boxes[:, 2:] - boxes[:, :2], axis=1) < PIXEL
    lines, areas = small & (kind == LINE), small & (kind == POLYGON)
    snapped[lines] = _dashes(_middles(boxes[lines]), PIXEL)
    snapped[areas] = _squares(_middles(boxes[areas]), PIXEL)
    lost = shapely.is_empty(snapped)
    lines, areas = lost & (kind == LINE), lost & (kind == POLYGON)
    # Of parts that lie far apart, the middle may be where nothing is: the first one stands.
    snapped[lines] = _dashes(_middles(shapely.bounds(shapely.get_geometry(cut[lines], 0))), 1)
    snapped[areas] = _rounded(shapely.buffer(cut[areas], LEAST, join_style="mitre", mitre_limit=2))
    return snapped


def _rounded(geometry: Geometries) -> Geometries:
    rounded: Geometries = shapely.set_precision(geometry, 1.0)
    return rounded


def _valid(geometry: Geometries) -> Geometries:
    """Mend what simplifying or the projection broke, keeping areas areas."""
    broken = ~shapely.is_valid(geometry)
    geometry[broken] = shapely.make_valid(
        geometry[broken], method="structure", keep_collapsed=False
    )
    return geometry


def _middles(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the middles of boxes (west, south, east, north) as points; (n, 4) to (n, 2)."""
    middles: NDArray[np.float64] = (boxes[:, :2] + boxes[:, 2:]) / 2
    return middles


def _dashes(middles: NDArray[np.float64], length: int) -> Geometries:
    """Give level lines of whole numbers round points; (n, 2) to (n,)."""
    along = np.array([length, 0.0])
    begin = np.round(middles - along / 2)
    return np.asarray(shapely.linestrings(np.stack([begin, begin + along], axis=1)), dtype=object)


def _squares(middles: NDArray[np.float64], side: int) -> Geometries:
    """Give squares of whole numbers round points; (n, 2) to (n,)."""
    corner = np.round(middles - side / 2)
    return np.asarray(shapely.box(*corner.T, *(corner + side).T), dtype=object)
