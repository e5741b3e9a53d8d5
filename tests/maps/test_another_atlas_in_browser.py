"""The map of an atlas of another place and another century."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import serving
from tests.maps.conftest import opened


@pytest.mark.browser
@pytest.mark.parametrize("page", ["map?date=1500-01-01", "embed"])
def test_the_map_draws_its_routes(
    chromium: Browser, ferries: Path, tmp_path: Path, page: str
) -> None:
    said: list[str] = []
    with (
        serving(ferries, tmp_path / "log.txt") as address,
        opened(chromium) as tab,
    ):
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(f"{address}/{page}")
        tab.wait_for_selector("html[data-ready]", state="attached")
        assert tab.locator("#date").inner_text() == "1 January 1500"
        assert tab.locator(".leaflet-lines-pane path.route").count() > 0
    assert said == []
