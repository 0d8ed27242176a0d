"""A network agent on three nodes that may be replaced a third at a time, or all at once."""

from tests.clusters import Raw, a_daemonset, a_node, a_pod


def agent(max_unavailable: int | str) -> list[Raw]:
    daemonset = a_daemonset("agent", max_unavailable=max_unavailable)
    nodes = ("n1", "n2", "n3")
    return [daemonset, *(a_node(name) for name in nodes), *(a_pod(daemonset, name) for name in nodes)]


PASSING: list[Raw] = agent("34%")
FAILING: list[Raw] = agent("100%")
