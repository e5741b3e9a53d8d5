"""Rows of a file -> rows of a collection: each value taken to its column, what is missing filled.

What is filled in is said in the table of the mapping: nothing is made up silently.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from routes.importing import dates
from routes.importing.mapping import Mapping
from routes.importing.reading import Batch
from routes.importing.values import Wrong, first, fitted, slug
from routes.reading import Draft, labelled, shown
from routes.report import Fault
from routes.schema import Collection, Field

# Not more exact than anything: what is drawn by somebody of whom we know nothing.
PRECISION = "schematic"
HALVES = ("valid_from", "valid_to")
# What a row is put into the report by.
_NAMES = ("name", "route", "id")


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
        labels = self._labels(batch)
        wrong = dict(wrong)
        columns = {
            field.name: self._column(field, batch, wrong) for field in self.collection.written
        }
        columns["valid"] = self._valid(batch, columns["valid"], wrong)
        frame = pd.DataFrame(columns, index=pd.RangeIndex(len(batch.rows)))
        self._fill(frame, batch, shapes)
        made = geopandas.GeoDataFrame(
            frame, geometry=geopandas.GeoSeries(shapes, index=frame.index, crs="EPSG:4326")
        )
        draft = Draft(self.collection, self.file, made, labels, [])
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

    def _labels(self, batch: Batch) -> list[str]:
        named = next((self.mapping.columns[one] for one in _NAMES if one in self.mapping.columns),
                     None)  # fmt: skip
        rows = batch.rows.tolist()
        if named is None:
            return [f"{self.unit} {row}" for row in rows]
        names = first(batch.values, named).tolist()
        return [
            labelled(f"{self.unit} {row}", shown(name)) if shown(name) else f"{self.unit} {row}"
            for row, name in zip(rows, names, strict=True)
        ]

    def _given(self, name: str, batch: Batch) -> pd.Series:
        """Give what is mapped to a column of ours, or fixed for it."""
        if name in self.mapping.columns:
            return first(batch.values, self.mapping.columns[name])
        return pd.Series([self.mapping.fixed.get(name)] * len(batch.rows), dtype=object)

    def _column(self, field: Field, batch: Batch, wrong: Wrong) -> pd.Series:
        values = self._given(field.name, batch)
        if field.kind == "edtf":
            return self._dates(field.name, "whole", batch, wrong)
        return fitted(values, field, wrong)

    def _dates(self, name: str, side: dates.Side, batch: Batch, wrong: Wrong) -> pd.Series:
        values = self._given(name, batch)
        read = dates.read(values, side, self.mapping.dates)
        wrong |= {
            (row, name): (shown(values.iloc[row]), unfit) for row, unfit in read.faults.items()
        }
        return pd.Series(read.texts, dtype=object)

    def _valid(self, batch: Batch, valid: pd.Series, wrong: Wrong) -> pd.Series:
        """Join start and end, where no time as a whole is given."""
        starts = self._dates("valid_from", "start", batch, wrong)
        ends = self._dates("valid_to", "end", batch, wrong)
        whole = pd.Series(dates.joined(starts.tolist(), ends.tolist()), dtype=object)
        joined = valid.where(valid.notna(), whole)
        joined = joined.where(joined.notna(), None)
        # Of a start that could not be read there is no time, and nothing more to say.
        half = [row for row, name in wrong if name in HALVES]
        joined.iloc[half] = None
        return joined

    def _fill(self, frame: pd.DataFrame, batch: Batch, shapes: NDArray[np.object_]) -> None:
        """Put into columns what `filled` says."""
        places = pd.Series([f"{self.unit} {row}" for row in batch.rows], dtype=object)
        _put(frame, "locator", places + f" of {self.file}")
        _put(frame, "source", self.source)
        drawn = pd.Series([shape is not None for shape in shapes])
        given = "precision" in self.mapping.columns or "precision" in self.mapping.fixed
        if not given:
            frame["precision"] = pd.Series(PRECISION, index=frame.index, dtype=object).where(
                drawn, None
            )
        if self._has("route"):
            _put(frame, "name", frame["route"])
            _put(frame, "name", places)
            _put(frame, "route", frame["name"])
            # Numbered later, in the order of time; until then each row has its own.
            if "version" not in self.mapping.columns and "version" not in self.mapping.fixed:
                frame["version"] = 0
        _put(frame, "name", frame["id"])
        _put(frame, "name", places)
        if self._has("description"):
            _put(frame, "description", frame["name"])
        if "kind" in frame and self.collection.name in ("crossings", "boundaries"):
            is_point = pd.Series([getattr(one, "geom_type", "") == "Point" for one in shapes])
            kind = pd.Series(np.where(is_point, "crossing-point", "crossing-area"), dtype=object)
            _put(frame, "kind", kind if self.collection.name == "crossings" else "state")
        frame["id"] = _slugs(frame["id"])
        if self._has("route"):
            frame["_said"] = frame["route"]
            frame["route"] = _slugs(frame["route"])
            frame["id"] = frame["route"] + ".new"
        else:
            _put(frame, "id", _slugs(frame["name"]))
        if self._has("entity"):
            _put(frame, "entity", frame["id"])


def _how(field: Field) -> str:
    """Say how a column that a file lacks is given."""
    if field.name == "source":
        return "Give one by --source ID, or a new one by --source-title TEXT"
    choices = "|".join(field.choices) or "TEXT"
    return (f"Give one by --map {field.name}=COLUMN, or a text for all by "
            f"--set {field.name}={choices}")  # fmt: skip


def _slugs(column: pd.Series) -> pd.Series:
    """Make ids of names; what is missing stays missing."""
    return pd.Series([None if name is None else slug(name) for name in column], dtype=object)


def _put(frame: pd.DataFrame, name: str, value: Any) -> None:  # noqa: ANN401 (text or a column)
    """Put a value where a column has none."""
    column = frame[name].where(frame[name].notna(), value)
    frame[name] = column.where(column.notna(), None).astype(object)
