"""A pod that was born with its node and no pin, and one on another node than its pin."""

from tests.clusters import Raw, a_daemonset, a_node, a_pod

CNI = a_daemonset("cni")
NODES = [a_node("n1"), a_node("n2"), a_node("n3")]

PASSING: list[Raw] = [CNI, *NODES, a_pod(CNI, "n1"), a_pod(CNI, "n2", bound=False)]
FAILING: list[Raw] = [CNI, *NODES, a_pod(CNI, "n1"), a_pod(CNI, "n2", pin=None), a_pod(CNI, "n3", pin="n2")]
