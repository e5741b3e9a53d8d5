"""Pictures of a large atlas: what holds in and around the view, if that is not too much to draw."""

from __future__ import annotations

import numpy as np

from geo.times import Window
from routes.query import Query
from routes.tree import Box
from service.maps import shapes
from service.maps.features import versions
from service.maps.state import ShownEdition, State
from service.maps.view import MapView
from service.problems import BadParameter

MOST_DRAWN = 200
"""More lines than that are a picture of nothing, and take a processor for seconds."""
AROUND = 0.5
"""How much of a box's size a picture may show beside it: its own form is another."""
TILE = 256


def with_versions(
    state: State, edition: ShownEdition, view: MapView, day: str, size: tuple[int, int]
) -> State:
    """Give a state without versions those of its day, or range of days, in and around the view.

    `size` is that of the picture, in pixels. Raises BadParameter where they are too many to draw.
    """
    box = Box(*_around(view, state["atlas"]["view"], size))
    index = edition.index("routes")
    window = Window.parse(f"{day}/{view.to or day}")
    found = index.page(Query(boxes=(box,), window=window), 0, MOST_DRAWN)
    if found.next_place is not None:
        count = f"{found.matched:,}" if found.matched is not None else f"more than {MOST_DRAWN:,}"
        fault = (
            f"asks for too large a view: {count} route versions hold in and around it on {day}, "
            f"and a picture draws at most {MOST_DRAWN:,}"
        )
        raise BadParameter(fault, "bbox", "19,41,20,42")
    return state | {"routes": versions(index, found.rows)}


def _around(view: MapView, opening: shapes.Box, size: tuple[int, int]) -> shapes.Box:
    """Give a box that holds all that a picture can show of a view, in degrees."""
    if view.lat is None or view.lon is None or view.zoom is None:
        west, south, east, north = shapes.region(view.bbox or opening, AROUND)
    else:
        degrees = 360 / (TILE * 2**view.zoom)
        dx, dy = size[0] / 2 * degrees, size[1] / 2 * degrees
        west, south, east, north = view.lon - dx, view.lat - dy, view.lon + dx, view.lat + dy
    return (
        max(west, -180.0), float(np.clip(south, -90, 90)),
        min(east, 180.0), float(np.clip(north, -90, 90)),
    )  # fmt: skip
