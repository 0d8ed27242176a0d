"""Gaps that no answer about pods rests on: what admission would have added where no template leaves it to it."""

from collections.abc import Iterable

from msgspec.structs import replace

from kubectl_ds.core.model import PodSpec, ResourceRequirements
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource

_BY_DEFAULT = ("cpu", "memory")
"""What a LimitRange gives by default, in practice."""


def without_idle_gaps(snapshot: ClusterSnapshot) -> ClusterSnapshot:
    """The snapshot without such gaps, and without that of the metrics API, which many clusters do not have."""
    idle = idle_for(one.spec.template.spec for one in snapshot.daemonsets)
    return replace(snapshot, gaps=tuple(gap for gap in snapshot.gaps if gap.resource not in idle))


def idle_for(specs: Iterable[PodSpec]) -> frozenset[Resource]:
    """Resources that change nothing about pods of these templates, whatever is in them."""
    idle: set[Resource] = {"podmetrics", "limitranges", "runtimeclasses"}
    for spec in specs:
        if _leaves_something_open(spec):
            idle.discard("limitranges")
        if spec.runtime_class_name:
            idle.discard("runtimeclasses")
    return frozenset(idle)


def _leaves_something_open(spec: PodSpec) -> bool:
    """Whether some container, init containers too, has no request or no limit, and the pod as a whole neither."""
    whole = spec.resources or ResourceRequirements()
    return any(
        resource not in given and resource not in of_all
        for container in (*spec.containers, *spec.init_containers)
        for given, of_all in (
            (container.resources.requests, whole.requests),
            (container.resources.limits, whole.limits),
        )
        for resource in _BY_DEFAULT
    )
