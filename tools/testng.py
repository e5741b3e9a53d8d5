"""What a TestNG run said: `testng-results.xml` as one record for each test that was carried out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

STATUSES = {"PASS": "passed", "FAIL": "failed", "SKIP": "skipped"}


@dataclass(frozen=True)
class Result:
    """One test on one set of values; `status` is passed, failed or skipped."""

    test: str
    status: str
    values: tuple[str, ...]
    message: str


def read(path: Path) -> list[Result]:
    """Give the results of a run, those of preparing methods only where they did not pass."""
    methods = ElementTree.parse(path).getroot().iter("test-method")
    found = [_result(method) for method in methods if not _prepared(method)]
    return sorted(found, key=lambda one: (one.test, one.values, one.status))


def _prepared(method: ElementTree.Element) -> bool:
    return method.get("is-config") == "true" and method.get("status") == "PASS"


def _result(method: ElementTree.Element) -> Result:
    said = (method.findtext("exception/message") or "").strip()
    values = tuple((one.findtext("value") or "").strip() for one in method.iter("param"))
    return Result(
        test=method.get("name", "?"),
        status=STATUSES.get(method.get("status", ""), "failed"),
        values=values,
        message=" ".join(said.split()) or "no reason given",
    )
