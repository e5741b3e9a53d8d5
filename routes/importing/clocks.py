"""The times in KML and GPX as they are written.

GDAL drops the begin `2003` of a KML TimeSpan and makes `2004-05` the first of May; and it gives a
GPX track no time at all, though every point of it has one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# A file may have placemarks without any folder.
_FOLDERS = ("kml", "Document", "Folder")


class Time(NamedTuple):
    """What one feature says of its time."""

    begin: str | None = None
    end: str | None = None
    timestamp: str | None = None


@dataclass(frozen=True)
class Clock:
    """The times of all features of a file, in its order."""

    times: list[Time]

    def fill(self, values: pd.DataFrame, positions: NDArray[np.int64]) -> None:
        """Write the times of some features into their columns begin, end and timestamp."""
        told = [self.times[position] for position in positions.tolist()]
        for number, name in enumerate(Time._fields):
            values[name] = pd.Series([time[number] for time in told], dtype=object)


def kml_times(path: Path) -> list[list[Time]]:
    """Give the times of the placemarks of each folder that has some (OGC 12-007r2, 15.1)."""
    folders: list[list[Time]] = []
    inside: list[list[Time]] = []
    for event, element in _events(path):
        name = _local(element)
        if event == "start":
            if name in _FOLDERS:
                inside.append([])
                folders.append(inside[-1])
        elif name in _FOLDERS:
            inside.pop()
        elif name == "Placemark":
            if inside:
                inside[-1].append(_time_of(element))
            element.clear()
    return [folder for folder in folders if folder]


def gpx_times(path: Path) -> list[Time]:
    """Give the first and the last time of the points of each track."""
    tracks: list[Time] = []
    times: list[str] = []
    for event, element in _events(path):
        if event == "start":
            continue
        name = _local(element)
        if name == "trkpt":
            times += [one.text.strip() for one in element if _local(one) == "time" and one.text]
            element.clear()
        elif name == "trk":
            tracks.append(Time(times[0], times[-1]) if times else Time())
            times = []
            element.clear()
    return tracks


def _time_of(placemark: ElementTree.Element) -> Time:
    said = {
        _local(part): (part.text or "").strip() or None
        for time in placemark
        if _local(time) in ("TimeSpan", "TimeStamp")
        for part in time
    }
    return Time(said.get("begin"), said.get("end"), said.get("when"))


def _events(path: Path) -> Iterator[tuple[str, ElementTree.Element]]:
    with _opened(path) as file:
        yield from ElementTree.iterparse(file, events=("start", "end"))


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.casefold() != ".kmz":
        return path.open("rb")
    with zipfile.ZipFile(path) as archive:
        name = next(one for one in archive.namelist() if one.casefold().endswith(".kml"))
        return io.BytesIO(archive.read(name))


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
