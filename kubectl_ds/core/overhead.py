"""What DaemonSets request of each node and of the cluster, and what a new node loses to them.

Requests are the scheduler's own sums (core/scheduling/pod_requests.py): of the live pods where there are pods,
and of the pod that would be made now where there are none yet.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.feature_gates import FeatureGates, infer_feature_gates
from kubectl_ds.core.idle_gaps import without_idle_gaps
from kubectl_ds.core.model import DaemonSet, Node, Pod, PodMetrics, PodSpec
from kubectl_ds.core.object_key import Key, key_of
from kubectl_ds.core.overhead_report import (
    DaemonSetOverhead,
    NodeOverhead,
    NodeShape,
    OverheadReport,
    PodUse,
)
from kubectl_ds.core.ownership import PodIndex, is_terminal
from kubectl_ds.core.placement import NodeKinds, in_natural_order, place_all
from kubectl_ds.core.planned_change import without_passing_taints
from kubectl_ds.core.predicted_pod import Admission, admission_of, admitted_spec
from kubectl_ds.core.scheduling.node_room import Tenant
from kubectl_ds.core.scheduling.pod_requests import Amounts, add_all, amounts, pod_limits, pod_requests
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.update_strategy import budget

INSTANCE_TYPE = "node.kubernetes.io/instance-type"
ALWAYS_ASKED_FOR = ("cpu", "memory")
_MEMORY_STEP = 256 * 2**20
"""Bytes: machines of one size differ by less, since firmware and kernels take a little more or less."""


class _Made(Struct, frozen=True):
    """A DaemonSet with the requests and limits of a pod made now, and of one more while it surges."""

    daemonset: DaemonSet
    requests: Amounts
    limits: Amounts
    spec: PodSpec
    surges: bool

    @property
    def name(self) -> str:
        return f"{self.daemonset.metadata.namespace}/{self.daemonset.metadata.name}"


def overhead(snapshot: ClusterSnapshot) -> OverheadReport:
    """The overhead of every DaemonSet in the snapshot, by namespace and name."""
    admission = admission_of(snapshot)
    made = [
        _made(one, admission) for one in sorted(snapshot.daemonsets, key=lambda one: key_of(one.metadata))
    ]
    gates = infer_feature_gates(snapshot.daemonsets, snapshot.pods)
    nodes = in_natural_order(snapshot.nodes) if snapshot.knows_all("nodes") else None
    kinds = None if nodes is None else NodeKinds(nodes)
    pods = _live_pods(snapshot, made)
    shapes = None if nodes is None else _shapes(made, nodes, gates)
    bound = None if pods is None else [one for of_one in pods.values() for one in of_one]
    metrics = {key_of(one.metadata): one for one in snapshot.pod_metrics}
    return OverheadReport(
        daemonsets=tuple(
            _one(
                one,
                None if kinds is None else _eligible(one.daemonset, kinds, gates),
                None if pods is None else pods[one.daemonset.metadata.uid],
                metrics,
            )
            for one in made
        ),
        shapes=shapes,
        median=None if not shapes else _median(shapes),
        nodes=None if nodes is None or bound is None else _by_node(nodes, bound),
        allocatable=None if nodes is None else add_all(amounts(node.status.allocatable) for node in nodes),
        requests=None if bound is None else add_all(one.requests for one in bound),
        pods=None if bound is None else len(bound),
        use_known="podmetrics" in snapshot.read,
        taken_at=snapshot.taken_at,
        incomplete=without_idle_gaps(snapshot).gaps,
        consistency=snapshot.consistency,
    )


def _made(daemonset: DaemonSet, admission: Admission) -> _Made:
    spec = admitted_spec(daemonset, admission)
    pod = Pod(spec=spec)
    return _Made(daemonset, pod_requests(pod), pod_limits(pod), spec, budget(daemonset, 1).max_surge > 0)


def _live_pods(snapshot: ClusterSnapshot, made: Sequence[_Made]) -> Mapping[str, list[Tenant]] | None:
    """Bound pods that take room, by the uid of their DaemonSet; None when pods could not be read in full."""
    if not snapshot.knows_all("pods"):
        return None
    index = PodIndex(snapshot.pods)
    return {
        one.daemonset.metadata.uid: [
            Tenant(pod, pod_requests(pod))
            for pod in index.claimed(one.daemonset)
            if pod.spec.node_name and not is_terminal(pod)
        ]
        for one in made
    }


def sorted_by(report: OverheadReport, key: str) -> OverheadReport:
    """The same report with its DaemonSets in another order: `name`, or the largest first by `pods`, by `cpu` or
    `memory` of a pod, by `total-cpu` or `total-memory`."""
    if key == "name":
        return report

    def size(one: DaemonSetOverhead) -> int:
        if key == "pods":
            return one.pods or 0
        amounts = one.total if key.startswith("total-") else one.per_pod
        return (amounts or {}).get(key.removeprefix("total-"), 0)

    return replace(report, daemonsets=tuple(sorted(report.daemonsets, key=lambda one: -size(one))))


# --- one DaemonSet ---------------------------------------------------------------------------------


def _one(
    made: _Made, eligible: int | None, own: Sequence[Tenant] | None, metrics: Mapping[Key, PodMetrics]
) -> DaemonSetOverhead:
    """`own`: its live pods; None, as for `eligible`, where that is not known."""
    daemonset = made.daemonset
    surge_pods = budget(daemonset, eligible or 0).max_surge if made.surges else 0
    return DaemonSetOverhead(
        namespace=daemonset.metadata.namespace,
        name=daemonset.metadata.name,
        per_pod=made.requests,
        limits=made.limits,
        nodes=eligible,
        pods=None if own is None else len(own),
        total=None if own is None else add_all(one.requests for one in own),
        surge_pods=surge_pods,
        surge={resource: amount * surge_pods for resource, amount in made.requests.items()},
        unrequested=_left_open(made.spec, "requests"),
        unlimited=_left_open(made.spec, "limits"),
        use=None if own is None else _use(own, metrics),
    )


def _eligible(daemonset: DaemonSet, kinds: NodeKinds, gates: FeatureGates) -> int:
    return sum(one.should_run for one in place_all(daemonset, kinds, gates).values())


def _left_open(spec: PodSpec, field: str) -> tuple[str, ...]:
    """What some container leaves open, and the pod level too."""
    whole = getattr(spec.resources, field) if spec.resources is not None else {}
    return tuple(
        resource
        for resource in ALWAYS_ASKED_FOR
        if resource not in whole
        and any(resource not in getattr(one.resources, field) for one in spec.containers)
    )


def _use(own: Sequence[Tenant], metrics: Mapping[Key, PodMetrics]) -> PodUse | None:
    found = [
        add_all(amounts(container.usage) for container in known.containers)
        for one in own
        if (known := metrics.get(key_of(one.pod.metadata))) is not None
    ]
    if not found:
        return None
    resources = sorted({resource for one in found for resource in one})
    return PodUse(
        pods=len(found),
        total=add_all(found),
        largest={resource: max(one.get(resource, 0) for one in found) for resource in resources},
    )


# --- shapes of nodes -------------------------------------------------------------------------------


def node_shapes(snapshot: ClusterSnapshot) -> tuple[NodeShape, ...]:
    """The shapes of an overhead report without the rest of it; none when the nodes could not be read.

    Without DaemonSets and nodes whose amounts are no quantities: the API server lets none in, and a file may hold one.
    """
    if not snapshot.knows_all("nodes"):
        return ()
    admission = admission_of(snapshot)
    made: list[_Made] = []
    for one in snapshot.daemonsets:
        with suppress(ValueError):
            made.append(_made(one, admission))
    nodes: list[Node] = []
    for node in snapshot.nodes:
        with suppress(ValueError):
            amounts(node.status.allocatable)
            nodes.append(node)
    gates = infer_feature_gates(snapshot.daemonsets, snapshot.pods)
    return _shapes(made, in_natural_order(nodes), gates)


def _shapes(made: Sequence[_Made], nodes: Sequence[Node], gates: FeatureGates) -> tuple[NodeShape, ...]:
    """From the smallest to the largest, by CPU and then by memory."""
    groups: dict[tuple[object, ...], list[Node]] = {}
    for node in nodes:
        groups.setdefault(_size(node), []).append(node)
    fresh = NodeKinds(without_passing_taints(node) for node in nodes)
    belong: dict[str, list[_Made]] = {node.metadata.name: [] for node in nodes}
    for one in made:
        for name, placement in place_all(one.daemonset, fresh, gates).items():
            if placement.should_run:
                belong[name].append(one)
    shapes = [_shape(group, belong) for group in groups.values()]
    return tuple(
        sorted(
            shapes,
            key=lambda one: (
                one.allocatable.get("cpu", 0),
                one.allocatable.get("memory", 0),
                one.instance_type,
            ),
        )
    )


def _size(node: Node) -> tuple[object, ...]:
    allocatable = amounts(node.status.allocatable)
    return (
        node.metadata.labels.get(INSTANCE_TYPE, ""),
        allocatable.get("cpu", 0),
        round(allocatable.get("memory", 0) / _MEMORY_STEP),
    )


def _shape(group: Sequence[Node], belong: Mapping[str, Sequence[_Made]]) -> NodeShape:
    """`group`: its nodes in natural order. The example is a node with as many DaemonSets as most have."""
    lost = {
        name: _with_pods(add_all(one.requests for one in belong[name]), len(belong[name]))
        for name in (node.metadata.name for node in group)
    }
    kinds: dict[tuple[str, ...], list[Node]] = {}
    for node in group:
        kinds.setdefault(tuple(one.name for one in belong[node.metadata.name]), []).append(node)
    daemonsets, alike = max(kinds.items(), key=lambda kind: len(kind[1]))
    example = alike[0].metadata.name
    resources = sorted({resource for one in lost.values() for resource in one})
    return NodeShape(
        instance_type=group[0].metadata.labels.get(INSTANCE_TYPE, ""),
        allocatable=amounts(alike[0].status.allocatable),
        nodes=tuple(node.metadata.name for node in group),
        example=example,
        daemonsets=daemonsets,
        lost=lost[example],
        least={one: min(amount.get(one, 0) for amount in lost.values()) for one in resources},
        most={one: max(amount.get(one, 0) for amount in lost.values()) for one in resources},
        surge=_with_pods(
            add_all(one.requests for one in belong[example] if one.surges),
            sum(one.surges for one in belong[example]),
        ),
    )


def _with_pods(requests: Amounts, pods: int) -> Amounts:
    return {**requests, "pods": pods}


def _median(shapes: Sequence[NodeShape]) -> int:
    """The place of the shape that the node in the middle has; of two in the middle the smaller one."""
    middle = (sum(len(shape.nodes) for shape in shapes) - 1) // 2
    for place, shape in enumerate(shapes):
        if middle < len(shape.nodes):
            return place
        middle -= len(shape.nodes)
    raise AssertionError("the middle of all nodes is in one of their shapes")


# --- nodes as they are -----------------------------------------------------------------------------


def _by_node(nodes: Sequence[Node], pods: Sequence[Tenant]) -> tuple[NodeOverhead, ...]:
    on: dict[str, list[Tenant]] = {}
    for one in pods:
        on.setdefault(one.pod.spec.node_name, []).append(one)
    return tuple(
        NodeOverhead(
            node=node.metadata.name,
            pods=len(there := on.get(node.metadata.name, [])),
            requests=add_all(one.requests for one in there),
            limits=add_all(pod_limits(one.pod) for one in there),
            allocatable=amounts(node.status.allocatable),
        )
        for node in nodes
    )
