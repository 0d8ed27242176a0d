"""The control plane as a fixture: one for the whole run."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.controlplane.another import is_named
from tests.controlplane.harness import ControlPlane, NotOurs, start
from tests.controlplane.toolchain import NoToolchain

SOONER = ("--node-monitor-grace-period=20s",)
"""A node that falls silent is found out sooner than by upstream's default; nothing depends on it."""
USERS = ("reader", "no-nodes", "no-pods", "no-events", "no-revisions", "bare")
"""Users without any role; tests bind roles to them."""


@pytest.fixture(scope="session")
def control_plane(pytestconfig: pytest.Config) -> Iterator[ControlPlane]:
    """In CI it is there or the run fails; elsewhere a machine that can have none skips."""
    with ExitStack() as stack:
        try:
            with shown(pytestconfig):
                arguments = () if is_named() else SOONER
                running = stack.enter_context(start(users=USERS, arguments=arguments))
        except NoToolchain as error:
            if is_required():
                raise
            pytest.skip(f"no control plane can be had here: {error}")
        yield running


def is_required() -> bool:
    return bool(os.environ.get("CI") or os.environ.get("KUBECTL_DS_REQUIRE_CONTROL_PLANE"))


def shown(config: pytest.Config) -> "ExitStack":
    """A block whose output is seen at once: a cold build takes minutes, and pytest would hold its words back."""
    stack = ExitStack()
    if capture := config.pluginmanager.getplugin("capturemanager"):
        stack.enter_context(capture.global_and_fixture_disabled())
    return stack


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """What needs a control plane of ours is skipped, with the reason, on another's."""
    try:
        return (yield)
    except NotOurs as error:
        pytest.skip(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Iterator[object]:
    """The same, for what a fixture needs."""
    try:
        return (yield)
    except NotOurs as error:
        pytest.skip(str(error))
