"""One DaemonSet of a live coverage: its nodes as they were judged last, and what of them a change touches."""

from collections.abc import Collection, Mapping, Set
from datetime import datetime

from kubectl_ds.core.coverage import Joined, current_hash, item_of, judge_of
from kubectl_ds.core.coverage_change import CoverageChange
from kubectl_ds.core.coverage_reasons import code_of
from kubectl_ds.core.coverage_report import DaemonSetCoverage, NodeCoverage, State
from kubectl_ds.core.creation_failures import creation_failure
from kubectl_ds.core.ended_pods import ended_pods
from kubectl_ds.core.live_joins import LiveJoins, claimed_by_node
from kubectl_ds.core.model import DaemonSet, Pod
from kubectl_ds.core.moments import earliest, next_availability, next_turn
from kubectl_ds.core.object_key import Key, key_of
from kubectl_ds.core.placement import place_all
from kubectl_ds.core.status import ComputedStatus, compute_status


class LiveItem:
    """What is known of one DaemonSet. Every method that may change it answers which nodes it changed."""

    def __init__(self, joins: LiveJoins, daemonset: DaemonSet) -> None:
        self.daemonset = daemonset
        self.nodes: dict[str, NodeCoverage] = {}
        """By name, in no order."""
        self.next_moment: datetime | None = None
        """When something else may be said of it though nothing changes."""
        self._uneasy: set[str] = set()
        self._problems: set[str] = set()
        self._turns: dict[str, datetime] = {}
        """When something else may be said of an uneasy node."""
        self._available_at: datetime | None = None
        self._counts_changed = False
        self._told: tuple[object, DaemonSetCoverage] | None = None
        """What was asked last, and the answer, until something changes."""
        self.begin(joins)

    # --- what is known -----------------------------------------------------------------------------

    @property
    def uneasy(self) -> Set[str]:
        """Names of nodes of which more than their own pods decides what is said."""
        return self._uneasy

    @property
    def is_idle(self) -> bool:
        """Whether it belongs on no node: then all nodes decide what almost matched."""
        return not self._counts.desired_number_scheduled

    @property
    def has_problems(self) -> bool:
        """As `DaemonSetCoverage.has_problems`."""
        if self._problems:
            return True
        known = not self._unread & {"nodes", "pods"}
        return known and any(name not in self._placements for name in self._by_node)

    def coverage(
        self, joins: LiveJoins, *, states: Collection[State] | None = None, problems: bool = False
    ) -> DaemonSetCoverage:
        """What the report says of it, as of the last look."""
        asked = (None if states is None else frozenset(states), problems)
        if self._told is None or self._told[0] != asked:
            every = [self.nodes[name] for name in joins.live_nodes.names if name in self.nodes]
            item = item_of(
                joins,
                self.daemonset,
                every,
                self._placements,
                self._by_node,
                self._disagreements,
                states=states,
                problems=problems,
            )
            self._told = (asked, item)
        return self._told[1]

    # --- what happens ------------------------------------------------------------------------------

    def begin(self, joins: LiveJoins) -> list[CoverageChange]:
        """Everything from the start, since what all of it rests on is another one."""
        before = self.nodes
        joined = Joined(joins, self.daemonset)
        self._unread = joined.unread
        self._hash = joined.current_hash
        self._placements = dict(joined.placements)
        self._by_node = {name: list(pods) for name, pods in joined.by_node.items()}
        self._disagreements = joined.disagreements
        self._counts = self._count_anew(joins)
        self.nodes = {one.node: one for one in joined.every_node()}
        self._uneasy, self._problems, self._turns = set(), set(), {}
        self._settle(joins, self.nodes.keys())
        return changes_between(self.daemonset, before, self.nodes, joins.snapshot.taken_at)

    def revise(self, joins: LiveJoins) -> bool:
        """Whether another revision is the current one than before, so that it has to begin anew."""
        return current_hash(joins, self.daemonset) != self._hash

    def update(
        self,
        joins: LiveJoins,
        *,
        nodes: Collection[str] = (),
        pods: Mapping[Key, Pod | None] | None = None,
        targets: Collection[str] = (),
        names: Collection[str] = (),
        missing: bool = False,
    ) -> list[CoverageChange] | None:
        """Take in what is other than before; None where that changes nothing at all.

        `nodes` and `pods` that changed, and the nodes (`targets`) that those pods are, or were, meant for.
        `names`: nodes of whose pods or room something else is known. `missing`: why pods are missing may be
        another thing.
        """
        now = joins.snapshot.taken_at
        moved = self._moved(joins, nodes, pods or {}, targets)
        look = {name for name in self._uneasy if name in nodes or name in names}
        look |= {name for name, turn in self._turns.items() if turn <= now}
        if missing or (moved and self._counts_changed):
            look |= {name for name in self._uneasy if self.nodes[name].state == "Missing"}
        if not self._recount_when_due(joins) and not moved and not look and not missing:
            if self.is_idle and nodes:
                self._told = None
                return []
            return None
        return self._judge(joins, moved | look)

    def look_again(self, joins: LiveJoins) -> list[CoverageChange]:
        """Judge what is not as it should be at a later moment, ages and all."""
        is_due = self._recount_when_due(joins)
        return self._judge(joins, set(self._uneasy)) if self._uneasy or is_due else []

    # --- inside ------------------------------------------------------------------------------------

    def _moved(
        self,
        joins: LiveJoins,
        nodes: Collection[str],
        pods: Mapping[Key, Pod | None],
        targets: Collection[str],
    ) -> set[str]:
        """The names of nodes with another placement or other pods; the counts follow."""
        affected = {*nodes, *targets}
        before = self._counts_of(affected, joins)
        moved = self._place(joins, nodes) | self._regroup(pods, targets)
        if self.daemonset.spec.min_ready_seconds:
            # What counted as available a while ago depends on when that was.
            counts = self._count_anew(joins)
        else:
            counts = _with(self._counts, before, self._counts_of(affected, joins))
        self._counts_changed, self._counts = counts != self._counts, counts
        return moved

    def _recount_when_due(self, joins: LiveJoins) -> bool:
        """Whether a pod has become available by time alone; it is counted then."""
        is_due = self._available_at is not None and self._available_at <= joins.snapshot.taken_at
        if is_due:
            self._counts = self._count_anew(joins)
        return is_due

    def _count_anew(self, joins: LiveJoins) -> ComputedStatus:
        return compute_status(
            self.daemonset, self._placements, self._by_node, self._hash or "", joins.snapshot.taken_at
        )

    def _counts_of(self, names: Collection[str], joins: LiveJoins) -> ComputedStatus:
        """What these nodes contribute: no counter depends on more than one node at a time."""
        placements = {name: self._placements[name] for name in names if name in self._placements}
        return compute_status(
            self.daemonset, placements, self._by_node, self._hash or "", joins.snapshot.taken_at
        )

    def _place(self, joins: LiveJoins, nodes: Collection[str]) -> set[str]:
        """The names of these nodes whose placement is another one."""
        if "nodes" in self._unread:
            return set()
        gone = {name for name in nodes if name not in joins.node_of and name in self._placements}
        for name in gone:
            del self._placements[name]
        there = [joins.node_of[name] for name in nodes if name in joins.node_of]
        placed = place_all(self.daemonset, there, joins.gates) if there else {}
        moved = {name for name, one in placed.items() if self._placements.get(name) != one}
        self._placements.update(placed)
        return gone | moved

    def _regroup(self, pods: Mapping[Key, Pod | None], targets: Collection[str]) -> set[str]:
        """The names of the nodes on which these pods count, or counted; each node's pods are sorted anew."""
        if "pods" in self._unread or not pods:
            return set()
        here = [pod for name in targets for pod in self._by_node.pop(name, ())]
        staying = [pod for pod in here if key_of(pod.metadata) not in pods]
        came = [pod for pod in pods.values() if pod is not None]
        self._by_node.update(claimed_by_node(self.daemonset, [*staying, *came]))
        return set(targets)

    def _judge(self, joins: LiveJoins, names: Set[str]) -> list[CoverageChange]:
        """Judge these nodes anew, or let go of those that are not there."""
        before = {name: self.nodes.get(name) for name in names}
        judge, self._disagreements = judge_of(
            *(joins, self.daemonset, self._placements, self._by_node, self._hash), computed=self._counts
        )
        for name in names:
            node = joins.node_of.get(name)
            if node is None or name not in self._placements:
                self.nodes.pop(name, None)
            else:
                self.nodes[name] = judge.node(node, self._placements[name], self._by_node.get(name, ()))
        self._settle(joins, names)
        after = {name: self.nodes.get(name) for name in names}
        return changes_between(self.daemonset, before, after, joins.snapshot.taken_at)

    def _settle(self, joins: LiveJoins, names: Collection[str]) -> None:
        """What follows from the nodes of these names: who is uneasy, and when to look again."""
        self._told = None
        now = joins.snapshot.taken_at
        uneasy = {name for name in names if (one := self.nodes.get(name)) and not _is_calm(one)}
        for name in names:
            self._turns.pop(name, None)
        self._uneasy.difference_update(names)
        self._problems.difference_update(names)
        self._uneasy |= uneasy
        self._problems |= {name for name in names if (one := self.nodes.get(name)) and one.is_problem}
        if uneasy:
            events = joins.events.about("DaemonSet", self.daemonset.metadata)
            failure, ended = creation_failure(events), ended_pods(events)
            for name in uneasy:
                pods, node = self._by_node.get(name, ()), joins.node_of.get(name)
                turn = next_turn(self.daemonset, node, pods, failure, ended.get(name), now)
                if turn is not None:
                    self._turns[name] = turn
        pods_of_all = (pod for here in self._by_node.values() for pod in here)
        self._available_at = next_availability(self.daemonset, pods_of_all, now)
        self.next_moment = earliest([min(self._turns.values(), default=None), self._available_at])


