"""Where the earth lies on the picture: Web Mercator, as the live map has it, in pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Pixels = NDArray[np.float64]
Box = tuple[float, float, float, float]

TILE = 256
_MOST_NORTH = 85.06
"""Web Mercator is a square from 85.06 S to 85.06 N (EPSG:3857)."""
_KM_AROUND = 40_075.017


@dataclass(frozen=True)
class Frame:
    """A rectangle of the picture that shows the earth. `x`, `y`: its top left corner.

    `zoom` counts as Leaflet does; `west`, `north`: what lies in the corner, in pixels of the whole
    world at that zoom.
    """

    x: float
    y: float
    w: float
    h: float
    zoom: float
    west: float
    north: float

    @classmethod
    def fitting(cls, room: Box, box: Box, most_zoom: float) -> Frame:
        """Show a box of degrees in a room (x, y, w, h) of the picture, as large as it can be."""
        _, _, w, h = room
        corners = _world(np.array([[box[0], box[3]], [box[2], box[1]]]))
        size = np.maximum(corners[1] - corners[0], 1e-9)
        zoom = min(float(np.log2(min(w / size[0], h / size[1]) / TILE)), most_zoom)
        return cls._around(room, corners.mean(axis=0), zoom)

    @classmethod
    def around(cls, room: Box, lat: float, lon: float, zoom: float) -> Frame:
        """Show the surroundings of a point at a zoom."""
        return cls._around(room, _world(np.array([[lon, lat]]))[0], zoom)

    @classmethod
    def _around(cls, room: Box, middle: Pixels, zoom: float) -> Frame:
        x, y, w, h = room
        centre = middle * TILE * 2**zoom
        return cls(x, y, w, h, zoom, float(centre[0] - w / 2), float(centre[1] - h / 2))

    def pixels(self, degrees: Pixels) -> Pixels:
        """Turn coordinates (n, 2), lon and lat, into pixels of the picture."""
        corner = np.array([self.west - self.x, self.north - self.y])
        pixels: Pixels = _world(degrees) * (TILE * 2**self.zoom) - corner
        return pixels

    def drawn(self, geometry: BaseGeometry) -> BaseGeometry:
        """Turn a geometry in degrees into one in pixels."""
        moved: BaseGeometry = shapely.transform(geometry, self.pixels)
        return moved

    def clipped(self, geometry: BaseGeometry, margin: float = 24.0) -> BaseGeometry:
        """Cut what lies beyond the frame and a margin, in pixels."""
        x, y, w, h = self.x - margin, self.y - margin, self.w + 2 * margin, self.h + 2 * margin
        cut: BaseGeometry = shapely.clip_by_rect(geometry, x, y, x + w, y + h)
        return cut

    @property
    def km_a_pixel(self) -> float:
        """How many kilometres a pixel is, in the middle of the frame."""
        middle = (self.north + self.h / 2) / (TILE * 2**self.zoom)
        latitude = np.arctan(np.sinh(np.pi * (1 - 2 * middle)))
        return float(_KM_AROUND * np.cos(latitude) / (TILE * 2**self.zoom))


def _world(degrees: Pixels) -> Pixels:
    """Give the place on a square world of size 1, from the top left."""
    lon, lat = degrees[:, 0], np.clip(degrees[:, 1], -_MOST_NORTH, _MOST_NORTH)
    y = np.arcsinh(np.tan(np.radians(lat))) / np.pi
    return np.column_stack([(lon + 180) / 360, (1 - y) / 2])
