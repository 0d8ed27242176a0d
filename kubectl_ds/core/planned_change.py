"""What a plan supposes: manifests applied, DaemonSets deleted, nodes tainted, labelled, added, drained, removed.

Pure: copies are changed, nothing is written anywhere. `supposed` makes the cluster that there would be.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.extra import LIFECYCLE_TAINTS
from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import DaemonSet, Labels, Node, Pod, PriorityClass, Taint
from kubectl_ds.core.object_key import key_of
from kubectl_ds.core.ownership import is_daemon, is_static, is_terminal
from kubectl_ds.core.scheduling.admission import CORDON
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.tolerations import untolerated_taints

HOSTNAME = "kubernetes.io/hostname"
_NO_EXECUTE = frozenset({"NoExecute"})


class ApplyDaemonSet(Struct, frozen=True, tag=True):
    """A manifest applied. `object` is the plain tree, `source` the file that it stands in."""

    daemonset: DaemonSet
    object: Mapping[str, Any]
    source: str


class ApplyPriorityClass(Struct, frozen=True, tag=True):
    """A PriorityClass that comes with the manifests, and may be what they ask for."""

    priority_class: PriorityClass


class DeleteDaemonSet(Struct, frozen=True, tag=True):
    namespace: str
    name: str


class TaintNodes(Struct, frozen=True, tag=True):
    """A taint set on nodes, in place of one of the same key and effect."""

    nodes: tuple[str, ...]
    taint: Taint


class UntaintNodes(Struct, frozen=True, tag=True):
    """Taints of this key taken off nodes; of one effect, or with an empty effect of every one."""

    nodes: tuple[str, ...]
    key: str
    effect: str = ""


class LabelNodes(Struct, frozen=True, tag=True):
    """A label set on nodes; None takes it off."""

    nodes: tuple[str, ...]
    key: str
    value: str | None


class AddNode(Struct, frozen=True, tag=True):
    """A node that joins, up and well, and empty. `like` is the node that it is made after, or the file."""

    node: Node
    like: str


class RemoveNode(Struct, frozen=True, tag=True):
    """A node that leaves, with all that runs there."""

    node: str


class DrainNode(Struct, frozen=True, tag=True):
    """`kubectl drain --ignore-daemonsets`: cordoned, and everything but daemon and static pods leaves."""

    node: str


PlannedChange = (
    ApplyDaemonSet
    | ApplyPriorityClass
    | DeleteDaemonSet
    | TaintNodes
    | UntaintNodes
    | LabelNodes
    | AddNode
    | RemoveNode
    | DrainNode
)


def node_like(node: Node, name: str) -> Node:
    """A new node of the same kind: its labels but for its name, its taints but for those that pass."""
    labels = {**node.metadata.labels, **({HOSTNAME: name} if HOSTNAME in node.metadata.labels else {})}
    metadata = replace(node.metadata, name=name, uid=f"planned {name}", labels=labels)
    return without_passing_taints(replace(node, metadata=metadata))


def without_passing_taints(node: Node) -> Node:
    """The node as it is when it is up and well, and nobody has cordoned it."""
    taints = tuple(taint for taint in node.spec.taints if taint.key not in PASSING_TAINTS)
    return replace(node, spec=replace(node.spec, taints=taints, unschedulable=False))


PASSING_TAINTS = LIFECYCLE_TAINTS | frozenset(
    {
        CORDON.key,
        "node.kubernetes.io/out-of-service",
        "node.cloudprovider.kubernetes.io/shutdown",
        "ToBeDeletedByClusterAutoscaler",
        "DeletionCandidateOfClusterAutoscaler",
    }
)
"""Taints that controllers put on and take off; a node that is up and well has none of them."""


def supposed(
    snapshot: ClusterSnapshot, changes: Sequence[PlannedChange], gates: FeatureGates
) -> ClusterSnapshot:
    """The cluster with all changes made at once, before the DaemonSet controller has acted on them.

    Pods that others take away are gone: those of removed and drained nodes, and what a NoExecute taint evicts.
    """
    nodes = {node.metadata.name: node for node in snapshot.nodes}
    daemonsets = {key_of(one.metadata): one for one in snapshot.daemonsets}
    classes = {one.metadata.name: one for one in snapshot.priority_classes}
    drained: set[str] = set()
    for change in changes:
        match change:
            case ApplyDaemonSet(daemonset=daemonset):
                key = key_of(daemonset.metadata)
                daemonsets[key] = as_applied(daemonset, daemonsets.get(key))
            case ApplyPriorityClass(priority_class=one):
                classes[one.metadata.name] = one
            case DeleteDaemonSet(namespace=namespace, name=name):
                daemonsets.pop((namespace, name), None)
            case AddNode(node=node):
                nodes[node.metadata.name] = node
            case RemoveNode(node=name):
                nodes.pop(name, None)
            case DrainNode(node=name):
                drained.add(name)
                nodes[name] = _tainted(nodes[name], CORDON, cordoned=True)
            case TaintNodes(nodes=names, taint=taint):
                nodes |= {name: _tainted(nodes[name], taint) for name in names}
            case UntaintNodes(nodes=names, key=taint_key, effect=effect):
                nodes |= {name: _untainted(nodes[name], taint_key, effect) for name in names}
            case LabelNodes(nodes=names, key=label, value=value):
                nodes |= {name: _labelled(nodes[name], label, value) for name in names}
    return replace(
        snapshot,
        nodes=tuple(nodes.values()),
        daemonsets=tuple(daemonsets.values()),
        priority_classes=tuple(classes.values()),
        pods=tuple(_staying(snapshot.pods, nodes, drained, gates)),
    )


def as_applied(daemonset: DaemonSet, live: DaemonSet | None) -> DaemonSet:
    """The manifest's spec with the identity and the status of the object that is there."""
    if live is None:
        uid = f"planned {daemonset.metadata.namespace}/{daemonset.metadata.name}"
        return replace(daemonset, metadata=replace(daemonset.metadata, uid=uid))
    metadata = replace(
        live.metadata, labels=daemonset.metadata.labels, annotations=daemonset.metadata.annotations
    )
    return replace(live, metadata=metadata, spec=daemonset.spec)


