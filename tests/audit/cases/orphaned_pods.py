"""A pod that is bound to a node that is gone."""

from tests.clusters import Raw, a_daemonset, a_node, a_pod

CNI = a_daemonset("cni")

PASSING: list[Raw] = [CNI, a_node("n1"), a_pod(CNI, "n1")]
FAILING: list[Raw] = [*PASSING, a_pod(CNI, "gone-1")]
