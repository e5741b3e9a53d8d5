"""A map as one file: everything inside, the same each time, and nothing that leads nowhere."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

import routes
from service.maps import joining
from service.maps.render import file_page
from service.maps.view import MapView, Mode
from tests.maps.test_page import Reader

LIVE = "https://maps.example/atlas"
LINKS = re.compile(r'<a [^>]*href="([^"]*)"')
MOST_BYTES = 1_500_000


def said(html: str) -> str:
    """A page without its scripts and data."""
    return re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


@pytest.fixture(scope="module", params=["map", "embed"])
def mode(request: pytest.FixtureRequest) -> Mode:
    given: Mode = request.param
    return given


def test_a_file_loads_nothing(edition: routes.Edition, mode: Mode) -> None:
    html = file_page(edition, MapView(), mode)
    reader = Reader(html)
    assert all(address.startswith("data:") for address in reader.loaded)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert set(re.findall(r"url\(\W?(\w+:|#)", style)) == {"data:", "#"}
    assert "@import" not in style


def test_a_file_leads_nowhere_unless_it_is_told_where_the_service_is(
    edition: routes.Edition, mode: Mode
) -> None:
    assert set(LINKS.findall(said(file_page(edition, MapView(), mode)))) <= {"#slider"}
    linked = set(LINKS.findall(said(file_page(edition, MapView(), mode, LIVE)))) - {"#slider"}
    assert linked == {f"{LIVE}/map", f"{LIVE}/editions/1/map?date=2003-12-01"}


def test_a_policy_allows_these_scripts_and_this_style_and_no_other(
    edition: routes.Edition, mode: Mode
) -> None:
    html = file_page(edition, MapView(), mode)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    allowed = policy[1].replace("&#39;", "'")
    texts = re.findall(r"<(script|style)(?: type=\"module\")?>(.*?)</\1>", html, re.DOTALL)
    made = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for _, text in texts
    ]
    assert [kind for kind, _ in texts] == ["style", "script", "script"]
    assert f"script-src {made[1]} {made[2]}; style-src {made[0]};" in allowed
    assert "default-src 'none'" in allowed
    assert "connect-src 'none'" in allowed
    assert "unsafe" not in allowed
    # It comes before all that it is about.
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_a_file_is_the_same_each_time_and_of_a_size_that_a_mail_takes(store: Path) -> None:
    first, second = (file_page(routes.open(store), MapView(date="2002-06-01")) for _ in range(2))
    assert first == second
    assert len(first.encode()) < MOST_BYTES


def test_a_file_says_which_edition_it_keeps(edition: routes.Edition, mode: Mode) -> None:
    html = said(file_page(edition, MapView(), mode))
    assert f"content {edition.manifest.content[:12]}" in html
    assert "Edition 1 of " in html
    assert "newer editions" not in html
    assert "newer editions" in said(file_page(edition, MapView(), mode, LIVE))


def test_fonts_are_those_of_letters_that_the_map_shows(ferries: Path) -> None:
    html = file_page(routes.open(ferries), MapView())
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert "@font-face" in style
    assert "U+0400" not in style


def test_modules_are_joined_each_once_and_after_what_they_need(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text(
        'import { two as second } from "./b.js";\nimport * as c from "./c.js";\nuse(second, c.one);'
    )
    (tmp_path / "b.js").write_text(
        'import { one } from "./c.js";\nexport const two = one + 1;\nexport function three() {}\n'
    )
    (tmp_path / "c.js").write_text("export const one = 1;\n")
    assert joining.script(tmp_path / "a.js") == (
        "const m0 = (() => {\nconst one = 1;\nreturn { one };\n})();\n"
        "const m1 = (() => {\nconst { one } = m0;\nconst two = one + 1;\nfunction three() {}\n"
        "return { two, three };\n})();\n"
        "const m2 = (() => {\nconst { two: second } = m1;\nconst c = m0;\n"
        "use(second, c.one);\n})();"
    )


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('export { x } from "./b.js";', "export { x }"),
        ("export default 1;", "export default"),
        ('const x = await import("./b.js");', "import("),
        ('import x from "./b.js";', "import x"),
        ('import { a } from "./a.js";', "imports itself"),
    ],
)
def test_a_module_that_cannot_be_joined_is_refused(tmp_path: Path, source: str, fault: str) -> None:
    (tmp_path / "a.js").write_text(source)
    with pytest.raises(joining.CannotBeJoinedError, match=re.escape(fault)):
        joining.script(tmp_path / "a.js")


def test_a_script_cannot_end_its_element() -> None:
    with pytest.raises(joining.CannotBeJoinedError):
        joining.inline("x = '</SCRIPT>'")
