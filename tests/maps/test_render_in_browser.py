"""A map as one file, opened from disk with the network off."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import routes
from service.maps.render import file_page
from service.maps.view import MapView
from tests.maps.conftest import AXE, Visit

pytestmark = pytest.mark.browser

Opener = Callable[..., Visit]
LIVE = "https://maps.example"


@pytest.fixture
def kept(chromium: Browser, edition: routes.Edition, tmp_path: Path) -> Iterator[Opener]:
    """Write a file, change it if asked, and open it without a network."""
    contexts = []

    def opened(
        mode: str = "map", width: int = 1280, height: int = 860, url: str = "",
        change: tuple[str, str] | None = None,
    ) -> Visit:  # fmt: skip
        path = tmp_path / "kept.html"
        html = file_page(edition, MapView(), mode, url)  # type: ignore[arg-type]
        path.write_text(html.replace(*change, 1) if change else html, encoding="utf-8")
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        context.set_offline(True)
        seen = Visit(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda said: seen.messages.append(f"{said.type}: {said.text}"))
        seen.page.on("pageerror", lambda error: seen.messages.append(f"error: {error}"))
        seen.page.goto(path.as_uri(), wait_until="load")
        if change is None:
            seen.page.wait_for_selector("html[data-ready]", state="attached")
        return seen

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("mode", ["map", "embed"])
@pytest.mark.parametrize(("width", "height"), [(1280, 860), (360, 640)])
def test_it_asks_for_nothing_moves_through_time_and_is_for_everyone(
    kept: Opener, mode: str, width: int, height: int
) -> None:
    seen = kept(mode, width, height)
    assert seen.date() == "1 December 2003"
    assert seen.strokes()["certain"] > 0
    seen.go_to("2001-06-01")
    assert seen.date() == "1 June 2001"
    seen.page.locator("#next").click()
    assert seen.date() != "1 June 2001"
    page = seen.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("document.fonts.ready.then(() => true)")
    families = page.evaluate(
        "[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)"
    )
    assert any("Source Sans 3" in family for family in families)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then((said) => said.violations.map((one) => one.id))")
    assert found == []
    assert len(seen.requests) == 1
    assert seen.messages == []


def test_popups_open_and_link_only_where_a_service_is_known(kept: Opener) -> None:
    page = kept().page
    page.get_by_role("button", name="Vlora to Italy").click()
    expect(page.locator(".leaflet-popup")).to_contain_text("until about 2003")
    assert page.locator(".leaflet-popup .links").count() == 0
    assert page.locator("a[href]:not([href^='#'])").count() == 0
    page = kept(url=LIVE).page
    page.get_by_role("button", name="Vlora to Italy").click()
    links = page.locator(".leaflet-popup .links a").evaluate_all("all => all.map(a => a.href)")
    assert links[0] == f"{LIVE}/editions/1/routes/vlora-italy"
    seen = page.locator("#full").get_attribute("href")
    assert str(seen).startswith(f"{LIVE}/editions/1/map?date=2003-12-01")


def test_what_is_shown_is_saved_from_the_data_inside(kept: Opener, tmp_path: Path) -> None:
    seen = kept()
    page = seen.page
    page.locator("#download summary").click()
    expect(page.locator("#downloads li")).to_have_count(5)
    names = page.locator("#downloads li > span").all_inner_texts()
    assert names == ["Routes", "Crossings", "Country roles", "Events", "European Union"]
    files = {}
    for button in page.locator("#downloads button").all():
        with page.expect_download() as got:
            button.click()
        path = tmp_path / got.value.suggested_filename
        got.value.save_as(path)
        files[path.name] = path.read_text(encoding="utf-8")
    lines = json.loads(files["balkans-routes-2003-12-01-edition-1.geojson"])
    assert {one["id"]: one["properties"]["mark"] for one in lines["features"]} == seen.drawn()
    assert lines["features"][0]["geometry"]["type"] == "MultiLineString"
    table = list(csv.DictReader(io.StringIO(files["balkans-routes-2003-12-01-edition-1.csv"])))
    assert {row["id"] for row in table} == set(seen.drawn())
    assert {row["end_latest"] for row in table if row["id"] == "vlora-italy.v1"} == {"2005-01-01"}
    assert all(row["geometry"].startswith("MULTILINESTRING ((") for row in table)
    points = list(csv.DictReader(io.StringIO(files["balkans-crossings-2003-12-01-edition-1.csv"])))
    assert any(row["geometry"].startswith("POINT (") for row in points)
    assert len(files) == 2 * len(names)
    assert seen.messages == []


@pytest.mark.parametrize("change", [
    ("document.documentElement.dataset.ready", "document.documentElement.dataset.rEady"),
    ('<script type="module">', "<script>alert(1)</script><script type=\"module\">"),
])  # fmt: skip
def test_a_script_that_is_not_the_one_written_does_not_run(
    kept: Opener, change: tuple[str, str]
) -> None:
    seen = kept(change=change)
    seen.page.wait_for_timeout(200)
    assert any("Content Security Policy" in said for said in seen.messages)


def test_a_file_reaches_for_no_network_even_if_told_to(kept: Opener) -> None:
    seen = kept()
    refused = seen.page.evaluate("fetch('https://maps.example/').then(() => 'came', () => 'no')")
    assert refused == "no"
    assert any("connect-src 'none'" in said for said in seen.messages)
