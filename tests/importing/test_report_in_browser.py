"""The report as a page, opened in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from shapely import LineString

from geo import boundaries
from routes.importing.report_html import page
from tests.importing.ferries import faults_of, options
from tests.importing.test_checks import SOUND, written
from tests.maps.conftest import ARGUMENTS, AXE, CHROMIUM

pytestmark = pytest.mark.browser


def test_the_report_fits_any_width_loads_nothing_and_has_no_barrier(tmp_path: Path) -> None:
    path = written(
        tmp_path / "lines.geojson",
        SOUND | {"begin": "in May"},
        SOUND | {"begin": "in June", "route": "b" * 80},
        SOUND | {"mode": "air", "route": "c"},
        SOUND | {"geometry": LineString([(0, 0), (-3.0, -1.0)]), "route": "d"},
    )
    faults = faults_of(path, tmp_path, options(sets=()))
    report = tmp_path / "report.html"
    report.write_text(page(path.name, faults, boundaries.load()), encoding="utf-8")
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for width in (1280, 360):
            # The page forbids all scripts, also that of the check.
            context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
            opened = context.new_page()
            opened.on("request", lambda request: asked.append(request.url))
            opened.goto(report.as_uri())
            assert opened.evaluate("document.documentElement.scrollWidth") <= width
            opened.add_script_tag(content=AXE.read_text())
            assert opened.evaluate("axe.run().then(found => found.violations.map(v => v.id))") == []
            # The one at 0, 0 has no place; the other three stand on the map.
            assert opened.locator("svg .mark").count() == 3
            assert "1 has no place on the map" in opened.locator("figcaption").inner_text()
        browser.close()
    assert set(asked) == {report.as_uri()}
