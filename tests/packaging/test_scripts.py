"""What make runs: clear words where something is missing, and nothing done twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
TOOLS = HOME / "tools"
SYSTEM = ("sh", "cat", "env", "id", "sed", "mkdir", "touch", "dirname")


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder that is the whole PATH: a few plain tools and what a test adds."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in SYSTEM:
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def run(path: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )


# The environment


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (None, "There is no python3 here. Install Python 3.11 or newer"),
        ('case "$2" in *platform*) echo 3.9.2;; *) exit 1;; esac', "python3 is Python 3.9.2; 3.11"),
        ("exit 1", "python3 does not run"),
        ('case "$2" in *ensurepip*) exit 1;; esac', "apt-get install python3-venv"),
    ],
)
def test_an_unfit_python_is_refused_in_one_line_with_the_remedy(
    path: Path, tmp_path: Path, python: str | None, said: str
) -> None:
    if python is not None:
        program(path, "python3", python)
    done = run(path, TOOLS / "create_venv.sh", "python3", tmp_path / "venv")
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_environment_that_works_is_kept(path: Path, tmp_path: Path) -> None:
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/bin/python").symlink_to(sys.executable)
    program(path, "python3", "echo made; exit 1")
    done = run(path, TOOLS / "create_venv.sh", "python3", tmp_path / "venv")
    assert (done.returncode, done.stdout) == (0, "")


# The programs that the tests drive


def test_programs_that_run_are_kept(path: Path) -> None:
    program(path, "chromium", "exit 0")
    program(path, "ogrinfo", "exit 0")
    program(path, "apt-get", "echo touched; exit 1")
    done = run(path, TOOLS / "install_clients.sh")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_root_gets_what_is_missing_by_apt_after_an_update(path: Path, tmp_path: Path) -> None:
    (path / "id").unlink()
    program(path, "id", "echo 0")
    (path / "chmod").symlink_to(str(shutil.which("chmod")))
    program(path, "ogrinfo", "exit 0")
    made = f'printf "#!/bin/sh\\n" > {path}/chromium; chmod 755 {path}/chromium'
    log = tmp_path / "log"
    program(path, "apt-get", f'echo "$1" >> {log}\ncase "$1" in install) {made};; esac')
    done = run(path, TOOLS / "install_clients.sh")
    assert done.returncode == 0, done.stderr
    assert log.read_text().split() == ["update", "install"]


def test_without_root_it_says_what_to_install_and_fails(path: Path) -> None:
    (path / "id").unlink()
    program(path, "id", "echo 1000")
    program(path, "apt-get", "echo touched")
    program(path, "sudo", "exit 1")
    done = run(path, TOOLS / "install_clients.sh")
    assert done.returncode == 1
    assert "sudo apt-get update && sudo apt-get install chromium gdal-bin" in done.stderr
    assert "touched" not in done.stdout


def test_without_apt_it_says_what_is_missing_and_fails(path: Path) -> None:
    done = run(path, TOOLS / "install_clients.sh")
    assert done.returncode == 1
    assert "package manager" in done.stderr


def test_of_what_is_asked_for_only_what_is_missing_is_named(path: Path) -> None:
    program(path, "ogr2ogr", "exit 0")
    program(path, "python3", "exit 1")
    environment = {"PATH": str(path), "SYSTEM_PYTHON": str(path / "python3")}
    done = subprocess.run(
        [TOOLS / "install_clients.sh", "ogr2ogr", "qgis"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Debian's python3-qgis." in done.stderr
    program(path, "python3", "exit 0")
    subprocess.run([TOOLS / "install_clients.sh", "ogr2ogr", "qgis"], env=environment, check=True)


def test_a_program_that_the_script_does_not_know_is_refused(path: Path) -> None:
    done = run(path, TOOLS / "install_clients.sh", "netscape")
    assert done.returncode == 2
    assert "netscape" in done.stderr


# make


def test_make_alone_lists_every_target_for_people() -> None:
    said = subprocess.run(["make", "-C", HOME], capture_output=True, text=True, check=True).stdout
    for target in ("serve", "test", "test-clients", "lint", "conformance", "bench", "pictures",
                   "lock", "clean"):  # fmt: skip
        assert f"make {target} " in said


def test_make_has_nothing_to_install_where_all_is_installed(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements", "hatch_build.py", "routes"):
        (tmp_path / name).symlink_to(HOME / name)
    (tmp_path / ".venv").mkdir()
    for name in (".created", ".dev", ".serve"):
        (tmp_path / ".venv" / name).touch()
    for target in (".venv/.serve", ".venv/.dev"):
        subprocess.run(["make", "--question", target], cwd=tmp_path, check=True)
    # Symlinks are as old as what they point to: a newer lock is one written after the stamp.
    stamp = tmp_path / ".venv/.serve"
    os.utime(stamp, (0, 0))
    asked = subprocess.run(["make", "--question", ".venv/.serve"], cwd=tmp_path, check=False)
    assert asked.returncode == 1


# No skips


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("def test_a(): pass", 0),
        ("import pytest\ndef test_a(): pytest.skip('no')", 1),
        ("import pytest\npytest.importorskip('no_such_module')\ndef test_a(): pass", 1),
        ("import pytest\n@pytest.mark.xfail\ndef test_a(): assert False", 1),
        ("import pytest\n@pytest.mark.xfail\ndef test_a(): pass", 1),
        ("def test_a(): pass\nimport pytest\n@pytest.mark.skip\ndef test_b(): pass", 1),
    ],
)
def test_a_run_with_a_test_that_did_not_run_fails(tmp_path: Path, text: str, code: int) -> None:
    (tmp_path / "test_it.py").write_text(text)
    plugin = ["-p", "tools.no_skips", "-c", "/dev/null", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, str(tmp_path)],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    # Where nothing at all was collected pytest fails by itself, with 5.
    assert done.returncode in ((0,) if code == 0 else (1, 5)), done.stdout
    assert ("NOT RUN" in done.stdout) == bool(code)
