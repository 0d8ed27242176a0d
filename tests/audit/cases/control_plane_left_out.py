"""A kubeadm cluster: two agents that cover all workers, one of them critical to every node."""

from tests.clusters import Raw, a_daemonset, a_node

TAINT = "node-role.kubernetes.io/control-plane:NoSchedule"
NODES = [
    *(
        a_node(name, labels={"node-role.kubernetes.io/control-plane": ""}, taints=[TAINT])
        for name in ("cp-1", "cp-2")
    ),
    *(a_node(name) for name in ("n1", "n2")),
]
TOLERATION = {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoSchedule"}

PASSING: list[Raw] = [
    *NODES,
    a_daemonset("cni", tolerations=[TOLERATION]),
    a_daemonset("edge", nodeSelector={"kubernetes.io/hostname": "n1"}),
]
FAILING: list[Raw] = [
    *NODES,
    a_daemonset("logs"),
    a_daemonset("cni", priorityClassName="system-node-critical"),
]
