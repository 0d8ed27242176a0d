"""The status that the controller would write now, and where the stored one differs.

Upstream: `updateDaemonSetStatus` of pkg/controller/daemon/daemon_controller.go, `IsPodReady` and
`IsPodAvailable` of pkg/api/v1/pod/util.go.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from kubectl_ds.core.model import DaemonSet, Pod, PodCondition
from kubectl_ds.core.placement import Placement
from kubectl_ds.core.revisions import is_pod_updated, template_generation


class ComputedStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """The seven counters, by the controller's own rules; names on the wire are DaemonSetStatus' own."""

    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    number_misscheduled: int = 0
    number_ready: int = 0
    updated_number_scheduled: int = 0
    number_available: int = 0
    number_unavailable: int = 0


class Disagreement(Struct, frozen=True):
    """A counter of `status` that is not what the snapshot says; `field` is the JSON name."""

    field: str
    status: int
    computed: int


_FIELDS = {
    "desiredNumberScheduled": "desired_number_scheduled",
    "currentNumberScheduled": "current_number_scheduled",
    "numberMisscheduled": "number_misscheduled",
    "numberReady": "number_ready",
    "updatedNumberScheduled": "updated_number_scheduled",
    "numberAvailable": "number_available",
    "numberUnavailable": "number_unavailable",
}


def ready_condition(pod: Pod) -> PodCondition | None:
    """The pod's Ready condition, as far as the kubelet has set one."""
    for condition in pod.status.conditions:
        if condition.type == "Ready":
            return condition
    return None


def is_ready(pod: Pod) -> bool:
    """Whether the kubelet calls the pod Ready. Phase and deletion play no part here."""
    condition = ready_condition(pod)
    return condition is not None and condition.status == "True"


def is_available(pod: Pod, min_ready_seconds: int, now: datetime) -> bool:
    """Whether the pod has been Ready for `min_ready_seconds` at `now`, the API server's clock."""
    condition = ready_condition(pod)
    if condition is None or condition.status != "True":
        return False
    if min_ready_seconds == 0:
        return True
    since = condition.last_transition_time
    return since is not None and since + timedelta(seconds=min_ready_seconds) <= now


def compute_status(
    daemonset: DaemonSet,
    placements: Mapping[str, Placement],
    by_node: Mapping[str, Sequence[Pod]],
    current_hash: str,
    now: datetime,
) -> ComputedStatus:
    """The counters for these nodes (`placements`) and pods (`pods_by_node`, sorted as it sorts).

    Of several pods on a node only the first counts; nodes that are gone are in no counter.
    """
    generation, min_ready_seconds = template_generation(daemonset), daemonset.spec.min_ready_seconds
    desired = current = misscheduled = ready = updated = available = 0
    for node_name, placement in placements.items():
        pods = by_node.get(node_name)
        if not placement.should_run:
            misscheduled += bool(pods)
            continue
        desired += 1
        if not pods:
            continue
        current += 1
        first = pods[0]
        if is_ready(first):
            ready += 1
            available += is_available(first, min_ready_seconds, now)
        updated += is_pod_updated(first, current_hash, generation)
    return ComputedStatus(
        desired_number_scheduled=desired,
        current_number_scheduled=current,
        number_misscheduled=misscheduled,
        number_ready=ready,
        updated_number_scheduled=updated,
        number_available=available,
        number_unavailable=desired - available,
    )


def disagreements(daemonset: DaemonSet, computed: ComputedStatus) -> tuple[Disagreement, ...]:
    """Where the stored status differs from the computed one. It may do so for a while with every right:
    a taint wakes no sync, and a deleted node neither."""
    return tuple(
        Disagreement(field=name, status=stored, computed=now)
        for name, attribute in _FIELDS.items()
        if (stored := getattr(daemonset.status, attribute)) != (now := getattr(computed, attribute))
    )
