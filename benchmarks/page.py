"""How long a reader with a phone waits for the map: in shares of a second, on a simulated 4G.

The network is WebPageTest's "4G" (9 Mbit/s, 170 ms there and back); Lighthouse's "slow 4G" would
need longer than the budget for the bytes alone. The processor is four times slower than this one.
"Usable" is when the day is drawn and the controls listen; then the names are placed on the map, and
it is "complete". What is printed are shares of the budget of one second, and of the time in which
the last byte came: what is above 1 there is the browser's work. On a machine that does other things
it says more of the machine.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

import routes
from benchmarks.servers import service
from geo.shipped import data_folder

BUDGET_MS = 1000
ROUNDS = 5
RTT_MS, BYTES_PER_S = 170, 9_000_000 / 8
SLOWER = 4
READY = """() => new Promise((told) => {
  const root = document.documentElement;
  const look = () => {
    if (!root.dataset.ready) return requestAnimationFrame(look);
    const last = performance.getEntriesByType("resource").map((one) => one.responseEnd);
    const [page] = performance.getEntriesByType("navigation");
    const [usable] = performance.getEntriesByName("usable");
    told([usable.startTime, performance.now(), Math.max(page.responseEnd, ...last)]);
  };
  look();
})"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = Path(folder) / "store"
        routes.publish(routes.open_store(store), data_folder("balkans"))
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with service(store) as server:
            for path in ("/map", "/embed"):
                address = f"http://127.0.0.1:{server.port}{path}"
                # The first round is the service's own: it builds what every later one is given.
                found = [_visit(browser, address) for _ in range(ROUNDS + 1)][1:]
                usable, complete, last = (
                    statistics.median(times) / BUDGET_MS for times in zip(*found, strict=True)
                )
                print(
                    f"{path}: usable after {usable:.2f} of the budget, complete after "
                    f"{complete:.2f}; the last byte after {last:.2f}"
                )
        browser.close()


def _visit(browser: Browser, address: str) -> tuple[float, float, float]:
    """Give the milliseconds until the map is usable, complete, and until its last byte came."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", {
        "offline": False, "latency": RTT_MS, "downloadThroughput": BYTES_PER_S,
        "uploadThroughput": BYTES_PER_S,
    })  # fmt: skip
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="commit")
    usable, complete, last = page.evaluate(READY)
    context.close()
    return float(usable), float(complete), float(last)


if __name__ == "__main__":
    main()
