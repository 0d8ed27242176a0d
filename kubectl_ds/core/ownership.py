"""Which pods are a DaemonSet's, and on which node each of them counts.

Upstream: `getDaemonPods` and `getNodesToDaemonPods` of pkg/controller/daemon/daemon_controller.go,
`ClaimObject` of pkg/controller/controller_ref_manager.go, `GetTargetNodeName` of
pkg/controller/daemon/util/daemonset_util.go.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from kubectl_ds.core.label_selector import Requirements, compile_selector, selects_everything
from kubectl_ds.core.model import DaemonSet, NodeSelectorTerm, ObjectMeta, OwnerReference, Pod
from kubectl_ds.core.placement.node_affinity import NODE_NAME_FIELD

_BEGINNING = datetime.min.replace(tzinfo=UTC)


def controller_of(metadata: ObjectMeta) -> OwnerReference | None:
    """The owner that manages the object (`controller: true`); other owners do not count."""
    for owner in metadata.owner_references:
        if owner.controller:
            return owner
    return None


class PodIndex:
    """A snapshot's pods by the uid of their controller, and the ones without a controller by namespace.

    Built once in O(pods), so that no question asks every pod.
    """

    def __init__(self, pods: Iterable[Pod]) -> None:
        self._by_controller: dict[str, list[Pod]] = {}
        self._orphans: dict[str, list[Pod]] = {}
        for pod in pods:
            controller = controller_of(pod.metadata)
            if controller is None:
                self._orphans.setdefault(pod.metadata.namespace, []).append(pod)
            else:
                self._by_controller.setdefault(controller.uid, []).append(pod)

    def claimed(self, daemonset: DaemonSet) -> tuple[Pod, ...]:
        """The pods that the controller takes for its own: owned and selected, or orphans that it adopts.

        Orphans that are terminating are not adopted, and a DaemonSet that is being deleted adopts nothing.
        Nor does one with an empty selector, for which the controller does nothing at all.
        """
        selector = compile_selector(daemonset.spec.selector)
        if selector is None:
            return ()
        own = _selected(self._owned(daemonset), selector)
        if daemonset.metadata.deletion_timestamp or selects_everything(daemonset.spec.selector):
            return tuple(own)
        return (*own, *_selected(self._adoptable(daemonset), selector))

    def owned_but_unmatched(self, daemonset: DaemonSet) -> tuple[Pod, ...]:
        """Pods with the DaemonSet as their controller whose labels left its selector.

        They are about to be released, unless the DaemonSet is itself being deleted.
        """
        selector = compile_selector(daemonset.spec.selector)
        return tuple(
            pod
            for pod in self._owned(daemonset)
            if selector is None or not selector.matches(pod.metadata.labels)
        )

    def _owned(self, daemonset: DaemonSet) -> Iterable[Pod]:
        namespace = daemonset.metadata.namespace
        pods = self._by_controller.get(daemonset.metadata.uid, ())
        return (pod for pod in pods if pod.metadata.namespace == namespace)

    def _adoptable(self, daemonset: DaemonSet) -> Iterable[Pod]:
        orphans = self._orphans.get(daemonset.metadata.namespace, ())
        return (pod for pod in orphans if pod.metadata.deletion_timestamp is None)


def _selected(pods: Iterable[Pod], selector: Requirements) -> list[Pod]:
    """Labels that several pods share (core/shared_parts.py) are looked at once; they live as long as the pods."""
    verdicts: dict[int, bool] = {}
    selected = []
    for pod in pods:
        labels = pod.metadata.labels
        verdict = verdicts.get(id(labels))
        if verdict is None:
            verdict = verdicts[id(labels)] = selector.matches(labels)
        if verdict:
            selected.append(pod)
    return selected


def is_orphan(pod: Pod) -> bool:
    """Whether no controller manages the pod: one that is claimed all the same will be adopted."""
    return controller_of(pod.metadata) is None


def required_terms(pod: Pod) -> tuple[NodeSelectorTerm, ...]:
    """The terms of the pod's own required node affinity."""
    affinity = pod.spec.affinity.node_affinity if pod.spec.affinity else None
    return affinity.required.node_selector_terms if affinity and affinity.required else ()


def pinned_values(pod: Pod) -> tuple[str, ...] | None:
    """The values of the first `matchFields metadata.name In [...]`, in any term; None without one."""
    for term in required_terms(pod):
        for requirement in term.match_fields:
            if requirement.key == NODE_NAME_FIELD and requirement.operator == "In":
                return requirement.values
    return None


def pinned_node_name(pod: Pod) -> str | None:
    """The one node that the pod's affinity pins it to; None without a pin, or with one of several names."""
    values = pinned_values(pod)
    return values[0] if values is not None and len(values) == 1 else None


def target_node_name(pod: Pod) -> str | None:
    """The node that the pod is bound or pinned to; None where the controller cannot tell and ignores the pod."""
    return pod.spec.node_name or pinned_node_name(pod)


def creation_order(pod: Pod) -> tuple[bool, datetime, str]:
    """Which of several pods of a node comes first, and is kept: bound, then oldest, then by name.

    Upstream: `podByCreationTimestampAndPhase`. Readiness plays no part.
    """
    return not pod.spec.node_name, pod.metadata.creation_timestamp or _BEGINNING, pod.metadata.name


def is_same_controller(pod: Pod, other: Pod) -> bool:
    """Whether one and the same controller manages both."""
    mine, theirs = controller_of(pod.metadata), controller_of(other.metadata)
    return mine is not None and theirs is not None and mine.uid == theirs.uid


def is_daemon(pod: Pod) -> bool:
    """Whether a DaemonSet manages it."""
    controller = controller_of(pod.metadata)
    return controller is not None and controller.kind == "DaemonSet"


def is_static(pod: Pod) -> bool:
    """Whether it mirrors a static pod: those are owned by their node (annotations are not read)."""
    return any(owner.kind == "Node" for owner in pod.metadata.owner_references)


def place_of(pod: Pod) -> str:
    """The node on which the pod takes, or is to take, room; empty for none."""
    return pod.spec.node_name or pod.status.nominated_node_name


def is_live(pod: Pod) -> bool:
    """Whether it runs, or may yet run, and nobody has asked it to go."""
    return not is_terminal(pod) and not is_terminating(pod)


def is_terminal(pod: Pod) -> bool:
    """Whether no container of the pod will run again."""
    return pod.status.phase in ("Failed", "Succeeded")


def is_terminating(pod: Pod) -> bool:
    """Whether the pod has been asked to go."""
    return pod.metadata.deletion_timestamp is not None


def pods_by_node(
    daemonset: DaemonSet, claimed: Iterable[Pod], include_deleted_terminal: bool = False
) -> dict[str, list[Pod]]:
    """The claimed pods by target node, each node's in `creation_order`, nodes that are gone included.

    Pods both terminal and terminating are dropped, except for the clean-up of revisions
    (`include_deleted_terminal`). `daemonset` is the owner the pods were claimed for; pods of another
    namespace are not its own.
    """
    found: dict[str, list[Pod]] = {}
    namespace = daemonset.metadata.namespace
    for pod in claimed:
        if pod.metadata.namespace != namespace:
            continue
        if is_terminating(pod) and is_terminal(pod) and not include_deleted_terminal:
            continue
        node_name = target_node_name(pod)
        if node_name is not None:
            found.setdefault(node_name, []).append(pod)
    for pods in found.values():
        if len(pods) > 1:
            pods.sort(key=creation_order)
    return found
