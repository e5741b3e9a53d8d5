"""`python -m benchmarks.bulk`: how an import grows with its rows, and what its workers take.

Made-up versions of 20 vertices lie in a folder of GeoParquet files, a part each. An import of each
size runs in a process of its own, with workers whose memory is capped. What counts is how CPU time
and wall time grow from the smallest size, and the most memory of a worker over its cap. Faults
planted in three parts have to be reported, all of them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas

import routes
from benchmarks import synthetic
from benchmarks.importing import NEW, as_others_write
from benchmarks.processes import Watch, told_by
from routes.importing import Options, prepare
from routes.importing.crew import Crew, bytes_of, size_of
from routes.memory import give_back_at_once

ROWS_A_PART = 250_000
VERTICES = 20
FAULTY_PARTS = 3


@dataclass(frozen=True)
class Grown:
    """One size over the smallest one: time, CPU time; and memory over the cap of a worker.

    `store`: bytes of the store over those of the files.
    """

    rows: float
    wall: float
    cpu: float
    worker: float
    parent: float
    store: float


def main() -> None:
    """Measure and print; with `part`, one import in this process, printed as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=(1_000_000, 10_000_000))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", default="2GB", help="cap of each worker")
    parser.add_argument("--scheduler", help="local, or the address of one of Dask")
    parser.add_argument("--folder", type=Path, help="where a lot of room is")
    parser.add_argument("--part", type=Path, help="import this folder, in this process")
    options = parser.parse_args()
    crew = Crew(options.workers, bytes_of(options.memory), options.scheduler, options.folder)
    if options.part:
        print(json.dumps(_import(options.part, crew)))
        return
    words = ["--workers", str(options.workers), "--memory", options.memory]
    words += ["--scheduler", options.scheduler] if options.scheduler else []
    words += ["--folder", str(options.folder)] if options.folder else []
    done = [_measured(size, words, options.folder) for size in options.sizes]
    for one, found in zip(options.sizes, done, strict=True):
        grown = _grown(found, done[0], crew.memory_bytes or 1)
        print(
            f"{one} versions of {VERTICES} vertices, {grown.rows:.3g} times the first size: "
            f"CPU time {grown.cpu:.2f} times, wall time {grown.wall:.2f} times. Most memory of a "
            f"worker {grown.worker:.2f} of its cap, of the process that leads "
            f"{grown.parent:.2f} caps. Store {grown.store:.1f} times the files.\n"
            f"  {found['faults']} of {found['planted']} planted faults reported, in "
            f"{found['faulty_files']} of {found['files']} files."
        )


def _grown(found: dict[str, Any], first: dict[str, Any], cap: int) -> Grown:
    return Grown(
        found["rows"] / first["rows"],
        found["wall_s"] / first["wall_s"],
        found["cpu_s"] / first["cpu_s"],
        found["worker_mb"] * 2**20 / cap,
        found["parent_mb"] * 2**20 / cap,
        found["store_bytes"] / found["file_bytes"],
    )


def _measured(size: int, words: list[str], room: Path | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=room) as name:
        folder = Path(name) / "made"
        write(folder, size)
        return told_by("benchmarks.bulk", "--part", str(folder), *words)


def write(folder: Path, size: int) -> None:
    """Write made-up versions as a folder of GeoParquet files."""
    folder.mkdir()
    for part, begin in enumerate(range(0, size, ROWS_A_PART)):
        frame = made(min(ROWS_A_PART, size - begin), begin, part)
        frame.to_parquet(folder / f"part-{part:04}.parquet", row_group_size=50_000)


def made(size: int, begin: int, seed: int) -> geopandas.GeoDataFrame:
    """Give versions numbered from `begin` on, each of a route of its own, as others write them."""
    frame = synthetic.versions(size, VERTICES, synthetic.SEED + seed)
    return as_others_write(frame, [f"made-{number}" for number in range(begin, begin + size)])


def _plant(folder: Path) -> int:
    """Put a mode that there is not into a row of three parts; give how many were changed."""
    parts = sorted(folder.iterdir())
    for part in parts[:: max(1, len(parts) // FAULTY_PARTS)][:FAULTY_PARTS]:
        frame = geopandas.read_parquet(part)
        frame.loc[len(frame) // 2, "mode"] = "by kite"
        frame.to_parquet(part, row_group_size=50_000)
    return min(len(parts), FAULTY_PARTS)


def _import(folder: Path, crew: Crew) -> dict[str, Any]:
    give_back_at_once()
    planted = _plant(folder)
    place = folder.with_name("store")
    shutil.rmtree(place, ignore_errors=True)
    store = routes.open_store(place)
    watch = Watch()
    began = time.perf_counter()
    with watch, crew.at_work(folder, store) as workers:
        ready = prepare(folder, store, Options(source_title="Made up", new=NEW))
        with ready.checked(workers=workers) as checked:
            ready.refuse_faulty(checked, leave_out_faulty=True)
            manifest = ready.publish(store, checked)
        wall_s = time.perf_counter() - began
        watch.look()
    return {
        "rows": manifest.collections["routes"].count,
        "wall_s": wall_s,
        "cpu_s": watch.cpu_s,
        "worker_mb": watch.worker_mb,
        "parent_mb": watch.own_mb,
        "store_bytes": size_of(place),
        "file_bytes": size_of(folder),
        "planted": planted,
        "faults": len(checked.faults),
        "faulty_files": len({fault.file for fault in checked.faults}),
        "files": len(list(folder.iterdir())),
    }


if __name__ == "__main__":
    main()
