"""Tables for file formats, and what programs read of the files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import orjson
import pyarrow as pa
import pyogrio
import shapely

from geo.formats import FORMATS, LON_LAT, About, Column, Table, is_far, write
from geo.formats.table import ARROW_TYPES, GEOMETRY

COLUMNS = (
    Column("id"),
    Column("description"),
    Column("count", "integer"),
    Column("value", "number"),
    Column("also", "list"),
    Column("stages", "json"),
    Column("start_earliest", "datetime"),
    Column("end_latest", "datetime"),
)
ABOUT = About(
    title='Routes & "ways" <2003>',
    description="Lines, drawn.",
    attribution="After N. Ë., 2004",
    licence="https://licences.example/by",
    edition=7,
    content="c0ffee",
    published="2026-03-04T05:06:07Z",
    address="https://atlas.example/downloads/x?a=1&b=2",
    sources={"ë-2004": {"title": "Article", "year": 2004}},
)
Row = dict[str, Any]


def table(
    rows: Sequence[Row],
    geometry: Sequence[Any] | None,
    batch: int = 2,
    *,
    crs: str = LON_LAT,
    ordered: bool = False,
) -> Table:
    """Rows as a table that is made in batches; moments are texts, `NaT` for none."""
    drawn = None if geometry is None else np.array(geometry, dtype=object)
    columns = tuple(
        Column(one.name, one.kind, one.kind == "datetime" and is_far(moments(rows, one.name)))
        for one in COLUMNS
    )

    def batches() -> Iterator[pa.RecordBatch]:
        for start in range(0, len(rows), batch):
            some = rows[start : start + batch]
            arrays = {one.name: _array(some, one) for one in columns}
            if drawn is not None:
                wkb = shapely.to_wkb(drawn[start : start + batch])
                arrays[GEOMETRY] = pa.array(wkb.tolist(), pa.binary())
            yield pa.RecordBatch.from_pydict(arrays)

    def features() -> Iterator[bytes]:
        shapes = [None] * len(rows) if drawn is None else shapely.to_geojson(drawn).tolist()
        for row, shape in zip(rows, shapes, strict=True):
            said = {**row, "stages": json.loads(row["stages"]) if row["stages"] else None}
            for name in ("start_earliest", "end_latest"):
                said[name] = None if row[name] == "NaT" else f"{row[name]}Z"
            feature = {"type": "Feature", "id": row["id"], "properties": said,
                       "geometry": json.loads(shape) if shape else None}  # fmt: skip
            yield orjson.dumps(feature)

    kinds = frozenset() if drawn is None else frozenset(
        None if one is None else one.geom_type for one in drawn
    )  # fmt: skip
    return Table("routes", columns, batches, features, kinds, drawn is not None, crs, ordered)


def moments(rows: Sequence[Row], name: str) -> np.ndarray[Any, Any]:
    return np.array([row[name] for row in rows], dtype="datetime64[s]")


def saved(extension: str, made: Table, folder: Path) -> Path:
    path = folder / f"routes.{extension}"
    write(FORMATS[extension], made, ABOUT, path)
    return path


def read(path: Path, layer: str | None = None) -> geopandas.GeoDataFrame:
    """What GDAL reads, or geopandas of GeoParquet; moments as texts."""
    if path.suffix == ".parquet":
        frame = geopandas.read_parquet(path)
        for name in ("start_earliest", "end_latest"):
            naive = frame[name].dt.tz_localize(None).to_numpy()
            frame[name] = np.datetime_as_string(naive.astype("datetime64[s]"))
        return frame
    frame = pyogrio.read_dataframe(path, layer=layer, datetime_as_string=True)
    return frame


def layers(path: Path) -> list[str]:
    return sorted(str(name) for name, _ in pyogrio.list_layers(path))


def plain(frame: Any) -> dict[str, Row]:  # noqa: ANN401
    """Rows by id, every value as the table was given it: what a format writes as text is read."""
    found = {}
    for row in frame.to_dict("records"):
        said = {one.name: plain_value(row[_written(one.name, row)], one.kind) for one in COLUMNS}
        found[said["id"]] = said
    return found


def _written(name: str, row: Row) -> str:
    return name if name in row else name[:10]


def plain_value(value: Any, kind: str) -> Any:  # noqa: ANN401
    """A value as it was before a format took it as text; None for nothing, `NaT` for no bound."""
    if isinstance(value, list | np.ndarray):
        return list(value)
    if value is None or value != value or value == "":
        return "NaT" if kind == "datetime" else None
    if kind == "datetime":
        text = str(value).replace(" ", "T").replace("/", "-")
        return (
            text.removesuffix("Z").removesuffix("+00:00").removesuffix("+00").removesuffix(".000")
        )
    if kind in ("integer", "number"):
        return float(value)
    if kind in ("list", "json"):
        return json.loads(value) if isinstance(value, str) else value
    return value


def _array(rows: Sequence[Row], column: Column) -> pa.Array:
    if column.kind == "datetime":
        return pa.array(moments(rows, column.name)).cast(ARROW_TYPES["datetime"])
    return pa.array([row[column.name] for row in rows], ARROW_TYPES[column.kind])
