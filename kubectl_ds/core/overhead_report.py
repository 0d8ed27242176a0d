"""What an overhead report holds: what DaemonSets ask of each node, of each shape of node, of the cluster. No prose.

Amounts are in the scheduler's units: millicores for `cpu`, whole units (bytes, pods, devices) for the rest.
"""

from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.scheduling.pod_requests import Amounts
from kubectl_ds.core.snapshot import Consistency, Gap


class PodUse(Struct, frozen=True, kw_only=True):
    """What the pods of a DaemonSet really use, by the metrics API: of `pods` that it knows."""

    pods: int
    total: Amounts
    largest: Amounts
    """The most that a single pod uses of each."""


class DaemonSetOverhead(Struct, frozen=True, kw_only=True):
    """One DaemonSet. `per_pod` and `limits` are of a pod made now, with all that admission adds.

    `nodes`: where it belongs; `pods`: those that live and are bound; `total`: what these request, by their own
    specs. `surge`: what a rolling update may add for a while. `unlimited` and `unrequested` name what some
    container leaves open (`cpu`, `memory`). `use` is None where the metrics API knows nothing of its pods.
    """

    namespace: str
    name: str
    per_pod: Amounts
    limits: Amounts
    nodes: int | None
    pods: int | None
    total: Amounts | None
    surge_pods: int
    surge: Amounts
    unrequested: tuple[str, ...]
    unlimited: tuple[str, ...]
    use: PodUse | None


class NodeShape(Struct, frozen=True, kw_only=True):
    """Nodes of one size: instance type, and allocatable CPU and memory that differ by next to nothing.

    `lost` is what a new node like `example` gives to DaemonSets before its first workload, on average over
    the shape's nodes as they would be when fresh: without the taints that come and go, and not cordoned.
    `least` and `most` are the extremes, where other labels or taints make a difference.
    """

    instance_type: str
    allocatable: Amounts
    nodes: tuple[str, ...]
    example: str
    daemonsets: tuple[str, ...]
    """`namespace/name` of those that belong on `example`."""
    lost: Amounts
    least: Amounts
    most: Amounts
    surge: Amounts
    """What rolling updates may add on `example` if all surge at once."""


class NodeOverhead(Struct, frozen=True, kw_only=True):
    """One node as it is: the DaemonSets' pods on it."""

    node: str
    pods: int
    requests: Amounts
    limits: Amounts
    allocatable: Amounts


class OverheadReport(Struct, frozen=True, kw_only=True):
    """All DaemonSets in scope. `shapes` from the smallest to the largest; `median` is the place in it of the
    shape that the median node has. None: could not be known, see `incomplete`."""

    daemonsets: tuple[DaemonSetOverhead, ...]
    shapes: tuple[NodeShape, ...] | None
    median: int | None
    nodes: tuple[NodeOverhead, ...] | None
    allocatable: Amounts | None
    """Of all nodes together."""
    requests: Amounts | None
    """Of all live pods of the DaemonSets."""
    pods: int | None
    use_known: bool
    taken_at: datetime
    incomplete: tuple[Gap, ...] = ()
    consistency: Consistency = "consistent"
