"""How long a reader with a phone waits for the map: in shares of a second, on a simulated 4G.

The network is WebPageTest's "4G" (9 Mbit/s, 170 ms there and back); Lighthouse's "slow 4G" would
need longer than the budget for the bytes alone. The processor is four times slower than this one.
"Usable" is when the day is drawn and the controls listen; then the names are placed on the map, and
it is "complete". What is printed are shares of the budget of one second, and of the time in which
the last byte came: what is above 1 there is the browser's work.

What the processor is slowed from, the browser measures in the same run, by the two loops of
Lighthouse's BenchmarkIndex. Its slow-down of four stands for a phone of the middle, whose index is
125 to 800, where the machine has 1500 to 2000 (Lighthouse, docs/throttling.md): with less this
simulates a slower phone, and on a machine that does other things it says more of the machine.
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
  const look = () => {
    if (!document.documentElement?.dataset.ready) return requestAnimationFrame(look);
    const last = performance.getEntriesByType("resource").map((one) => one.responseEnd);
    const [page] = performance.getEntriesByType("navigation");
    const [usable] = performance.getEntriesByName("usable");
    told([usable.startTime, performance.now(), Math.max(page.responseEnd, ...last)]);
  };
  look();
})"""
# What each loop gets done in a second, in tens: one makes much garbage, the other none.
INDEX = """() => {
  const rate = (work) => {
    const began = performance.now();
    let rounds = 0;
    while (performance.now() - began < 500) for (let i = 0; i < 10; i++) work(rounds++);
    return rounds / (performance.now() - began) * 100;
  };
  const joined = () => {
    let text = "";
    for (let i = 0; i < 10000; i++) text += "a";
    return text;
  };
  const lists = [0, 1].map(() => Array.from({ length: 100000 }, (_, i) => i));
  const copied = (round) => {
    const [from, to] = [lists[round % 2], lists[(round + 1) % 2]];
    for (let i = 0; i < from.length; i++) to[i] = from[i];
  };
  return (rate(joined) + rate(copied)) / 2;
}"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = Path(folder) / "store"
        routes.publish(routes.open_store(store), data_folder("balkans"))
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with service(store) as server:
            before = _index(browser)
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
            indexes = sorted((before, _index(browser)))
            print(
                f"slowed {SLOWER} times from a BenchmarkIndex of {indexes[0]:.0f} to "
                f"{indexes[1]:.0f}: a phone with {indexes[0] / SLOWER:.0f} to "
                f"{indexes[1] / SLOWER:.0f}"
            )
        browser.close()


def _index(browser: Browser) -> float:
    """Give how much a page of this browser gets done."""
    page = browser.new_page()
    page.evaluate(INDEX)  # Once to be compiled.
    index = page.evaluate(INDEX)
    page.close()
    return float(index)


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
