"""Three DaemonSets on large nodes and a small one, of whose memory they take a quarter, or more."""

from tests.clusters import Raw, a_container, a_daemonset, a_node


def cluster(memory: str) -> list[Raw]:
    sizes = {"proxy": "64Mi", "exporter": "64Mi", "log-agent": memory}
    return [
        *(
            a_daemonset(name, containers=[a_container(requests={"cpu": "10m", "memory": size})])
            for name, size in sizes.items()
        ),
        a_node("large-1"),
        a_node("small-1", allocatable={"cpu": "2", "memory": "2Gi"}),
    ]


PASSING: list[Raw] = cluster("384Mi")
FAILING: list[Raw] = cluster("512Mi")
