"""Why the scheduler cannot bind a daemon pod to its one target node, worked out from the objects.

The plugins' own rules (pkg/scheduler/framework/plugins) are applied to the target alone. What is not computed
here is taken from the scheduler's words and says so in its source.
"""

from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import Node, Pod
from kubectl_ds.core.ownership import controller_of
from kubectl_ds.core.scheduling.admission import (
    AdmissionChangedPod,
    ChangedField,
    OutdatedPodMismatch,
    pod_asks_elsewhere,
)
from kubectl_ds.core.scheduling.gates import SchedulingGated, scheduling_gated
from kubectl_ds.core.scheduling.host_ports import HostPortConflict, first_conflict, host_ports
from kubectl_ds.core.scheduling.no_scheduler import NoScheduler, no_scheduler
from kubectl_ds.core.scheduling.node_room import Lack, RoomIndex, lacks
from kubectl_ds.core.scheduling.pod_requests import pod_requests
from kubectl_ds.core.scheduling.preemption import PreemptionCannotHelp, preemption_cannot_help, relief_for
from kubectl_ds.core.scheduling.relief import Relief
from kubectl_ds.core.scheduling.resources import InsufficientResource, TooManyPods
from kubectl_ds.core.scheduling.scheduler_words import (
    HostPortsTaken,
    SchedulerError,
    Unschedulable,
    VolumeConflict,
    pod_scheduled,
    scheduler_words,
)
from kubectl_ds.core.scheduling.virtual_nodes import NodeCannotHost, node_cannot_host

__all__ = [
    "AdmissionChangedPod",
    "HostPortConflict",
    "HostPortsTaken",
    "InsufficientResource",
    "NoScheduler",
    "NodeCannotHost",
    "OutdatedPodMismatch",
    "PreemptionCannotHelp",
    "SchedulerError",
    "SchedulingContext",
    "SchedulingGated",
    "SchedulingReason",
    "TooManyPods",
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
        reasons.append(_changed(*changed, context, outdated=outdated))
    condition = pod_scheduled(pod)
    if condition is None:
        return (*reasons, no_scheduler(pod, context.now))
    if condition.reason == "SchedulerError":
        return (*reasons, SchedulerError(message=condition.message))
    computed = context.room is not None
    try:
        reasons += _room_reasons(pod, node, context.room)
    except ValueError:
        # An amount that is no quantity: no API server lets it in, a file may hold it.
        computed = False
    words = scheduler_words(pod, condition.message, computed=computed)
    known = {(reason.code, getattr(reason, "resource", "")) for reason in reasons}
    reasons += [one for one in words if (one.code, getattr(one, "resource", "")) not in known]
    return tuple(reasons) or (Unschedulable(words=condition.message),)


def _changed(
    field: ChangedField, wants: tuple[str, ...], context: SchedulingContext, *, outdated: bool
) -> AdmissionChangedPod | OutdatedPodMismatch:
    if outdated:
        return OutdatedPodMismatch(field=field, wants=wants, replaced=context.outdated_pods_are_replaced)
    return AdmissionChangedPod(field=field, wants=wants)


def _room_reasons(pod: Pod, node: Node, room: RoomIndex | None) -> list[SchedulingReason]:
    """Resources, pod slots and host ports; without `room` only requests that no empty node could hold."""
    requests = pod_requests(pod)
    if room is None:
        return [_lacking(lack, "none", known=False) for lack in lacks(requests, node, ())]
    tenants = room.tenants(node.metadata.name, besides=pod)
    missing = lacks(requests, node, tenants)
    conflict = first_conflict(host_ports(pod), (tenant.pod for tenant in tenants))
    if not missing and conflict is None:
        return []
    relief = relief_for(pod, requests, node, tenants)
    reasons: list[SchedulingReason] = [_lacking(lack, relief, known=True) for lack in missing]
    if conflict is not None:
        port, holder = conflict
        reasons.append(
            HostPortConflict(
                port=port.port,
                protocol=port.protocol,
                address=port.address,
                holder=f"{holder.metadata.namespace}/{holder.metadata.name}",
                sibling=_same_controller(pod, holder),
                relief=relief,
            )
        )
    if relief == "none":
        reasons.append(preemption_cannot_help(pod, requests, node, tenants))
    return reasons


def _lacking(lack: Lack, relief: Relief, *, known: bool) -> InsufficientResource | TooManyPods:
    if lack.resource == "pods":
        taken = lack.allocatable - lack.free
        return TooManyPods(pods=taken, allocatable=lack.allocatable, relief=relief)
    return InsufficientResource(
        resource=lack.resource,
        requested=lack.requested,
        free=lack.free if known else None,
        allocatable=lack.allocatable,
        relief=relief,
    )


def _same_controller(pod: Pod, other: Pod) -> bool:
    mine, theirs = controller_of(pod.metadata), controller_of(other.metadata)
    return mine is not None and theirs is not None and mine.uid == theirs.uid
