"""A rollout whose first new pod cannot get its image, with a budget of one; another one that gets on."""

from datetime import timedelta

from tests.clusters import OLD_HASH, Raw, a_container_status, a_daemonset, a_node, a_pod, a_revision

CNI = a_daemonset("cni", generation=2)
NODES = [a_node("n1"), a_node("n2"), a_node("n3")]
OLD = [a_pod(CNI, name, revision_hash=OLD_HASH) for name in ("n2", "n3")]
REVISIONS = [
    a_revision(CNI, 1, revision_hash=OLD_HASH, template={"metadata": {"labels": {"app": "cni"}}, "spec": {}}),
    a_revision(CNI, 2),
]
STARTING = a_container_status(running=False)
PULLING = a_container_status(waiting="ImagePullBackOff", message='Back-off pulling image "cni:1.1"')

PASSING: list[Raw] = [
    CNI,
    *NODES,
    *OLD,
    *REVISIONS,
    a_pod(CNI, "n1", ready=False, phase="Pending", age=timedelta(seconds=9), container_statuses=[STARTING]),
]
FAILING: list[Raw] = [
    CNI,
    *NODES,
    *OLD,
    *REVISIONS,
    a_pod(CNI, "n1", ready=False, age=timedelta(hours=1), container_statuses=[PULLING]),
]
