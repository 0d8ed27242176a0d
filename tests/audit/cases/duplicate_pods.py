"""Two live pods on one node; the pair of a surge on another DaemonSet is none."""

from tests.clusters import OLD_HASH, Raw, a_daemonset, a_node, a_pod, a_revision

CNI = a_daemonset("cni")
SURGING = a_daemonset("proxy", max_surge=1)

PASSING: list[Raw] = [
    CNI,
    a_node("n1"),
    a_pod(CNI, "n1"),
    SURGING,
    a_revision(SURGING, 2),
    a_pod(SURGING, "n1", name="proxy-old", revision_hash=OLD_HASH),
    a_pod(SURGING, "n1", name="proxy-new"),
]
FAILING: list[Raw] = [*PASSING, a_pod(CNI, "n1", name="cni-by-hand", pin=None)]
