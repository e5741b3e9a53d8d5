"""A map that stays at its edition says that a newer one exists, and shows its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.maps.conftest import opened

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", ["map", "embed"])
def test_a_pinned_map_shows_its_own_edition_and_names_the_newer(
    chromium: Browser, corrected: str, page: str
) -> None:
    address = f"{corrected}/editions/1/{page}?date=2001-06-01"
    with opened(chromium, address, 360, 420) as old:
        link = old.locator("#newer-link")
        expect(link).to_have_text("edition 2 is newer")
        assert old.locator("[data-route='durres-sea.v1']").count() == 0
        assert old.locator("path.route").count() > 0
        link.focus()
        assert str(link.get_attribute("href")).startswith("/map?date=2001-06-01")
        assert old.evaluate("document.documentElement.scrollWidth") <= 360
        if page == "embed":
            assert old.evaluate("document.documentElement.scrollHeight") <= 420


@pytest.mark.parametrize("path", ["/map", "/editions/2/map"])
def test_a_map_of_the_newest_edition_names_none(
    chromium: Browser, corrected: str, path: str
) -> None:
    with opened(chromium, f"{corrected}{path}?date=2001-06-01") as page:
        page.wait_for_load_state("networkidle")
        expect(page.locator("#newer")).to_be_hidden()
        assert page.locator("[data-route='durres-sea.v1']").count() == 1
