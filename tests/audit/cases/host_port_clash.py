"""Two exporters for one port on the same nodes, one of them by its host network; a third has other nodes."""

from datetime import timedelta

from tests.clusters import Raw, a_container, a_daemonset, a_node, a_pod

NODES = [a_node("n1", labels={"role": "web"}), a_node("n2", labels={"role": "web"}), a_node("n3")]
METRICS = {"name": "metrics", "containerPort": 9100, "protocol": "TCP"}
OLD = a_daemonset(
    "node-exporter", containers=[a_container(ports=[METRICS | {"hostPort": 9100}])], age=timedelta(days=90)
)
NEW = a_daemonset(
    "agent",
    namespace="observability",
    hostNetwork=True,
    nodeSelector={"role": "web"},
    containers=[a_container(ports=[METRICS])],
    age=timedelta(days=2),
)
ELSEWHERE = a_daemonset(
    "elsewhere",
    nodeSelector={"role": "db"},
    containers=[a_container(ports=[METRICS | {"hostPort": 9100}])],
)

PASSING: list[Raw] = [*NODES, OLD, ELSEWHERE, a_daemonset("quiet")]
FAILING: list[Raw] = [
    *NODES,
    OLD,
    NEW,
    ELSEWHERE,
    *(a_pod(OLD, name) for name in ("n1", "n2", "n3")),
    *(
        a_pod(
            NEW,
            name,
            bound=False,
            conditions=[
                {
                    "type": "PodScheduled",
                    "status": "False",
                    "reason": "Unschedulable",
                    "message": "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
                }
            ],
            containers=[a_container(ports=[METRICS | {"hostPort": 9100}])],
        )
        for name in ("n1", "n2")
    ),
]
