"""Pages in other languages, in a real browser: nothing goes wrong, nothing runs over."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from service.maps.words import day_said, languages, words
from tests.maps.conftest import Opener
from tests.maps.test_map_in_browser import violations

pytestmark = pytest.mark.browser

OTHERS = languages()[1:]
DAYS = ("1991-01-01", "2003-03-08", "2003-12-01", "2010-01-11")
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FULL = """() => [...document.querySelectorAll(".actions .button")].filter((button) => {
  const words = document.createRange();
  words.selectNodeContents(button);
  const [inner, outer] = [words, button].map((one) => one.getBoundingClientRect());
  return Math.min(inner.left - outer.left, outer.right - inner.right) < 5;
}).map((button) => button.textContent.trim())"""


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("path", ["/map", "/embed", "/compare"])
def test_a_page_in_another_language_fits_and_says_no_error(
    visit: Opener, path: str, lang: str
) -> None:
    for width in (1280, 360):
        seen = visit(f"{path}?lang={lang}", width)
        assert seen.messages == []
        assert seen.page.evaluate(OVER) <= 0, width


@pytest.mark.parametrize("lang", languages())
def test_what_a_button_says_does_not_reach_to_its_edge(visit: Opener, lang: str) -> None:
    page = visit(f"/map?lang={lang}", 360).page
    assert page.locator(".actions .button").count() == 5
    assert page.evaluate(FULL) == []


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_no_serious_fault_on_the_map_in_german(visit: Opener, width: int) -> None:
    page = visit("/map?lang=de", width).page
    assert violations(page) == []
    page.locator("#languages summary").click()
    assert violations(page) == []


@pytest.mark.parametrize("lang", languages())
def test_the_browser_writes_days_as_the_server_does(visit: Opener, lang: str) -> None:
    seen = visit(f"/map?lang={lang}")
    for day in DAYS:
        seen.go_to(day)
        assert seen.date() == day_said(day, words(lang))


def test_another_language_shows_the_same_day_and_view(visit: Opener) -> None:
    seen = visit("/map?date=2003-12-01&lat=42&lon=19&zoom=7&layers=routes,eu")
    seen.go_to("2001-06-01")
    seen.page.locator("#languages summary").click()
    seen.page.get_by_role("link", name="Shqip").click()
    seen.page.wait_for_selector("html[data-ready]", state="attached")
    assert seen.page.locator("html").get_attribute("lang") == "sq"
    assert seen.date() == "1 qershor 2001"
    for part in ("lang=sq", "zoom=7", "layers=routes,eu", "date=2001-06-01"):
        assert part in seen.page.url


def test_the_code_to_embed_keeps_the_language(visit: Opener) -> None:
    page = visit("/map?lang=it").page
    page.get_by_role("button", name="Incorpora").click()
    code = page.locator("#code").input_value()
    assert "lang=it" in code
    assert "apri la mappa" in code


def test_a_screen_reader_hears_counts_in_the_form_of_their_number(visit: Opener) -> None:
    said = words("sr-Latn")["change"]
    asked = """async ([texts, counts]) => {
      const script = document.querySelector("script[type=module]").src;
      const { counted } = await import(new URL("dom.js", script));
      return counts.map((count) => counted(texts, "drawn", count, "sr-Latn"));
    }"""
    told = visit("/map?lang=sr-Latn").page.evaluate(asked, [said, [1, 3, 5, 21]])
    assert told == ["Ucrtana je 1 ruta.", "Ucrtane su 3 rute.", "Ucrtano je 5 ruta.",
                    "Ucrtana je 21 ruta."]  # fmt: skip


def test_what_the_atlas_says_is_marked_as_its_language(visit: Opener) -> None:
    page = visit("/map?lang=de&date=2003-12-01").page
    expect(page.locator("#panel .story h2").first).to_have_attribute("lang", "en")
    expect(page.locator("#panel [data-route] .row-button").first).to_have_attribute("lang", "en")
    plain = visit("/map?date=2003-12-01").page
    assert plain.locator("#panel [lang]").count() == 0
