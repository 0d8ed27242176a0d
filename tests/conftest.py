"""Options of the whole suite: what is longer, and CI's refusal of anything skipped."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.controlplane.fixtures import control_plane, pytest_fixture_setup, pytest_runtest_call

__all__ = ["control_plane", "pytest_fixture_setup", "pytest_runtest_call"]

# No deadline: these machines are shared, and a slow example is not a wrong one.
settings.register_profile("everyday", deadline=None, max_examples=60, print_blob=True)
settings.register_profile(
    "ci", deadline=None, max_examples=200, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "everyday")


# A shell starts its background jobs with Ctrl-C ignored, and so would be every program that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also what takes longer than an everyday run")
    parser.addoption("--update-golden", action="store_true", help="write the golden outputs anew")
    parser.addoption("--no-skips", action="store_true", help="fail when anything was skipped (CI)")
    differential = parser.getgroup("differential tests")
    differential.addoption("--seed", type=int, help="the (first) seed to play")
    differential.addoption("--differential-seeds", type=int, help="how many seeds; any ones without --seed")
    differential.addoption("--differential-size", metavar="DAEMONSETSxNODES", help="how large a cluster")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not session.config.getoption("--no-skips"):
        return
    if reporter.stats.get("skipped") and exitstatus == pytest.ExitCode.OK:
        reporter.write_line("something was skipped that should have run (--no-skips)", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
