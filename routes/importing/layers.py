"""Whatever GDAL reads, through Arrow: which layer, in which encoding, a batch at a time."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.errors

from routes.importing.clocks import Clock, gpx_times, kml_times
from routes.importing.reading import BATCH, Batch, Piece, Source, refused, values_of
from routes.report import AtlasRefused

# Texts that look like dates stay as they are written; the first row of a sheet names its columns.
OPEN_OPTIONS = {"GeoJSON": {"DATE_AS_STRING": "YES"}, "ODS": {"HEADERS": "FORCE"}}
ENCODED = ("ESRI Shapefile",)
# A file geodatabase of Esri is a folder.
DATABASE = re.compile(r"(.*\.gdb)/", re.IGNORECASE)
SHEETS = ("ODS", "XLS")
# Their layers are folders of one and the same kind of thing.
FOLDERS = ("KML", "LIBKML")
# A line has no time, its points have.
GPX_LINES = {"tracks": "trk", "routes": "rte"}
GPX_PARTS = (("GPX", "track_points"), ("GPX", "route_points"))
TIME_COLUMNS = ("begin", "end", "timestamp")


@dataclass(frozen=True)
class Layer:
    """One layer as GDAL tells it. `count` is -1 where it does not know.

    `number`: its place in the file, as two folders of a KML may have one name.
    """

    number: int
    name: str
    kind: str
    count: int
    columns: tuple[str, ...]
    crs: Any
    driver: str


def open_layers(
    path: Path, fits: tuple[str, ...], wanted: str | None, encoding: str | None
) -> Source:
    """Open one layer of a file, or all folders of a KML. Raises AtlasRefused."""
    try:
        place = _place(path)
        names = [str(name) for name in pyogrio.list_layers(place)[:, 0]]
        # Which of several layers is empty decides; of a single one a count is not worth reading it.
        found = [
            _layer(place, number, name, counted=len(names) > 1) for number, name in enumerate(names)
        ]
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        raise _unreadable(path, error) from None
    chosen = _chosen(path, found, fits, wanted)
    first = chosen[0]
    columns = list(dict.fromkeys(name for layer in chosen for name in layer.columns))
    clock = _clock(path, found, chosen)
    if clock is not None:
        columns = list(dict.fromkeys([*columns, *TIME_COLUMNS]))
    counts = [layer.count for layer in chosen]
    return Source(
        path.name,
        first.driver,
        columns,
        any(layer.kind != "None" for layer in chosen),
        first.crs,
        "row" if first.driver in SHEETS else "feature",
        None if min(counts) < 0 else sum(counts),
        lambda: _pieces(path, chosen, columns, encoding, clock),
    )


def _place(path: Path) -> str:
    """Give what GDAL opens: in a zip, the folder in it that has the Shapefile or is a database."""
    if path.suffix.casefold() != ".zip":
        return str(path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    shapes = {name.rpartition("/")[0] for name in names if name.casefold().endswith(".shp")}
    folders = {found[1] for name in names if (found := DATABASE.match(name))} or shapes
    inside = f"/{folders.pop()}" if len(folders) == 1 else ""
    return f"/vsizip/{path.resolve()}{inside}"


def _layer(place: str, number: int, name: str, *, counted: bool) -> Layer:
    options = OPEN_OPTIONS["ODS"] if place.casefold().endswith(".ods") else {}
    info = pyogrio.read_info(place, layer=number, force_feature_count=counted, **options)
    kind = str(info["geometry_type"] or "None")
    columns = tuple(map(str, info["fields"]))
    return Layer(
        number, name, kind, int(info["features"]), columns, info["crs"], str(info["driver"])
    )


def _chosen(
    path: Path, found: Sequence[Layer], fits: tuple[str, ...], wanted: str | None
) -> list[Layer]:
    known = ", ".join(f"{layer.name} ({max(layer.count, 0)})" for layer in found)
    if wanted is not None:
        named = [layer for layer in found if layer.name == wanted]
        if not named:
            raise refused(path, f"has no layer {wanted!r}", f"Its layers are {known}")
        return named
    filled = [layer for layer in found if layer.count != 0]
    if not filled:
        raise refused(path, "holds no features", "Give a file with some")
    # The points of a GPX line are layers too, and no places of their own.
    filled = [layer for layer in filled if (layer.driver, layer.name) not in GPX_PARTS] or filled
    if all(layer.driver in FOLDERS for layer in filled):
        return filled
    fitting = [layer for layer in filled if _fits(layer.kind, fits)]
    if len(fitting or filled) > 1:
        raise refused(path, f"has several layers: {known}", "Choose one by --layer NAME")
    return fitting or filled


def _fits(kind: str, fits: tuple[str, ...]) -> bool:
    simple = kind.removeprefix("2.5D ").removeprefix("3D ").removesuffix(" Z").removeprefix("Multi")
    return any(one.removeprefix("Multi") in simple for one in fits) or kind in ("Unknown", "None")


def _pieces(
    path: Path, chosen: Sequence[Layer], columns: list[str], encoding: str | None,
    clock: Clock | None,
) -> Iterator[Piece]:  # fmt: skip
    """Read all layers, a batch a piece: GDAL does it many times faster than rows are checked."""
    begin = 2 if chosen[0].driver in SHEETS else 1
    for layer in chosen:
        options = dict(OPEN_OPTIONS.get(layer.driver, {}))
        if encoding and layer.driver in ENCODED:
            options["ENCODING"] = encoding
        try:
            for batch, held in _arrow(path, layer, options):
                geometry = held if layer.kind != "None" else None
                end = begin + batch.num_rows
                told = None if clock is None else Clock(clock.times[begin - 1 : end - 1])
                named = [name for name in layer.columns if name != held]
                finished = partial(_batches, batch, named, geometry, columns, begin, told)
                yield Piece(path.name, finished, is_read=True)
                begin = end
        except (pyogrio.errors.DataSourceError, UnicodeDecodeError, RuntimeError) as error:
            remedy = "Mend the file, or give its encoding: --encoding cp1250"
            raise refused(path, f"cannot be read to its end: {_said(error)}", remedy) from None


def _arrow(
    path: Path, layer: Layer, options: dict[str, str]
) -> Iterator[tuple[pa.RecordBatch, str | None]]:
    """Give rows as GDAL does, and the column of their geometry."""
    with pyogrio.open_arrow(
        _place(path), layer=layer.number, batch_size=BATCH, use_pyarrow=True, **options
    ) as (meta, reader):
        named = meta.get("geometry_name") or "wkb_geometry"
        for batch in reader:
            yield batch, named if named in batch.schema.names else None


def _batches(
    batch: pa.RecordBatch, named: list[str], geometry: str | None, columns: list[str], begin: int,
    clock: Clock | None,
) -> Iterator[Batch]:  # fmt: skip
    """Give rows of a layer as a batch of all its columns; `named` are those of the layer."""
    rows = np.arange(begin, begin + batch.num_rows, dtype=np.int64)
    values = values_of(batch, named).reindex(columns=columns).astype(object)
    values = values.where(values.notna(), None)
    if clock is not None:
        clock.fill(values, np.arange(len(values)))
    wkb = None
    if geometry:
        wkb = np.array([*batch.column(geometry).to_pylist(), None], dtype=object)[:-1]
    yield Batch(rows, values, wkb)


def _clock(path: Path, found: Sequence[Layer], chosen: Sequence[Layer]) -> Clock | None:
    """Give the times that GDAL does not tell of a KML or a GPX file."""
    driver = chosen[0].driver
    if driver in FOLDERS:
        times = kml_times(path)
        filled = [layer for layer in found if layer.count > 0]
        # GDAL's layers are the folders, in the order of the file.
        if not any(any(time) for folder in times for time in folder):
            return None
        if [len(folder) for folder in times] != [layer.count for layer in filled]:
            raise refused(path, "has times that cannot be told from its folders",
                          "Export it again, each folder with its placemarks")  # fmt: skip
        kept = [folder for folder, layer in zip(times, filled, strict=True) if layer in chosen]
        return Clock([time for folder in kept for time in folder])
    if driver == "GPX" and chosen[0].name in GPX_LINES:
        return Clock(gpx_times(path, GPX_LINES[chosen[0].name]))
    return None


def _unreadable(path: Path, error: Exception) -> AtlasRefused:
    said = _said(error)
    if path.suffix.casefold() == ".shp" and "shx" in said:
        return refused(path, "stands alone: a Shapefile is several files",
                       "Put those of the same name beside it, .shx, .dbf, .prj and .cpg; or give "
                       "all of them in one .zip")  # fmt: skip
    return refused(path, f"is nothing that GDAL reads: {said}",
                   "Give GeoJSON, GeoPackage, Shapefile, file geodatabase, FlatGeobuf, "
                   "GeoParquet, CSV, KML, GPX, XLSX or ODS")  # fmt: skip


def _said(error: Exception) -> str:
    """Give what GDAL says, without advice on how its own commands are called."""
    said = " ".join(str(error).split()).partition("; It might help")[0]
    return said[:200].rstrip(".")
