"""Two of three nodes lack their pod, one of them because creation is forbidden by a quota."""

from tests.clusters import Raw, a_daemonset, a_node, a_pod, an_event

CNI = a_daemonset("cni")
NODES = [a_node("n1"), a_node("n2"), a_node("n3")]

PASSING: list[Raw] = [CNI, *NODES, *(a_pod(CNI, name) for name in ("n1", "n2", "n3"))]
FAILING: list[Raw] = [
    CNI,
    *NODES,
    a_pod(CNI, "n1"),
    an_event(
        CNI,
        "FailedCreate",
        'Error creating: pods "cni-" is forbidden: exceeded quota: agents, requested: pods=1, used: pods=1, limited: pods=1',
    ),
]
