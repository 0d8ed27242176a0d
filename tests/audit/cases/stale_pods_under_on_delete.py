"""The template has changed, and one of two nodes has a new pod, as somebody deleted its old one."""

from tests.clusters import OLD_HASH, Raw, a_daemonset, a_node, a_pod, a_revision

CSI = a_daemonset("csi", strategy={"type": "OnDelete"}, template_generation=None)
FIRST: list[Raw] = [CSI, a_node("n1"), a_node("n2"), a_revision(CSI, 2), a_pod(CSI, "n1")]

PASSING: list[Raw] = [*FIRST, a_pod(CSI, "n2")]
FAILING: list[Raw] = [*FIRST, a_pod(CSI, "n2", revision_hash=OLD_HASH)]
