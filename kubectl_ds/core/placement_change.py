"""Changes to a node or to a template that bear on placement, as values, and what the objects are with them.

Pure: copies are changed, nothing is written anywhere.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.model import (
    Affinity,
    DaemonSet,
    Node,
    NodeSelector,
    NodeSelectorTerm,
    PodSpec,
    Taint,
    Toleration,
)
from kubectl_ds.core.placement.node_affinity import NODE_NAME_FIELD

Side = Literal["node", "template"]


class LabelNode(Struct, frozen=True, tag=True):
    """Labels to set on the node, sorted by key; None removes one."""

    labels: tuple[tuple[str, str | None], ...]
    side: Side = "node"


class RemoveTaints(Struct, frozen=True, tag=True):
    """Taints to take off the node."""

    taints: tuple[Taint, ...]
    side: Side = "node"


class AddTolerations(Struct, frozen=True, tag=True):
    """Tolerations to add to the template."""

    tolerations: tuple[Toleration, ...]
    side: Side = "template"


class RemoveNodeName(Struct, frozen=True, tag=True):
    """Take `nodeName` out of the template."""

    node_name: str
    side: Side = "template"


class RemoveFromNodeSelector(Struct, frozen=True, tag=True):
    """Take keys out of the template's nodeSelector."""

    keys: tuple[str, ...]
    side: Side = "template"


class OneTermPerNode(Struct, frozen=True, tag=True):
    """Write a `matchFields metadata.name In [a, b]`, which is malformed, as one term for each name."""

    names: tuple[str, ...]
    side: Side = "template"


class RemoveNodeAffinity(Struct, frozen=True, tag=True):
    """Take the required node affinity out of the template."""

    side: Side = "template"


PlacementChange = (
    LabelNode
    | RemoveTaints
    | AddTolerations
    | RemoveNodeName
    | RemoveFromNodeSelector
    | OneTermPerNode
    | RemoveNodeAffinity
)
Remedy = tuple[PlacementChange, ...]
"""Changes that are all needed together."""


def applied(change: PlacementChange, daemonset: DaemonSet, node: Node) -> tuple[DaemonSet, Node]:
    """Copies of the two objects with the change made."""
    spec = daemonset.spec.template.spec
    match change:
        case LabelNode(labels=labels):
            kept = {key: value for key, value in node.metadata.labels.items() if key not in dict(labels)}
            kept |= {key: value for key, value in labels if value is not None}
            return daemonset, replace(node, metadata=replace(node.metadata, labels=kept))
        case RemoveTaints(taints=taints):
            gone = {(taint.key, taint.value, taint.effect) for taint in taints}
            left = tuple(
                taint for taint in node.spec.taints if (taint.key, taint.value, taint.effect) not in gone
            )
            return daemonset, replace(node, spec=replace(node.spec, taints=left))
        case AddTolerations(tolerations=tolerations):
            return with_template_spec(
                daemonset, replace(spec, tolerations=spec.tolerations + tolerations)
            ), node
        case RemoveNodeName():
            return with_template_spec(daemonset, replace(spec, node_name="")), node
        case RemoveFromNodeSelector(keys=keys):
            selector = {key: value for key, value in spec.node_selector.items() if key not in keys}
            return with_template_spec(daemonset, replace(spec, node_selector=selector)), node
        case OneTermPerNode():
            return with_template_spec(daemonset, one_term_per_node(spec)), node
        case RemoveNodeAffinity():
            return with_template_spec(daemonset, _with_required(spec, None)), node


# --- templates -------------------------------------------------------------------------------------


def with_template_spec(daemonset: DaemonSet, spec: PodSpec) -> DaemonSet:
    """The DaemonSet with this spec in its template."""
    template = replace(daemonset.spec.template, spec=spec)
    return replace(daemonset, spec=replace(daemonset.spec, template=template))


def _with_required(spec: PodSpec, required: NodeSelector | None) -> PodSpec:
    affinity = spec.affinity or Affinity()
    if affinity.node_affinity is None:
        return spec
    return replace(
        spec, affinity=replace(affinity, node_affinity=replace(affinity.node_affinity, required=required))
    )


def required_terms_of(spec: PodSpec) -> tuple[NodeSelectorTerm, ...]:
    """The terms of the required node affinity, none without one."""
    node_affinity = spec.affinity.node_affinity if spec.affinity else None
    return node_affinity.required.node_selector_terms if node_affinity and node_affinity.required else ()


def pinned_names(term: NodeSelectorTerm) -> tuple[str, ...]:
    """The names of a term's `metadata.name In [...]`."""
    return next(
        (
            field.values
            for field in term.match_fields
            if field.key == NODE_NAME_FIELD and field.operator == "In"
        ),
        (),
    )


def one_term_per_node(spec: PodSpec) -> PodSpec:
    """The spec with a term of its own for each name of a `metadata.name In [a, b]`."""
    terms: list[NodeSelectorTerm] = []
    for term in required_terms_of(spec):
        if len(names := pinned_names(term)) < 2:
            terms.append(term)
            continue
        terms += [
            replace(term, match_fields=tuple(replace(field, values=(name,)) for field in term.match_fields))
            for name in names
        ]
    return _with_required(spec, NodeSelector(node_selector_terms=tuple(terms)))
