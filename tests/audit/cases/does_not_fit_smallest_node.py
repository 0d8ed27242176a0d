"""A scanner beside a network agent of a higher priority; one node of three is small."""

from tests.clusters import Raw, a_container, a_daemonset, a_node, a_priority_class


def cluster(requests: dict[str, str]) -> list[Raw]:
    return [
        a_daemonset(
            "network-agent",
            priorityClassName="high",
            containers=[a_container(requests={"cpu": "200m", "memory": "128Mi"})],
        ),
        a_daemonset("scanner", namespace="security", containers=[a_container(requests=requests)]),
        a_priority_class("high", 1_000_000),
        a_node("large-1"),
        a_node("large-2"),
        a_node("small-1", allocatable={"cpu": "940m", "memory": "2Gi"}),
    ]


PASSING: list[Raw] = cluster({"cpu": "740m", "memory": "256Mi"})
FAILING: list[Raw] = cluster({"cpu": "741m", "memory": "256Mi"})
