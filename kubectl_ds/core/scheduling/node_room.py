"""What is taken on each node, so that a pod's one target node can be looked at alone.

Mirrors the scheduler's `NodeInfo`: every bound pod counts until its phase is Succeeded or Failed, terminating
ones too; pods nominated for the node count when their priority is not lower.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from kubectl_ds.core.model import Node, Pod
from kubectl_ds.core.ownership import is_terminal
from kubectl_ds.core.scheduling.pod_requests import Amounts, add_all, amounts, pod_requests


def priority_of(pod: Pod) -> int:
    """The pod's priority; 0 when admission has set none."""
    return pod.spec.priority or 0


class Tenant(Struct, frozen=True, gc=False):
    """A pod that takes room on a node."""

    pod: Pod
    requests: Amounts


class RoomIndex:
    """The pods of a cluster by the node that they take room on. Built once, read for single nodes."""

    def __init__(self, pods: Iterable[Pod]) -> None:
        self._bound: dict[str, list[Pod]] = {}
        self._nominated: dict[str, list[Pod]] = {}
        for pod in pods:
            if is_terminal(pod):
                continue
            if pod.spec.node_name:
                self._bound.setdefault(pod.spec.node_name, []).append(pod)
            elif pod.status.nominated_node_name:
                self._nominated.setdefault(pod.status.nominated_node_name, []).append(pod)

    def tenants(self, node: str, *, besides: Pod) -> list[Tenant]:
        """Everything on `node` that `besides` has to fit next to."""
        own = besides.metadata.uid
        nominated = (
            pod
            for pod in self._nominated.get(node, ())
            if pod.metadata.uid != own and priority_of(pod) >= priority_of(besides)
        )
        return [
            *(Tenant(pod, pod_requests(pod, in_place=True)) for pod in self._bound.get(node, ())),
            *(Tenant(pod, pod_requests(pod)) for pod in nominated),
        ]


class Lack(Struct, frozen=True, gc=False):
    """Too little of one resource; of pods when `resource` is `pods`."""

    resource: str
    requested: int
    free: int
    allocatable: int


def lacks(requests: Amounts, node: Node, tenants: Sequence[Tenant]) -> list[Lack]:
    """What the node has too little of for `requests` beside `tenants` (plugin `noderesources` fitsRequest).

    The pod count is always checked; a resource only when more than 0 is asked for. A resource that the node
    does not list is there 0 times.
    """
    allocatable = amounts(node.status.allocatable)
    used = add_all(tenant.requests for tenant in tenants)
    used["pods"] = len(tenants)
    asked = {"pods": 1, **{name: wanted for name, wanted in sorted(requests.items()) if wanted > 0}}
    return [
        Lack(name, wanted, allocatable.get(name, 0) - used.get(name, 0), allocatable.get(name, 0))
        for name, wanted in asked.items()
        if wanted > allocatable.get(name, 0) - used.get(name, 0)
    ]