def _tainted(node: Node, taint: Taint, *, cordoned: bool = False) -> Node:
    kept = tuple(one for one in node.spec.taints if (one.key, one.effect) != (taint.key, taint.effect))
    spec = replace(node.spec, taints=(*kept, taint), unschedulable=node.spec.unschedulable or cordoned)
    return replace(node, spec=spec)


def _untainted(node: Node, key: str, effect: str) -> Node:
    kept = tuple(one for one in node.spec.taints if one.key != key or effect not in ("", one.effect))
    return replace(node, spec=replace(node.spec, taints=kept))


def _labelled(node: Node, key: str, value: str | None) -> Node:
    labels: Labels = {name: held for name, held in node.metadata.labels.items() if name != key}
    if value is not None:
        labels[key] = value
    return replace(node, metadata=replace(node.metadata, labels=labels))


def _staying(
    pods: Iterable[Pod], nodes: Mapping[str, Node], drained: set[str], gates: FeatureGates
) -> Iterable[Pod]:
    return (pod for pod in pods if not pod.spec.node_name or _stays(pod, nodes, drained, gates))


def _stays(pod: Pod, nodes: Mapping[str, Node], drained: set[str], gates: FeatureGates) -> bool:
    """Whether a bound pod is left alone. Nobody evicts a static pod."""
    name = pod.spec.node_name
    node = nodes.get(name)
    if node is None or (name in drained and _leaves_on_drain(pod)):
        return False
    taints = untolerated_taints(node.spec.taints, pod.spec.tolerations, gates, effects=_NO_EXECUTE)
    return is_static(pod) or not taints


def _leaves_on_drain(pod: Pod) -> bool:
    return not is_daemon(pod) and not is_static(pod) and not is_terminal(pod)
