"""A pod for which another one is just making room; and one that asks for more than its node has."""

from tests.clusters import Raw, a_container, a_daemonset, a_node, a_pod, unschedulable

SMALL = a_daemonset("small", containers=[a_container(requests={"cpu": "2"})])
LARGE = a_daemonset("large", containers=[a_container(requests={"cpu": "6"})])
UNBOUND = unschedulable("0/2 nodes are available: 1 Insufficient cpu.")
LEAVING = a_pod(None, "n1", name="web", deleting=True, containers=[a_container(requests={"cpu": "3"})])

PASSING: list[Raw] = [
    SMALL,
    a_node("n1", allocatable={"cpu": "4"}),
    LEAVING,
    a_pod(SMALL, "n1", bound=False, conditions=UNBOUND),
]
FAILING: list[Raw] = [*PASSING, LARGE, a_pod(LARGE, "n1", bound=False, conditions=UNBOUND)]
