"""The wheel holds the compiled search where there is a compiler, and is whole without one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
PARTS = ("geo", "routes", "service", "data", "pyproject.toml", "hatch_build.py", "README.md")


def built(tmp_path: Path, **environment: str) -> Path:
    """A wheel of a copy of the sources that holds nothing compiled."""
    for part in (*PARTS, "LICENSE"):
        source, target = HOME / part, tmp_path / "source" / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
        else:
            shutil.copyfile(source, target)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    said = subprocess.run(
        command, cwd=tmp_path / "source", env={**os.environ, **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    assert ("searching will be slow" in said.stderr + said.stdout) == bool(environment)
    return wheel


@pytest.mark.parametrize("compiler", ["", "false"])
def test_a_wheel_is_built_with_and_without_a_compiler(tmp_path: Path, compiler: str) -> None:
    wheel = built(tmp_path, **({"CC": compiler} if compiler else {}))
    names = zipfile.ZipFile(wheel).namelist()
    assert "routes/index.py" in names
    compiled = [name for name in names if name.startswith("routes/scan.cpython")]
    assert len(compiled) == (0 if compiler else 1)
    assert wheel.name.endswith("-py3-none-any.whl") == bool(compiler)
