"""Seconds for a taint that a node has, for every NoExecute taint, for one that no node has, and without effect."""

from typing import Any

from tests.clusters import Raw, a_daemonset, a_node

NODES = [a_node("n1"), a_node("n2", taints=["maintenance=planned:NoExecute"])]


def for_a_while(seconds: int, **fields: Any) -> Raw:
    return {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds, **fields}


PASSING: list[Raw] = [
    *NODES,
    a_daemonset("cni", tolerations=[{"operator": "Exists"}]),
]
FAILING: list[Raw] = [
    *NODES,
    a_daemonset("drainer", tolerations=[for_a_while(60, key="maintenance")]),
    a_daemonset("agent", tolerations=[for_a_while(300)]),
    a_daemonset("batch", tolerations=[for_a_while(10, key="batch")]),
    a_daemonset("default", tolerations=[for_a_while(300, key="node.kubernetes.io/not-ready")]),
]
