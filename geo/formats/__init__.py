"""Every file format that rows can be written to; knows no routes and no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyogrio.errors import DataLayerError, DataSourceError

from geo.formats import delimited, gdal, geojson, geoparquet, kml, shapefile
from geo.formats.table import LON_LAT, About, Column, Kind, Table, is_far

__all__ = ["FORMATS", "LON_LAT", "About", "Column", "Format", "Kind", "Table", "is_far", "write"]

Stream = Callable[[Table, About], Iterator[bytes]]
Save = Callable[[Table, About, Path], None]


@dataclass(frozen=True)
class Format:
    """One file format. It has either a `stream` of bytes, or a way to `save` it as a file.

    `any_crs`: a file says in which system it is, and may be in another than longitude, latitude.
    """

    extension: str
    title: str
    media_type: str
    stream: Stream | None = None
    save: Save | None = None
    any_crs: bool = False


FORMATS = {
    one.extension: one
    for one in (
        Format("geojson", "GeoJSON", "application/geo+json", geojson.collection),
        # The ending by which GDAL knows RFC 8142, with record separators, from lines of GeoJSON.
        Format("geojsons", "GeoJSON sequence", "application/geo+json-seq", geojson.sequence),
        Format("gpkg", "GeoPackage", "application/geopackage+sqlite3",
               save=gdal.geopackage, any_crs=True),
        Format("fgb", "FlatGeobuf", "application/flatgeobuf", save=gdal.flatgeobuf, any_crs=True),
        Format("parquet", "GeoParquet", "application/vnd.apache.parquet",
               save=geoparquet.write, any_crs=True),
        Format("csv", "CSV", "text/csv", delimited.rows),
        Format("kml", "KML", "application/vnd.google-earth.kml+xml", kml.document),
        Format("shp.zip", "Shapefile", "application/zip", save=shapefile.write, any_crs=True),
    )
}  # fmt: skip


def write(form: Format, table: Table, about: About, path: Path) -> None:
    """Write a table to a new file at `path`, whose folder may hold others while it is made.

    Raises OSError where there is no room for it, and what making the batches raises.
    """
    if form.save is not None:
        try:
            form.save(table, about, path)
        except (DataSourceError, DataLayerError) as error:
            raise OSError(str(error)) from error
    elif form.stream is not None:
        with path.open("wb") as file:
            file.writelines(form.stream(table, about))
