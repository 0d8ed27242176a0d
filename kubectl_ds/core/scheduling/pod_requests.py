"""What a pod takes of a node, by the scheduler's own sums (component-helpers `resource/helpers.go`).

Amounts are integers in the scheduler's units: millicores for `cpu`, whole units for everything else
(bytes, pieces). As upstream does, the parts of one pod are added up exactly and the sum is rounded up, once.
`pod_requests` mirrors `PodRequests` of v1.37; with `in_place=True` it counts a pod that is already on the node and
may be in the middle of a resize, as `NodeInfo` does (UseStatusResources).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from kubectl_ds.core.model import Container, Pod, PodSpec, Quantity
from kubectl_ds.core.quantity import parse_quantity

Amounts = dict[str, int]
"""Resource name to millicores (cpu) or whole units (the rest)."""
_Exact = dict[str, int]
"""Resource name to billionths of a core, a byte, a piece: no quantity of Kubernetes is finer."""

_BILLION = 10**9


@lru_cache(maxsize=4096)  # a cluster spells few different amounts, many thousand times each
def _billionths(quantity: Quantity) -> int:
    """Raises `ValueError` for what is no quantity."""
    return int(parse_quantity(quantity) * _BILLION)


def _exact(quantities: Mapping[str, Quantity]) -> _Exact:
    return {resource: _billionths(quantity) for resource, quantity in quantities.items()}


def _rounded(exact: _Exact) -> Amounts:
    return {name: -(-amount // (10**6 if name == "cpu" else _BILLION)) for name, amount in exact.items()}


def amounts(quantities: Mapping[str, Quantity]) -> Amounts:
    """A resource list in the scheduler's units. Raises `ValueError` for what is no quantity."""
    return _rounded(_exact(quantities))


def pod_requests(pod: Pod, *, in_place: bool = False) -> Amounts:
    """What the pod asks for: max(containers and sidecars, init phase), pod level over it, overhead on top."""
    total = _aggregate(pod.spec, _wished)
    level = _at_pod_level(_exact(pod.spec.resources.requests)) if pod.spec.resources is not None else {}
    infeasible = in_place and _resize_infeasible(pod)
    if in_place and (infeasible or _has_actual_resources(pod)):
        total = _largest([*([] if infeasible else [total]), *_actual(pod, infeasible=infeasible)])
        if level and pod.status.resources is not None:
            actual = (_exact(pod.status.resources.requests), _exact(pod.status.allocated_resources))
            level = _largest([*([] if infeasible else [level]), *actual])
    total |= _at_pod_level(level)
    _add(total, _exact(pod.spec.overhead))
    return _rounded(total)


def pod_limits(pod: Pod) -> Amounts:
    """What the pod is held to (`PodLimits`). What a container leaves open is not in the sum, as in
    `kubectl describe node`."""
    total = _aggregate(pod.spec, lambda one: _exact(one.resources.limits))
    if pod.spec.resources is not None:
        total |= _at_pod_level(_exact(pod.spec.resources.limits))
    # An overhead raises limits that are there, and is none by itself.
    _add(total, {name: more for name, more in _exact(pod.spec.overhead).items() if total.get(name)})
    return _rounded(total)


def _aggregate(spec: PodSpec, of: Callable[[Container], _Exact]) -> _Exact:
    """`aggregateContainerResourcesByFn`: the larger of the running and the init phase."""
    total: _Exact = {}
    for container in spec.containers:
        _add(total, of(container))
    sidecars: _Exact = {}
    init_peak: _Exact = {}
    for container in spec.init_containers:
        own = of(container)
        if is_sidecar(container):
            _add(total, own)
            _add(sidecars, own)
            _raise_to(init_peak, sidecars)
        else:
            _raise_to(init_peak, add_all((own, sidecars)))
    _raise_to(total, init_peak)
    return total


def is_sidecar(container: Container) -> bool:
    """An init container that keeps running beside the others."""
    return container.restart_policy == "Always"


def _at_pod_level(exact: _Exact) -> _Exact:
    return {
        resource: amount
        for resource, amount in exact.items()
        if resource in ("cpu", "memory") or resource.startswith("hugepages-")
    }


def _wished(container: Container) -> _Exact:
    return _exact(container.resources.requests)


def _has_actual_resources(pod: Pod) -> bool:
    status = pod.status
    if status.resources is not None or status.allocated_resources:
        return True
    statuses = (*status.container_statuses, *status.init_container_statuses)
    return any(one.resources is not None or one.allocated_resources for one in statuses)


def _actual(pod: Pod, *, infeasible: bool) -> tuple[_Exact, _Exact]:
    """What the kubelet has allocated and what it has put into effect (`AggregateContainerRequests`).

    Up to v1.36 the largest was taken for each container, and here it is taken for the pod: the two differ only while
    several containers of one pod are resized in opposite directions.
    """
    status = pod.status
    if status.allocated_resources and status.resources is not None and status.resources.requests:
        return _exact(status.allocated_resources), _exact(status.resources.requests)
    statuses = {one.name: one for one in (*status.container_statuses, *status.init_container_statuses)}

    def allocated(container: Container) -> _Exact:
        one = statuses.get(container.name)
        if one is not None and one.allocated_resources:
            return _exact(one.allocated_resources)
        return {} if infeasible else _wished(container)

    def actuated(container: Container) -> _Exact:
        one = statuses.get(container.name)
        if one is not None and one.resources is not None and one.resources.requests:
            return _exact(one.resources.requests)
        return allocated(container)

    return _aggregate(pod.spec, allocated), _aggregate(pod.spec, actuated)


def _resize_infeasible(pod: Pod) -> bool:
    pending = next((one for one in pod.status.conditions if one.type == "PodResizePending"), None)
    return pending is not None and pending.reason == "Infeasible"


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for resource, quantity in more.items():
        total[resource] = total.get(resource, 0) + quantity


def _raise_to(total: _Exact, floor: _Exact) -> None:
    for resource, quantity in floor.items():
        if total.get(resource, -1) < quantity:
            total[resource] = quantity


def _largest(parts: Iterable[_Exact]) -> _Exact:
    total: _Exact = {}
    for part in parts:
        _raise_to(total, part)
    return total


def add_all(parts: Iterable[Amounts]) -> Amounts:
    """The sum of several amounts in the same units."""
    total: Amounts = {}
    for part in parts:
        _add(total, part)
    return total
