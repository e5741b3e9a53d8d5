"""KML 2.2 (OGC 07-147r2), made while it is read: a time span for each placemark.

Written here and not by GDAL, whose driver holds the whole document in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.formats.table import GEOMETRY, About, Kind, Table, rows_of

TYPES: dict[Kind, str] = {"integer": "int", "number": "double"}
# Columns for which KML has elements of its own.
OWN = ("id", "name", "description")
BEGIN, END = "start_earliest", "end_latest"
# What XML 1.0 (2.2) cannot hold at all.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RINGS = re.compile(r"\(([^()]*)\)")


def document(table: Table, about: About) -> Iterator[bytes]:
    """Give a document with a folder of placemarks.

    Each has its id, name and description as KML's own and the other columns as typed data;
    `start_earliest` and `end_latest`, where they are among them, are the time in which it may
    have held. Coordinates are longitude, latitude, as KML has no other.
    """
    yield _possible(_head(table, about))
    tags = {
        column.name: f"<SimpleData name={quoteattr(column.name)}>"
        for column in table.columns
        if column.name not in OWN
    }
    for batch in table.batches():
        geometries = [""] * len(batch)
        if table.has_geometry:
            wkb = batch.column(GEOMETRY).to_pylist()
            geometries = elements(shapely.orient_polygons(shapely.from_wkb(wkb)))
        rows = rows_of(batch, table.columns)
        placemarks = (
            _placemark(table, tags, row, geometry)
            for row, geometry in zip(rows, geometries, strict=True)
        )
        yield _possible("".join(placemarks))
    yield b"</Folder>\n</Document>\n</kml>\n"


def elements(geometry: NDArray[np.object_]) -> list[str]:
    """Give geometries as KML elements; nothing for a missing or an empty one."""
    parts, owners = _parts(geometry)
    found: list[list[str]] = [[] for _ in geometry]
    kinds = shapely.get_type_id(parts).tolist()
    texts = shapely.to_wkt(parts, rounding_precision=-1)
    for owner, kind, text in zip(owners.tolist(), kinds, texts, strict=True):
        found[owner].append(_single(kind, text))
    is_multi = shapely.get_type_id(geometry) > shapely.GeometryType.POLYGON
    return [
        f"<MultiGeometry>{''.join(one)}</MultiGeometry>" if multi and one else "".join(one)
        for one, multi in zip(found, is_multi.tolist(), strict=True)
    ]


def _parts(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Take geometries apart, however deep; gives single ones and whose part each is."""
    present = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    parts, owners = geometry[present], present
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, of = shapely.get_parts(parts, return_index=True)
        owners = owners[of]
    return parts, owners


def _single(kind: int, wkt: str) -> str:
    rings = [f"<coordinates>{_coordinates(ring)}</coordinates>" for ring in _RINGS.findall(wkt)]
    if kind == shapely.GeometryType.POINT:
        return f"<Point>{rings[0]}</Point>"
    if kind != shapely.GeometryType.POLYGON:
        return f"<LineString>{rings[0]}</LineString>"
    outer, *inner = (f"<LinearRing>{ring}</LinearRing>" for ring in rings)
    holes = "".join(f"<innerBoundaryIs>{ring}</innerBoundaryIs>" for ring in inner)
    return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{holes}</Polygon>"


def _coordinates(wkt: str) -> str:
    """Turn `1 2, 3 4` into `1,2 3,4`."""
    return wkt.replace(", ", ";").replace(" ", ",").replace(";", " ")


def _head(table: Table, about: About) -> str:
    said = "".join(
        f"<Data name={quoteattr(name)}><value>{_text(text)}</value></Data>"
        for name, text in about.texts().items()
    )
    fields = "".join(
        f'<SimpleField type="{TYPES.get(column.kind, "string")}" name={quoteattr(column.name)}/>'
        for column in table.columns
        if column.name not in OWN
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:atom="http://www.w3.org/2005/Atom">\n'
        f"<Document>\n<name>{_text(about.title)}</name>\n"
        f"<atom:author><atom:name>{_text(about.attribution)}</atom:name></atom:author>\n"
        f"<atom:link href={quoteattr(about.address)}/>\n"
        f"<description>{_text(about.description)}</description>\n"
        f"<ExtendedData>{said}</ExtendedData>\n"
        f'<Schema id="{table.name}-columns" name="{table.name}">{fields}</Schema>\n'
        f"<Folder>\n<name>{table.name}</name>\n"
    )


def _placemark(table: Table, tags: dict[str, str], row: tuple[Any, ...], geometry: str) -> str:
    said = {
        column.name: value
        for column, value in zip(table.columns, row, strict=True)
        if value is not None
    }
    data = "".join(
        f"{tags[key]}{_text(value)}</SimpleData>" for key, value in said.items() if key in tags
    )
    return (
        f"<Placemark{_identified(said)}>{_told(said)}{_span(said)}"
        f'<ExtendedData><SchemaData schemaUrl="#{table.name}-columns">{data}</SchemaData>'
        f"</ExtendedData>{geometry}</Placemark>\n"
    )


def _identified(said: dict[str, Any]) -> str:
    """GDAL reads an id here and nowhere else, whether XML would call it a name or not."""
    return f" id={quoteattr(str(said['id']))}" if "id" in said else ""


def _told(said: dict[str, Any]) -> str:
    name = f"<name>{_text(said.get('name', said.get('id', '')))}</name>"
    if "description" not in said:
        return name
    return f"{name}<description>{_text(said['description'])}</description>"


def _span(said: dict[str, Any]) -> str:
    begin, end = said.get(BEGIN), said.get(END)
    if begin is None and end is None:
        return ""
    opened = f"<begin>{begin}</begin>" if begin else ""
    closed = f"<end>{end}</end>" if end else ""
    return f"<TimeSpan>{opened}{closed}</TimeSpan>"


def _text(value: object) -> str:
    """Escape; a lone carriage return would be read as a line feed (XML 1.0, 2.11)."""
    return escape(str(value), {"\r": "&#13;"})


def _possible(text: str) -> bytes:
    """Give what XML can hold of a text, markup and all: once for many rows, as it costs."""
    return _FORBIDDEN.sub("\ufffd", text).encode()
