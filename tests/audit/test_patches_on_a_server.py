"""Every ready patch, put to a real API server: it takes the command that people are given."""

import copy
import json
from collections.abc import Iterator

import pytest

from kubectl_ds.core.audit_rules import RULES
from tests.audit.test_rules import case, found_by
from tests.clusters import Raw
from tests.controlplane.cluster import ControlPlane
from tests.controlplane.kubectl import kubectl

NAMESPACE = "audit-patches"


@pytest.fixture(scope="module")
def namespace(control_plane: ControlPlane) -> Iterator[str]:
    kubectl(control_plane, "create", "namespace", NAMESPACE)
    yield NAMESPACE
    kubectl(control_plane, "delete", "namespace", NAMESPACE, "--wait=false")


ONLY_OLDER_SERVERS_TOOK = {"DS010"}
"""Rules whose patch mends what a server of today refuses to store."""


def test_a_server_takes_every_patch(control_plane: ControlPlane, namespace: str):
    offered, taken = set(), set()
    for rule in RULES:
        objects = case(rule, "FAILING")
        for finding in (one for one in found_by(rule, objects) if one["patch"]):
            offered.add(rule.id)
            (daemonset,) = (one for one in objects if is_about(finding, one))
            if takes(control_plane, daemonset, finding, namespace):
                taken.add(rule.id)
    assert taken == offered - ONLY_OLDER_SERVERS_TOOK


def takes(control_plane: ControlPlane, daemonset: Raw, finding: Raw, namespace: str) -> bool:
    """Whether the server has the DaemonSet and changes it as the patch says."""
    name = f"{finding['rule'].lower()}-{finding['name']}"
    if not created(control_plane, daemonset, namespace, name):
        return False
    patch = finding["patch"]
    words = ("patch", "ds", name, "-n", namespace, f"--type={patch['type']}", "-p", json.dumps(patch["body"]))
    # A patch that changes nothing is answered by "patched (no change)".
    return kubectl(control_plane, *words, "--dry-run=server").stdout == f"daemonset.apps/{name} patched\n"


def is_about(finding: Raw, one: Raw) -> bool:
    return one["kind"] == "DaemonSet" and (one["metadata"]["namespace"], one["metadata"]["name"]) == (
        finding["namespace"],
        finding["name"],
    )


def created(control_plane: ControlPlane, daemonset: Raw, namespace: str, name: str) -> bool:
    """Whether the server took it. Some cases hold what only an older one has stored; those it calls invalid."""
    mine = copy.deepcopy(daemonset) | {"metadata": {"name": name, "namespace": namespace}}
    mine.pop("status")
    done = kubectl(control_plane, "apply", "-f", "-", stdin=json.dumps(mine), check=False)
    assert done.returncode == 0 or " is invalid: " in done.stderr, done.stderr
    return done.returncode == 0
