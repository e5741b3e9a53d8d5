"""The OGC's executable test suites: which there are, where their programs come from, how they run.

Suites are fetched by Maven as exact versions. Where the registry at hand lacks one, its two jars,
`ARTIFACT-VERSION.jar` and `ARTIFACT-VERSION-aio.jar`, can be put into the folder by hand.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tools.testng import Result, read

NEEDED_JAVA = 17
RUNS_WITHIN_S = 900


class NotToBeHad(Exception):
    """What is missing here for a suite to run, and what to do about it."""


@dataclass(frozen=True)
class Fault:
    """A fault of a suite: one case in which it takes a right answer for a wrong one, and why.

    Each of `values` is part of one of the values that are tested.
    """

    test: str
    values: tuple[str, ...]
    message: str
    why: str

    def explains(self, result: Result) -> bool:
        """Tell whether a failure is due to this."""
        given = all(any(each in one for one in result.values) for each in self.values)
        return result.test == self.test and given and self.message in result.message


@dataclass(frozen=True)
class Suite:
    """One suite, and what it is told of the service."""

    name: str
    artifact: str
    version: str
    main: str
    declared_by: str
    properties: dict[str, str]
    faults: tuple[Fault, ...]

    @property
    def jars(self) -> dict[str, str]:
        """Give the suite's jars by file name, each with its Maven coordinates.

        The suite's own jar comes first: its table of coordinate systems knows the order of axes,
        and a packed copy of the same name may stand in the one with everything.
        """
        name = self.artifact.partition(":")[2]
        whole = f"{self.artifact}:{self.version}:jar"
        return {
            f"{name}-{self.version}.jar": whole,
            f"{name}-{self.version}-aio.jar": f"{whole}:aio",
        }


def listed(path: Path) -> list[Suite]:
    """Read the list of suites."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["suite"]
    return [Suite(faults=tuple(_faults(row.pop("fault", []))), **row) for row in rows]


def _faults(rows: list[dict[str, Any]]) -> Iterator[Fault]:
    for row in rows:
        for case in row.pop("cases"):
            yield Fault(values=tuple(case), **row)


def check_java() -> None:
    """Raise NotToBeHad where no Java runs, or only one that is too old."""
    if shutil.which("java") is None:
        raise NotToBeHad(f"there is no java here: install Java {NEEDED_JAVA} or newer")
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if not found or int(found[1]) < NEEDED_JAVA:
        raise NotToBeHad(f"java is older than {NEEDED_JAVA}: {said.partition(chr(10))[0]}")


def fetch(suite: Suite, folder: Path) -> list[Path]:
    """Give a suite's jars, fetched by Maven where they are not in the folder yet.

    Raises NotToBeHad.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, coordinates in suite.jars.items():
        if not (folder / name).is_file():
            _copy(coordinates, folder)
    return [folder / name for name in suite.jars]


def _copy(coordinates: str, folder: Path) -> None:
    if shutil.which("mvn") is None:
        raise NotToBeHad(f"there is no mvn here: install Maven, it fetches {coordinates}")
    command = ["mvn", "--batch-mode", "dependency:copy", f"-Dartifact={coordinates}",
               f"-DoutputDirectory={folder.resolve()}", "-Dmdep.useBaseVersion=true"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotToBeHad(
            f"Maven could not fetch {coordinates}: put its jar into {folder}, or see why:\n"
            + "\n".join(line for line in done.stdout.splitlines() if "ERROR" in line)[:600]
        )


def run(suite: Suite, jars: list[Path], url: str, folder: Path) -> list[Result]:
    """Run a suite against a service and give its results; the report stays in the folder.

    Raises RuntimeError where it writes none.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    asked = folder / "properties.xml"
    asked.write_text(_properties(suite, url), encoding="utf-8")
    path = os.pathsep.join(str(jar.resolve()) for jar in jars)
    # Suites write to the home folder where nothing else is said.
    command = ["java", f"-Duser.home={folder.resolve()}", "-cp", path, suite.main,
               "--outputDir", str(folder.resolve()), str(asked.resolve())]  # fmt: skip
    with (folder / "log.txt").open("w") as log:
        try:
            subprocess.run(command, stdout=log, stderr=log, check=False, timeout=RUNS_WITHIN_S)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{suite.name}: not done within {RUNS_WITHIN_S} s") from None
    reports = list(folder.rglob("testng-results.xml"))
    if len(reports) != 1:
        raise RuntimeError(f"{suite.name}: the suite wrote no report; see {folder / 'log.txt'}")
    for report in reports[0].parent.iterdir():
        report.replace(folder / report.name)
    return read(folder / reports[0].name)


def _properties(suite: Suite, url: str) -> str:
    """Write what the suite reads. Without a DOCTYPE: Java would fetch its DTD from outside."""
    entries = "".join(
        f"<entry key={quoteattr(key)}>{escape(value.replace('{url}', url))}</entry>"
        for key, value in suite.properties.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<properties>{entries}</properties>\n'
