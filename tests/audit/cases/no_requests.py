"""An exporter with a sidecar; one of the two requests no CPU, and the LimitRange of another namespace helps nobody."""

from tests.clusters import Raw, a_container, a_daemonset, a_limit_range, a_node, a_pod

BOTH = {"cpu": "50m", "memory": "64Mi"}


def exporter(requests: dict[str, str]) -> list[Raw]:
    daemonset = a_daemonset(
        "exporter",
        containers=[a_container("exporter", requests=BOTH), a_container("filter", requests=requests)],
        initContainers=[a_container("wait-for-network")],
    )
    elsewhere = a_limit_range("defaults", namespace="elsewhere", default_request=BOTH)
    return [daemonset, a_node("n1"), a_pod(daemonset, "n1"), elsewhere]


PASSING: list[Raw] = exporter(BOTH)
FAILING: list[Raw] = exporter({"memory": "64Mi"})
