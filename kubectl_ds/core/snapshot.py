"""One moment of a cluster, as far as it was read, and what could not be read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from kubectl_ds.core.model import (
    ControllerRevision,
    DaemonSet,
    Event,
    LimitRange,
    Namespace,
    Node,
    Pod,
    PodMetrics,
    PriorityClass,
    RuntimeClass,
)

Resource = Literal[
    "daemonsets",
    "nodes",
    "pods",
    "events",
    "controllerrevisions",
    "limitranges",
    "priorityclasses",
    "runtimeclasses",
    "podmetrics",
    "version",
]
"""The API's own names; `podmetrics` are the pods of metrics.k8s.io, `version` is the server's."""


Consistency = Literal["consistent", "cache"]
"""`consistent`: at least as new as the moment of asking. `cache`: what the server's watch cache held, which may
be seconds behind; nodes that are Missing or Extra have been looked at again all the same."""


class Gap(Struct, frozen=True, kw_only=True):
    """Something that was wanted and could not be read. Never an empty list in disguise."""

    resource: Resource
    namespace: str = ""
    """Empty: the whole cluster."""
    status: int = 0
    """The HTTP code, 0 where there was none."""
    message: str = ""
    """One sentence, as the server or the file gave it."""


class ClusterSnapshot(Struct, frozen=True, kw_only=True):
    """What every report is computed from. Nothing is read after it has been taken.

    `taken_at` is the API server's clock (its Date header), since `available` compares with it.
    `pods` holds at least the pods of the DaemonSets read; `all_pods` says that it also holds every pod that
    takes room on a node for which one of these pods waits, so that free room there can be computed.
    `daemonset_objects` keeps the raw objects by uid, for what prints them whole. A resource that was not
    asked for is empty and not a gap: see `read`.
    """

    taken_at: datetime
    daemonsets: tuple[DaemonSet, ...] = ()
    nodes: tuple[Node, ...] = ()
    pods: tuple[Pod, ...] = ()
    all_pods: bool = False
    events: tuple[Event, ...] = ()
    revisions: tuple[ControllerRevision, ...] = ()
    limit_ranges: tuple[LimitRange, ...] = ()
    priority_classes: tuple[PriorityClass, ...] = ()
    runtime_classes: tuple[RuntimeClass, ...] = ()
    pod_metrics: tuple[PodMetrics, ...] = ()
    namespaces: tuple[Namespace, ...] = ()
    """Looked at only where pods are lacking; one that could not be read is no gap: its absence says nothing."""
    server_version: str = ""
    """Its `gitVersion`; empty where it was not asked for or not told, which is no gap either."""
    daemonset_objects: Mapping[str, Mapping[str, Any]] = {}
    namespace: str = ""
    """DaemonSets were asked for in this namespace alone; empty: in all of them."""
    some_daemonsets: bool = False
    """Only DaemonSets with names, labels or fields that were asked for are in `daemonsets`."""
    some_nodes: bool = False
    """Only nodes that were asked for are in `nodes`, so that counts over all nodes mean nothing."""
    read: frozenset[Resource] = frozenset()
    """What was read in full or in part. A resource neither here nor in `gaps` was not asked for."""
    gaps: tuple[Gap, ...] = ()
    consistency: Consistency = "consistent"

    def lacks(self, resource: Resource) -> bool:
        """Whether the answer would rest on something that could not be read in full."""
        return any(gap.resource == resource for gap in self.gaps)

    def looked_for_daemonsets_in(self, namespace: str) -> bool:
        """Whether a DaemonSet of this namespace that is not in `daemonsets` is not in the cluster either."""
        if self.some_daemonsets or self.namespace not in ("", namespace) or "daemonsets" not in self.read:
            return False
        return not any(gap.resource == "daemonsets" and gap.namespace in ("", namespace) for gap in self.gaps)

    def knows_all(self, resource: Resource) -> bool:
        """Whether a resource was read, and in full."""
        return resource in self.read and not self.lacks(resource)

    def knows(self, resource: Resource, namespace: str) -> bool:
        """Whether a resource was read, and wholly so in `namespace`.

        A cluster-wide gap beside a resource that was read means that only other namespaces are missing.
        """
        missing = any(
            gap.resource == resource and gap.namespace == namespace and namespace for gap in self.gaps
        )
        return resource in self.read and not missing
