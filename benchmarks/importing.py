"""`python -m benchmarks.importing`: what an import costs over GDAL converting the same file.

Each part runs in a process of its own, so that its peak of memory is its own. What counts is the
ratio; and that memory stays flat while rows are read and checked.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio

import routes
from benchmarks import synthetic
from routes.importing import NewAtlas, Options, prepare
from routes.importing.memory import give_back_at_once

NEW = NewAtlas("Made up", "CC0-1.0")


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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "made.gpkg", options.size)
        done = {part: in_process(part, folder) for part in _PARTS}
    ours, gdal = done["import"], done["gdal"]
    took = ours["check_s"] + ours["publish_s"]
    print(
        f"{options.size} route versions from a GeoPackage of {ours['file_mb']:.0f} MB.\n"
        f"Checked and published in {took / gdal['write_s']:.1f} times what {gdal['peer']} takes to "
        f"write them as GeoJSON: checking {ours['check_s'] / gdal['write_s']:.1f}, publishing "
        f"{ours['publish_s'] / gdal['write_s']:.1f}.\n"
        f"Peak of memory {ours['peak_mb'] / ours['file_mb']:.1f} times the file; without what the "
        f"program takes before it reads, {ours['more_mb'] / ours['file_mb']:.1f} times.\n"
        f"While rows are read and checked it grows by {ours['growth_mb']:.0f} MB "
        "from the third batch to the last."
    )


def write(path: Path, size: int) -> None:
    """Write made-up versions as another program would: start and end in columns of their own."""
    frame = synthetic.versions(size)
    begin_end = frame["valid"].str.replace("~", "").str.split("/", expand=True)
    # Made-up versions of one route overlap, which an import refuses: each is a route of its own.
    made = frame[["name", "description", "geometry"]].assign(
        route=frame["id"], mode="land", begin=begin_end[0], end=begin_end[1]
    )
    pyogrio.write_dataframe(made, path)


def _import(folder: Path) -> dict[str, float]:
    give_back_at_once()
    path, seen = folder / "made.gpkg", [0.0]
    store = routes.open_store(folder / "store")
    ready = prepare(path, store, Options(source_title="Made up", new=NEW))
    at_first_mb = _peak_mb()
    began = time.perf_counter()
    with ready.checked(lambda _: seen.append(_peak_mb())) as checked:
        check_s = time.perf_counter() - began
        ready.refuse_faulty(checked)
        began = time.perf_counter()
        ready.publish(store, checked)
    return {
        "check_s": check_s,
        "publish_s": time.perf_counter() - began,
        "peak_mb": _peak_mb(),
        "more_mb": _peak_mb() - at_first_mb,
        "growth_mb": seen[-1] - seen[min(3, len(seen) - 1)],
        "file_mb": path.stat().st_size / 1e6,
    }


def _gdal(folder: Path) -> dict[str, Any]:
    """Let GDAL read and write the rows: by its own program where that is installed."""
    made, written = folder / "made.gpkg", folder / "made.geojson"
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
    words = [sys.executable, "-m", "benchmarks.importing", "--part", part, "--folder", str(folder)]
    home = Path(__file__).parent.parent
    run = subprocess.run(words, capture_output=True, text=True, check=True, cwd=home)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _peak_mb() -> float:
    """Give the most that this process has had resident, mapped files among it.

    Not `ru_maxrss`: that begins with what the process had that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


_PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {"import": _import, "gdal": _gdal}

if __name__ == "__main__":
    main()
