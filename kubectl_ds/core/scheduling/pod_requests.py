"""What a pod takes of a node, by the scheduler's own sums (component-helpers `resource/helpers.go`).

Amounts are integers in the scheduler's units: millicores for `cpu`, whole units for everything else
(bytes, pieces), rounded up. `pod_requests` mirrors `PodRequests`; with `in_place=True` it counts a pod that is
already on the node and may be in the middle of a resize, as `NodeInfo` does (UseStatusResources).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from kubectl_ds.core.model import Container, ContainerStatus, Pod, PodSpec, Quantity
from kubectl_ds.core.quantity import milli_value, value

Amounts = dict[str, int]
"""Resource name to millicores (cpu) or whole units (the rest)."""


@lru_cache(maxsize=4096)  # a cluster spells few different amounts, many thousand times each
def amount(resource: str, quantity: Quantity) -> int:
    """One quantity in the scheduler's unit. Raises `ValueError` for what is no quantity."""
    return milli_value(quantity) if resource == "cpu" else value(quantity)


def amounts(quantities: Mapping[str, Quantity]) -> Amounts:
    """A resource list in the scheduler's units."""
    return {resource: amount(resource, quantity) for resource, quantity in quantities.items()}


def pod_requests(pod: Pod, *, in_place: bool = False) -> Amounts:
    """What the pod asks for: max(containers and sidecars, init phase), pod level over it, overhead on top."""
    statuses = _resized(pod) if in_place else {}
    infeasible = bool(statuses) and _resize_infeasible(pod)
    total = _aggregate(pod.spec, lambda one: _container_requests(one, statuses, infeasible=infeasible))
    if pod.spec.resources is not None:
        total |= _at_pod_level(pod.spec.resources.requests)
    if pod.spec.overhead:
        _add(total, amounts(pod.spec.overhead))
    return total


def pod_limits(pod: Pod) -> Amounts:
    """What the pod is held to (`PodLimits`). What a container leaves open is not in the sum, as in
    `kubectl describe node`."""
    total = _aggregate(pod.spec, lambda one: amounts(one.resources.limits))
    if pod.spec.resources is not None:
        total |= _at_pod_level(pod.spec.resources.limits)
    # An overhead raises limits that are there, and is none by itself.
    _add(total, {name: more for name, more in amounts(pod.spec.overhead).items() if total.get(name)})
    return total


def _aggregate(spec: PodSpec, of: Callable[[Container], Amounts]) -> Amounts:
    """`AggregateContainerRequests` and `AggregateContainerLimits`: the larger of the running and the init phase."""
    total: Amounts = {}
    for container in spec.containers:
        _add(total, of(container))
    sidecars: Amounts = {}
    init_peak: Amounts = {}
    for container in spec.init_containers:
        own = of(container)
        if is_sidecar(container):
            _add(total, own)
            _add(sidecars, own)
            _raise_to(init_peak, sidecars)
        else:
            _raise_to(init_peak, _sum(own, sidecars))
    _raise_to(total, init_peak)
    return total


def is_sidecar(container: Container) -> bool:
    """An init container that keeps running beside the others."""
    return container.restart_policy == "Always"


def _at_pod_level(quantities: Mapping[str, Quantity]) -> Amounts:
    return {
        resource: amount(resource, quantity)
        for resource, quantity in quantities.items()
        if resource in ("cpu", "memory") or resource.startswith("hugepages-")
    }


def _resized(pod: Pod) -> Mapping[str, ContainerStatus]:
    """Statuses that say what the kubelet has set; without one the spec counts."""
    status = pod.status
    return {
        one.name: one
        for one in (*status.container_statuses, *status.init_container_statuses)
        if one.resources is not None
    }


def _resize_infeasible(pod: Pod) -> bool:
    return any(one.type == "PodResizePending" and one.reason == "Infeasible" for one in pod.status.conditions)


def _container_requests(
    container: Container, statuses: Mapping[str, ContainerStatus], *, infeasible: bool
) -> Amounts:
    """`determineContainerReqs`: the largest of wish, actual and allocated; an infeasible wish is left out."""
    status = statuses.get(container.name)
    wished = amounts(container.resources.requests)
    if status is None or status.resources is None:
        return wished
    result = {} if infeasible else wished
    _raise_to(result, amounts(status.resources.requests))
    _raise_to(result, amounts(status.allocated_resources))
    return result


def _sum(first: Amounts, second: Amounts) -> Amounts:
    result = dict(first)
    _add(result, second)
    return result


def _add(total: Amounts, more: Amounts) -> None:
    for resource, quantity in more.items():
        total[resource] = total.get(resource, 0) + quantity


def _raise_to(total: Amounts, floor: Amounts) -> None:
    for resource, quantity in floor.items():
        if total.get(resource, -1) < quantity:
            total[resource] = quantity


def add_all(parts: Iterable[Amounts]) -> Amounts:
    """The sum of several pods' amounts."""
    total: Amounts = {}
    for part in parts:
        _add(total, part)
    return total
