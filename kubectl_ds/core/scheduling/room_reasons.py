"""Why there is no room for a pod on its one target node: resources, pod slots, host ports, and what would make some."""

from collections.abc import Sequence

from msgspec import Struct

from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.ownership import controller_of, is_same_controller
from kubectl_ds.core.predicted_pod import Admission, admitted_spec
from kubectl_ds.core.scheduling.host_ports import HostPortConflict, first_conflict, host_ports
from kubectl_ds.core.scheduling.node_room import Lack, RoomIndex, Tenant, lacks
from kubectl_ds.core.scheduling.pod_requests import Amounts, amounts, pod_requests
from kubectl_ds.core.scheduling.preemption import (
    PreemptionCannotHelp,
    fits,
    preemption_cannot_help,
    relief_for,
)
from kubectl_ds.core.scheduling.relief import Relief
from kubectl_ds.core.scheduling.resources import Added, Holder, InsufficientResource, TooManyPods

RoomReason = InsufficientResource | TooManyPods | HostPortConflict | PreemptionCannotHelp


class _Asked(Struct, frozen=True):
    """What a pod requests, and how much of it comes from elsewhere than its DaemonSet's template."""

    requests: Amounts
    template: Amounts | None
    """None where the pod was not made from the template that is known."""
    overhead: Amounts

    def added(self, resource: str) -> Added:
        if self.template is None:
            return Added()
        overhead = self.overhead.get(resource, 0)
        rest = self.requests.get(resource, 0) - overhead - self.template.get(resource, 0)
        return Added(overhead=overhead, admission=max(0, rest))


def room_reasons(
    pod: Pod, node: Node, room: RoomIndex | None, daemonset: DaemonSet | None, *, blocked: bool = False
) -> list[RoomReason]:
    """Empty where the pod fits. Without `room` only requests that no empty node could hold are told.

    `daemonset`: whose present template the pod was made from, None where it was not. `blocked`: something else
    keeps the pod off the node that no eviction changes. Raises ValueError for an amount that is no quantity.
    """
    requests = pod_requests(pod)
    if room is None:
        asked = _asked(pod, requests, daemonset)
        return [_lacking(lack, "none", asked, None) for lack in lacks(requests, node, ())]
    tenants = room.tenants(node.metadata.name, besides=pod)
    missing = lacks(requests, node, tenants)
    conflict = first_conflict(host_ports(pod), (tenant.pod for tenant in tenants))
    if not missing and conflict is None:
        return []
    asked = _asked(pod, requests, daemonset)
    relief = _relief(pod, requests, node, tenants)
    if blocked and relief == "preemption":
        relief = "none"
    reasons: list[RoomReason] = [_lacking(lack, relief, asked, tenants) for lack in missing]
    if conflict is not None:
        port, holder = conflict
        reasons.append(
            HostPortConflict(
                port=port.port,
                protocol=port.protocol,
                address=port.address,
                holder=_name_of(holder),
                owner=_owner_of(holder),
                relief=relief,
            )
        )
    if relief == "none":
        reasons.append(preemption_cannot_help(pod, requests, node, tenants, blocked=blocked))
    return reasons


def _asked(pod: Pod, requests: Amounts, daemonset: DaemonSet | None) -> _Asked:
    template: Amounts | None = None
    if daemonset is not None:
        # What its pods request before admission adds to it.
        template = pod_requests(Pod(spec=admitted_spec(daemonset, Admission())))
    return _Asked(requests=requests, template=template, overhead=amounts(pod.spec.overhead))


def _relief(pod: Pod, requests: Amounts, node: Node, tenants: Sequence[Tenant]) -> Relief:
    """`relief_for`, with the old pod of a surge told from strangers: it leaves only once the new one is there."""
    relief = relief_for(pod, requests, node, tenants)
    if relief != "none":
        return relief
    strangers = [tenant for tenant in tenants if not is_same_controller(pod, tenant.pod)]
    siblings = len(strangers) < len(tenants)
    return "sibling" if siblings and fits(pod, requests, node, strangers) else "none"


def _lacking(
    lack: Lack, relief: Relief, asked: _Asked, tenants: Sequence[Tenant] | None
) -> InsufficientResource | TooManyPods:
    """`tenants`: None where they could not all be read."""
    if lack.resource == "pods":
        taken = lack.allocatable - lack.free
        return TooManyPods(pods=taken, allocatable=lack.allocatable, relief=relief)
    return InsufficientResource(
        resource=lack.resource,
        requested=lack.requested,
        free=None if tenants is None else lack.free,
        allocatable=lack.allocatable,
        relief=relief,
        added=asked.added(lack.resource),
        holder=_largest_holder(lack.resource, tenants or ()),
    )


def _largest_holder(resource: str, tenants: Sequence[Tenant]) -> Holder | None:
    """Who requests most of it there; the first by name of equal ones."""
    shares = [
        (-amount, _name_of(one.pod)) for one in tenants if (amount := one.requests.get(resource, 0)) > 0
    ]
    if not shares:
        return None
    amount, name = min(shares)
    return Holder(pod=name, amount=-amount)


def _name_of(pod: Pod) -> str:
    return f"{pod.metadata.namespace}/{pod.metadata.name}"


def _owner_of(pod: Pod) -> str:
    """`DaemonSet node-exporter`; empty for a pod that nobody manages."""
    owner = controller_of(pod.metadata)
    return f"{owner.kind} {owner.name}" if owner is not None else ""
