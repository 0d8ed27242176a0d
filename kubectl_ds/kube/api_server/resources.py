"""What the embedded API server serves: the resources that DaemonSets have to do with, all read-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERBS = ("get", "list", "watch")


@dataclass(frozen=True, kw_only=True)
class ServedResource:
    """One row of discovery, with the field labels that upstream lets a fieldSelector name.

    Upstream registers the labels beside each kind's conversions (pkg/apis/core/v1/conversion.go).
    """

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool
    short_names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def group_version(self) -> str:
        """`apps/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """`daemonsets.apps`, as error messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def root(self) -> str:
        """`/apis/apps/v1` or `/api/v1`."""
        return f"/apis/{self.group_version}" if self.group else f"/api/{self.version}"


def _core(
    plural: str, kind: str, *short: str, namespaced: bool, fields: tuple[str, ...] = ()
) -> ServedResource:
    return ServedResource(
        group="",
        version="v1",
        plural=plural,
        singular=kind.lower(),
        kind=kind,
        namespaced=namespaced,
        short_names=short,
        fields=fields,
    )


def _apps(plural: str, kind: str, *short: str) -> ServedResource:
    return ServedResource(
        group="apps",
        version="v1",
        plural=plural,
        singular=kind.lower(),
        kind=kind,
        namespaced=True,
        short_names=short,
    )


_POD_FIELDS = (
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
)
_EVENT_FIELDS = (
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
)

SERVED = (
    _core("events", "Event", "ev", namespaced=True, fields=_EVENT_FIELDS),
    _core("limitranges", "LimitRange", "limits", namespaced=True),
    _core("namespaces", "Namespace", "ns", namespaced=False, fields=("status.phase",)),
    _core("nodes", "Node", "no", namespaced=False, fields=("spec.unschedulable",)),
    _core("pods", "Pod", "po", namespaced=True, fields=_POD_FIELDS),
    _apps("controllerrevisions", "ControllerRevision"),
    _apps("daemonsets", "DaemonSet", "ds"),
    _apps("replicasets", "ReplicaSet", "rs"),
    ServedResource(
        group="scheduling.k8s.io",
        version="v1",
        plural="priorityclasses",
        singular="priorityclass",
        kind="PriorityClass",
        namespaced=False,
        short_names=("pc",),
    ),
    ServedResource(
        group="node.k8s.io",
        version="v1",
        plural="runtimeclasses",
        singular="runtimeclass",
        kind="RuntimeClass",
        namespaced=False,
    ),
    ServedResource(
        group="metrics.k8s.io",
        version="v1beta1",
        plural="pods",
        singular="",
        kind="PodMetrics",
        namespaced=True,
    ),
)

_BY_KIND = {one.kind: one for one in SERVED}
_BY_ROUTE = {(one.root, one.plural): one for one in SERVED}


def resource_of(obj: Mapping[str, Any]) -> ServedResource:
    """The resource that an object belongs to; `LookupError` for a kind that is not served."""
    kind = obj.get("kind")
    if kind not in _BY_KIND:
        raise LookupError(f"the embedded API server does not serve the kind {kind!r}")
    return _BY_KIND[kind]


def resource_at(root: str, plural: str) -> ServedResource | None:
    """The resource behind `/apis/apps/v1` and `daemonsets`."""
    return _BY_ROUTE.get((root, plural))


def route(path: str) -> tuple[ServedResource, str, str] | None:
    """Resource, namespace and name of a path: `/apis/apps/v1/namespaces/NS/daemonsets/NAME` and shorter."""
    words = path.strip("/").split("/")
    depth = 2 if words[0] == "api" else 3
    root, rest = "/" + "/".join(words[:depth]), words[depth:]
    namespace = ""
    if len(rest) >= 3 and rest[0] == "namespaces":
        namespace, rest = rest[1], rest[2:]
    if not 1 <= len(rest) <= 2:
        return None
    resource = resource_at(root, rest[0])
    if resource is None or (namespace and not resource.namespaced):
        return None
    return resource, namespace, rest[1] if len(rest) == 2 else ""


def field_value(obj: Mapping[str, Any], label: str) -> str:
    """What a fieldSelector compares: the field as text, empty where it is not set.

    `source` and `reportingComponent` of events fall back on each other, as upstream's
    pkg/registry/core/event/strategy.go has it.
    """
    if label == "source":
        component = (obj.get("source") or {}).get("component")
        return str(component or obj.get("reportingComponent") or "")
    value: Any = obj
    for part in label.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "false" if label in ("spec.unschedulable", "spec.hostNetwork") else ""
    return str(value)
