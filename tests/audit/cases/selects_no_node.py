"""A misspelt value, a label that no node has, and a DaemonSet for a platform that the cluster does not have."""

from tests.clusters import Raw, a_daemonset, a_node

NODES = [a_node("n1", labels={"disk": "ssd"}), a_node("n2", labels={"disk": "nvme"})]

PASSING: list[Raw] = [*NODES, a_daemonset("cni"), a_daemonset("ssd", nodeSelector={"disk": "ssd"})]
FAILING: list[Raw] = [
    *NODES,
    a_daemonset("scrubber", nodeSelector={"disk": "nvm"}),
    a_daemonset("gpu", nodeSelector={"gpu": "true"}),
    a_daemonset("windows", nodeSelector={"kubernetes.io/os": "windows"}),
]
