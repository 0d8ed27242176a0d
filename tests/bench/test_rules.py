"""The second reading of the rules decides the placement cases of tests/conformance as upstream does."""

from typing import Any

import pytest

from bench.rules import belongs_to, state, target, verdict
from tests.conformance import notation
from tests.conformance.cases import Case, cases

# Made clusters have no comparing tolerations, which a feature gate turns on.
WITHOUT_GATES = [case for case in cases("placement") if not case.given.get("feature_gates")]
NODE = {"metadata": {"name": "n1", "labels": {}}, "spec": {}}
CLOSED = {
    "metadata": {"name": "n1", "labels": {}},
    "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]},
}


@pytest.mark.parametrize("case", WITHOUT_GATES, ids=lambda case: case.sentence)
def test_placement(case: Case):
    template = notation.daemonset(case.given.get("daemonset", {}))["spec"]["template"]["spec"]
    expected = case.expected["should_run"], case.expected["should_continue_running"]
    assert verdict(template, notation.node(case.given["node"])) == expected


def pod(
    *, bound: bool = True, ready: bool = True, phase: str = "Running", deleted: bool = False
) -> dict[str, Any]:
    return {
        "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"} if deleted else {},
        "spec": {"nodeName": "n1"} if bound else {},
        "status": {"phase": phase, "conditions": [{"type": "Ready", "status": "True" if ready else "False"}]},
    }


@pytest.mark.parametrize(
    ("node", "pods", "expected"),
    [
        pytest.param(NODE, [], "Missing", id="no pod where one belongs"),
        pytest.param(NODE, [pod()], "Ready", id="a Ready pod"),
        pytest.param(NODE, [pod(ready=False)], "NotReady", id="a bound pod that is not Ready"),
        pytest.param(NODE, [pod(bound=False, ready=False)], "Pending", id="a pod that nobody has bound"),
        pytest.param(NODE, [pod(deleted=True)], "Missing", id="a terminating pod covers no node"),
        pytest.param(NODE, [pod(phase="Failed", ready=False)], "Missing", id="a failed pod covers no node"),
        pytest.param(NODE, [pod(ready=False), pod()], "Ready", id="one Ready pod of two is enough"),
        pytest.param(CLOSED, [], "Excluded", id="no pod where none belongs"),
        pytest.param(CLOSED, [pod()], "Extra", id="a pod where none belongs"),
        pytest.param(CLOSED, [pod(deleted=True)], "Excluded", id="a terminating pod where none belongs"),
    ],
)
def test_states(node: dict[str, Any], pods: list[dict[str, Any]], expected: str):
    assert state({}, node, pods) == expected


def test_a_pod_that_nobody_has_bound_counts_on_the_node_that_it_is_pinned_to():
    terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n7"]}]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    assert target({"spec": {"affinity": {"nodeAffinity": required}}}) == "n7"
    assert target({"spec": {}}) == ""


def test_a_pod_belongs_to_its_controller_and_to_no_other_owner():
    daemonset = {"metadata": {"uid": "u1"}}
    assert belongs_to({"metadata": {"ownerReferences": [{"uid": "u1", "controller": True}]}}, daemonset)
    assert not belongs_to({"metadata": {"ownerReferences": [{"uid": "u1"}]}}, daemonset)
    assert not belongs_to({"metadata": {}}, daemonset)
