"""Makes a skipped test a failure where everything was installed: HOTLINE_REQUIRE_ALL=1, as in `.ci/run`.

A skip whose reason begins with `optional:` stays a skip: it waits for something that nothing here installs.
"""

import os
from collections.abc import Generator

import pytest

OPTIONAL = "optional:"


def _reason(longrepr: object) -> str:
    """What was given to `pytest.skip`, from the (path, line, "Skipped: reason") of a report."""
    words = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return str(words).removeprefix("Skipped: ")


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("HOTLINE_REQUIRE_ALL") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = _reason(report.longrepr)
    if not reason.startswith(OPTIONAL):
        report.outcome = "failed"
        report.longrepr = f"Skipped where everything is installed (HOTLINE_REQUIRE_ALL=1): {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report
