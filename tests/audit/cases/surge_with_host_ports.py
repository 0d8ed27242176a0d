"""An ingress that surges; with a host network its container's ports are the node's."""

from tests.clusters import Raw, a_container, a_daemonset, a_node, a_pod

PORTS = [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 443, "protocol": "TCP"}]


def ingress(**spec: object) -> list[Raw]:
    daemonset = a_daemonset(
        "ingress",
        max_surge=1,
        containers=[a_container("proxy", ports=PORTS)],
        **spec,
    )
    return [daemonset, a_node("n1"), a_pod(daemonset, "n1")]


PASSING: list[Raw] = ingress()
FAILING: list[Raw] = ingress(hostNetwork=True)
