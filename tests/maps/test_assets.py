"""The map's files: kept for ever under their version, and open to sandboxed frames."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from service.maps import assets


def get(path: str) -> httpx.Response:
    app = Starlette(routes=[Mount("/static", assets.StaticAssets())])
    return TestClient(app, base_url="http://map").get(path)


def test_a_versioned_address_may_be_kept_for_ever() -> None:
    answer = get(assets.address("", "main.js"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/static/main.js", "/static/000000000000/main.js"])
def test_any_other_address_gives_the_file_but_is_asked_again(path: str) -> None:
    answer = get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_files_are_open_to_frames_of_an_opaque_origin() -> None:
    answer = get(assets.address("", "main.js"))
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/static/nothing.js", "/static/../page.py"])
def test_what_is_not_there_is_not_found(path: str) -> None:
    assert get(path).status_code == 404


def test_the_version_changes_with_a_file_or_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    first = assets.version.__wrapped__(tmp_path)
    (tmp_path / "a.js").write_text("2")
    second = assets.version.__wrapped__(tmp_path)
    (tmp_path / "a.js").rename(tmp_path / "b.js")
    assert len({first, second, assets.version.__wrapped__(tmp_path)}) == 3


def test_style_sheets_and_modules_name_only_files_that_are_listed() -> None:
    listed = tomllib.loads((assets.FOLDER.parent / "vendor.toml").read_text())["file"]
    vendored = {f"vendor/{file['to']}" for file in listed}
    for sheet in assets.FOLDER.glob("*.css"):
        for name in re.findall(r'url\("?([^")#]+)"?\)', sheet.read_text()):
            assert name in vendored, f"{sheet.name} names {name}"
    for module in assets.FOLDER.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', module.read_text()):
            assert (assets.FOLDER / name).is_file(), f"{module.name} imports {name}"
