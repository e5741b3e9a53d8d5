"""Derive the polygons of this folder from Natural Earth, as packaged in npm `world-atlas` 2.0.2.

`python data/boundaries/derive.py` writes polygons-50m.geojson and polygons-10m.geojson beside this
file; `--check` derives them again, writes nothing, and fails where a byte differs. Run
`npm ci` first: it fetches the package. README.md says what each step is for.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Geometries = NDArray[np.object_]

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1] / "node_modules" / "world-atlas"
SCALES = ("50m", "10m")
FRAME = (-15.0, 30.0, 65.0, 72.0)
"""West, south, east, north of what is kept, degrees."""
DECIMALS = 4
"""About 11 m. The package's own grid is 0.0036 by 0.0017 degrees, so no two of its points meet."""
PARTS = {"Crimea": ("Russia", (32.4, 44.3, 36.65, 46.3))}
"""Name of a part -> the polygon that the package draws it in, and the box that holds all of it."""


def derive(scale: str, source: Path = SOURCE) -> str:
    """Give the text of polygons-{scale}.geojson: one feature a line, sorted by name."""
    frame = pyogrio.read_dataframe(source / f"countries-{scale}.json", layer="countries")
    frame = frame[["name", "geometry"]].set_crs("EPSG:4326", allow_override=True)
    frame = frame[_near_frame(frame.geometry.to_numpy())]
    frame["geometry"] = [_unwrapped(geometry) for geometry in frame.geometry]
    frame["geometry"] = _polygons(shapely.make_valid(frame.geometry.to_numpy()))
    for part, (owner, box) in PARTS.items():
        frame = _with_part(frame, part, owner, box)
    clipped = shapely.intersection(frame.geometry.to_numpy(), shapely.box(*FRAME))
    frame["geometry"] = _rounded(_polygons(clipped))
    return _text(frame[~frame.geometry.is_empty].sort_values("name"))


def _near_frame(geometries: Geometries) -> NDArray[np.bool_]:
    # Boxes, not shapes: some of the shapes are not valid yet. An empty one has no box: left out.
    west, south, east, north = shapely.bounds(geometries).T
    across = (east >= FRAME[0]) & (west <= FRAME[2])
    near: NDArray[np.bool_] = across & (north >= FRAME[1]) & (south <= FRAME[3])
    return near


def _unwrapped(geometry: BaseGeometry) -> BaseGeometry:
    """Let rings run on past 180 degrees east.

    The package joins Russia across the antimeridian: read as it is, the ring jumps back to
    180 W, and repairing it would spread Russia over every longitude.
    """

    def continuous(ring: BaseGeometry) -> NDArray[np.float64]:
        points = shapely.get_coordinates(ring)
        longitudes = np.unwrap(points[:, 0], period=360)
        # A ring that begins east of the antimeridian ran on to the west: bring it back.
        points[:, 0] = longitudes + (360 if longitudes.min() < -180 else 0)
        return points

    return shapely.multipolygons(
        [
            shapely.Polygon(
                continuous(part.exterior), [continuous(inner) for inner in part.interiors]
            )
            for part in shapely.get_parts(geometry)
        ]
    )


def _polygons(geometries: Geometries) -> Geometries:
    """Keep what has an area: repairing and clipping leave stray points and lines behind."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    inner, inner_owner = shapely.get_parts(parts, return_index=True)
    flat = shapely.get_type_id(inner) == shapely.GeometryType.POLYGON
    result = np.full(len(geometries), shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(inner[flat], indices=owner[inner_owner[flat]], out=result)
    return result


def _with_part(
    frame: gpd.GeoDataFrame, part: str, owner: str, box: tuple[float, float, float, float]
) -> gpd.GeoDataFrame:
    """Move a part out of its owner: the owner's pieces that lie wholly inside the box.

    Whole pieces only, because the same box also holds the tip of the Taman peninsula across the
    Kerch strait, which stays with its owner. A piece that straddled the box would be refused.
    """
    row = frame.index[frame["name"] == owner].item()
    pieces = shapely.get_parts(frame.geometry[row])
    inside = shapely.contains_properly(shapely.box(*box), pieces)
    if not inside.any():
        raise SystemExit(f"{part}: no piece of {owner} lies inside {box}; the package has changed")
    frame.loc[row, "geometry"] = shapely.multipolygons(pieces[~inside])
    return gpd.GeoDataFrame(
        {"name": [*frame["name"], part]},
        geometry=[*frame.geometry, shapely.multipolygons(pieces[inside])],
        crs=frame.crs,
    )


def _rounded(geometries: Geometries) -> Geometries:
    # Rounding point by point sends equal points to equal points, so that neighbours still share
    # their border exactly; a precision model could move one side of it and not the other. Repair
    # left corners closer than the last decimal: rounding folds those, and repair drops them.
    for _ in range(3):
        geometries = shapely.transform(geometries, lambda points: np.round(points, DECIMALS))
        if shapely.is_valid(geometries).all():
            break
        geometries = _polygons(shapely.make_valid(geometries))
    else:
        raise SystemExit(f"no valid polygons at {DECIMALS} decimals: use more")
    # Repairing one of two neighbours can leave it without a corner that the other has: put it back.
    clean: Any = shapely.coverage_clean  # type: ignore[attr-defined] # newer than the stubs
    geometries = clean(geometries, gap_width=0, snapping_distance=0)
    # Normalising fixes the order of pieces, rings and first points; RFC 7946 wants them
    # counter-clockwise outside.
    return shapely.orient_polygons(shapely.normalize(geometries))


def _text(frame: gpd.GeoDataFrame) -> str:
    lines = []
    for row in frame.itertuples():
        pieces = shapely.get_parts(row.geometry)
        geometry = pieces[0] if len(pieces) == 1 else row.geometry
        feature = {
            "type": "Feature",
            "properties": {"name": row.name},
            "geometry": shapely.geometry.mapping(geometry),
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def main() -> int:
    """Write the files, or with --check compare them: 1 where they differ, 2 without the package."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    parser.add_argument("--into", type=Path, default=HERE, help="folder to write to")
    parser.add_argument("--source", type=Path, default=SOURCE, help="folder of world-atlas 2.0.2")
    arguments = parser.parse_args()
    if not arguments.source.is_dir():
        print(f"{arguments.source} is not there: run `npm ci` first", file=sys.stderr)
        return 2
    different = []
    for scale in SCALES:
        path, text = arguments.into / f"polygons-{scale}.geojson", derive(scale, arguments.source)
        if not arguments.check:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.exists() or path.read_bytes() != text.encode():
            different.append(path.name)
    if different:
        print(f"differs from what the package gives: {', '.join(different)}", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
