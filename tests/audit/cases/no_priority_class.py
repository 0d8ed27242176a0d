"""A network agent of kube-system and a logging agent that tolerates every taint, with a class and without."""

from tests.clusters import Raw, a_daemonset, a_node, a_priority_class

CLUSTER = [a_node("n1"), a_priority_class("system-node-critical", 2_000_001_000)]


def agents(**spec: object) -> list[Raw]:
    return [
        a_daemonset("network-agent", **spec),
        a_daemonset("log-agent", namespace="logging", tolerations=[{"operator": "Exists"}], **spec),
        a_daemonset("app", namespace="team"),
        *CLUSTER,
    ]


PASSING: list[Raw] = agents(priorityClassName="system-node-critical")
FAILING: list[Raw] = agents()
