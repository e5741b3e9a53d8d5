"""Rows of a file -> rows of a collection: each value taken to its column, what is missing filled.

What is filled in is said in the table of the mapping: nothing is made up silently.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from routes.importing import dates
from routes.importing.mapping import Mapping
from routes.importing.reading import Batch
from routes.importing.values import Wrong, first, fitted, labels, slugs
from routes.reading import Draft, Labels, shown
from routes.recorded import type_of
from routes.report import Fault
from routes.schema import Collection, Field

# Not more exact than anything: what is drawn by somebody of whom we know nothing.
PRECISION = "schematic"
HALVES = ("valid_from", "valid_to")
# What a row is put into the report by.
_NAMES = ("name", "route", "id")
_NONE = pa.scalar(None, pa.string())

Columns = dict[str, Any]
"""Arrow arrays by the name of their column."""


@dataclass(frozen=True)
class Candidates:
    """Takes batches of a file to drafts of a collection.

    `source` is the id of the source that every row has, unless a column or a fixed text says.
    """

    collection: Collection
    mapping: Mapping
    file: str
    unit: str
    source: str | None

    def draft(self, batch: Batch, shapes: NDArray[np.object_], wrong: Wrong) -> Draft:
        """Give the rows of a batch with their geometries in EPSG:4326.

        `wrong`: what could not be read of the geometries.
        """
        wrong = dict(wrong)
        columns = {
            field.name: self._column(field, batch, wrong) for field in self.collection.written
        }
        self._join(columns, batch, wrong)
        self._fill(columns, batch, shapes)
        frame = pd.DataFrame(
            {name: _values(column) for name, column in columns.items()},
            index=pd.RangeIndex(len(batch.rows)),
        )
        made = geopandas.GeoDataFrame(
            frame, geometry=geopandas.GeoSeries(shapes, index=frame.index, crs="EPSG:4326")
        )
        draft = Draft(self.collection, self.file, made, self._labels(batch), [])
        for (row, name), (value, unfit) in sorted(wrong.items(), key=lambda one: one[0]):
            fault = draft.fault(row, name, unfit.problem, unfit.remedy)
            draft.faults.append(replace(fault, value=value))
        return draft

    def named(self, fault: Fault) -> Fault:
        """Name the field of a fault as the file does, beside our name for it."""
        columns = self.mapping.columns
        theirs = "|".join(columns.get(fault.field, (fault.field,)))
        if fault.field == "valid" and "valid" not in columns:
            halves = ["|".join(columns[half]) for half in HALVES if half in columns]
            theirs = ", ".join(halves) or theirs
        if fault.field == "source" and not fault.value:
            fault = replace(fault, remedy="Give it in the row, or one for all by --source ID")
        return fault if theirs == fault.field else replace(
            fault, field=f"{theirs} ({fault.field})")  # fmt: skip

    def filled(self) -> dict[str, str]:
        """Say what stands in columns that nothing is mapped to: ours -> in words."""
        said = {
            "name": "route, else where it stands in the file",
            "route": "made of the name",
            "version": "counted in the order of time",
            "id": "made of route and version" if self._has("route") else "made of the name",
            "description": "the name",
            "entity": "the id",
            "precision": PRECISION,
            "source": self.source or "",
            "locator": f"{self.unit} N of {self.file}",
            "kind": "point or area, by the geometry"
            if self.collection.name == "crossings" else "state",
        }  # fmt: skip
        own = {field.name for field in self.collection.written}
        if self.collection.name not in ("crossings", "boundaries"):
            own -= {"kind"}
        given = self.mapping.columns.keys() | self.mapping.fixed.keys()
        return {name: words for name, words in said.items() if name in own - given and words}

    def missing(self) -> list[Fault]:
        """Tell required columns that nothing is mapped to and that nothing can be put into."""
        given = self.mapping.columns.keys() | self.mapping.fixed.keys() | self.filled().keys()
        return [
            Fault(self.file, "", field.name, "", "is given by no column of the file",
                  f"{_how(field)}. It is: {field.description}")
            for field in self.collection.written
            if field.required and field.name not in given
        ]  # fmt: skip

    def _has(self, name: str) -> bool:
        return any(field.name == name for field in self.collection.fields)

    def _labels(self, batch: Batch) -> Labels:
        named = next((self.mapping.columns[one] for one in _NAMES if one in self.mapping.columns),
                     None)  # fmt: skip
        names = None if named is None else first(batch.values, named)
        return Labels(labels(self.unit, batch.rows, names))

    def _given(self, name: str, batch: Batch) -> pd.Series:
        """Give what is mapped to a column of ours, or fixed for it: one of both is."""
        if name in self.mapping.columns:
            return first(batch.values, self.mapping.columns[name])
        return pd.Series([self.mapping.fixed[name]] * len(batch.rows), dtype=object)

    def _column(self, field: Field, batch: Batch, wrong: Wrong) -> Any:  # noqa: ANN401
        if field.kind == "edtf":
            return self._dates(field.name, "whole", batch, wrong)
        if not self._is_given(field.name):
            return pa.nulls(len(batch.rows), type_of(field.kind))
        return fitted(self._given(field.name, batch), field, wrong)

    def _dates(self, name: str, side: dates.Side, batch: Batch, wrong: Wrong) -> Any:  # noqa: ANN401 (pyarrow has no types)
        if not self._is_given(name):
            return pa.nulls(len(batch.rows), pa.string())
        values = self._given(name, batch)
        read = dates.read(values, side, self.mapping.dates)
        wrong |= {
            (row, name): (shown(values.iloc[row]), unfit) for row, unfit in read.faults.items()
        }
        return read.texts

    def _join(self, columns: Columns, batch: Batch, wrong: Wrong) -> None:
        """Join start and end, where no time as a whole is given."""
        starts = self._dates("valid_from", "start", batch, wrong)
        ends = self._dates("valid_to", "end", batch, wrong)
        whole = pc.coalesce(columns["valid"], dates.joined(starts, ends))
        # Of a start that could not be read there is no time, and nothing more to say.
        half = np.zeros(len(batch.rows), dtype=bool)
        half[[row for row, name in wrong if name in HALVES]] = True
        columns["valid"] = pc.if_else(half, _NONE, whole) if half.any() else whole

    def _fill(self, columns: Columns, batch: Batch, shapes: NDArray[np.object_]) -> None:
        """Put into columns what `filled` says."""

        def put(name: str, *values: Any) -> None:  # noqa: ANN401 (texts or columns of them)
            columns[name] = pc.coalesce(columns[name], *values)

        places = labels(self.unit, batch.rows, None)
        put("locator", pc.binary_join_element_wise(places, f" of {self.file}", ""))
        put("source", pa.scalar(self.source, pa.string()))
        if not self._is_given("precision"):
            columns["precision"] = pc.if_else(~shapely.is_missing(shapes), PRECISION, _NONE)
        if self._has("route"):
            put("name", columns["route"], places)
            put("route", columns["name"])
            # Numbered later, in the order of time; until then each row has its own.
            if not self._is_given("version"):
                columns["version"] = pa.array(np.zeros(len(shapes), np.int64))
        put("name", columns["id"], places)
        if self._has("description"):
            put("description", columns["name"])
        if self.collection.name == "crossings":
            is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
            put("kind", pc.if_else(is_point, "crossing-point", "crossing-area"))
        if self.collection.name == "boundaries":
            put("kind", "state")
        columns["id"] = slugs(columns["id"])
        if self._has("route"):
            columns["_said"] = columns["route"]
            columns["route"] = slugs(columns["route"])
            columns["id"] = pc.binary_join_element_wise(columns["route"], ".new", "")
        else:
            put("id", slugs(columns["name"]))
        if self._has("entity"):
            put("entity", columns["id"])

    def _is_given(self, name: str) -> bool:
        return name in self.mapping.columns or name in self.mapping.fixed


def _how(field: Field) -> str:
    """Say how a column that a file lacks is given."""
    if field.name == "source":
        return "Give one by --source ID, or a new one by --source-title TEXT"
    choices = "|".join(field.choices) or "TEXT"
    return (f"Give one by --map {field.name}=COLUMN, or a text for all by "
            f"--set {field.name}={choices}")  # fmt: skip


def _values(column: Any) -> pd.Series:  # noqa: ANN401 (pyarrow has no types)
    """Give an Arrow array as a column of a draft: texts as they are, else Python values."""
    if pa.types.is_string(column.type):
        texts: pd.Series = column.to_pandas()
        return texts
    return pd.Series(column.to_pylist(), dtype=object)
