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
from kubectl_ds.core.ownership import target_node_name
from kubectl_ds.core.placement import place_all


class LiveItem:
    """What is known of one DaemonSet. Every method that may change it answers which nodes it changed."""

    def __init__(self, joins: LiveJoins, daemonset: DaemonSet) -> None:
        self.daemonset = daemonset
        self.nodes: dict[str, NodeCoverage] = {}
        """By name, in no order."""
        self.next_moment: datetime | None = None
        """When something else may be said of it though nothing changes."""
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
        return not self._eligible

    @property
    def has_problems(self) -> bool:
        """As `DaemonSetCoverage.has_problems`."""
        if any(node.is_problem for node in self.nodes.values()):
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
        self.nodes = {one.node: one for one in joined.every_node()}
        self._uneasy = {name for name, one in self.nodes.items() if not _is_calm(one)}
        self._settle(joins)
        return changes_between(self.daemonset, before, self.nodes, joins.snapshot.taken_at)

    def revise(self, joins: LiveJoins) -> bool:
        """Whether another revision is the current one than before, so that it has to begin anew."""
        return current_hash(joins, self.daemonset) != self._hash

    def update(
        self, joins: LiveJoins, nodes: Collection[str], pods: Mapping[Key, Pod | None], *, look: bool
    ) -> list[CoverageChange] | None:
        """Take in nodes and pods that are other than before; None where that changes nothing at all.

        `look`: judge what is not as it should be even so.
        """
        moved = self._place(joins, nodes) | self._regroup(pods)
        if not moved and not look and self._uneasy.isdisjoint(nodes):
            if self.is_idle and nodes:
                self._told = None
                return []
            return None
        before = {name: self.nodes.get(name) for name in moved | self._uneasy}
        judge, self._disagreements = judge_of(
            joins, self.daemonset, self._placements, self._by_node, self._hash
        )
        for name in before:
            node = joins.node_of.get(name)
            if node is None or name not in self._placements:
                self.nodes.pop(name, None)
                self._uneasy.discard(name)
                continue
            one = self.nodes[name] = judge.node(node, self._placements[name], self._by_node.get(name, ()))
            (self._uneasy.discard if _is_calm(one) else self._uneasy.add)(name)
        self._settle(joins)
        after = {name: self.nodes.get(name) for name in before}
        return changes_between(self.daemonset, before, after, joins.snapshot.taken_at)

    def look_again(self, joins: LiveJoins) -> list[CoverageChange] | None:
        """Judge what is not as it should be at a later moment."""
        return self.update(joins, (), {}, look=True) if self._uneasy else None

    # --- inside ------------------------------------------------------------------------------------

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

    def _regroup(self, pods: Mapping[Key, Pod | None]) -> set[str]:
        """The names of the nodes on which these pods count, or counted; each node's pods are sorted anew."""
        if "pods" in self._unread or not pods:
            return set()
        names = {target for pod in pods.values() if pod is not None and (target := target_node_name(pod))}
        names |= {
            name for name, here in self._by_node.items() if any(key_of(one.metadata) in pods for one in here)
        }
        staying = [
            pod for name in names for pod in self._by_node.pop(name, ()) if key_of(pod.metadata) not in pods
        ]
        came = [pod for pod in pods.values() if pod is not None]
        self._by_node.update(claimed_by_node(self.daemonset, [*staying, *came]))
        return names

    def _settle(self, joins: LiveJoins) -> None:
        """What follows from the nodes: whether there are eligible ones, and when to look again."""
        self._told = None
        self._eligible = any(one.should_run for one in self._placements.values())
        now = joins.snapshot.taken_at
        moments = [
            next_availability(self.daemonset, (pod for here in self._by_node.values() for pod in here), now)
        ]
        if self._uneasy:
            events = joins.events.about("DaemonSet", self.daemonset.metadata)
            failure, ended = creation_failure(events), ended_pods(events)
            moments += [
                next_turn(
                    self.daemonset,
                    joins.node_of.get(name),
                    self._by_node.get(name, ()),
                    failure,
                    ended.get(name),
                    now,
                )
                for name in self._uneasy
            ]
        self.next_moment = earliest(moments)


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
