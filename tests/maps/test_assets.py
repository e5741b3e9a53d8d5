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

from service.compressing import compressed
from service.maps import assets


def get(path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    app = Starlette(routes=[Mount("/static", assets.StaticAssets())])
    return TestClient(app, base_url="http://map").get(path, headers=headers)


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


@pytest.mark.parametrize("name", [*(f"{main}.joined.js" for main in assets.MAINS),
                                  *(f"{sheet}.joined.css" for sheet in assets.SHEETS)])  # fmt: skip
def test_what_a_page_loads_is_joined_and_may_be_kept(name: str) -> None:
    answer = get(assets.address("", name))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["access-control-allow-origin"] == "*"
    again = get(assets.address("", name), {"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("main", assets.MAINS)
def test_a_joined_script_has_every_module_that_it_needs(main: str) -> None:
    joined = get(assets.address("", f"{main}.joined.js")).text
    assert not re.search(r"^(?:import|export)\b", joined, re.MULTILINE)
    own = (assets.FOLDER / f"{main}.js").read_text()
    for name in re.findall(r'from "([^"]+)"', own):
        imported = (assets.FOLDER / f"{main}.js").parent / name
        for exported in re.findall(
            r"^export (?:class|function|const) (\w+)", imported.read_text(), re.M
        ):
            assert exported in joined


def test_a_joined_sheet_has_its_parts_in_their_order() -> None:
    joined = get(assets.address("", "embed.joined.css")).text
    parts = [(assets.FOLDER / name).read_text() for name in assets.SHEETS["embed"]]
    places = [joined.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["main.joined.js", "page.joined.css", "start.joined.css"])
def test_nothing_else_is_joined(name: str) -> None:
    assert get(assets.address("", name)).status_code == 404


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


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
@pytest.mark.parametrize("name", ["start.joined.js", "map.joined.css", "main.js"])
def test_a_text_is_sent_compressed_as_well_as_it_can_be_and_the_same_each_time(
    live_server: str, name: str, encoding: str
) -> None:
    address = f"{live_server}{assets.address('', name)}"
    plain = httpx.get(address, headers={"Accept-Encoding": "identity"})
    first, again = (httpx.get(address, headers={"Accept-Encoding": encoding}) for _ in range(2))
    assert first.content == again.content == plain.content
    assert first.headers["content-encoding"] == encoding
    assert int(first.headers["content-length"]) == len(compressed(plain.content, encoding))
    assert first.headers["vary"] == plain.headers["vary"]
    for header in ("cache-control", "access-control-allow-origin", "content-type"):
        assert first.headers[header] == plain.headers[header]
    tag = first.headers["etag"]
    assert tag == f'{plain.headers["etag"][:-1]}.{encoding}"'
    known = {"Accept-Encoding": encoding, "If-None-Match": tag}
    assert httpx.get(address, headers=known).status_code == 304


def test_a_font_is_compressed_inside_and_sent_as_it_is(live_server: str) -> None:
    font = next(assets.FOLDER.rglob("*.woff2")).relative_to(assets.FOLDER).as_posix()
    answer = httpx.get(f"{live_server}{assets.address('', font)}")
    assert answer.content == (assets.FOLDER / font).read_bytes()
    assert "content-encoding" not in answer.headers
