"""`spec.nodeSelector`: every label present on the node, with exactly that value."""

from msgspec import Struct

from kubectl_ds.core.model import Node, PodSpec


class LabelMismatch(Struct, frozen=True):
    """One entry of the nodeSelector that fails; `has` is None where the node lacks the label."""

    key: str
    wants: str
    has: str | None


class NodeSelectorMismatch(Struct, frozen=True, tag=True):
    """The node lacks labels that the template's nodeSelector asks for, sorted by key."""

    labels: tuple[LabelMismatch, ...]


def check_node_selector(template: PodSpec, node: Node) -> NodeSelectorMismatch | None:
    """The first half of `GetRequiredNodeAffinity(pod).Match(node)`; keys and values are not validated there."""
    has = node.metadata.labels
    failing = [
        LabelMismatch(key, wants, has.get(key))
        for key, wants in template.node_selector.items()
        if has.get(key) != wants
    ]
    return NodeSelectorMismatch(tuple(sorted(failing, key=lambda one: one.key))) if failing else None
