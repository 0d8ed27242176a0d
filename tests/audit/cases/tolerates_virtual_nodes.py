"""A log agent that tolerates everything beside a Fargate machine, a virtual kubelet and a Windows node."""

from tests.clusters import Raw, a_container, a_daemonset, a_node, a_pod, a_term, affinity_to

EVERYTHING = {"operator": "Exists"}
NODES = [
    a_node("n1"),
    a_node("n2"),
    a_node(
        "fargate-1",
        labels={"eks.amazonaws.com/compute-type": "fargate"},
        taints=["eks.amazonaws.com/compute-type=fargate:NoSchedule"],
    ),
    a_node(
        "aci-1", labels={"type": "virtual-kubelet"}, taints=["virtual-kubelet.io/provider=azure:NoSchedule"]
    ),
    a_node("win-1", operating_system="windows", taints=["os=windows:NoSchedule"]),
]
LOGS = a_daemonset("logs", tolerations=[EVERYTHING])
PROBE = a_daemonset(
    "probe",
    tolerations=[EVERYTHING],
    containers=[a_container("probe", securityContext={"privileged": True})],
    affinity=affinity_to(
        a_term(
            ("eks.amazonaws.com/compute-type", "NotIn", ["fargate"]), ("type", "NotIn", ["virtual-kubelet"])
        )
    ),
)
CAREFUL = a_daemonset(
    "careful",
    tolerations=[EVERYTHING],
    nodeSelector={"kubernetes.io/os": "linux"},
    affinity=affinity_to(
        a_term(
            ("eks.amazonaws.com/compute-type", "NotIn", ["fargate"]), ("type", "NotIn", ["virtual-kubelet"])
        )
    ),
)

PASSING: list[Raw] = [*NODES, CAREFUL, a_daemonset("plain"), *(a_pod(CAREFUL, name) for name in ("n1", "n2"))]
FAILING: list[Raw] = [
    *NODES,
    LOGS,
    PROBE,
    *(a_pod(LOGS, name) for name in ("n1", "n2", "win-1")),
    *(a_pod(LOGS, name, bound=False) for name in ("fargate-1", "aci-1")),
    *(a_pod(PROBE, name) for name in ("n1", "n2")),
    a_pod(PROBE, "win-1", ready=False, phase="Pending"),
]
