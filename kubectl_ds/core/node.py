"""Whether a node is ready for work: which DaemonSets belong on it, which are not Ready, who runs without them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.coverage import Cluster, Joined
from kubectl_ds.core.extra import is_kept_out_in_passing
from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.node_condition import node_not_ready
from kubectl_ds.core.node_report import ExposedPod, NodeDaemonSet, NodeItem, NodeReport, Without
from kubectl_ds.core.object_key import Key, key_of
from kubectl_ds.core.ownership import is_daemon, is_live, is_static, is_terminal
from kubectl_ds.core.placement import in_natural_order
from kubectl_ds.core.predicted_pod import Admission, admission_of, admitted_spec
from kubectl_ds.core.scheduling.pod_requests import Amounts, add_all, amounts, pod_requests
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.status import is_ready, ready_condition


def nodes(
    snapshot: ClusterSnapshot, names: Sequence[str] = (), *, required: Collection[Key] = ()
) -> NodeReport:
    """The nodes of these names, or all of them. `required`: the DaemonSets that count, belonging there or not;
    without any, all that belong there count.

    Needs the nodes asked for, the DaemonSets, and every pod that is on these nodes or pinned to them.
    """
    cluster = Cluster(snapshot, None)
    known = snapshot.knows_all("nodes") and snapshot.knows_all("pods")
    there = {node.metadata.name: node for node in snapshot.nodes}
    chosen = [there[name] for name in dict.fromkeys(names) if name in there] if names else there.values()
    return NodeReport(
        items=_items(cluster, in_natural_order(chosen), required) if known else (),
        absent=tuple(name for name in dict.fromkeys(names) if name not in there) if known else (),
        known=known,
        taken_at=snapshot.taken_at,
        incomplete=snapshot.gaps,
    )


class _Side(Struct, frozen=True):
    """One DaemonSet beside the nodes."""

    daemonset: DaemonSet
    joins: Joined
    requests: Amounts
    """Of a pod that would be made now."""

    @property
    def key(self) -> Key:
        return key_of(self.daemonset.metadata)


def _items(cluster: Cluster, chosen: Sequence[Node], required: Collection[Key]) -> tuple[NodeItem, ...]:
    snapshot = cluster.snapshot
    admission = admission_of(snapshot)
    sides = [
        _Side(one, Joined(cluster, one), _predicted(one, admission))
        for one in sorted(snapshot.daemonsets, key=lambda one: key_of(one.metadata))
    ]
    on = _pods_on(snapshot.pods)
    return tuple(
        _item(node, sides, on.get(node.metadata.name, ()), required, snapshot.taken_at) for node in chosen
    )


def _predicted(daemonset: DaemonSet, admission: Admission) -> Amounts:
    return pod_requests(Pod(spec=admitted_spec(daemonset, admission)))


def _pods_on(pods: Iterable[Pod]) -> Mapping[str, list[Pod]]:
    on: dict[str, list[Pod]] = {}
    for pod in pods:
        if pod.spec.node_name:
            on.setdefault(pod.spec.node_name, []).append(pod)
    return on


# --- one node --------------------------------------------------------------------------------------


def _item(
    node: Node, sides: Sequence[_Side], pods: Sequence[Pod], required: Collection[Key], now: datetime
) -> NodeItem:
    name = node.metadata.name
    found: list[NodeDaemonSet] = []
    excluded = 0
    for side in sides:
        own = side.joins.by_node.get(name, ())
        placement = side.joins.placements[name]
        # A node that has just joined is tainted until it is Ready: what belongs there then is waited for now.
        belongs = placement.should_run or is_kept_out_in_passing(placement)
        if not (belongs or own or side.key in required):
            excluded += 1
            continue
        found.append(_daemonset(side, name, own, required=side.key in required if required else belongs))
    live = [one for one in found if one.has_pod]
    there = {side.key for side in sides}
    return NodeItem(
        node=name,
        not_ready=node_not_ready(node, now),
        daemonsets=tuple(found),
        missing=tuple(f"{space}/{ds}" for space, ds in sorted(required) if (space, ds) not in there),
        excluded=excluded,
        pods=sum(not is_terminal(pod) for pod in pods),
        requests=add_all(one.requests for one in live),
        allocatable=amounts(node.status.allocatable),
        exposed=_exposed(name, found, sides, pods),
    )


def _daemonset(side: _Side, node: str, pods: Sequence[Pod], *, required: bool) -> NodeDaemonSet:
    bound = [pod for pod in pods if pod.spec.node_name and not is_terminal(pod)]
    return NodeDaemonSet(
        namespace=side.daemonset.metadata.namespace,
        name=side.daemonset.metadata.name,
        coverage=side.joins.judge(node, pods),
        requests=add_all(pod_requests(pod) for pod in bound) if bound else side.requests,
        has_pod=bool(bound),
        required=required,
    )


# --- exposed pods ----------------------------------------------------------------------------------


def _exposed(
    node: str, found: Sequence[NodeDaemonSet], sides: Sequence[_Side], pods: Sequence[Pod]
) -> tuple[ExposedPod, ...]:
    """Running workloads, the one exposed longest first."""
    counted = {(one.namespace, one.name): one for one in found if one.required}
    guards = [side for side in sides if side.key in counted]
    exposed = []
    for pod in pods:
        started = _running_since(pod)
        if started is None or is_daemon(pod) or is_static(pod):
            continue
        without = tuple(
            one for side in guards if (one := _without(side, node, started, ready=counted[side.key].is_ready))
        )
        if without:
            exposed.append(
                ExposedPod(
                    namespace=pod.metadata.namespace, name=pod.metadata.name, started=started, without=without
                )
            )
    return tuple(sorted(exposed, key=lambda one: (one.started, one.namespace, one.name)))


def _without(side: _Side, node: str, started: datetime, *, ready: bool) -> Without | None:
    """Whether a workload that started then ran without this DaemonSet.

    Certain are three cases: it is not Ready now; its pod was there and became Ready later; the DaemonSet itself
    is younger than the workload. A pod that was replaced meanwhile leaves no trace of the one before: then
    nothing is said.
    """
    meta = side.daemonset.metadata
    qualified = f"{meta.namespace}/{meta.name}"
    if not ready:
        return Without(qualified, None)
    pods = [pod for pod in side.joins.by_node.get(node, ()) if is_ready(pod)]
    moments = [
        condition.last_transition_time
        for pod in pods
        if (condition := ready_condition(pod)) is not None and condition.last_transition_time is not None
    ]
    created = [pod.metadata.creation_timestamp for pod in pods if pod.metadata.creation_timestamp is not None]
    if not moments or not created or started >= min(moments):
        return None
    was_there = started >= min(created)
    younger = meta.creation_timestamp is not None and started < meta.creation_timestamp
    return Without(qualified, min(moments)) if was_there or younger else None


def _running_since(pod: Pod) -> datetime | None:
    """When its first container started; None while none runs.

    A container that was started again does not tell when it was started first: then the kubelet's own start of
    the pod stands for it, which is earlier by the time that images take.
    """
    if not is_live(pod):
        return None
    statuses = pod.status.container_statuses
    moments = [
        one.state.running.started_at
        for one in statuses
        if one.state.running is not None and one.state.running.started_at is not None
    ]
    if any(one.restart_count for one in statuses) and pod.status.start_time is not None:
        return pod.status.start_time if moments else None
    return min(moments, default=None)
