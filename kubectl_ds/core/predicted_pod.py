"""The pod that the controller would create for a node, as the API's defaults and admission leave it.

Upstream: `CreatePodTemplate` and `ReplaceDaemonSetPodNodeNameNodeAffinity` of
pkg/controller/daemon/util/daemonset_util.go; `SetDefaults_Pod` of pkg/apis/core/v1/defaults.go; the admission
plugins limitranger, priority and runtimeclass. Webhooks, and plugins that a cluster turns on besides, are not
known here.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.model import (
    Affinity,
    Container,
    ContainerPort,
    DaemonSet,
    LimitRange,
    NodeAffinity,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    ObjectMeta,
    OwnerReference,
    Pod,
    PodSpec,
    PodStatus,
    PriorityClass,
    Quantity,
    ResourceRequirements,
    RuntimeClass,
)
from kubectl_ds.core.placement.node_affinity import NODE_NAME_FIELD
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.tolerations import merged_tolerations

_CONTAINER = "Container"
_PREEMPT = "PreemptLowerPriority"


class Admission(Struct, frozen=True, kw_only=True):
    """What a cluster's own admission adds to pods. `limit_ranges` may be of several namespaces."""

    limit_ranges: tuple[LimitRange, ...] = ()
    priority_classes: tuple[PriorityClass, ...] = ()
    runtime_classes: tuple[RuntimeClass, ...] = ()


def admission_of(snapshot: ClusterSnapshot) -> Admission:
    """As far as the snapshot holds it."""
    return Admission(
        limit_ranges=snapshot.limit_ranges,
        priority_classes=snapshot.priority_classes,
        runtime_classes=snapshot.runtime_classes,
    )


def predicted_pod(daemonset: DaemonSet, node_name: str, admission: Admission) -> Pod:
    """The pod for one node: pinned, tolerant, with every default filled in; not bound, and named after its node.

    A template's own `nodeName` stays, and binds the pod at birth.
    """
    metadata = ObjectMeta(
        name=f"{daemonset.metadata.name}-{node_name}",
        namespace=daemonset.metadata.namespace,
        uid=f"predicted {daemonset.metadata.uid or daemonset.metadata.name} {node_name}",
        labels=daemonset.spec.template.metadata.labels,
        owner_references=(
            OwnerReference(
                kind="DaemonSet",
                name=daemonset.metadata.name,
                uid=daemonset.metadata.uid,
                controller=True,
                api_version="apps/v1",
            ),
        ),
    )
    spec = admitted_spec(daemonset, admission)
    return Pod(
        metadata=metadata,
        spec=replace(spec, affinity=_pinned(spec.affinity, node_name)),
        status=PodStatus(phase="Pending"),
    )


def admitted_spec(daemonset: DaemonSet, admission: Admission) -> PodSpec:
    """The template's spec as every pod of it carries it: all but the pin to its node."""
    template = daemonset.spec.template.spec
    spec = replace(template, tolerations=merged_tolerations(template))
    defaults = _limit_range_defaults(daemonset.metadata.namespace, admission.limit_ranges)
    spec = replace(
        spec,
        containers=tuple(_defaulted(one, defaults, template) for one in spec.containers),
        init_containers=tuple(_defaulted(one, defaults, template) for one in spec.init_containers),
    )
    return _with_runtime_class(_with_priority(spec, admission.priority_classes), admission.runtime_classes)


# --- the pin ---------------------------------------------------------------------------------------


def _pinned(affinity: Affinity | None, node_name: str) -> Affinity:
    """All required terms of the template give way to the one that names the node."""
    pin = NodeSelectorRequirement(key=NODE_NAME_FIELD, operator="In", values=(node_name,))
    required = NodeSelector(node_selector_terms=(NodeSelectorTerm(match_fields=(pin,)),))
    affinity = affinity or Affinity()
    return replace(
        affinity, node_affinity=replace(affinity.node_affinity or NodeAffinity(), required=required)
    )


# --- requests, limits and ports --------------------------------------------------------------------


class _Defaults(Struct, frozen=True):
    requests: Mapping[str, Quantity]
    limits: Mapping[str, Quantity]


def _limit_range_defaults(namespace: str, limit_ranges: Iterable[LimitRange]) -> tuple[_Defaults, ...]:
    """By LimitRange, in their order: what one has filled in the next leaves alone."""
    return tuple(
        _Defaults(
            requests={k: v for one in limits for k, v in one.default_request.items()},
            limits={k: v for one in limits for k, v in one.default.items()},
        )
        for limit_range in limit_ranges
        if limit_range.metadata.namespace == namespace
        and (limits := [one for one in limit_range.spec.limits if one.type == _CONTAINER])
    )


def _defaulted(container: Container, defaults: Iterable[_Defaults], template: PodSpec) -> Container:
    """A limit is a request where none is given; then the LimitRanges; then the ports of a host network."""
    limits = dict(container.resources.limits)
    requests = {**limits, **container.resources.requests}
    for one in defaults:
        limits = {**one.limits, **limits}
        requests = {**one.requests, **requests}
    ports = container.ports
    if template.host_network:
        ports = tuple(_host_port(port) for port in ports)
    return replace(container, resources=ResourceRequirements(requests=requests, limits=limits), ports=ports)


def _host_port(port: ContainerPort) -> ContainerPort:
    return port if port.host_port else replace(port, host_port=port.container_port)


# --- priority and runtime class --------------------------------------------------------------------


def _with_priority(spec: PodSpec, classes: Iterable[PriorityClass]) -> PodSpec:
    """The class asked for, else the cluster's default, else 0. A class that is not there refuses the pod."""
    found = priority_class_of(spec, classes)
    if found is None:
        return replace(spec, priority=0, preemption_policy=spec.preemption_policy or _PREEMPT)
    return replace(
        spec,
        priority=found.value,
        priority_class_name=found.metadata.name,
        preemption_policy=found.preemption_policy or spec.preemption_policy or _PREEMPT,
    )


def priority_class_of(spec: PodSpec, classes: Iterable[PriorityClass]) -> PriorityClass | None:
    """The PriorityClass that a pod of this spec gets; None for one that is not there, or when none is meant."""
    if spec.priority_class_name:
        return next((one for one in classes if one.metadata.name == spec.priority_class_name), None)
    # Of several defaults the lowest one counts (plugin priority, getDefaultPriorityClass).
    defaults = [one for one in classes if one.global_default]
    return min(defaults, key=lambda one: one.value, default=None)


def _with_runtime_class(spec: PodSpec, classes: Iterable[RuntimeClass]) -> PodSpec:
    """Its overhead, its node selector beside the pod's own, its tolerations where they are not there yet."""
    found = next((one for one in classes if one.metadata.name == spec.runtime_class_name), None)
    if not spec.runtime_class_name or found is None:
        return spec
    if found.overhead is not None and found.overhead.pod_fixed:
        spec = replace(spec, overhead=found.overhead.pod_fixed)
    if found.scheduling is None:
        return spec
    more = tuple(one for one in found.scheduling.tolerations if one not in spec.tolerations)
    return replace(
        spec,
        node_selector={**spec.node_selector, **found.scheduling.node_selector},
        tolerations=spec.tolerations + more,
    )
