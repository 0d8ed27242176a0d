"""How a pod was tied to its node: by the controller's pin and a scheduler, or by a nodeName from birth.

Upstream: `ReplaceDaemonSetPodNodeNameNodeAffinity` of pkg/controller/daemon/util/daemonset_util.go writes the
pin; up to v1.11 the controller set `spec.nodeName` itself, and `schedulerName` in the releases that had both.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct

from kubectl_ds.core.model import DaemonSet, Event, Pod
from kubectl_ds.core.ownership import is_orphan, is_static, pinned_node_name, pinned_values
from kubectl_ds.core.placement.node_affinity import NODE_NAME_FIELD

BindingKind = Literal["NodeAffinity", "NodeName", "Unbound"]
Binder = Literal["Scheduler", "DaemonSetController", "Template", "Kubelet", "Nobody", "Unknown"]
BindingNote = Literal[
    "PinIgnored", "NoPin", "SeveralPins", "StaticPod", "TemplateNodeName", "LegacyController", "Orphan"
]

DEFAULT_SCHEDULER = "default-scheduler"
LEGACY_CONTROLLER = "kubernetes.io/daemonset-controller"
_CONTROLLER_COMPONENTS = frozenset(("daemonset-controller", "daemon-set-controller"))


class Binding(Struct, frozen=True, kw_only=True):
    """How one pod got, or is to get, its node.

    how: NodeAffinity (pinned by `matchFields metadata.name`, and bound), NodeName (bound without a pin) or
    Unbound. `pinned_to` is None without a pin, or with one that names several nodes. `scheduler` is the one
    the pod asks for. `bound_by` says who set `spec.nodeName`, `actor` names it where an event gives it away.
    `agrees` is false exactly where the pod is on another node than its pin allows.
    """

    how: BindingKind
    pinned_to: str | None
    node_name: str
    scheduler: str
    bound_by: Binder
    actor: str = ""
    agrees: bool = True
    note: BindingNote | None = None


def binding_of(pod: Pod, daemonset: DaemonSet, *, scheduled_by: str = "") -> Binding:
    """How the pod was tied to its node.

    `scheduled_by` is the component that a `Scheduled` event on the pod names (see `scheduled_by_pod`). Such
    events are gone after an hour, so that none says nothing.
    """
    values = pinned_values(pod)
    node_name = pod.spec.node_name
    agrees = not node_name or values is None or node_name in values
    return Binding(
        how=binding_kind(node_name, values),
        pinned_to=pinned_node_name(pod),
        node_name=node_name,
        scheduler=pod.spec.scheduler_name or DEFAULT_SCHEDULER,
        bound_by=_bound_by(pod, daemonset, scheduled_by),
        actor=scheduled_by,
        agrees=agrees,
        note=_note(pod, daemonset, agrees=agrees),
    )


def binding_kind(node_name: str, pinned_values: tuple[str, ...] | None) -> BindingKind:
    """How a pod with this `spec.nodeName` and this pin was tied to its node."""
    if not node_name:
        return "Unbound"
    return "NodeName" if pinned_values is None else "NodeAffinity"


def scheduled_by_pod(events: Iterable[Event]) -> dict[str, str]:
    """The component that bound each pod, by the pod's uid, as far as `Scheduled` events are still there.

    New-style events leave `source` empty and name the component in `reportingComponent`.
    """
    return {
        event.involved_object.uid: component
        for event in events
        if event.reason == "Scheduled"
        and event.involved_object.kind == "Pod"
        and (component := event.source.component or event.reporting_component)
    }


def pinned_affinity(affinity: Mapping[str, Any] | None, node_name: str) -> dict[str, Any]:
    """The affinity of the pod that the controller creates for a node, from the template's, as plain trees.

    All required terms of the template are gone from it, so that a live pod never tells whether the template's
    affinity matches; everything else stays.
    """
    pin = {"matchFields": [{"key": NODE_NAME_FIELD, "operator": "In", "values": [node_name]}]}
    own = dict(affinity or {})
    node_affinity = dict(own.get("nodeAffinity") or {})
    node_affinity["requiredDuringSchedulingIgnoredDuringExecution"] = {"nodeSelectorTerms": [pin]}
    return {**own, "nodeAffinity": node_affinity}


def _bound_by(pod: Pod, daemonset: DaemonSet, scheduled_by: str) -> Binder:
    if is_static(pod):
        return "Kubelet"
    if not pod.spec.node_name:
        return "Nobody"
    if pod.spec.scheduler_name == LEGACY_CONTROLLER or scheduled_by in _CONTROLLER_COMPONENTS:
        return "DaemonSetController"
    if scheduled_by:
        return "Scheduler"
    if daemonset.spec.template.spec.node_name == pod.spec.node_name:
        return "Template"
    return "Scheduler" if pinned_node_name(pod) == pod.spec.node_name else "Unknown"


def _note(pod: Pod, daemonset: DaemonSet, *, agrees: bool) -> BindingNote | None:
    """The oddest thing about the pod, if anything is odd."""
    values = pinned_values(pod)
    if is_static(pod):
        return "StaticPod"
    if not agrees:
        return "PinIgnored"
    if values is not None and len(values) != 1:
        return "SeveralPins"
    if pod.spec.scheduler_name == LEGACY_CONTROLLER:
        return "LegacyController"
    if pod.spec.node_name and daemonset.spec.template.spec.node_name == pod.spec.node_name:
        return "TemplateNodeName"
    if is_orphan(pod):
        return "Orphan"
    return "NoPin" if values is None else None
