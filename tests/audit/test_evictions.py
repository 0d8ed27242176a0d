"""Edges of the rule about pods that are evicted and made again: DS030."""

import pytest

from tests.audit.asked import findings
from tests.audit.cases.evicted_and_recreated import for_a_while
from tests.clusters import Raw, a_daemonset, a_node

EVERYTHING = {"operator": "Exists"}
LOST = [f"node.kubernetes.io/not-ready:{effect}" for effect in ("NoSchedule", "NoExecute")]
NOT_READY = "node.kubernetes.io/not-ready"
TOLERATIONS: dict[str, tuple[list[str], list[Raw], list[tuple[str, str]]]] = {
    "a toleration without an end is well": (["gone:NoExecute"], [EVERYTHING], []),
    "a taint that is not tolerated keeps the pod out, and evicts nothing": (["gone:NoExecute"], [], []),
    "seconds for a taint that is there make a loop": (
        ["gone:NoExecute"],
        [for_a_while(60, key="gone")],
        [("present taints", "warning")],
    ),
    "the first toleration that matches counts": (
        ["gone:NoExecute"],
        [EVERYTHING, for_a_while(60, key="gone")],
        [],
    ),
    "seconds for NoExecute do not matter to NoSchedule": (
        ["gone:NoSchedule"],
        [{"key": "gone", "operator": "Exists", "effect": "NoSchedule"}, for_a_while(60, key="gone")],
        [("taints to come", "warning")],
    ),
    "the controller's own toleration takes the place of an equal one, and that is a note": (
        [],
        [for_a_while(300, key=NOT_READY)],
        [("without effect", "info")],
    ),
    "one that is spelled otherwise comes first": (
        [],
        [{"key": NOT_READY, "operator": "Equal", "effect": "NoExecute", "tolerationSeconds": 30}],
        [("lost nodes", "warning")],
    ),
    "one for every taint does too": ([], [for_a_while(300)], [("lost nodes", "warning")]),
    "a lost node is told of once": (
        [*LOST],
        [EVERYTHING | {"effect": "NoSchedule"}, for_a_while(300)],
        [("lost nodes", "warning")],
    ),
    "a taint that no node has may come": ([], [for_a_while(60, key="gone")], [("taints to come", "warning")]),
}


@pytest.mark.parametrize("name", TOLERATIONS)
def test_tolerations_with_seconds(name: str):
    taints, tolerations, told = TOLERATIONS[name]
    nodes = [a_node("n1", taints=taints), a_node("n2")]
    found = findings("evicted-and-recreated", *nodes, a_daemonset("agent", tolerations=tolerations))
    assert [(one.subject, one.level) for one in found] == told


def test_the_shortest_time_is_told_and_zero_is_at_once():
    nodes = [a_node("n1", taints=["slow:NoExecute"]), a_node("n2", taints=["quick:NoExecute"]), a_node("n3")]
    tolerations = [for_a_while(60, key="slow"), for_a_while(0, key="quick")]
    (found,) = findings("evicted-and-recreated", *nodes, a_daemonset("agent", tolerations=tolerations))
    assert found.nodes == ("n1", "n2")
    assert "driven out at once" in found.message
