"""An old chart: beta labels in three places, and tolerations of the master that is called control plane now."""

from tests.clusters import Raw, a_daemonset, a_node

BETA = "beta.kubernetes.io/os"
ZONE = {"topology.kubernetes.io/zone": "a", "failure-domain.beta.kubernetes.io/zone": "a"}
NODES = [
    a_node(
        "cp-1",
        labels={BETA: "linux", "node-role.kubernetes.io/control-plane": "", **ZONE},
        taints=["node-role.kubernetes.io/control-plane:NoSchedule"],
    ),
    a_node("n1", labels={BETA: "linux", **ZONE}),
    a_node("n2", labels=ZONE),
]


def tolerating(*roles: str) -> list[Raw]:
    return [
        {"key": f"node-role.kubernetes.io/{role}", "operator": "Exists", "effect": "NoSchedule"}
        for role in roles
    ]


def spread_over(key: str) -> list[Raw]:
    return [{"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}}]


PASSING: list[Raw] = [
    *NODES,
    a_daemonset(
        "new",
        nodeSelector={"kubernetes.io/os": "linux"},
        tolerations=tolerating("control-plane"),
        topologySpreadConstraints=spread_over("topology.kubernetes.io/zone"),
    ),
]
FAILING: list[Raw] = [
    *NODES,
    a_daemonset("proxy", nodeSelector={BETA: "linux"}, tolerations=tolerating("master")),
    a_daemonset("flannel", tolerations=tolerating("master", "control-plane")),
    a_daemonset("etcd-backup", nodeSelector={"node-role.kubernetes.io/master": ""}),
    a_daemonset("logs", topologySpreadConstraints=spread_over("failure-domain.beta.kubernetes.io/zone")),
]