def _with(counts: ComputedStatus, before: ComputedStatus, after: ComputedStatus) -> ComputedStatus:
    """The counts once what contributed `before` contributes `after`."""
    names = counts.__struct_fields__
    return ComputedStatus(
        **{name: getattr(counts, name) - getattr(before, name) + getattr(after, name) for name in names}
    )


def changes_between(
    daemonset: DaemonSet,
    before: Mapping[str, NodeCoverage | None],
    after: Mapping[str, NodeCoverage | None],
    time: datetime,
) -> list[CoverageChange]:
    """The nodes of which something else is said; ages are nothing else."""
    return [
        CoverageChange(
            time=time,
            namespace=daemonset.metadata.namespace,
            name=daemonset.metadata.name,
            node=name,
            before=before.get(name),
            after=after.get(name),
        )
        for name in before.keys() | after.keys()
        if _said(before.get(name)) != _said(after.get(name))
    ]


def _is_calm(node: NodeCoverage) -> bool:
    """Whether what is said of it rests on nothing but its placement and its own pods, whatever happens elsewhere."""
    return node.state in ("Excluded", None) or (node.state == "Ready" and len(node.pods) == 1)


def _said(node: NodeCoverage | None) -> tuple[object, ...] | None:
    if node is None:
        return None
    codes = tuple(code_of(reason) for reason in node.reasons)
    return node.state, node.eligible, node.duplicate, node.outdated, codes, node.outlook
