"""What holds a rollout up, and whether it will finish.

Upstream: `rollingUpdate` and `updatedDesiredNodeCounts` of pkg/controller/daemon/update.go. Waves, pace and the
verdict are ours: upstream has no progress deadline, and waits for ever for a pod that cannot become available.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from kubectl_ds.core.coverage import Cluster, Joined
from kubectl_ds.core.history import history
from kubectl_ds.core.model import DaemonSet, Pod, RollingUpdateDaemonSet
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.revisions import (
    current_revision,
    holds_template,
    is_pod_updated,
    template_generation,
)
from kubectl_ds.core.rolling_step import NodePods, node_pods
from kubectl_ds.core.rollout_report import (
    NodeRollout,
    Pace,
    RolloutBudget,
    RolloutReport,
    RolloutVerdict,
    Step,
)
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.status import is_available, is_ready, ready_condition
from kubectl_ds.core.update_strategy import budget, rolls

_WITHOUT_BUDGET: frozenset[Step] = frozenset({"Done", "Old"})


def rollout(snapshot: ClusterSnapshot, daemonset: DaemonSet) -> RolloutReport:
    """The rollout of one of the snapshot's DaemonSets. Needs nodes, pods and revisions; events help."""
    return rollout_in(Cluster(snapshot, None), daemonset)


def rollout_in(cluster: Cluster, daemonset: DaemonSet) -> RolloutReport:
    """The same, for who asks for several DaemonSets of one snapshot."""
    snapshot, meta = cluster.snapshot, daemonset.metadata
    past = history(snapshot, daemonset, cluster.pods)
    joins = Joined(cluster, daemonset)
    known = past.current is not None and not joins.unread & {"nodes", "pods", "controllerrevisions"}
    nodes = _nodes(daemonset, joins, past.current.hash, snapshot.taken_at) if known and past.current else None
    allowed = None if nodes is None else _budget(daemonset, nodes)
    return RolloutReport(
        namespace=meta.namespace,
        name=meta.name,
        uid=meta.uid,
        strategy=daemonset.spec.update_strategy.type or "RollingUpdate",
        generation=meta.generation,
        observed_generation=daemonset.status.observed_generation,
        verdict=_verdict(daemonset, nodes, allowed, caught_up=_has_revision(snapshot, daemonset)),
        revisions=past.revisions,
        nodes=nodes,
        budget=allowed,
        waves=None if nodes is None or allowed is None else _waves(nodes, allowed),
        pace=None
        if nodes is None or allowed is None or past.current is None
        else _pace(daemonset, joins.by_node, past.current.hash, nodes, snapshot.taken_at),
        taken_at=snapshot.taken_at,
        incomplete=snapshot.gaps,
        consistency=snapshot.consistency,
    )


# --- the nodes -------------------------------------------------------------------------------------


def _nodes(daemonset: DaemonSet, joins: Joined, current_hash: str, now: datetime) -> tuple[NodeRollout, ...]:
    """Eligible nodes and nodes with pods, as upstream takes them, those that are gone included."""
    names = {name for name, placement in joins.placements.items() if placement.should_run}
    names |= {name for name, pods in joins.by_node.items() if pods}
    return tuple(_node(daemonset, joins, name, current_hash, now) for name in sorted(names, key=natural_key))


def _node(daemonset: DaemonSet, joins: Joined, name: str, current_hash: str, now: datetime) -> NodeRollout:
    pods = joins.by_node.get(name, ())
    live = node_pods(daemonset, pods, current_hash)
    step = _step(live, daemonset.spec.min_ready_seconds, now)
    placement = joins.placements.get(name)
    awaited = live.new or live.old
    return NodeRollout(
        node=name,
        step=step,
        eligible=placement is not None and placement.should_run,
        uses_budget=_uses_budget(daemonset, live, step, now),
        judged=None if placement is None else joins.judge(name, pods if awaited is None else (awaited,)),
        available_at=None if awaited is None or step == "Old" else _available_at(daemonset, awaited, now),
    )


def _step(pods: NodePods, min_ready_seconds: int, now: datetime) -> Step:
    if pods.crowded:
        return "Crowded"
    if pods.new and pods.old:
        return "Replacing"
    if pods.new:
        return "Done" if is_available(pods.new, min_ready_seconds, now) else "NotAvailable"
    if pods.old:
        return "Old" if is_available(pods.old, min_ready_seconds, now) else "OldNotAvailable"
    return "Empty"


def _uses_budget(daemonset: DaemonSet, pods: NodePods, step: Step, now: datetime) -> bool:
    """maxUnavailable is used by every node without exactly one available pod, maxSurge by every second pod
    that is not available yet; with OnDelete there is none to use."""
    if not rolls(daemonset):
        return False
    if budget(daemonset, 1).max_surge:
        return step == "Crowded" or (
            pods.new is not None
            and pods.old is not None
            and not is_available(pods.new, daemonset.spec.min_ready_seconds, now)
        )
    return step not in _WITHOUT_BUDGET


