"""Node by node: which node has its pod, which lacks it, which has one too many, and why.

Placement, ownership and status are the DaemonSet controller's own (pkg/controller/daemon); the states are the
program's own: see docs/coverage.md.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from kubectl_ds.core.causes import distinct_causes
from kubectl_ds.core.coverage_node import NodeJudge
from kubectl_ds.core.coverage_report import (
    CoverageReport,
    DaemonSetCoverage,
    NodeCoverage,
    OrphanedPod,
    State,
    Summary,
)
from kubectl_ds.core.creation_failures import creation_failure
from kubectl_ds.core.ended_pods import ended_pods
from kubectl_ds.core.event_index import EventIndex
from kubectl_ds.core.feature_gates import FeatureGates, infer_feature_gates
from kubectl_ds.core.missing import MissingContext
from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.namespaces import is_going, namespace_of
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.near_miss import near_miss
from kubectl_ds.core.object_key import key_of
from kubectl_ds.core.ownership import PodIndex, pods_by_node
from kubectl_ds.core.placement import NodeKinds, Placement, in_natural_order, place_all
from kubectl_ds.core.revisions import RevisionIndex, current_revision, revision_hash
from kubectl_ds.core.scheduling import SchedulingContext
from kubectl_ds.core.scheduling.node_room import RoomIndex
from kubectl_ds.core.snapshot import ClusterSnapshot, Gap, Resource
from kubectl_ds.core.status import ComputedStatus, Disagreement, compute_status, disagreements
from kubectl_ds.core.update_strategy import rolls

_WANTED: tuple[Resource, ...] = ("nodes", "pods", "controllerrevisions", "events")


def coverage(
    snapshot: ClusterSnapshot,
    *,
    names: Collection[str] | None = None,
    states: Collection[State] | None = None,
    problems: bool = False,
    gates: FeatureGates | None = None,
) -> CoverageReport:
    """The coverage of every DaemonSet in the snapshot, or of those with one of `names`.

    `states` and `problems` (nodes that are not as they should be) narrow the nodes and causes listed, never
    the summary. `gates`: inferred from the objects when None. Without the node list there are no nodes in
    the report; without the pods nodes have an eligibility and no state.
    """
    return coverage_in(Cluster(snapshot, gates), names=names, states=states, problems=problems)


def coverage_in(
    cluster: "Cluster",
    *,
    names: Collection[str] | None = None,
    states: Collection[State] | None = None,
    problems: bool = False,
) -> CoverageReport:
    """The same over joins that something else needs as well."""
    snapshot = cluster.snapshot
    chosen = (one for one in snapshot.daemonsets if names is None or one.metadata.name in names)
    items = [
        _one(cluster, daemonset, states=states, problems=problems)
        for daemonset in sorted(chosen, key=lambda one: key_of(one.metadata))
    ]
    return CoverageReport(items=tuple(items), incomplete=snapshot.gaps, consistency=snapshot.consistency)


class Cluster:
    """A snapshot with its joins, each built once and only when asked for.

    core/live_coverage.py has one of its own, whose joins follow the changes of a cluster.
    """

    def __init__(self, snapshot: ClusterSnapshot, gates: FeatureGates | None) -> None:
        self.snapshot = snapshot
        self._gates = gates
        self._kinds: NodeKinds | None = None
        self._revisions: RevisionIndex | None = None

    @cached_property
    def gates(self) -> FeatureGates:
        return self._gates or infer_feature_gates(self.snapshot.daemonsets, self.snapshot.pods)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        return in_natural_order(self.snapshot.nodes)

    @property
    def kinds(self) -> NodeKinds:
        """The nodes in order, for placement; made anew when they are others."""
        if self._kinds is None or self._kinds.nodes is not self.nodes:
            self._kinds = NodeKinds(self.nodes)
        return self._kinds

    @property
    def revisions(self) -> RevisionIndex:
        """Made anew when the snapshot holds others."""
        if self._revisions is None or self._revisions.revisions is not self.snapshot.revisions:
            self._revisions = RevisionIndex(self.snapshot.revisions)
        return self._revisions

    @cached_property
    def node_of(self) -> dict[str, Node]:
        return {node.metadata.name: node for node in self.snapshot.nodes}

    @cached_property
    def pods(self) -> PodIndex:
        return PodIndex(self.snapshot.pods)

    @cached_property
    def events(self) -> EventIndex:
        return EventIndex(self.snapshot.events)

    @cached_property
    def room(self) -> RoomIndex | None:
        return RoomIndex(self.snapshot.pods) if self.snapshot.all_pods else None

    def unread_for(self, daemonset: DaemonSet) -> frozenset[Resource]:
        """The resources that this DaemonSet needs and that were not read, or not wholly."""
        namespace = daemonset.metadata.namespace
        return frozenset(one for one in _WANTED if self._unread(one, namespace))

    def _unread(self, resource: Resource, namespace: str) -> bool:
        """Whether a resource that this DaemonSet needs was not read, or not wholly.

        A cluster-wide gap in pods that were read concerns the other namespaces: the DaemonSet's own pods are
        asked for apart from those that only take room.
        """
        if resource not in self.snapshot.read:
            return True
        where = {namespace} if resource == "pods" else {namespace, ""}
        return any(gap.resource == resource and gap.namespace in where for gap in self.snapshot.gaps)


class Joined:
    """One DaemonSet beside the nodes and pods of its snapshot.

    `unread`: resources that it needs and that were not read, or not wholly. `placements` by node, empty when
    the nodes are unread; `by_node`: the pods that the controller counts there, empty when they are unread.
    `current_hash`: see the function of this name.
    """

    def __init__(self, cluster: Cluster, daemonset: DaemonSet) -> None:
        self.unread = cluster.unread_for(daemonset)
        self.placements: Mapping[str, Placement] = {}
        if "nodes" not in self.unread:
            self.placements = place_all(daemonset, cluster.kinds, cluster.gates)
        self.by_node: Mapping[str, Sequence[Pod]] = {}
        if "pods" not in self.unread:
            self.by_node = pods_by_node(daemonset, cluster.pods.claimed(daemonset))
        self.current_hash = current_hash(cluster, daemonset)
        self._cluster = cluster
        self._judge, self.disagreements = judge_of(
            cluster, daemonset, self.placements, self.by_node, self.current_hash
        )

    def judge(self, name: str, pods: Sequence[Pod]) -> NodeCoverage:
        """The node of this name, as if it held just these pods."""
        return self._judge.node(self._cluster.node_of[name], self.placements[name], pods)

    def every_node(self) -> list[NodeCoverage]:
        """All nodes in natural order, with the pods that are there."""
        if not self.placements:
            return []
        judge, by_node, placements = self._judge.node, self.by_node, self.placements
        kinds = self._cluster.kinds
        return [
            judge(node, placements[name], by_node.get(name, ()))
            for name, node in zip(kinds.names, kinds.nodes, strict=True)
        ]


def _one(
    cluster: Cluster, daemonset: DaemonSet, *, states: Collection[State] | None, problems: bool
) -> DaemonSetCoverage:
    joins = Joined(cluster, daemonset)
    return item_of(
        cluster,
        daemonset,
        joins.every_node(),
        joins.placements,
        joins.by_node,
        joins.disagreements,
        states=states,
        problems=problems,
    )


def item_of(
    cluster: Cluster,
    daemonset: DaemonSet,
    every: Sequence[NodeCoverage],
    placements: Mapping[str, Placement],
    by_node: Mapping[str, Sequence[Pod]],
    disagreeing: tuple[Disagreement, ...],
    *,
    states: Collection[State] | None,
    problems: bool,
) -> DaemonSetCoverage:
    """What the report says of one DaemonSet whose nodes have been judged: counts, causes, orphans."""
    meta, unread = daemonset.metadata, cluster.unread_for(daemonset)
    orphaned = () if unread & {"nodes", "pods"} else _orphaned(by_node, placements)
    narrowed = states is not None or problems
    listed = tuple(
        [node for node in every if _is_listed(node, states, problems=problems)] if narrowed else every
    )
    return DaemonSetCoverage(
        namespace=meta.namespace,
        name=meta.name,
        uid=meta.uid,
        summary=_summary(every, len(orphaned), unread),
        controller_disagrees=disagreeing,
        nodes=listed,
        causes=distinct_causes(listed),
        orphaned=orphaned,
        incomplete=_gaps_of(cluster.snapshot, meta.namespace),
        up_to_date=None
        if unread & {"nodes", "pods", "controllerrevisions"}
        else sum(map(_is_current, every)),
        taken_for_current=tuple([node.node for node in every if node.taken_for_current]),
        namespace_is_going=is_going(namespace_of(meta.namespace, cluster.snapshot.namespaces)),
        halted_surges=sum(node.halts_rollout for node in every),
        near_miss=None
        if "nodes" in unread or any(placement.should_run for placement in placements.values())
        else near_miss(daemonset, cluster.nodes, cluster.gates, placements),
    )


def current_hash(cluster: Cluster, daemonset: DaemonSet) -> str | None:
    """The hash of the present template's pods; None when the revisions could not be read."""
    if "controllerrevisions" in cluster.unread_for(daemonset):
        return None
    template = cluster.snapshot.daemonset_objects.get(daemonset.metadata.uid)
    return revision_hash(current_revision(daemonset, template, cluster.revisions.about(daemonset)))


