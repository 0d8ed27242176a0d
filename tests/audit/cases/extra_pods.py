"""A NoSchedule taint came after the pod: it stays, and no other comes. A node that is down keeps its pod as well."""

from tests.clusters import Raw, a_daemonset, a_node, a_pod

CNI = a_daemonset("cni")
POD_ON_N2 = a_pod(CNI, "n2")
DOWN = a_node("n3", ready=None, taints=["node.kubernetes.io/unreachable:NoSchedule"])

PASSING: list[Raw] = [CNI, a_node("n1"), a_node("n2", taints=["dedicated=db:NoSchedule"]), a_pod(CNI, "n1")]
FAILING: list[Raw] = [*PASSING, POD_ON_N2, DOWN, a_pod(CNI, "n3")]
