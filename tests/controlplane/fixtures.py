"""The control plane as a fixture: one for the whole run."""

import os
from collections.abc import Iterator

import pytest

from tests.controlplane.harness import ControlPlane, start
from tests.controlplane.toolchain import NoToolchain

USERS = ("reader", "no-nodes", "no-pods", "no-events", "no-revisions", "bare")
"""Users without any role; tests bind roles to them."""


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """In CI it is there or the run fails; elsewhere a machine that can have none skips."""
    required = bool(os.environ.get("CI") or os.environ.get("KUBECTL_DS_REQUIRE_CONTROL_PLANE"))
    try:
        with start(users=USERS, arguments=("--node-monitor-grace-period=20s",)) as running:
            yield running
    except NoToolchain as error:
        if required:
            raise
        pytest.skip(f"no control plane can be had here: {error}")
