"""Takes the README's pictures of the map from a running service.

`python tools/pictures.py http://127.0.0.1:8000 docs/pictures` writes map-1280.png, map-600.png and
map-360.png with Chromium, through Playwright.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DATE = "2003-12-01"
SIZES = ((1280, 860), (600, 1100), (360, 1100))


def main() -> None:
    """Read the command line and take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base_url", help="address of the running service")
    parser.add_argument("folder", type=Path, help="folder to write the pictures to")
    parser.add_argument("--chromium", default=CHROMIUM, help="path of the browser")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=ARGUMENTS)
        for width, height in SIZES:
            path = given.folder / f"map-{width}.png"
            take(browser, f"{given.base_url.rstrip('/')}/map?date={DATE}", path, (width, height))
            print(path)
        browser.close()


def take(browser: Browser, address: str, path: Path, size: tuple[int, int]) -> None:
    """Write a PNG of the page at `address` as a window of `size` (width, height) pixels shows it.

    Without motion, and after the fonts have come, so that two runs give the same picture.
    """
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.goto(address, wait_until="networkidle")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_timeout(200)
    page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    main()
