"""One pod is starting, which is well; another crashes; a third is on a node that has gone silent."""

from datetime import timedelta

from tests.clusters import Raw, a_container_status, a_daemonset, a_node, a_pod

CNI = a_daemonset("cni")
STARTING = a_pod(
    CNI,
    "n1",
    ready=False,
    phase="Pending",
    age=timedelta(seconds=20),
    container_statuses=[a_container_status(running=False)],
)
CRASHING = a_container_status(waiting="CrashLoopBackOff", restarts=41, last_exit_code=1)

PASSING: list[Raw] = [CNI, a_node("n1"), STARTING]
FAILING: list[Raw] = [
    *PASSING,
    a_node("n2"),
    a_pod(CNI, "n2", ready=False, container_statuses=[CRASHING]),
    a_node("n3", ready=None),
    a_pod(CNI, "n3", ready=False),
]
