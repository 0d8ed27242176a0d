"""Whether pods that are not there yet will fit on their nodes, one after the other in order of priority."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.coverage_reasons import NodeReason
from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.ownership import place_of
from kubectl_ds.core.plan_report import Fit, NewPod
from kubectl_ds.core.predicted_pod import Admission, predicted_pod
from kubectl_ds.core.scheduling.admission import AdmissionChangedPod, pod_asks_elsewhere
from kubectl_ds.core.scheduling.gates import scheduling_gated
from kubectl_ds.core.scheduling.node_room import RoomIndex, priority_of
from kubectl_ds.core.scheduling.pod_requests import pod_requests
from kubectl_ds.core.scheduling.preemption import preemption_victims
from kubectl_ds.core.scheduling.room_reasons import room_reasons
from kubectl_ds.core.scheduling.virtual_nodes import node_cannot_host
from kubectl_ds.core.snapshot import ClusterSnapshot


class Wanted(Struct, frozen=True, kw_only=False):
    """A pod of this DaemonSet for this node. `leaving`: pods that go before it comes. `opaque`: its template
    holds something that is not modelled. `replaces`: an older pod of the same DaemonSet gives way to it."""

    daemonset: DaemonSet
    node: str
    leaving: tuple[Pod, ...] = ()
    opaque: bool = False
    replaces: bool = False


class NewPods:
    """The room on the nodes of a cluster, filled up pod by pod."""

    def __init__(self, after: ClusterSnapshot, admission: Admission, gates: FeatureGates) -> None:
        self._nodes = {node.metadata.name: node for node in after.nodes}
        self._admission, self._gates = admission, gates
        self._on: dict[str, list[Pod]] = {}
        for pod in after.pods:
            name = place_of(pod)
            if name:
                self._on.setdefault(name, []).append(pod)

    def fitted(self, wanted: Sequence[Wanted]) -> list[NewPod]:
        """The fate of each, in the order given; the higher priority takes its room first."""
        pods = [predicted_pod(one.daemonset, one.node, self._admission) for one in wanted]
        order = sorted(
            range(len(wanted)), key=lambda place: (-priority_of(pods[place]), *_name(wanted[place]))
        )
        fates = {place: self._fate(wanted[place], pods[place]) for place in order}
        return [fates[place] for place in range(len(wanted))]

    def _fate(self, wanted: Wanted, pod: Pod) -> NewPod:
        node = self._nodes[wanted.node]
        self._leave(wanted.node, wanted.leaving)
        if blocking := _blocking(pod, node, self._gates):
            return NewPod(node=wanted.node, fit="pending", reasons=blocking)
        room = RoomIndex(self._on.get(wanted.node, ()))
        try:
            reasons = room_reasons(pod, node, room, wanted.daemonset)
        except ValueError:
            # An amount that is no quantity: the API server refuses the manifest.
            return NewPod(node=wanted.node, fit="unknown")
        if not reasons:
            self._come(wanted.node, pod)
            return NewPod(node=wanted.node, fit="unknown" if wanted.opaque else "fits")
        if any(reason.outlook != "heals" for reason in reasons):
            return NewPod(node=wanted.node, fit="pending", reasons=tuple(reasons))
        victims = preemption_victims(pod, pod_requests(pod), node, room.tenants(wanted.node, besides=pod))
        self._leave(wanted.node, victims)
        self._come(wanted.node, pod)
        fit: Fit = "unknown" if wanted.opaque else "preempts"
        names = tuple(f"{one.metadata.namespace}/{one.metadata.name}" for one in victims)
        return NewPod(node=wanted.node, fit=fit, reasons=tuple(reasons), victims=names)

    def _leave(self, node: str, pods: Iterable[Pod]) -> None:
        gone = {pod.metadata.uid for pod in pods}
        if gone:
            self._on[node] = [pod for pod in self._on.get(node, ()) if pod.metadata.uid not in gone]

    def _come(self, node: str, pod: Pod) -> None:
        self._on.setdefault(node, []).append(replace(pod, spec=replace(pod.spec, node_name=node)))


def _blocking(pod: Pod, node: Node, gates: FeatureGates) -> tuple[NodeReason, ...]:
    """What keeps a pod off its node whatever the room there."""
    if (gated := scheduling_gated(pod)) is not None:
        return (gated,)
    if (virtual := node_cannot_host(node)) is not None:
        return (virtual,)
    if (elsewhere := pod_asks_elsewhere(pod, node, gates)) is not None:
        field, wants = elsewhere
        return (AdmissionChangedPod(field=field, wants=wants),)
    return ()


def _name(wanted: Wanted) -> tuple[object, ...]:
    meta = wanted.daemonset.metadata
    return meta.namespace, meta.name, natural_key(wanted.node)
