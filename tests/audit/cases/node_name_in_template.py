"""One template names a node that is there, another one that is gone."""

from tests.clusters import Raw, a_daemonset, a_node, a_pod

GATEWAY = a_daemonset("gateway", nodeName="n1")
NODES = [a_node("n1"), a_node("n2")]

PASSING: list[Raw] = [*NODES, a_daemonset("cni")]
FAILING: list[Raw] = [*NODES, GATEWAY, a_pod(GATEWAY, "n1"), a_daemonset("mirror", nodeName="old-1")]
