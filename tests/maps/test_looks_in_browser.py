"""How the pages look to whom: dark, forced colours, fingers, paper."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.maps import colours
from tests.maps.conftest import Opener
from tests.maps.test_map_in_browser import WIDTHS, violations

pytestmark = pytest.mark.browser

PAGES = ("/map", "/embed", "/compare", "/compare?maps=one", "/map/table?date=2003-12-01")
READ = """(names) => {
  const style = getComputedStyle(document.documentElement);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  return Object.fromEntries(names.map((name) => {
    canvas.fillStyle = style.getPropertyValue(`--${name}`).trim();
    canvas.fillRect(0, 0, 1, 1);
    return [name, [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)];
  }));
}"""
# The area that really answers, found by asking the page from the middle outwards.
TARGETS = """(least) => {
  const isOf = (node, x, y) => {
    const hit = document.elementFromPoint(x, y);
    const label = node.closest("label") ?? node;
    return hit && label.contains(hit);
  };
  const reach = (node, x, y, dx, dy) => {
    const [step, most] = [0.25, 60];
    let far = 0;
    while (far < most && isOf(node, x + dx * (far + step), y + dy * (far + step))) far += step;
    return far + step;
  };
  const small = [];
  const controls = "button, summary, select, textarea, a[href], input:not([type=range])";
  for (const node of document.querySelectorAll(controls)) {
    const label = node.closest("label") ?? node;
    if (!node.checkVisibility() || node.closest(".skip, .unseen")) continue;
    label.scrollIntoView({ block: "center", inline: "center" });
    const { left, top, width, height } = label.getBoundingClientRect();
    if (!width) continue;
    const [x, y] = [left + width / 2, top + height / 2];
    const wide = reach(node, x, y, -1, 0) + reach(node, x, y, 1, 0);
    const high = reach(node, x, y, 0, -1) + reach(node, x, y, 0, 1);
    const isInline = node.matches("a:not(.button, .leaflet-bar a, .full)");
    const isTick = node.matches("#layers input") && least.ticks;
    const wanted = isInline || isTick ? 24 : 44;
    if (Math.min(wide, high) < wanted)
      small.push([node.id || node.name || node.textContent.trim().slice(0, 30), wide, high]);
  }
  return small;
}"""
OUTSIDE = """([width, height]) => [...document.querySelectorAll(
  "h1, #date, #map, .legend li, .story h2, .story p, .sources p, .leaflet-control-attribution")]
  .filter((node) => node.checkVisibility())
  .filter((node) => {
    const box = node.getBoundingClientRect();
    return box.left < 0 || box.top < 0 || box.right > width || box.bottom > height;
  }).map((node) => node.textContent.trim().slice(0, 60))"""
SHOWN = ("h1", "#date", "#map", ".legend-body", "#panel .story h2", "#panel .sources p")
HIDDEN = (".actions", ".steps", ".slider", ".speed", ".span-choice", ".leaflet-control-zoom",
          "#layers", "#strip")  # fmt: skip
# An A4 sheet on its side, less the margins of print.css, in CSS pixels.
SHEET = (int((297 - 18) / 25.4 * 96), int((210 - 18) / 25.4 * 96))


def luminance(colour: list[int]) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: list[int], other: list[int]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palette(page: Page) -> dict[str, list[int]]:
    found: dict[str, list[int]] = page.evaluate(READ, list(colours.named()))
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_lines_stand_out_from_what_they_stand_on(visit: Opener, scheme: str) -> None:
    named = palette(visit("/map", color_scheme=scheme).page)
    texts = {"ink": "paper raised member chosen land sea", "quiet": "paper raised member chosen",
             "over-land": "paper raised", "fault": "paper raised", "name": "land sea member",
             "name-minor": "land sea member"}  # fmt: skip
    lines = ("water", "over-land", "event", "union", "border-inner", "unsure", "began", "gone",
             "unsaid", "stays", *(("border",) if scheme == "dark" else ()))  # fmt: skip
    weak = [
        (text, ground)
        for text, grounds in texts.items()
        for ground in grounds.split()
        if contrast(named[text], named[ground]) < 4.5
    ]
    faint = [
        (line, ground)
        for line in lines
        for ground in ("land", "sea", "member", "paper", "raised")
        if contrast(named[line], named[ground]) < 3
    ]
    assert (weak, faint) == ([], [])
    assert contrast(named["field"], named["raised"]) >= 3


def test_the_scheme_is_the_readers_unless_the_page_is_told_another(visit: Opener) -> None:
    page = visit("/map", color_scheme="dark").page
    dark = palette(page)
    assert luminance(dark["paper"]) < 0.05 < 0.5 < luminance(dark["ink"])
    page.evaluate("document.documentElement.dataset.scheme = 'light'")
    light = palette(page)
    assert light == palette(visit("/map").page)
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dataset.scheme = 'dark'")
    assert palette(page) == dark
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_pictures_have_the_colours_of_the_day(visit: Opener) -> None:
    shown = palette(visit("/map").page)
    assert {name: [int(hexa[at : at + 2], 16) for at in (0, 2, 4)]
            for name, hexa in colours.named().items()} == shown  # fmt: skip


@pytest.mark.parametrize("path", PAGES[:4])
@pytest.mark.parametrize("media", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_axe_finds_no_serious_fault_in_the_dark_and_in_forced_colours(
    visit: Opener, path: str, media: dict[str, Any]
) -> None:
    page = visit(path, **media).page
    assert violations(page) == []
    if path == "/map":
        page.get_by_role("button", name="Vlora to Italy").click()
        assert violations(page) == []
        page.get_by_role("button", name="Embed").click()
        assert violations(page) == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/map/table?date=2000&to=2003",
        "/collections",
        "/changes?from=2001-01-01&to=2004-01-01",
        "/routes/vlora-italy",
        "/api.html",
        "/collections/routes/items",
        "/nothing",
    ],
)
def test_axe_finds_no_serious_fault_on_the_pages_in_the_dark(
    visit: Opener, live_server: str, path: str
) -> None:
    page = visit("/map", color_scheme="dark").page
    page.goto(live_server + path, wait_until="load")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert luminance([int(part) for part in re.findall(r"\d+", ground)[:3]]) < 0.05
    assert violations(page) == []


def test_in_forced_colours_routes_bars_and_the_choice_are_told_apart(visit: Opener) -> None:
    page = visit("/map", forced_colors="active").page

    def style(selector: str, *names: str) -> list[str]:
        found: list[str] = page.locator(selector).first.evaluate(
            "(node, names) => names.map((name) => getComputedStyle(node)[name])", list(names)
        )
        return found

    assert style(".route.water.certain", "strokeWidth") != style(
        ".route.land.certain", "strokeWidth"
    )
    assert style(".route.water.certain", "stroke") != style(".route.land.certain", "stroke")
    assert style(".route.water.possible", "strokeDasharray") != ["none"]
    assert style(".bar.water .sure", "fill") != style(".bar.land .sure", "fill")
    assert style(".bar.water .possible", "fill") == ["none"]
    chosen = style(".span-choice input:checked + span", "backgroundColor", "color")
    other = style(".span-choice input:not(:checked) + span", "backgroundColor", "color")
    assert chosen[0] != other[0]
    assert style(".glyph", "backgroundColor") != style("#play", "backgroundColor")
    page.locator("#slider").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#next").focus()
    assert style("#next", "outlineStyle") == ["solid"]


@pytest.mark.parametrize("path", ["/map", "/map?date=2000&to=2003", "/embed", "/compare",
                                  "/compare?maps=one"])  # fmt: skip
@pytest.mark.parametrize("width", WIDTHS)
def test_a_finger_finds_every_control(visit: Opener, path: str, width: int) -> None:
    fine = width == max(WIDTHS)
    page = visit(path, width, 800, **({} if fine else {"has_touch": True})).page
    for legend in page.locator("#legend").all():
        legend.evaluate("(node) => (node.open = false)")
    assert page.evaluate(TARGETS, {"ticks": fine}) == []
    assert (page.locator("#chart, #day-first").first.bounding_box() or {"height": 0})[
        "height"
    ] >= 44
    if path.startswith("/map"):
        page.locator("#legend").evaluate("(node) => (node.open = true)")
        assert page.evaluate(TARGETS, {"ticks": fine}) == []


@pytest.mark.parametrize("path", ["/map?date=2003-12-01", "/map?date=2000-01&to=2003-12",
                                  "/map?date=1990&to=2010", "/map?date=2010-01-01"])  # fmt: skip
@pytest.mark.parametrize("width", [1280, 360])
def test_a_printed_map_is_one_sheet_with_all_that_belongs_to_it(
    visit: Opener, path: str, width: int
) -> None:
    page = visit(path, width).page
    sheets = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", sheets)
    assert box
    assert [round(float(side) / 72 * 25.4) for side in box.groups()] == [297, 210]
    assert page.evaluate("document.documentElement.classList.contains('is-printing')") is False
    page.set_viewport_size({"width": SHEET[0], "height": SHEET[1]})
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for selector in SHOWN:
        expect(page.locator(selector).first).to_be_visible()
    for selector in HIDDEN:
        for node in page.locator(selector).all():
            expect(node).to_be_hidden()
    assert page.evaluate(OUTSIDE, list(SHEET)) == []
    assert luminance(palette(page)["paper"]) > 0.9
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".steps")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_each_place_of_a_crossing_bears_its_name(visit: Opener, width: int) -> None:
    names = (
        visit("/map?date=2003-12-01", width).page.locator(".label.place .name").all_inner_texts()
    )
    assert {"Tekija", "Vlora", "Dürres"} <= set(names)
