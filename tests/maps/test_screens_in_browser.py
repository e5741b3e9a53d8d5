"""Pages as they look: the map against the pictures in docs/, every page kept in build/screens."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools.pictures import DATE, SIZES, take

HOME = Path(__file__).parents[2]
GOLDEN, SCREENS = HOME / "docs" / "pictures", HOME / "build" / "screens"
# Letters and slanted lines are smoothed otherwise by another release of the browser.
LEAST_SEEN = 40
MOST_OTHERWISE = 0.01
PAGES = {
    "front": "/",
    "embed": "/embed?date=2002-06-01",
    "compare": "/compare?from=2001-06-01&to=2003-12-01",
    "builder": "/embed/builder",
    "story": "/stories/one-route-becomes-three",
    "table": "/map/table",
    "map-1991": "/map?date=1991-01-01",
    "map-2007": "/map?date=2007-06-01",
}
OTHERWISE = """async ([one, other, least]) => {
  const pixels = await Promise.all([one, other].map(async (png) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const { width, height } = image;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(image, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  }));
  const [a, b] = pixels;
  if (a.width !== b.width || a.height !== b.height) return 1;
  let count = 0;
  for (let at = 0; at < a.data.length; at += 4)
    if ([0, 1, 2].some((channel) => Math.abs(a.data[at + channel] - b.data[at + channel]) > least)) count += 1;
  return count / (a.width * a.height);
}"""  # noqa: E501 (JavaScript)


def otherwise(browser: Browser, one: Path, other: Path) -> float:
    """The share of pixels that are seen to differ; 1 where the sizes do."""
    pictures = [base64.b64encode(path.read_bytes()).decode() for path in (one, other)]
    page = browser.new_page()
    share: float = page.evaluate(OTHERWISE, [*pictures, LEAST_SEEN])
    page.close()
    return share


@pytest.fixture(scope="module")
def screens() -> Path:
    SCREENS.mkdir(parents=True, exist_ok=True)
    return SCREENS


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_map_looks_as_its_picture_in_the_docs(
    chromium: Browser, live_server: str, screens: Path, size: tuple[int, int]
) -> None:
    path = screens / f"map-{size[0]}.png"
    take(chromium, f"{live_server}/map?date={DATE}", path, size)
    golden = GOLDEN / path.name
    share = otherwise(chromium, golden, path)
    hint = f"look at {path}; if it is right, `make pictures` takes {golden.name} again"
    assert share < MOST_OTHERWISE, hint


def test_another_day_is_seen_to_be_another_picture(
    chromium: Browser, live_server: str, screens: Path
) -> None:
    path = screens / "map-1280-1991.png"
    take(chromium, f"{live_server}/map?date=1991-01-01", path, SIZES[0])
    assert otherwise(chromium, GOLDEN / "map-1280.png", path) > 2 * MOST_OTHERWISE


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_room_at_every_width(
    chromium: Browser, live_server: str, screens: Path, name: str, size: tuple[int, int]
) -> None:
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
    # Not until the network is idle: with lazy frames beneath the fold Chromium may never say so.
    page.goto(f"{live_server}{PAGES[name]}", wait_until="load")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=screens / f"{name}-{size[0]}.png")
    width: int = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert width <= size[0]
