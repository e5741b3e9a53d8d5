"""Reads a Dockerfile and walks its steps with the shell, where no container can be built.

Absolute paths of the image are moved into a folder, `python` is a fresh environment's, and the
PATH holds little else: a step that needs a compiler or npm fails here as it would in the image.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

OURS = ("opt", "src", "data")
"""The folders at the top of the image that the Dockerfile makes; a step may name no others."""
TOOLS = ("sh", "mkdir")
"""What steps may use besides Python."""
DEBIAN = {"gcc": ("gcc", "as", "ld")}
"""The programs of packages that a step may install: this system's stand for them."""


@dataclass(frozen=True)
class Stage:
    """One stage: the image it begins with and its instructions, as (keyword, value)."""

    base: str
    name: str
    instructions: tuple[tuple[str, str], ...]

    def values(self, keyword: str) -> list[str]:
        """Give the values of all instructions of one kind."""
        return [value for found, value in self.instructions if found == keyword]


def parse(text: str) -> list[Stage]:
    """Read a Dockerfile: comments, continued lines, ARG before the first FROM."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for keyword, value in _instructions(text):
        if keyword == "ARG" and not stages:
            argument, _, given = value.partition("=")
            arguments[argument] = given
        elif keyword == "FROM":
            base, _, name = value.partition(" AS ")
            base = re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], base)
            stages.append(Stage(base, name, ()))
        else:
            last = stages.pop()
            stages.append(Stage(last.base, last.name, (*last.instructions, (keyword, value))))
    return stages


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        keyword, _, value = line.partition(" ")
        yield keyword, value.strip()


def command(value: str) -> list[str]:
    """Give the words of a CMD or HEALTHCHECK in its exec form."""
    words = json.loads(value[value.index("[") :])
    assert all(isinstance(word, str) for word in words)
    return list(words)


@dataclass
class Context:
    """The folder that is built from, as far as .dockerignore lets it be seen."""

    home: Path
    patterns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        lines = (self.home / ".dockerignore").read_text().splitlines()
        self.patterns = [line for line in lines if line and not line.startswith("#")]

    def sees(self, path: str) -> bool:
        """Tell whether a path goes along: the last pattern that matches it, or a parent, counts."""
        parts = path.split("/")
        candidates = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        seen = True
        for pattern in self.patterns:
            plain = pattern.removeprefix("!")
            if any(_matches(candidate, plain) for candidate in candidates):
                seen = pattern.startswith("!")
        return seen

    def copy(self, source: str, to: Path) -> None:
        """Copy what the context holds of a file or folder."""
        found = self.home / source
        paths = found.rglob("*") if found.is_dir() else [found]
        visible = [
            path
            for path in paths
            if path.is_file() and self.sees(path.relative_to(self.home).as_posix())
        ]
        assert visible, f"COPY {source}: .dockerignore hides it, or it is not there"
        for path in visible:
            target = to / path.relative_to(found) if found.is_dir() else to
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _matches(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch.fnmatch(path.rsplit("/", 1)[-1], pattern[3:])
    # In .dockerignore a * stops at a slash; candidates come one level at a time.
    return path.count("/") == pattern.count("/") and fnmatch.fnmatch(path, pattern)


class Walk:
    """Walks the stages in order. After it, `root` is the file system of the last stage."""

    def __init__(self, context: Context, folder: Path) -> None:
        self.context = context
        self.folder = folder
        self.root = folder / "root"
        self.bin = folder / "bin"
        self.environment: dict[str, str] = {}
        self._workdir = "/"
        self._kept: dict[str, Path] = {}
        self._lay_out_path()

    def stage(self, stage: Stage) -> None:
        """Walk the steps of one stage in a file system of its own, always at the same place."""
        if self.root.exists():
            raise AssertionError("keep the stage before")
        self.root.mkdir()
        self.environment = self._outside()
        self._workdir = "/"
        for name in (name for names in DEBIAN.values() for name in names):
            (self.bin / name).unlink(missing_ok=True)
        steps = {"WORKDIR": self._enter, "ENV": self._set, "COPY": self._copy, "RUN": self._run}
        for keyword, value in stage.instructions:
            if keyword in steps:
                steps[keyword](value)

    def keep(self, stage: Stage) -> None:
        """Put a stage aside for `COPY --from`."""
        self._kept[stage.name] = self.folder / stage.name
        self.root.rename(self.folder / stage.name)

    def here(self, text: str) -> str:
        """Move the image's absolute paths in a text to where they lie in this walk."""
        return re.sub(rf"(?<![\w./-])/({'|'.join(OURS)})\b", rf"{self.root}/\1", text)

    def _lay_out_path(self) -> None:
        subprocess.run([sys.executable, "-m", "venv", self.folder / "python"], check=True)
        self.bin.mkdir()
        for name in TOOLS:
            (self.bin / name).symlink_to(str(shutil.which(name)))
        # Changing owners needs root, and the image's user is not here; so does installing.
        for name in ("chown", "apt-get"):
            (self.bin / name).write_text("#!/bin/sh\nexit 0\n")
            (self.bin / name).chmod(stat.S_IRWXU)

    def _outside(self) -> dict[str, str]:
        """Give the environment of a step: the network as it is here, a PATH with little on it."""
        ours = ("PYTHON", "VIRTUAL_ENV", "ROUTESHIFT_", "PYTEST_")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        return {**environment, "PATH": f"{self.folder / 'python' / 'bin'}:{self.bin}"}

    def _enter(self, value: str) -> None:
        self._workdir = value
        self._inside(value).mkdir(parents=True, exist_ok=True)

    def _set(self, value: str) -> None:
        for word in shlex.split(value):
            name, _, text = word.partition("=")
            text = self.here(re.sub(r"\$(\w+)", lambda found: self.environment[found[1]], text))
            self.environment[name] = text

    def _copy(self, value: str) -> None:
        words = value.split()
        flags = [word for word in words if word.startswith("--")]
        *sources, to = [word for word in words if not word.startswith("--")]
        origin = [flag.removeprefix("--from=") for flag in flags if flag.startswith("--from=")]
        for source in sources:
            target = self._inside(to)
            is_folder = (self.context.home / source).is_dir() if not origin else True
            if not is_folder and to.endswith("/"):
                target = target / Path(source).name
            if origin:
                kept = self._kept[origin[0]] / source.strip("/")
                shutil.copytree(
                    kept, target, symlinks=True, dirs_exist_ok=True, copy_function=_link
                )
            else:
                self.context.copy(source.rstrip("/"), target)

    def _run(self, value: str) -> None:
        foreign = re.findall(rf"(?<![\w.:/*-])/(?!(?:{'|'.join(OURS)})\b)[\w/]+", value)
        assert not foreign, f"RUN names paths that a walk cannot move: {foreign}"
        installed = re.findall(r"apt-get install ([^&]*)", value)
        for package in DEBIAN.keys() & {word for words in installed for word in words.split()}:
            for name in DEBIAN[package]:
                (self.bin / name).symlink_to(str(shutil.which(name)))
        subprocess.run(
            [self.bin / "sh", "-c", self.here(value)],
            cwd=self._inside("."),
            env=self.environment,
            check=True,
        )

    def _inside(self, path: str) -> Path:
        whole = path if path.startswith("/") else f"{self._workdir}/{path}"
        return self.root / whole.strip("/")


def _link(source: str, target: str) -> str:
    # A stage that is put aside never changes, so its files need not be copied.
    os.link(source, target, follow_symlinks=False)
    return target
