"""`python -m benchmarks.large_map`: what the map of a large atlas costs its reader and the service.

A real Chromium opens the page of 100,000 made-up versions and that of the shipped atlas: what
counts is the bytes of the one over those of the other, and the share of 100 ms that a move of the
date takes: of its thread's own time, which other work on the machine does not lengthen, and until
it is painted, which it does. Tiles are timed against pages of items, each asked for once.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import morecantile
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

import routes
from benchmarks import synthetic
from benchmarks.servers import Server, service
from geo.shipped import data_folder
from service.maps.page import MOST_IN_A_TILE, TILED

MOVES = 24
TILES = 24
FRAME_MS = 100
MOVE = """async (share) => {
  const slider = document.getElementById("slider");
  const began = performance.now();
  slider.value = String(Math.floor(Number(slider.max) * share));
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((painted) => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = painted;
    after.port2.postMessage(null);
  }));
  return performance.now() - began;
}"""


@dataclass(frozen=True)
class Moves:
    """How long moves of the date took: the thread's own time of each, and until all is painted."""

    cpu_ms: float
    painted_ms: list[float]

    def __str__(self) -> str:
        painted = statistics.median(self.painted_ms), max(self.painted_ms)
        own, median, longest = (one / FRAME_MS for one in (self.cpu_ms, *painted))
        return f"{own:.2f} of the thread, {median:.2f} until painted (longest {longest:.2f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large_map", description=__doc__)
    size = int(os.environ.get("SIZE", "100000"))
    parser.add_argument("--size", type=int, default=size, help="route versions [env: SIZE]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        large, small = Path(folder) / "large", Path(folder) / "small"
        routes.open_store(large).publish(synthetic.content(options.size), "made up", "benchmarks")
        routes.publish(routes.open_store(small), data_folder("balkans"), "shipped", "benchmarks")
        with service(small) as server:
            of_small, _ = _opened(browser, server, "/map")
        with service(large) as server:
            tiles, items = _answers_s(server)
            of_large, far = _opened(browser, server, "/map")
            _, near = _opened(browser, server, "/map?lat=44&lon=20.5&zoom=9")
    print(
        f"{options.size} route versions.\n"
        f"Opening the map takes {of_large / of_small:.1f} times the bytes of the shipped atlas's.\n"
        f"Moving the date, as a share of {FRAME_MS} ms: {far} where the map opens,\n"
        f"{near} close by.\n"
        f"A tile takes {statistics.median(tiles) / statistics.median(items):.1f} times as long as "
        f"1,000 items of 8 degrees, the slowest {max(tiles) / statistics.median(items):.1f} times."
    )


def _opened(browser: Browser, server: Server, path: str) -> tuple[float, Moves]:
    """Open a map: bytes on the wire until it stands, and moves of its date."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    network = page.context.new_cdp_session(page)
    received: list[float] = []
    network.on("Network.loadingFinished", lambda said: received.append(said["encodedDataLength"]))
    network.send("Network.enable")
    page.goto(f"http://127.0.0.1:{server.port}{path}", wait_until="load")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_load_state("networkidle")
    moves = _moves(page)
    page.close()
    return sum(received), moves


def _moves(page: Page) -> Moves:
    first, *shares = np.linspace(0.25, 0.75, MOVES + 1).tolist()
    # What the browser compiles, it compiles once.
    page.evaluate(MOVE, first)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent_ms() -> float:
        told = session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(one["value"] for one in told if one["name"] == "TaskDuration"))

    before = spent_ms()
    painted = [float(page.evaluate(MOVE, share)) for share in shares]
    return Moves((spent_ms() - before) / MOVES, painted)


def _answers_s(server: Server) -> tuple[list[float], list[float]]:
    """Time tiles of all zooms, and pages of items, on random places."""
    chance = np.random.default_rng(synthetic.SEED)
    grid = morecantile.tms.get("WebMercatorQuad")
    tiles, items = [], []
    for number in range(TILES):
        west, south = chance.uniform((synthetic.WEST, synthetic.SOUTH),
                                     (synthetic.EAST - 8, synthetic.NORTH - 8))  # fmt: skip
        at = grid.tile(west, south, 2 + number % 9)
        asked = f"properties={','.join(TILED)}&limit={MOST_IN_A_TILE}"
        place = f"/collections/routes/tiles/WebMercatorQuad/{at.z}/{at.y}/{at.x}"
        tiles.append(_answer_s(server, f"{place}?{asked}"))
        box = f"{west:.3f},{south:.3f},{west + 8:.3f},{south + 8:.3f}"
        target = f"/collections/routes/items?f=json&bbox={box}&datetime=2001-06-15&limit=1000"
        items.append(_answer_s(server, target))
    return tiles, items


def _answer_s(server: Server, target: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{target}", timeout=60) as answer:
        answer.read()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
