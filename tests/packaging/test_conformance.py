"""The OGC's suites: what a report says, whose fault it is, and what is missing to run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.conformance import LIST, told
from tools.suites import Fault, Suite, listed
from tools.testng import Result, read

HOME = Path(__file__).parents[2]
REPORT = """<testng-results total="3" passed="1" failed="1" skipped="1"><suite><test><class>
<test-method status="PASS" name="prepare" is-config="true"/>
<test-method status="PASS" name="landing"/>
<test-method status="FAIL" name="bbox"><params><param index="0"><value>
 <![CDATA[routes]]></value></param></params>
 <exception class="AssertionError"><message><![CDATA[expected
 200]]></message></exception></test-method>
<test-method status="SKIP" name="stamp"><exception class="SkipException"><message>none
 set</message></exception></test-method>
<test-method status="FAIL" name="fetch" is-config="true"/>
</class></test></suite></testng-results>"""
FAULT = Fault("bbox", ("routes",), "200", "It counts wrongly.")


def suite(*faults: Fault) -> Suite:
    return Suite("Any", "org.example:any", "1", "Main", "core", {}, faults)


def result(test: str, status: str, *values: str, message: str = "") -> Result:
    return Result(test, status, values, message)


def test_a_report_holds_each_test_and_preparations_that_failed(tmp_path: Path) -> None:
    report = tmp_path / "testng-results.xml"
    report.write_text(REPORT)
    assert read(report) == [
        result("bbox", "failed", "routes", message="expected 200"),
        result("fetch", "failed", message="no reason given"),
        result("landing", "passed", message="no reason given"),
        result("stamp", "skipped", message="none set"),
    ]


def test_a_failure_makes_the_run_fail_and_is_told_with_its_reason() -> None:
    failure = result("bbox", "failed", "routes", message="expected 200")
    lines, good = told(suite(), [result("landing", "passed"), failure])
    assert not good
    assert "2 tests, 1 passed, 1 failed, 0 skipped" in lines[0]
    assert "FAILED, 1 times: bbox (routes): expected 200" in lines[1]


def test_a_fault_of_the_suite_is_told_and_counts_as_failed_but_does_not_fail_the_run() -> None:
    failure = result("bbox", "failed", "routes", message="expected 200")
    lines, good = told(suite(FAULT), [result("landing", "passed"), failure])
    assert good
    assert "1 failed, 0 skipped, 1 of the failed by faults of the suite" in lines[0]
    assert "It counts wrongly." in lines[1]


@pytest.mark.parametrize(
    "failure",
    [
        result("bbox", "failed", "events", message="expected 200"),
        result("bbox", "failed", "routes", message="expected 404"),
        result("limit", "failed", "routes", message="expected 200"),
    ],
)
def test_a_fault_of_the_suite_excuses_no_other_failure(failure: Result) -> None:
    assert not told(suite(FAULT), [result("landing", "passed"), failure])[1]


def test_a_fault_that_no_longer_shows_makes_the_run_fail() -> None:
    lines, good = told(suite(FAULT), [result("landing", "passed")])
    assert not good
    assert any("NO LONGER" in line for line in lines)


@pytest.mark.parametrize("results", [[], [result("landing", "skipped")]])
def test_a_run_in_which_nothing_passed_has_failed(results: list[Result]) -> None:
    assert not told(suite(), results)[1]


def test_every_listed_fault_says_why_it_is_one() -> None:
    suites = listed(LIST)
    assert [one.name for one in suites] == ["Features", "Tiles"]
    assert all(fault.why and fault.values for one in suites for fault in one.faults)


@pytest.mark.parametrize(
    ("java", "mvn", "said"),
    [
        (None, None, "install Java 17"),
        ("echo 'openjdk version \"11.0.2\"' >&2", None, "older than 17"),
        ("echo 'openjdk version \"17.0.2\"' >&2", None, "install Maven"),
        ("echo 'openjdk version \"21\"' >&2", "echo '[ERROR] not there'; exit 1", "put its jar"),
    ],
)
def test_what_is_missing_is_named_and_nothing_counts_as_run(
    tmp_path: Path, live_server: str, java: str | None, mvn: str | None, said: str
) -> None:
    path = tmp_path / "bin"
    path.mkdir()
    (path / "sh").symlink_to(str(shutil.which("sh")))
    for name, text in (("java", java), ("mvn", mvn)):
        if text is not None:
            (path / name).write_text(f"#!/bin/sh\n{text}\n")
            (path / name).chmod(0o755)
    done = subprocess.run(
        [sys.executable, HOME / "tools/conformance.py", live_server],
        cwd=tmp_path,
        env={**os.environ, "PATH": str(path), "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "NOT RUN" in done.stderr
    assert said in done.stderr
