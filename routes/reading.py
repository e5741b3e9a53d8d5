"""Files that people edit, as frames of what they wrote: their form and types, and no more rules."""

from __future__ import annotations

import csv
import json
import math
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import geopandas
import orjson
import pandas as pd
import shapely

from routes.fitting import LIST_SEPARATOR, Unfit, fit
from routes.report import Fault
from routes.schema import Collection, Field

LONGEST_LABEL = 60
# Spreadsheets begin a file with a byte order mark; it is no part of the first word.
ENCODING = "utf-8-sig"

Row = tuple[str, dict[str, Any], shapely.Geometry | None]
_GEOMETRY_FAULTS = {
    "closed linestring": "has a ring whose last point is not its first",
    "point array": "has a line of a single point",
    "coordinates found": "has a point with too few or too many coordinates",
    "must be number": "has a coordinate that is not a number",
}


@dataclass
class Draft:
    """One collection as written. `rows` names each row for a report ("feature 3 (vlora)").

    What does not fit its column is a fault, and missing in the frame. `is_drawn`: its geometries
    are what people drew, and not those of the countries or places that its rows name.
    """

    collection: Collection
    file: str
    frame: geopandas.GeoDataFrame
    rows: Sequence[str]
    faults: list[Fault]
    is_drawn: bool = True
    _faulty: set[tuple[str, str]] = field(default_factory=set, repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether the file could be read, so that what is not in it is not there."""
        return all(fault.row for fault in self.faults)

    def is_faulty(self, position: int, field: str) -> bool:
        """Tell whether one row has a fault in a field from its reading."""
        if not self._faulty:
            self._faulty.update((fault.row, fault.field) for fault in self.faults)
        return (self.rows[position], field) in self._faulty

    def fault(
        self,
        position: int,
        field: str,
        problem: str,
        remedy: str,
        place: tuple[float, float] | None = None,
    ) -> Fault:
        """Describe a fault in one row and field, with the value found there and its place.

        Without a `place` it lies where the row's geometry does, if it has one.
        """
        value = self.frame[field].iloc[position] if field in self.frame else None
        if isinstance(value, shapely.Geometry):
            value = shapely.to_wkt(value, 4)
        here = place or _place(self.frame.geometry.iloc[position])
        return Fault(self.file, self.rows[position], field, shown(value), problem, remedy, here)


@dataclass(frozen=True)
class Labels(Sequence[str]):
    """Names of rows for a report, held by Arrow: only those of rows with a fault are read."""

    texts: Any

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...

    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        said: str | Sequence[str] = self.texts[row].as_py()
        return said

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts.to_pylist())

    def __arrow_array__(self, type: Any = None) -> Any:  # noqa: ANN401 (as pyarrow calls it)
        return self.texts


def shown(value: object) -> str:
    """Give a value as a report shows it."""
    if value is None or value != value:
        return ""
    return LIST_SEPARATOR.join(map(str, value)) if isinstance(value, list) else str(value)


def _place(geometry: shapely.Geometry | None) -> tuple[float, float] | None:
    """Give a point of a geometry: in the middle of its points, counted."""
    points = shapely.get_coordinates(geometry)
    lon, lat = points[len(points) // 2].tolist() if len(points) else (math.nan, math.nan)
    return (lon, lat) if math.isfinite(lon) and math.isfinite(lat) else None


def read_toml(path: Path) -> tuple[dict[str, Any], list[Fault]]:
    """Read a TOML file; a broken or missing one gives no content and one fault."""
    try:
        document = tomllib.loads(path.read_text(encoding=ENCODING))
        orjson.dumps(document)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return {}, [_broken(path, "TOML", str(error))]
    except TypeError:
        return {}, [_broken(path, "TOML", "it holds a number that is too large")]
    except OSError as error:
        return {}, [_unreadable(path, error)]
    return document, []


def read_collection(path: Path, collection: Collection) -> Draft:
    """Read a GeoJSON or CSV file of one collection, each value taken to the type of its column."""
    known = {field.name for field in collection.written}
    faults: list[Fault] = []
    if path.suffix == ".geojson":
        rows = _read(path, faults, lambda: _read_geojson(path, known, faults))
    else:
        needed = {field.name for field in collection.fields if field.required} & known
        rows = [(label, row, None) for label, row in read_table(path, faults, known, needed)]
    return _draft(path, collection, rows, faults)


def read_table(
    path: Path, faults: list[Fault], known: set[str] | None = None, needed: set[str] | None = None
) -> list[tuple[str, dict[str, str]]]:
    """Read a CSV file as (label, row) pairs; what is wrong with its form is added to `faults`.

    A column outside `known`, where that is given, or one of `needed` that is not there, is a fault.
    """
    return _read(path, faults, lambda: _read_csv(path, known, needed or set(), faults))


def _read(path: Path, faults: list[Fault], rows: Callable[[], Iterator[Any]]) -> list[Any]:
    """Give the rows of a file; of one that breaks off, none, and the break as its only fault."""
    try:
        return list(rows())
    except json.JSONDecodeError as error:
        remedy = "Look there for a missing comma, quote or bracket"
        line = f"line {error.lineno}"
        broken = Fault(path.name, "", line, "", f"is not JSON: {error.msg}", remedy)
    except (UnicodeDecodeError, csv.Error, RecursionError) as error:
        broken = _broken(path, path.suffix[1:].upper(), str(error))
    except OSError as error:
        broken = _unreadable(path, error)
    faults[:] = [*(fault for fault in faults if fault.file != path.name), broken]
    return []


def _draft(path: Path, collection: Collection, rows: list[Row], faults: list[Fault]) -> Draft:
    columns = {
        field.name: pd.Series(
            [_fitted(path, label, field, properties.get(field.name), faults)
             for label, properties, _ in rows],
            dtype=object,
        )
        for field in collection.written
    }  # fmt: skip
    geometry = geopandas.GeoSeries([row[2] for row in rows], crs="EPSG:4326")
    frame = geopandas.GeoDataFrame(columns, geometry=geometry)
    is_drawn = path.suffix == ".geojson"
    return Draft(collection, path.name, frame, [row[0] for row in rows], faults, is_drawn)


def _fitted(path: Path, label: str, field: Field, value: object, faults: list[Fault]) -> object:
    try:
        return fit(field, value)
    except Unfit as unfit:
        faults.append(
            Fault(path.name, label, field.name, shown(value), unfit.problem, unfit.remedy)
        )
        return None


def _read_geojson(path: Path, known: set[str], faults: list[Fault]) -> Iterator[Row]:
    document = json.loads(path.read_text(encoding=ENCODING))
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        faults.append(_broken(path, "GeoJSON", "it has no list of features"))
        return
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            remedy = "Give it an object with the columns of this file"
            faults.append(
                Fault(path.name, f"feature {number}", "properties", "", "is missing", remedy)
            )
            continue
        properties = dict(feature["properties"])
        if "route" in known and properties.get("id") in (None, ""):
            properties["id"] = _version_id(properties)
        label = labelled(f"feature {number}", properties.get("id"))
        faults += [
            Fault(path.name, label, name, shown(properties[name]),
                  "is not a column of this file", _known(known))
            for name in properties
            if name not in known
        ]  # fmt: skip
        yield label, properties, _geometry(path, label, feature.get("geometry"), faults)


def _version_id(properties: dict[str, Any]) -> str | None:
    """Give a version its id, made of its route and number; None where one of them is no good."""
    route, version = properties.get("route"), properties.get("version")
    if not isinstance(route, str) or not isinstance(version, int | float):
        return None
    return f"{route}.v{int(version) if version == version // 1 else version}"


def _geometry(
    path: Path, label: str, geometry: object, faults: list[Fault]
) -> shapely.Geometry | None:
    if geometry is None:
        return None
    try:
        return shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.GEOSException, RecursionError) as error:
        said = [words for sign, words in _GEOMETRY_FAULTS.items() if sign in str(error)]
        problem = said[0] if said else "is not a geometry as GeoJSON writes it"
        remedy = "Give a type and coordinates as RFC 7946 has them"
        faults.append(Fault(path.name, label, "geometry", "", problem, remedy))
        return None


def _read_csv(
    path: Path, known: set[str] | None, needed: set[str], faults: list[Fault]
) -> Iterator[tuple[str, dict[str, str]]]:
    with path.open(encoding=ENCODING, newline="") as file:
        reader = csv.DictReader(file, strict=True)
        header = list(reader.fieldnames or ())
        problems = list(_header_faults(path, header, known, needed))
        faults += problems
        if any(not fault.row for fault in problems):
            return
        for row in reader:
            label = labelled(f"line {reader.line_num}", row.get(header[0]))
            if None in row or None in row.values():
                problem = f"has not the {len(header)} columns of the first line"
                remedy = "Put text that holds a comma in double quotes"
                faults.append(Fault(path.name, label, "the row", "", problem, remedy))
                continue
            yield label, row


def _header_faults(
    path: Path, header: list[str], known: set[str] | None, needed: set[str]
) -> Iterator[Fault]:
    if not header:
        yield Fault(path.name, "", "the file", "", "is empty", "Begin it with a line of columns")
    twice = sorted({name for name in header if header.count(name) > 1})
    for name in twice:
        yield Fault(path.name, "", "column", name, "stands in the first line twice", "Keep one")
    missing = ", ".join(sorted(needed - set(header)))
    if header and missing:
        yield Fault(path.name, "", "the first line", ",".join(header), f"does not name {missing}",
                    "Separate the columns by commas, and name each")  # fmt: skip
    elif known is not None:
        for name in header:
            if name not in known:
                yield Fault(path.name, "line 1", "column", name, "is not a column of this file",
                            _known(known))  # fmt: skip


def labelled(place: str, name: object) -> str:
    """Name a row by its place in the file and by what people call it, shortened."""
    said = " ".join(str(name or "no id").split())
    return f"{place} ({said if len(said) <= LONGEST_LABEL else said[:LONGEST_LABEL] + '...'})"


def _known(known: set[str]) -> str:
    return f"Known ones are {', '.join(sorted(known))}"


def _unreadable(path: Path, error: OSError) -> Fault:
    if isinstance(error, FileNotFoundError):
        remedy = f"Add it to {path.parent.name}/"
        return Fault(path.name, "", "the file", "", "is missing", remedy)
    problem = f"cannot be read: {error.strerror}"
    return Fault(path.name, "", "the file", "", problem, "Put a file that can be read there")


def _broken(path: Path, form: str, error: str) -> Fault:
    return Fault(path.name, "", "the file", "", f"is not {form}: {error}", "Mend it there")
