"""An edition's tiles as one archive: PMTiles, version 3, of WebMercatorQuad.

The archive is one file that a browser or QGIS reads by parts over HTTP, from any server of files.
Its tiles are those that the service draws, of all collections and of all times; valid time stands
in them as whole numbers, so that whoever shows them chooses the day. Bytes and directories are
written by `pmtiles`, the reference's own writer; here is which tiles there are.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.gridding import EXTENT, PIXEL
from geo.tiling import MAX_ZOOM, MERCATOR_REACH, WEB_MERCATOR, Tile, Tiling
from routes.editions import Edition
from routes.errors import RoutesError, StoreError
from routes.index import CollectionIndex
from routes.query import Query
from routes.schema import COLLECTIONS
from routes.stores import durable
from routes.stores.base import Progress
from routes.stories import ZOOMS
from routes.tiles import INCOMPLETE, PLAIN, RANK, TIMES, Shortfall, VectorTile, draw

# A pixel of a tile is 16 steps of its grid, so that one shown four zooms closer is still as exact
# as can be seen. A map as close as ours goes needs tiles to this zoom.
ENOUGH = ZOOMS[1] - (PIXEL.bit_length() - 1)
# Tiles that are drawn, at most: the whole world down to zoom 7, Europe to 9. One takes some
# hundredths of a second.
MOST_TILES = 25_000
# A hundredth larger than at the highest level, in less than half of the time.
LEVEL = 6
_KINDS = {"text": "String", "edtf": "String", "integer": "Number", "number": "Number"}
_OF_INCOMPLETE = {"layer": "String", "shown": "Number", "of": "Number", RANK: "Number"}

Place = tuple[int, int]


class NotPlaced(RoutesError):
    """An edition of which nothing has a place: it has no tiles."""

    def __init__(self, number: int) -> None:
        super().__init__(f"nothing in edition {number} has a place, so there are no tiles of it")


@dataclass(frozen=True)
class Archive:
    """What was written: how many tiles with something in them, to which zoom, how many bytes.

    `lacking`: of the deepest zoom, the layers of which a tile shows only some, with how many such
    tiles there are, and the rank from which on every route is in all of its tiles.
    """

    tiles: int
    max_zoom: int
    size: int
    lacking: Mapping[str, Lacking]


@dataclass
class Lacking:
    """How many tiles of a zoom lack features of a layer; see `Archive`."""

    tiles: int = 0
    rank: int = 0

    def add(self, shortfall: Shortfall) -> None:
        """Count another tile."""
        self.tiles += 1
        self.rank = max(self.rank, shortfall.rank)


def write(
    edition: Edition,
    path: Path,
    progress: Progress = lambda _: None,
    *,
    max_zoom: int | None = None,
    most_tiles: int = MOST_TILES,
) -> Archive:
    """Write the archive of an edition to `path`, whole or not at all.

    Without `max_zoom`, it goes as deep as it takes for maps as close as ours, for nothing to be
    drawn larger than it is, and for each tile to show all that lies in it; but no deeper than
    `most_tiles` allow. `progress` is told of each tile. The folder that TMPDIR names needs as much
    room as the archive. Raises NotPlaced, or StoreError where it cannot be written.
    """
    indexes = {name: edition.index(name) for name in edition.collections}
    try:
        with _aside(path) as unfinished, unfinished.open("wb") as file:
            writer = Writer(file)
            levels = list(
                _levels(indexes, _Depth.of(indexes, max_zoom, most_tiles), writer, progress)
            )
            if not levels[0].held:
                raise NotPlaced(edition.number)
            writer.finalize(_header(edition, indexes), _metadata(edition, indexes, levels))
        size = path.stat().st_size
    except OSError as error:
        raise StoreError(f"{path} was not written: {error}") from error
    return Archive(sum(len(one.held) for one in levels), levels[-1].zoom, size, levels[-1].lacking)


class _Level(NamedTuple):
    """A zoom: which of its tiles (row, column) hold something, and what they lack."""

    zoom: int
    held: list[Place]
    lacking: dict[str, Lacking]

    def add(self, place: Place, tile: VectorTile) -> None:
        """Count a tile with something in it."""
        self.held.append(place)
        for shortfall in tile.shortfalls:
            self.lacking.setdefault(shortfall.layer, Lacking()).add(shortfall)

    def below(self) -> list[Place]:
        """Give the tiles that divide those that hold something: nothing lies in any other."""
        return [
            (2 * row + down, 2 * column + across)
            for row, column in self.held
            for down in (0, 1)
            for across in (0, 1)
        ]


class _Depth(NamedTuple):
    """How deep to go: so far at least, and no farther than to some zoom or number of tiles."""

    least: int
    last: int
    most_tiles: float

    @classmethod
    def of(
        cls, indexes: Mapping[str, CollectionIndex], max_zoom: int | None, most_tiles: int
    ) -> _Depth:
        if max_zoom is not None:
            return cls(max_zoom, max_zoom, math.inf)
        return cls(max(ENOUGH, _true_to_size(indexes)), MAX_ZOOM, most_tiles)

    def is_reached(self, level: _Level, drawn: int) -> bool:
        """Tell whether to stop at a level, after so many tiles have been drawn."""
        is_enough = level.zoom >= self.least and not level.lacking
        too_many = drawn + 4 * len(level.held) > self.most_tiles
        return is_enough or too_many or level.zoom == self.last or not level.held


def _levels(
    indexes: Mapping[str, CollectionIndex], depth: _Depth, writer: Writer, progress: Progress
) -> Iterator[_Level]:
    """Draw and write zoom after zoom."""
    tiling, places, drawn = Tiling.of(WEB_MERCATOR), [(0, 0)], 0
    for zoom in tiling.zooms:
        level = _Level(zoom, [], {})
        ids = {zxy_to_tileid(zoom, column, row): (row, column) for row, column in places}
        # In the order of their ids readers find neighbours beside each other (PMTiles 3, 4).
        for tile_id in sorted(ids):
            tile = draw(indexes, Query(), Tile(tiling, zoom, *ids[tile_id]))
            if tile.content:
                writer.write_tile(tile_id, gzip.compress(tile.content, LEVEL, mtime=0))
                level.add(ids[tile_id], tile)
            progress(f"zoom {zoom}")
        yield level
        drawn += len(places)
        if depth.is_reached(level, drawn):
            return
        places = level.below()


def _true_to_size(indexes: Mapping[str, CollectionIndex]) -> int:
    """Give the zoom from which on nothing is drawn larger than it is (`geo.gridding`)."""
    west, _, east, _ = Tiling.of(WEB_MERCATOR).tile("0", "0", "0").bounds
    sides = np.concatenate([_sides(index.boxes) for index in indexes.values()])
    least = sides[sides > 0].min(initial=east - west)
    return min(max(0, math.ceil(math.log2((east - west) * PIXEL / EXTENT / least))), MAX_ZOOM)


def _sides(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the longer side of boxes in degrees, in metres of Mercator; (n, 4) to (m,)."""
    placed = boxes[~np.isnan(boxes[:, 0])]
    held = np.clip(placed.reshape(-1, 2, 2), MERCATOR_REACH[:2], MERCATOR_REACH[2:])
    corners = Tiling.of(WEB_MERCATOR).project(held.reshape(-1, 2)).reshape(-1, 2, 2)
    sides: NDArray[np.float64] = np.ptp(corners, axis=1).max(axis=1, initial=0)
    return sides