def _available_at(daemonset: DaemonSet, pod: Pod, now: datetime) -> datetime | None:
    """When `minReadySeconds` will have passed for a Ready pod; None for one that is available or not Ready."""
    condition = ready_condition(pod)
    if condition is None or not is_ready(pod) or condition.last_transition_time is None:
        return None
    moment = condition.last_transition_time + timedelta(seconds=daemonset.spec.min_ready_seconds)
    return moment if moment > now else None


# --- the budget ------------------------------------------------------------------------------------


def _budget(daemonset: DaemonSet, nodes: Sequence[NodeRollout]) -> RolloutBudget | None:
    """None where the controller replaces nothing by itself."""
    if not rolls(daemonset):
        return None
    rolling = daemonset.spec.update_strategy.rolling_update or RollingUpdateDaemonSet()
    allowed = budget(daemonset, sum(node.eligible for node in nodes))
    surges = budget(daemonset, 1).max_surge > 0
    setting = rolling.max_surge if surges else rolling.max_unavailable
    users = [node for node in nodes if node.uses_budget]
    return RolloutBudget(
        kind="maxSurge" if surges else "maxUnavailable",
        setting=1 if setting is None else setting,
        limit=allowed.max_surge if surges else allowed.max_unavailable,
        used=len(users),
        stuck=sum(node.outlook == "stuck" for node in users),
    )


def _waves(nodes: Sequence[NodeRollout], allowed: RolloutBudget) -> int | None:
    """Rounds of as many nodes as the budget holds, once what heals has healed; None when none of it is left."""
    candidates = sum(node.step == "Old" for node in nodes)
    under_way = sum(node.in_motion and node.outlook != "stuck" for node in nodes)
    if not allowed.usable:
        return None if candidates else min(1, under_way)
    # More may be under way than the budget holds, as unwell old pods are replaced at once: one round all the same.
    return -(-(candidates + min(under_way, allowed.usable)) // allowed.usable)


# --- the verdict -----------------------------------------------------------------------------------


def _has_revision(snapshot: ClusterSnapshot, daemonset: DaemonSet) -> bool:
    """Whether a revision holds the present template: the controller makes it before it does anything else.

    A DaemonSet and its revisions are read, and followed, apart from each other: one may be known before the other.
    """
    present = snapshot.daemonset_objects.get(daemonset.metadata.uid)
    current = current_revision(daemonset, present, snapshot.revisions)
    return current is not None and holds_template(current, present)


def _verdict(
    daemonset: DaemonSet,
    nodes: Sequence[NodeRollout] | None,
    allowed: RolloutBudget | None,
    *,
    caught_up: bool,
) -> RolloutVerdict | None:
    if daemonset.metadata.deletion_timestamp:
        return "Deleting"
    if daemonset.metadata.generation > daemonset.status.observed_generation:
        return "NotObserved"
    if nodes is None:
        return None
    if not caught_up:
        return "NotObserved"
    if not rolls(daemonset) and any(node.holds_old for node in nodes):
        return "OnDelete"
    unfinished = [node for node in nodes if node.is_open and not _is_let_be(node, allowed)]
    if not unfinished:
        return "Done"
    return "WillNotFinish" if any(node.outlook == "stuck" for node in unfinished) else "Progressing"


def _is_let_be(node: NodeRollout, allowed: RolloutBudget | None) -> bool:
    """An old pod on a node where the DaemonSet does not belong is taken away as any other is, within the budget.

    A percentage of no eligible node at all allows none, and nothing waits for that pod to go.
    """
    if allowed is None or allowed.kind != "maxUnavailable" or allowed.limit:
        return False
    return node.step == "Old" and not node.eligible


# --- the pace --------------------------------------------------------------------------------------


def _pace(
    daemonset: DaemonSet,
    by_node: Mapping[str, Sequence[Pod]],
    current_hash: str,
    nodes: Sequence[NodeRollout],
    now: datetime,
) -> Pace | None:
    """None before the first new pod is available.

    No pod of an old revision is made once a rollout has begun, so new pods that are older than the youngest
    old one are no work of this rollout: they stand since before a rollback.
    """
    generation = template_generation(daemonset)
    new: list[Pod] = []
    old: list[Pod] = []
    for pods in by_node.values():
        for pod in pods:
            (new if is_pod_updated(pod, current_hash, generation) else old).append(pod)
    begun = max((created for pod in old if (created := pod.metadata.creation_timestamp)), default=None)
    finished = [
        (pod.metadata.creation_timestamp, since + timedelta(seconds=daemonset.spec.min_ready_seconds))
        for pod in new
        if pod.metadata.creation_timestamp
        and (begun is None or pod.metadata.creation_timestamp > begun)
        and is_available(pod, daemonset.spec.min_ready_seconds, now)
        and (condition := ready_condition(pod)) is not None
        and (since := condition.last_transition_time) is not None
    ]
    if not old or not finished:
        return None
    span = max(moment for _, moment in finished) - min(created for created, _ in finished)
    left = sum(node.is_open for node in nodes)
    stuck = any(node.is_open and node.outlook == "stuck" for node in nodes)
    remaining = None if stuck or not left else max(span, timedelta(seconds=1)) * left / len(finished)
    return Pace(nodes=len(finished), span=span, remaining=remaining)
