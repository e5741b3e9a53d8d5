"""A map that stays at its edition says that a newer one exists, and shows its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

import routes
from geo.shipped import data_folder
from tests.conftest import serving
from tests.maps.conftest import opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service on an atlas whose second edition dates the shift otherwise."""
    place = tmp_path_factory.mktemp("corrected")
    atlas, store = place / "atlas", routes.open_store(place / "store")
    shutil.copytree(data_folder("balkans"), atlas)
    routes.publish(store, atlas)
    for name in ("shifts.csv", "routes.geojson"):
        path = atlas / name
        path.write_text(path.read_text().replace("2003~", "1999-07~"))
    routes.publish(store, atlas)
    with serving(place / "store", place / "log.txt") as address:
        yield address


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