def judge_of(
    cluster: Cluster,
    daemonset: DaemonSet,
    placements: Mapping[str, Placement],
    by_node: Mapping[str, Sequence[Pod]],
    current_hash: str | None,
    *,
    computed: ComputedStatus | None = None,
) -> tuple[NodeJudge, tuple[Disagreement, ...]]:
    """What judges the nodes of one DaemonSet, and where its stored status differs from the computed one.

    `computed`: where it is known already what `compute_status` would count.
    """
    snapshot, meta, unread = cluster.snapshot, daemonset.metadata, cluster.unread_for(daemonset)
    if computed is None:
        computed = compute_status(daemonset, placements, by_node, current_hash or "", snapshot.taken_at)
    events = cluster.events.about("DaemonSet", meta)
    failure = creation_failure(events)
    judge = NodeJudge(
        daemonset=daemonset,
        current_hash=current_hash,
        pods_unread="pods" in unread,
        events=cluster.events,
        missing=MissingContext(
            daemonset=daemonset,
            computed=None if snapshot.some_nodes else computed,
            failure=failure,
            events_unread="events" in unread,
            now=snapshot.taken_at,
            namespace=namespace_of(meta.namespace, snapshot.namespaces),
            ended=ended_pods(events),
        ),
        scheduling=lambda: SchedulingContext(
            now=snapshot.taken_at,
            room=cluster.room,
            gates=cluster.gates,
            outdated_pods_are_replaced=rolls(daemonset),
            daemonset=daemonset,
        ),
    )
    if unread & {"nodes", "pods"} or snapshot.some_nodes:
        return judge, ()
    return judge, tuple(
        one
        for one in disagreements(daemonset, computed)
        if current_hash is not None or one.field != "updatedNumberScheduled"
    )


