"""`python -m benchmarks.importing`: what an import costs over GDAL converting the same file.

Each part runs in a process of its own, so that its peak of memory is its own, and that of the
processes that it lets work. What counts is the ratio; and that memory stays flat while rows are
read and checked.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyogrio
from geopandas import GeoDataFrame

import routes
from benchmarks import synthetic
from benchmarks.driving import Ratio
from benchmarks.processes import Watch, told_by
from routes.importing import NewAtlas, Options, prepare
from routes.importing.crew import Crew
from routes.memory import give_back_at_once

NEW = NewAtlas("Made up", "CC0-1.0")


@dataclass(frozen=True)
class Publication:
    """An import over GDAL converting the same file to GeoJSON: below 1 is where it does better.

    `time` is that of checking and publishing together. Memory, of all processes together, is in
    sizes of the file: the peak, and without what the program takes before it reads; `growth_mb` is
    that of the process that leads, from the third batch of rows to the last.
    """

    gdal: str
    time: Ratio
    checking: float
    publishing: float
    peak: float
    more: float
    growth_mb: float


def main() -> None:
    """Measure and print; as `part`, measure one part and print it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="route versions")
    parser.add_argument("--part", choices=("import", "gdal"), help="measure this, in this process")
    parser.add_argument("--folder", type=Path, help="where the file of a part is")
    options = parser.parse_args()
    if options.part:
        print(json.dumps(_PARTS[options.part](options.folder)))
        return
    found = measure(options.size, 1)
    print(
        f"{options.size} route versions from a GeoPackage.\n"
        f"Checked and published in {found.time} times what {found.gdal} takes to write them as "
        f"GeoJSON: checking {found.checking:.1f}, publishing {found.publishing:.1f}.\n"
        f"Peak of memory, all processes together, {found.peak:.1f} times the file; without what "
        f"the program takes before it reads, {found.more:.1f} times.\n"
        f"While rows are read and checked it grows by {found.growth_mb:.0f} MB "
        "from the third batch to the last."
    )


def measure(size: int, rounds: int) -> Publication:
    """Import and convert a file of made-up versions, each in a process of its own, in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "made.gpkg", size)
        done = [{part: in_process(part, folder) for part in _PARTS} for _ in range(rounds)]
    ratios = [
        [one["import"][step] / one["gdal"]["write_s"] for step in ("check_s", "publish_s")]
        for one in done
    ]
    ours, gdal = done[-1]["import"], done[-1]["gdal"]
    checking, publishing = (statistics.median(step) for step in zip(*ratios, strict=True))
    return Publication(
        gdal["peer"],
        Ratio.of([sum(steps) for steps in ratios]),
        checking,
        publishing,
        ours["peak_mb"] / ours["file_mb"],
        ours["more_mb"] / ours["file_mb"],
        ours["growth_mb"],
    )


def write(path: Path, size: int) -> None:
    """Write made-up versions as another program would."""
    frame = synthetic.versions(size)
    pyogrio.write_dataframe(as_others_write(frame, frame["id"]), path)


def as_others_write(frame: GeoDataFrame, routes: Sequence[str]) -> GeoDataFrame:
    """Give made-up versions with start and end in columns of their own.

    Those of one route overlap, which an import refuses: each is of a route of its own.
    """
    begin_end = frame["valid"].str.replace("~", "").str.split("/", expand=True)
    return frame[["name", "description", "geometry"]].assign(
        route=routes, mode="land", begin=begin_end[0], end=begin_end[1]
    )


def _import(folder: Path) -> dict[str, float]:
    give_back_at_once()
    path, seen, watch = folder / "made.gpkg", [0.0], Watch()
    shutil.rmtree(folder / "store", ignore_errors=True)
    store = routes.open_store(folder / "store")
    ready = prepare(path, store, Options(source_title="Made up", new=NEW))
    watch.look()
    at_first_mb = watch.all_mb
    began = time.perf_counter()
    with watch, ExitStack() as stack:
        workers = stack.enter_context(Crew().at_work(path, store))
        checked = stack.enter_context(ready.checked(lambda _: seen.append(_peak_mb()), workers))
        check_s = time.perf_counter() - began
        ready.refuse_faulty(checked)
        began = time.perf_counter()
        ready.publish(store, checked)
    return {
        "check_s": check_s,
        "publish_s": time.perf_counter() - began,
        "peak_mb": watch.all_mb,
        "more_mb": watch.all_mb - at_first_mb,
        "growth_mb": seen[-1] - seen[min(3, len(seen) - 1)],
        "file_mb": path.stat().st_size / 1e6,
    }


def _gdal(folder: Path) -> dict[str, Any]:
    """Let GDAL read and write the rows: by its own program where that is installed."""
    made, written = folder / "made.gpkg", folder / "made.geojson"
    written.unlink(missing_ok=True)
    program = shutil.which("ogr2ogr")
    began = time.perf_counter()
    if program:
        command = [program, "-f", "GeoJSON", str(written), str(made)]
        subprocess.run(command, check=True, capture_output=True)
    else:
        pyogrio.write_dataframe(pyogrio.read_dataframe(made), written, driver="GeoJSON")
    took = time.perf_counter() - began
    return {"write_s": took, "peer": "ogr2ogr" if program else "pyogrio"}


def in_process(part: str, folder: Path) -> dict[str, Any]:
    """Measure one part in a process of its own."""
    return told_by("benchmarks.importing", "--part", part, "--folder", str(folder))


def _peak_mb() -> float:
    """Give the most that this process has had resident, mapped files among it.

    Not `ru_maxrss`: that begins with what the process had that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


_PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {"import": _import, "gdal": _gdal}

if __name__ == "__main__":
    main()
