"""The times in KML and GPX as they are written.

GDAL drops the begin `2003` of a KML TimeSpan and makes `2004-05` the first of May; and it gives a
GPX track no time at all, though every point of it has one.
"""

from __future__ import annotations

import zipfile
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
    """Give the times of the placemarks of each folder that has some (OGC 12-007r2, 15.1).

    Of a KMZ, those of its first document and then of those in it that it links to: GDAL writes
    each layer as a document of its own.
    """
    if path.suffix.casefold() != ".kmz":
        with path.open("rb") as file:
            return _folders(file)[0]
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.casefold().endswith(".kml")]
        read = sorted(names, key=lambda name: name != "doc.kml")[:1]
        folders: list[list[Time]] = []
        for name in read:  # grows by what is linked to
            with archive.open(name) as file:
                found, links = _folders(file)
            folders += found
            read += [link for link in links if link in names and link not in read]
        return folders


def _folders(file: IO[bytes]) -> tuple[list[list[Time]], list[str]]:
    """Give the times in one document, folder by folder, and what it links to."""
    folders: list[list[Time]] = []
    inside: list[list[Time]] = []
    links: list[str] = []
    for event, element in ElementTree.iterparse(file, events=("start", "end")):
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
        elif name == "href" and element.text:
            links.append(element.text.strip())
    return [folder for folder in folders if folder], links


def gpx_times(path: Path, kind: str) -> list[Time]:
    """Give the first and the last time of the points of each `kind`: trk or rte (GPX 1.1)."""
    lines: list[Time] = []
    times: list[str] = []
    for _, element in ElementTree.iterparse(path, events=("end",)):
        name = _local(element)
        if name == f"{kind}pt":
            times += [one.text.strip() for one in element if _local(one) == "time" and one.text]
            element.clear()
        elif name == kind:
            lines.append(Time(times[0], times[-1]) if times else Time())
            times = []
            element.clear()
    return lines


def _time_of(placemark: ElementTree.Element) -> Time:
    said = {
        _local(part): (part.text or "").strip() or None
        for time in placemark
        if _local(time) in ("TimeSpan", "TimeStamp")
        for part in time
    }
    return Time(said.get("begin"), said.get("end"), said.get("when"))


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
