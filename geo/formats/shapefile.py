"""Zipped shapefiles: one for each kind of geometry, and a README that tells what they cannot hold.

ESRI Shapefile Technical Description (1998): a shapefile holds geometries of one kind.
"""

from __future__ import annotations

import shutil
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from geo.formats.dbase import cut, date_table, short_names, within
from geo.formats.gdal import system
from geo.formats.readme import readme
from geo.formats.table import GEOMETRY, About, Table, flat, written

UNPLACED = "without-geometry"
# What each file is called, its layer's type, and the shapely types (GeometryType) in it.
FILES = (
    ("points", "Point", (0,)),
    ("multipoints", "MultiPoint", (4,)),
    ("lines", "LineString", (1, 2, 5)),
    ("areas", "Polygon", (3, 6)),
    # No shapefile holds collections of several kinds: their rows are told without them.
    (UNPLACED, None, (-1, 7)),
)


@dataclass
class Shapefiles:
    """Shapefiles that grow batch by batch in a folder.

    `rows` in each file; texts `cut` and numbers `left_out` in each column; geometry `collections`
    left out.
    """

    table: Table
    folder: Path
    names: dict[str, str]
    rows: Counter[str] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    collections: int = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Write a batch, each row to the file of its kind of geometry."""
        held, kinds = self._held(batch), self._kinds(batch)
        self.collections += int(np.count_nonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION))
        for name, layer_type, ours in FILES:
            rows = held.filter(pa.array(np.isin(kinds, ours)))
            if len(rows):
                self.write(name, layer_type, rows)

    def write(self, name: str, layer_type: str | None, rows: pa.RecordBatch) -> None:
        """Add rows to one file, which is made when it gets its first."""
        stem = f"{self.table.name}-{name}"
        placed = {
            "geometry_name": GEOMETRY,
            "geometry_type": layer_type,
            "crs": system(self.table.crs),
        }
        if layer_type is None:
            placed = {}
            rows = rows.select(list(self.names.values()))
        pyogrio.write_arrow(
            pa.Table.from_batches([rows]),
            self.folder / f"{stem}.{'shp' if layer_type else 'dbf'}",
            layer=stem,
            driver="ESRI Shapefile",
            encoding="UTF-8",
            append=stem in self.rows,
            **placed,
        )
        self.rows[stem] += len(rows)

    def _held(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give a batch as dBASE holds it: short names, texts cut, moments as text."""
        plain = flat(batch, self.table.columns)
        arrays: dict[str, pa.Array] = {}
        for column in self.table.columns:
            array = plain.column(column.name)
            if pa.types.is_timestamp(array.type):
                array = written(array)
            if pa.types.is_string(array.type):
                array, count = cut(array)
                self.cut[column.name] += count
            elif pa.types.is_floating(array.type):
                array, count = within(array)
                self.left_out[column.name] += count
            arrays[self.names[column.name]] = array
        if self.table.has_geometry:
            arrays[GEOMETRY] = plain.column(GEOMETRY)
        return pa.RecordBatch.from_pydict(arrays)

    def _kinds(self, batch: pa.RecordBatch) -> NDArray[np.int32]:
        if not self.table.has_geometry:
            return np.full(len(batch), -1, dtype=np.int32)
        geometry = shapely.from_wkb(batch.column(GEOMETRY).to_pylist())
        kinds: NDArray[np.int32] = shapely.get_type_id(geometry)
        return kinds


def write(table: Table, about: About, path: Path) -> None:
    """Write a zip archive of shapefiles with a README, as GDAL and QGIS open them (`.shp.zip`)."""
    with TemporaryDirectory(dir=path.parent) as folder:
        made = Shapefiles(table, Path(folder), short_names(one.name for one in table.columns))
        for batch in table.batches():
            made.add(batch)
        if not made.rows:
            nothing = made._held(pa.RecordBatch.from_pylist([], table.schema))
            made.write(UNPLACED, None, nothing)
        for dbf in made.folder.glob("*.dbf"):
            date_table(dbf, about.published)
        text = readme(about, made.names, made.rows, made.cut, made.left_out, made.collections)
        (made.folder / "README.txt").write_text(text, encoding="utf-8", newline="\r\n")
        _pack(made.folder, path, about.published)


def _pack(folder: Path, path: Path, published: str) -> None:
    """Zip the files of a folder, dated as published: the same rows give the same bytes."""
    moment = tuple(int(published[at : at + 2]) for at in (5, 8, 11, 14, 17))
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name, (int(published[:4]), *moment))  # type: ignore[arg-type]
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)
