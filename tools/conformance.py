"""Run the OGC's executable test suites against a service, and say in words what they found.

`python tools/with_service.py python tools/conformance.py {url}`, or `make conformance`. The
reports stay in build/conformance. Exit codes: 0 all passed but what is a known fault of a suite
(tools/conformance.toml); 1 something failed, or a suite ran no test; 3 nothing was run, for want of
Java, Maven or a suite.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.request
from collections import Counter
from pathlib import Path

from tools.suites import NotToBeHad, Suite, check_java, fetch, listed, run
from tools.testng import Result

LIST = Path(__file__).with_name("conformance.toml")
FOLDER = Path("build/conformance")
NOT_RUN = 3


def main() -> int:
    """Run every suite whose standard the service declares."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="address of the service, without a slash at the end")
    url = parser.parse_args().url
    declared = conforms_to(url)
    try:
        check_java()
        suites = [suite for suite in listed(LIST) if is_declared(suite, declared)]
        fetched = [(suite, fetch(suite, FOLDER / "jars")) for suite in suites]
    except NotToBeHad as missing:
        print(f"The OGC suites were NOT RUN: {missing}", file=sys.stderr)
        return NOT_RUN
    try:
        verdicts = [told(suite, run(suite, jars, url, FOLDER / suite.name.lower()))
                    for suite, jars in fetched]  # fmt: skip
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    text = "\n".join(line for lines, _ in verdicts for line in lines)
    (FOLDER / "summary.txt").write_text(f"{text}\n", encoding="utf-8")
    print(text)
    return 0 if verdicts and all(good for _, good in verdicts) else 1


def conforms_to(url: str) -> list[str]:
    """Give the conformance classes that a service declares."""
    with urllib.request.urlopen(f"{url}/conformance?f=json", timeout=30) as answer:
        declared: list[str] = json.load(answer)["conformsTo"]
    return declared


def is_declared(suite: Suite, declared: list[str]) -> bool:
    """Tell whether a service claims what a suite tests, and say so where it does not."""
    claimed = suite.declared_by in declared
    if not claimed:
        print(f"{suite.name}: not run, the service does not declare {suite.declared_by}")
    return claimed


def told(suite: Suite, results: list[Result]) -> tuple[list[str], bool]:
    """Give a run in words, and whether it is good."""
    by_status = {name: [one for one in results if one.status == name]
                 for name in ("passed", "failed", "skipped")}  # fmt: skip
    failed = by_status["failed"]
    ours = [one for one in failed if not any(fault.explains(one) for fault in suite.faults)]
    stale = [one for one in suite.faults if not any(one.explains(each) for each in failed)]
    counts = ", ".join(f"{len(each)} {name}" for name, each in by_status.items())
    theirs = len(failed) - len(ours)
    about = f", {theirs} of the failed by faults of the suite" if theirs else ""
    return [
        f"{suite.name} ({suite.artifact}:{suite.version}): {len(results)} tests, {counts}{about}",
        *grouped("FAILED", ours),
        *(f"  {'NO LONGER a' if fault in stale else 'the'} fault of the suite, {fault.test} "
          f"({', '.join(fault.values)}): {fault.why}" for fault in suite.faults),
        *grouped("skipped by the suite", by_status["skipped"], with_values=False),
    ], bool(by_status["passed"]) and not ours and not stale  # fmt: skip


def grouped(word: str, results: list[Result], *, with_values: bool = True) -> list[str]:
    """Give one line for all results that say the same, with how many they are."""
    said = Counter(
        f"{one.test}{_on(one) if with_values else ''}: {_plain(one.message)}" for one in results
    )
    return [f"  {word}, {times} times: {text}" for text, times in said.items()]


def _on(result: Result) -> str:
    short = [value for value in result.values if value and "@" not in value and len(value) < 80]
    return f" ({', '.join(short)})" if short else ""


def _plain(message: str) -> str:
    """Leave out which collection is meant, so that lines for all of them are one."""
    return message.partition(" ( '")[0][:400]


if __name__ == "__main__":
    raise SystemExit(main())
