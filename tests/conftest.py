"""What every test shares: the limit on unit tests, the reference folder, and the rule that CI leaves nothing out.

Fixtures of one kind of test (real devices, servers, machines) live beside the tests that use them.
"""

import os
import time
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
UNIT_LIMIT = 2.0
"""Seconds that a unit test may take, those not counted in which its threads wanted a processor and others had it."""
HANG_LIMIT = 30.0
"""Seconds after which a unit test is ended, however busy the machine is."""

SHARED_ABSENT = "needs the reference material of ../shared (or CMSP_SHARED), which is absent"
IN_CI = bool(os.environ.get("CI"))

# Time is judged by the limits of the tests, not by single examples; CI tries the same examples each time, so that what
# fails there fails for its change, and new examples are found by developers.
settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if IN_CI else "developer")


def shared_folder() -> Path:
    """Where reference material lies that is not part of this repository."""
    return Path(os.environ.get("CMSP_SHARED") or ROOT.parent / "shared")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material; the test is skipped where it is absent."""
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip(SHARED_ABSENT)
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top of this checkout."""
    return ROOT


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Hold unit tests to their limit; leave out what needs root where there is none."""
    unit = ROOT / "tests" / "unit"
    for item in items:
        if unit in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(HANG_LIMIT))
            item.add_marker(pytest.mark.quick)
        if item.get_closest_marker("system") is not None:
            item.add_marker(pytest.mark.root)
        if item.get_closest_marker("root") is not None and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs root: run `make test` as root"))


def _waited() -> float:
    """Seconds in all that this process's threads waited for a processor (proc(5): /proc/PID/schedstat)."""
    waited = 0
    for thread in Path("/proc/self/task").glob("*/schedstat"):
        with suppress(OSError, IndexError):
            waited += int(thread.read_text().split()[1])
    return waited / 1e9


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a unit test that takes too long."""
    if item.get_closest_marker("quick") is None:
        return (yield)
    began, waited = time.monotonic(), _waited()
    result = yield
    took = time.monotonic() - began
    if took > UNIT_LIMIT and (own := took - (_waited() - waited)) > UNIT_LIMIT:
        pytest.fail(f"took {own:.1f} s; a unit test may take {UNIT_LIMIT:g} s")
    return result


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """In CI a test that is left out is a failure, unless only ../shared is missing."""
    if IN_CI and report.outcome == "skipped" and not hasattr(report, "wasxfail") and _reason(report) != SHARED_ABSENT:
        report.longrepr = f"left out in CI, where nothing may be: {_reason(report)}"
        report.outcome = "failed"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at each test's report before it is counted."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at each module's report: a whole module can be left out too."""
    report = yield
    _refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end how many tests were left out, and why."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("left out")
        for reason, count in reasons.most_common():
            terminalreporter.line(f"{count:5d}  {reason}")