def _orphaned(
    by_node: Mapping[str, Sequence[Pod]], placements: Mapping[str, Placement]
) -> tuple[OrphanedPod, ...]:
    found = [
        OrphanedPod(pod=pod.metadata.name, node=node)
        for node, pods in by_node.items()
        if node not in placements
        for pod in pods
    ]
    return tuple(sorted(found, key=lambda one: (natural_key(one.node), one.pod)))


def _is_listed(node: NodeCoverage, states: Collection[State] | None, *, problems: bool) -> bool:
    if states is not None and node.state not in states:
        return False
    return node.is_problem if problems else True


def _is_current(node: NodeCoverage) -> bool:
    return node.state in ("Ready", "NotReady", "Pending") and not node.outdated


def _summary(nodes: Sequence[NodeCoverage], orphaned: int, unread: frozenset[Resource]) -> Summary:
    """Counts; None for everything that rests on what was not read."""
    if "nodes" in unread:
        return Summary(**dict.fromkeys(Summary.__struct_fields__, None))
    blind = "pods" in unread
    states = Counter([node.state for node in nodes])

    def count(state: State) -> int | None:
        return None if blind else states[state]

    return Summary(
        nodes=len(nodes),
        eligible=sum([node.eligible for node in nodes]),
        ready=count("Ready"),
        not_ready=count("NotReady"),
        pending=count("Pending"),
        missing=count("Missing"),
        extra=count("Extra"),
        excluded=count("Excluded"),
        duplicate=None if blind else sum([node.duplicate is True for node in nodes]),
        outdated=None
        if blind or "controllerrevisions" in unread
        else sum([node.outdated is True for node in nodes]),
        orphaned=None if blind else orphaned,
    )


def _gaps_of(snapshot: ClusterSnapshot, namespace: str) -> tuple[Gap, ...]:
    return tuple(gap for gap in snapshot.gaps if not gap.namespace or gap.namespace == namespace)
