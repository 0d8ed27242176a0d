"""Whether evicting pods of lower priority would make room on the one target node (`defaultpreemption`)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from kubectl_ds.core.model import Node, Pod
from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.scheduling.host_ports import first_conflict, host_ports
from kubectl_ds.core.scheduling.node_room import Tenant, lacks, priority_of
from kubectl_ds.core.scheduling.pod_requests import Amounts
from kubectl_ds.core.scheduling.relief import Relief

_NEVER = datetime.max.replace(tzinfo=UTC)


class PreemptionCannotHelp(Fact, frozen=True):
    """No set of pods that this one may evict makes it fit."""

    code: ClassVar[str] = "PreemptionCannotHelp"
    source: ClassVar[Source] = "computed"
    outlook: ClassVar[Outlook] = "stuck"
    varying: ClassVar[frozenset[str]] = frozenset({"helped_from"})

    priority: int
    priority_class: str
    never: bool
    """The pod's priority class says `preemptionPolicy: Never`."""
    helped_from: int | None
    """The lowest priority with which it would fit; None when no eviction at all would do."""
    blocked: bool = False
    """More than room keeps the pod off the node: the scheduler evicts nothing for such a pod, whatever its priority."""


def fits(pod: Pod, requests: Amounts, node: Node, tenants: Sequence[Tenant]) -> bool:
    """Resources, pod count and host ports together."""
    if lacks(requests, node, tenants):
        return False
    return first_conflict(host_ports(pod), (tenant.pod for tenant in tenants)) is None


def relief_for(pod: Pod, requests: Amounts, node: Node, tenants: Sequence[Tenant]) -> Relief:
    """What will make room for a pod that does not fit now."""
    if pod.status.nominated_node_name == node.metadata.name:
        return "evicting"
    staying = [tenant for tenant in tenants if tenant.pod.metadata.deletion_timestamp is None]
    if len(staying) < len(tenants) and fits(pod, requests, node, staying):
        return "leaving"
    if pod.spec.preemption_policy == "Never":
        return "none"
    spared = [tenant for tenant in staying if priority_of(tenant.pod) >= priority_of(pod)]
    return "preemption" if len(spared) < len(staying) and fits(pod, requests, node, spared) else "none"


def preemption_victims(pod: Pod, requests: Amounts, node: Node, tenants: Sequence[Tenant]) -> tuple[Pod, ...]:
    """The pods that are evicted for one whose relief is `preemption` (`SelectVictimsOnNode`): of all of lower
    priority those that cannot be spared, the more important ones being spared first. PodDisruptionBudgets are
    not read; they change the order, and not whether it fits."""
    staying = [tenant for tenant in tenants if priority_of(tenant.pod) >= priority_of(pod)]
    candidates = [tenant for tenant in tenants if priority_of(tenant.pod) < priority_of(pod)]
    victims = []
    for candidate in sorted(candidates, key=lambda one: _importance(one.pod)):
        if fits(pod, requests, node, [*staying, candidate]):
            staying.append(candidate)
        else:
            victims.append(candidate.pod)
    return tuple(victims)


def _importance(pod: Pod) -> tuple[int, datetime]:
    """Smaller for what is more important: a higher priority, then an earlier start (`MoreImportantPod`)."""
    return -priority_of(pod), pod.status.start_time or _NEVER


def preemption_cannot_help(
    pod: Pod, requests: Amounts, node: Node, tenants: Sequence[Tenant], *, blocked: bool = False
) -> PreemptionCannotHelp:
    """Why eviction does not help a pod whose relief is `none`, and which priority would."""
    return PreemptionCannotHelp(
        priority=priority_of(pod),
        priority_class=pod.spec.priority_class_name,
        never=pod.spec.preemption_policy == "Never",
        helped_from=None if blocked else _helpful_priority(pod, requests, node, tenants),
        blocked=blocked,
    )


def _helpful_priority(pod: Pod, requests: Amounts, node: Node, tenants: Sequence[Tenant]) -> int | None:
    """One above the lowest priority whose eviction, with all below it, makes room."""
    staying = [tenant for tenant in tenants if tenant.pod.metadata.deletion_timestamp is None]
    for priority in sorted({priority_of(tenant.pod) for tenant in staying}):
        spared = [tenant for tenant in staying if priority_of(tenant.pod) > priority]
        if fits(pod, requests, node, spared):
            return priority + 1
    return None
