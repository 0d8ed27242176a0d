"""Which nodes are the control plane's, by the label and the taint that kubeadm and its kind put on them."""

from kubectl_ds.core.model import Node

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
MASTER = "node-role.kubernetes.io/master"
"""Its name up to v1.20; the label is gone since v1.24, the taint since v1.25 (KEP-2067)."""
CONTROL_PLANE_KEYS = frozenset((CONTROL_PLANE, MASTER))


def is_control_plane(node: Node) -> bool:
    """Whether it says so itself; managed clusters show none."""
    labelled = not CONTROL_PLANE_KEYS.isdisjoint(node.metadata.labels)
    return labelled or any(taint.key in CONTROL_PLANE_KEYS for taint in node.spec.taints)
