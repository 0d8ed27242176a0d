"""Why the scheduler cannot bind a daemon pod to its one target node, worked out from the objects.

The plugins' own rules (pkg/scheduler/framework/plugins) are applied to the target alone. What is not computed
here is taken from the scheduler's words and says so in its source.
"""

from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.scheduling.admission import (
    AdmissionChangedPod,
    ChangedField,
    OutdatedPodMismatch,
    pod_asks_elsewhere,
)
from kubectl_ds.core.scheduling.gates import SchedulingGated, scheduling_gated
from kubectl_ds.core.scheduling.host_ports import HostPortConflict
from kubectl_ds.core.scheduling.neighbours import (
    NeighbourReason,
    PodAffinityMismatch,
    PodAntiAffinityConflict,
    TopologySpreadConflict,
    neighbour_reason,
)
from kubectl_ds.core.scheduling.no_scheduler import NoScheduler, no_scheduler
from kubectl_ds.core.scheduling.node_room import RoomIndex
from kubectl_ds.core.scheduling.preemption import PreemptionCannotHelp
from kubectl_ds.core.scheduling.resources import InsufficientResource, TooManyPods
from kubectl_ds.core.scheduling.room_reasons import room_reasons
from kubectl_ds.core.scheduling.scheduler_words import (
    HostPortsTaken,
    SchedulerError,
    SchedulerWord,
    Unschedulable,
    pod_scheduled,
    scheduler_words,
)
from kubectl_ds.core.scheduling.virtual_nodes import NodeCannotHost, node_cannot_host
from kubectl_ds.core.scheduling.volumes import VolumeConflict

__all__ = [
    "AdmissionChangedPod",
    "HostPortConflict",
    "HostPortsTaken",
    "InsufficientResource",
    "NoScheduler",
    "NodeCannotHost",
    "OutdatedPodMismatch",
    "PodAffinityMismatch",
    "PodAntiAffinityConflict",
    "PreemptionCannotHelp",
    "SchedulerError",
    "SchedulingContext",
    "SchedulingGated",
    "SchedulingReason",
    "TooManyPods",
    "TopologySpreadConflict",
    "Unschedulable",
    "VolumeConflict",
    "pending_reasons",
]

SchedulingReason = (
    SchedulingGated
    | NoScheduler
    | SchedulerError
    | AdmissionChangedPod
    | OutdatedPodMismatch
    | InsufficientResource
    | TooManyPods
    | HostPortConflict
    | HostPortsTaken
    | PreemptionCannotHelp
    | VolumeConflict
    | NeighbourReason
    | Unschedulable
    | NodeCannotHost
)


class SchedulingContext(Struct, frozen=True):
    """What a pending pod is judged by, beside itself and its node."""

    now: datetime
    room: RoomIndex | None
    """None when not every pod of the cluster could be read: free room is then never worked out."""
    gates: FeatureGates
    outdated_pods_are_replaced: bool = True
    """RollingUpdate deletes old pods that are not available; OnDelete leaves them."""
    daemonset: DaemonSet | None = None
    """The pod's owner, to tell what its template asks for from what admission added."""


def pending_reasons(
    pod: Pod, node: Node, context: SchedulingContext, *, outdated: bool
) -> tuple[SchedulingReason, ...]:
    """Why this unbound pod is not on `node`, its target; never empty. `outdated`: of an older template.

    Only meant for nodes where the DaemonSet should run: elsewhere the failing placement rule is the reason.
    """
    if (gated := scheduling_gated(pod)) is not None:
        return (gated,)
    reasons: list[SchedulingReason] = []
    if (virtual := node_cannot_host(node)) is not None:
        if virtual.kind == "fargate":
            # Its one slot is taken by design: room that somebody made there would not be for this pod.
            return (virtual,)
        reasons.append(virtual)
    if (changed := pod_asks_elsewhere(pod, node, context.gates)) is not None:
        reasons.append(_changed(pod, *changed, context, outdated=outdated))
        if outdated:
            # It is replaced or deleted, and its room is nobody's concern.
            return tuple(reasons)
    condition = pod_scheduled(pod)
    if condition is None:
        return (*reasons, no_scheduler(pod, _neighbours(pod, node, context), context.now))
    if condition.reason == "SchedulerError":
        return (*reasons, SchedulerError(message=condition.message))
    owner = None if outdated else context.daemonset
    reasons += _of_room_and_words(pod, node, context, owner, condition.message, elsewhere=changed is not None)
    return tuple(reasons) or (Unschedulable(words=condition.message),)


def _of_room_and_words(
    pod: Pod,
    node: Node,
    context: SchedulingContext,
    owner: DaemonSet | None,
    message: str,
    *,
    elsewhere: bool,
) -> list[SchedulingReason]:
    """The room that is worked out, and the scheduler's words for the rest. `elsewhere`: the pod asks for another
    node than this one."""
    computed = context.room is not None
    blocked = elsewhere or _is_about_volumes(pod, message)
    reasons: list[SchedulingReason] = []
    try:
        reasons += room_reasons(pod, node, context.room, owner, blocked=blocked)
    except ValueError:
        # An amount that is no quantity: no API server lets it in, a file may hold it.
        computed = False
    words = scheduler_words(pod, message, computed=computed)
    known = {(reason.code, getattr(reason, "resource", "")) for reason in reasons}
    return reasons + [
        _of_neighbours(one, pod, node, context)
        for one in words
        if (one.code, getattr(one, "resource", "")) not in known
    ]


def _is_about_volumes(pod: Pod, message: str) -> bool:
    """Whether the scheduler's message is about volumes, which no eviction provides."""
    return any(isinstance(one, VolumeConflict) for one in scheduler_words(pod, message, computed=True))


def _of_neighbours(
    reason: SchedulerWord, pod: Pod, node: Node, context: SchedulingContext
) -> SchedulingReason:
    """Words about other pods, with those on the node that they are about."""
    if not isinstance(reason, Unschedulable):
        return reason
    return neighbour_reason(reason.words, pod, node, _neighbours(pod, node, context)) or reason


def _neighbours(pod: Pod, node: Node, context: SchedulingContext) -> list[Pod]:
    """The pods that take room on the node; none where not all of them could be read."""
    if context.room is None:
        return []
    try:
        return [tenant.pod for tenant in context.room.tenants(node.metadata.name, besides=pod)]
    except ValueError:  # an amount that is no quantity, see below
        return []


def _changed(
    pod: Pod, field: ChangedField, wants: tuple[str, ...], context: SchedulingContext, *, outdated: bool
) -> AdmissionChangedPod | OutdatedPodMismatch:
    if outdated:
        return OutdatedPodMismatch(field=field, wants=wants, replaced=context.outdated_pods_are_replaced)
    return AdmissionChangedPod(field=field, wants=wants, runtime_class=pod.spec.runtime_class_name)
