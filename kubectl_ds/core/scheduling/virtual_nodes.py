"""Nodes that no daemon pod can run on: Fargate's and virtual kubelets'."""

from typing import ClassVar, Literal

from kubectl_ds.core.model import Node
from kubectl_ds.core.reason import Fact, Outlook, Source

VirtualNode = Literal["fargate", "virtual-kubelet"]
PROVIDER_TAINT = "virtual-kubelet.io/provider"


class NodeCannotHost(Fact, frozen=True):
    """The node stands for one pod or for another system; a DaemonSet has to leave it out."""

    code: ClassVar[str] = "NodeCannotHost"
    source: ClassVar[Source] = "node"
    outlook: ClassVar[Outlook] = "stuck"
    kind: VirtualNode
    labelled: bool = True
    """A label says so, which node affinity can ask for; False where only the provider's taint gives it away."""


def node_cannot_host(node: Node) -> NodeCannotHost | None:
    """The reason if the node is a virtual one, by the labels and taints that their providers set."""
    labels = node.metadata.labels
    if labels.get("eks.amazonaws.com/compute-type") == "fargate":
        return NodeCannotHost(kind="fargate")
    if labels.get("type") == "virtual-kubelet":
        return NodeCannotHost(kind="virtual-kubelet")
    if any(taint.key == PROVIDER_TAINT for taint in node.spec.taints):
        return NodeCannotHost(kind="virtual-kubelet", labelled=False)
    return None
