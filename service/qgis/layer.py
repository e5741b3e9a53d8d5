"""What a layer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from service.qgis.rules import Name

Geometry = Literal["Point", "LineString", "Polygon"]


@dataclass(frozen=True)
class Layer:
    """The features of a collection with one kind of geometry, and how QGIS draws and names them.

    `note`: what a reader has to know of the drawing; it goes into the layer's abstract.
    """

    name: str
    collection: str
    geometry: Geometry
    renderer: Element
    names: tuple[Name, ...] = ()
    opacity: float = 1.0
    note: str = ""
