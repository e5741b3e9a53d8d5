"""A pytest plugin: a run in which any test was skipped, or expected to fail, has failed.

A test that is not run proves nothing, and a summary in green hides that it was not.
"""

from __future__ import annotations

import pytest

UNPROVED = ("skipped", "xfailed", "xpassed")


class Unproved:
    """Collects the names of tests that did not run, or that nobody expected to pass."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that was skipped or is marked xfail."""
        if report.skipped or hasattr(report, "wasxfail"):
            self.names.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that skips all of its tests."""
        if report.skipped:
            self.names.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a green run into a red one."""
        if self.names and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why the run is red."""
        for name in self.names:
            terminalreporter.write_line(f"NOT RUN {name}: skips count as failures", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch this run."""
    config.pluginmanager.register(Unproved(), "routeshift-unproved")
