"""A template with a `nodeName` of its own belongs on that node alone."""

from msgspec import Struct

from kubectl_ds.core.model import Node, PodSpec


class NodeNameMismatch(Struct, frozen=True, tag=True):
    """The template names another node."""

    wants: str
    has: str


def check_node_name(template: PodSpec, node: Node) -> NodeNameMismatch | None:
    """Step 2 of `NodeShouldRunDaemonPod`."""
    if not template.node_name or template.node_name == node.metadata.name:
        return None
    return NodeNameMismatch(wants=template.node_name, has=node.metadata.name)