def _header(edition: Edition, indexes: Mapping[str, CollectionIndex]) -> dict[str, Any]:
    """Give what the header says (PMTiles 3, 3.1) beside offsets and counts."""
    boxes = np.concatenate([index.boxes for index in indexes.values()])
    west, south = np.nanmin(boxes[:, :2], axis=0).tolist()
    east, north = np.nanmax(boxes[:, 2:], axis=0).tolist()
    view = edition.atlas.get("view") or (west, south, east, north)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": _e7(west), "min_lat_e7": _e7(south),
        "max_lon_e7": _e7(east), "max_lat_e7": _e7(north),
        "center_zoom": max(0, int(math.log2(360 / max(view[2] - view[0], 1e-3)))),
        "center_lon_e7": _e7((view[0] + view[2]) / 2),
        "center_lat_e7": _e7((view[1] + view[3]) / 2),
    }  # fmt: skip


def _e7(degrees: float) -> int:
    return round(degrees * 10**7)


def _metadata(
    edition: Edition, indexes: Mapping[str, CollectionIndex], levels: Sequence[_Level]
) -> dict[str, Any]:
    """Give the metadata (PMTiles 3, 5): of what edition it is, which layers there are, of what."""
    zooms = {"minzoom": 0, "maxzoom": levels[-1].zoom}
    layers = [
        {"id": name, "description": COLLECTIONS[name].description, "fields": _fields(name), **zooms}
        for name, index in indexes.items()
        if not np.isnan(index.boxes[:, 0]).all()
    ]
    if any(level.lacking for level in levels):
        said = "What a tile lacks: it shows so many of the features of a layer"
        layers.append({"id": INCOMPLETE, "description": said, "fields": _OF_INCOMPLETE, **zooms})
    return {
        "name": edition.atlas["title"],
        "description": str(edition.atlas["summary"]).strip(),
        "attribution": edition.atlas.get("byline") or edition.atlas["title"],
        "type": "overlay",
        "version": f"{edition.number}.0.0",
        "license": edition.atlas["licence"],
        "vector_layers": layers,
        "edition": edition.number,
        "content": edition.manifest.content,
    }


def _fields(collection: str) -> dict[str, str]:
    """Give what features of a layer may say, and whether it is a text or a number."""
    own = {field.name: _KINDS[field.kind] for field in COLLECTIONS[collection].fields
           if field.kind in PLAIN}  # fmt: skip
    return own | dict.fromkeys((*TIMES, RANK), "Number")


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write at, moved to `path` when all went well.

    Nobody else's: several processes may write the same archive.
    """
    with TemporaryDirectory(prefix=durable.UNFINISHED, dir=path.parent) as folder:
        unfinished = Path(folder) / path.name
        yield unfinished
        durable.sync(unfinished)
        unfinished.replace(path)
        durable.sync_names(path.parent)
