"""Nodes and pods with what they have in common held once, so that 150,000 pods fit into memory.

Pods that one controller made of one template differ in their name, uid, node and times, and in little else.
What is equal is shared, by comparison and never by assumption. Left out is what nothing asks of a pod that is
Ready: since when its containers run, and those other conditions of the kubelet's that are True.
"""

from collections.abc import Hashable, Iterable
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.model import (
    Affinity,
    ContainerState,
    ContainerStateRunning,
    ContainerStatus,
    Labels,
    Node,
    NodeCondition,
    OwnerReference,
    Pod,
    PodCondition,
    PodSpec,
    Quantity,
)
from kubectl_ds.core.revisions import HASH_LABEL
from kubectl_ds.core.status import is_ready

Key = TypeVar("Key", bound=Hashable)
Shape = TypeVar("Shape", bound=Struct)

_IMPLIED_BY_READY: Final = frozenset(
    {"PodReadyToStartContainers", "Initialized", "ContainersReady", "PodScheduled"}
)
_RUNNING: Final = ContainerState(running=ContainerStateRunning())
_REPLICASET_HASH: Final = "pod-template-hash"


class _Sibling(Struct, gc=False):
    """The last pod seen of one template; `spec` is without its node."""

    labels: Labels
    owners: tuple[OwnerReference, ...]
    spec: PodSpec
    phase: str
    containers: tuple[ContainerStatus, ...]
    init_containers: tuple[ContainerStatus, ...]


class SharedParts:
    """What has been seen so far. One for a snapshot; safe to use from several threads."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, Hashable] = {}
        self._strings: dict[str, str] = {}
        self._amounts: dict[tuple[tuple[str, Quantity], ...], dict[str, Quantity]] = {}
        self._siblings: dict[tuple[str, str], _Sibling] = {}
        self._affinities: dict[str, Affinity] = {}

    def pods(self, pods: Iterable[Pod]) -> list[Pod]:
        """The same pods, in the same order."""
        return [self._pod(pod) for pod in pods]

    def nodes(self, nodes: Iterable[Node]) -> list[Node]:
        """The same nodes, in the same order."""
        return [self._node(node) for node in nodes]

    # --- pods --------------------------------------------------------------------------------------

    def _pod(self, pod: Pod) -> Pod:
        metadata, spec, status = pod.metadata, pod.spec, pod.status
        labels, owners = metadata.labels, metadata.owner_references
        template = labels.get(HASH_LABEL) or labels.get(_REPLICASET_HASH) or ""
        origin = (owners[0].uid if owners else metadata.namespace, template)
        bare = replace(spec, node_name="", affinity=None)
        phase, conditions = status.phase, status.conditions
        containers, init_containers = status.container_statuses, status.init_container_statuses
        if is_ready(pod):
            conditions = tuple([one for one in conditions if not _goes_without_saying(one)])
            containers, init_containers = _without_start(containers), _without_start(init_containers)
        like = self._siblings.get(origin)
        if like is not None:
            labels = like.labels if labels == like.labels else labels
            owners = like.owners if owners == like.owners else owners
            bare = like.spec if bare == like.spec else _sharing(bare, like.spec)
            phase = like.phase if phase == like.phase else phase
            containers = like.containers if containers == like.containers else containers
            init_containers = (
                like.init_containers if init_containers == like.init_containers else init_containers
            )
        if like is None or bare is not like.spec:
            self._siblings[origin] = _Sibling(labels, owners, bare, phase, containers, init_containers)
        seen = self._strings.setdefault
        node_name = seen(spec.node_name, spec.node_name)
        return Pod(
            metadata=replace(
                metadata,
                namespace=seen(metadata.namespace, metadata.namespace),
                labels=labels,
                owner_references=owners,
            ),
            spec=replace(
                bare,
                node_name=node_name,
                affinity=spec.affinity and self._affinity(node_name, origin[0], spec.affinity),
            ),
            status=replace(
                status,
                phase=phase,
                conditions=conditions,
                container_statuses=containers,
                init_container_statuses=init_containers,
            ),
        )

    def _affinity(self, place: str, owner: str, affinity: Affinity) -> Affinity:
        """Every DaemonSet's pod on a node has the same pin; rules about other pods are its owner's."""
        pinned_only = affinity.pod_affinity is None and affinity.pod_anti_affinity is None
        known = self._affinities.setdefault((place if pinned_only else "") or owner, affinity)
        return known if known == affinity else affinity

    # --- nodes -------------------------------------------------------------------------------------

    def _node(self, node: Node) -> Node:
        once, seen, status = self._once, self._strings.setdefault, node.status
        return Node(
            metadata=replace(
                node.metadata,
                name=seen(node.metadata.name, node.metadata.name),
                labels={seen(key, key): seen(value, value) for key, value in node.metadata.labels.items()},
            ),
            spec=replace(node.spec, taints=once(node.spec.taints)) if node.spec.taints else node.spec,
            status=replace(
                status,
                allocatable=self._amounts_once(status.allocatable),
                capacity=self._amounts_once(status.capacity),
                conditions=tuple([self._node_condition(one) for one in status.conditions]),
                node_info=once(status.node_info),
            ),
        )

    def _node_condition(self, condition: NodeCondition) -> NodeCondition:
        seen = self._strings.setdefault
        return replace(
            condition,
            type=seen(condition.type, condition.type),
            status=seen(condition.status, condition.status),
            reason=seen(condition.reason, condition.reason),
            message=seen(condition.message, condition.message),
        )

    def _amounts_once(self, amounts: dict[str, Quantity]) -> dict[str, Quantity]:
        return self._amounts.setdefault(tuple(amounts.items()), amounts)

    def _once(self, value: Key) -> Key:
        return self._seen.setdefault(value, value)  # type: ignore[return-value]


def _sharing(own: Shape, other: Shape) -> Shape:
    """The same values, with those that `other` has as well taken from there."""
    return replace(
        own,
        **{
            name: theirs
            for name in own.__struct_fields__
            if (theirs := getattr(other, name)) is not (ours := getattr(own, name)) and theirs == ours
        },
    )


def _goes_without_saying(condition: PodCondition) -> bool:
    return condition.type in _IMPLIED_BY_READY and condition.status == "True"


def _without_start(statuses: tuple[ContainerStatus, ...]) -> tuple[ContainerStatus, ...]:
    if not statuses:
        return statuses
    return tuple([one if one.state.running is None else replace(one, state=_RUNNING) for one in statuses])
