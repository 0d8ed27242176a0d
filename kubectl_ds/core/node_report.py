"""What a node report holds: its DaemonSets, what they request there, and which pods run without them. No prose."""

from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.coverage_report import NodeCoverage
from kubectl_ds.core.node_condition import NodeNotReady
from kubectl_ds.core.scheduling.pod_requests import Amounts
from kubectl_ds.core.snapshot import Gap


class NodeDaemonSet(Struct, frozen=True, kw_only=True):
    """A DaemonSet that belongs on the node, or has a pod there, or was required all the same.

    `requests`: of its live pods there, or else of the pod that would be made. `required`: whether the node's
    being covered waits for it.
    """

    namespace: str
    name: str
    coverage: NodeCoverage
    requests: Amounts
    has_pod: bool
    required: bool

    @property
    def qualified(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def is_ready(self) -> bool:
        """Whether it does its work here."""
        return self.coverage.state == "Ready"


class Without(Struct, frozen=True):
    """A DaemonSet that a pod ran without: `until` it was Ready, None while it still is not."""

    daemonset: str
    until: datetime | None


class ExposedPod(Struct, frozen=True, kw_only=True):
    """A workload that runs on the node without a DaemonSet that belongs there, or ran before it was Ready."""

    namespace: str
    name: str
    started: datetime
    without: tuple[Without, ...]


class NodeItem(Struct, frozen=True, kw_only=True):
    """One node. `not_ready`: what its kubelet says; None where it is Ready. `missing`: DaemonSets that were
    required and do not exist. `excluded` counts those that do not belong here. Totals are of live pods alone."""

    node: str
    not_ready: NodeNotReady | None
    daemonsets: tuple[NodeDaemonSet, ...]
    missing: tuple[str, ...]
    excluded: int
    pods: int
    requests: Amounts
    allocatable: Amounts
    exposed: tuple[ExposedPod, ...]

    @property
    def required(self) -> tuple[NodeDaemonSet, ...]:
        """Those that count."""
        return tuple(one for one in self.daemonsets if one.required)

    @property
    def waiting(self) -> tuple[NodeDaemonSet, ...]:
        """Those that count and are not Ready."""
        return tuple(one for one in self.required if not one.is_ready)

    @property
    def is_covered(self) -> bool:
        """Whether all that count are Ready."""
        return not self.waiting and not self.missing


class NodeReport(Struct, frozen=True, kw_only=True):
    """The nodes asked for, or all, in natural order. `absent`: asked for and not there. `known` is False where
    nodes, pods or DaemonSets could not be read, so that nothing is said of any node."""

    items: tuple[NodeItem, ...]
    absent: tuple[str, ...]
    known: bool
    taken_at: datetime
    incomplete: tuple[Gap, ...] = ()

    @property
    def is_covered(self) -> bool:
        """Whether every node asked for is there and covered."""
        return self.known and not self.absent and all(item.is_covered for item in self.items)
