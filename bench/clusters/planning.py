"""Who is where: which kind each node is of, and in which state each daemon pod on it is."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bench.clusters.daemonset_objects import DaemonSetPlan, plan_of
from bench.clusters.node_objects import GENERAL, KINDS, ZONES, NodeKind, node_tree
from bench.clusters.pod_objects import PodState
from bench.clusters.size import Size
from bench.rules import verdict

_TINY = 4
"""Nodes; among fewer nobody is unwell."""


class NodePlan(NamedTuple):
    number: int
    name: str
    kind: NodeKind
    zone: str


class PodPlan(NamedTuple):
    """One daemon pod. `old` is on the older revision."""

    name: str
    node: int
    state: PodState
    old: bool


@dataclass(frozen=True)
class DaemonSetFacts:
    """A DaemonSet with its pods by name, and the status that follows from them."""

    plan: DaemonSetPlan
    pods: list[PodPlan]
    status: dict[str, int]

    @property
    def missing(self) -> int:
        """Nodes that should have a pod and have none."""
        return self.status["desiredNumberScheduled"] - self.status["currentNumberScheduled"]


@dataclass(frozen=True)
class ClusterPlan:
    """A whole cluster, with an entry for each pod and no object."""

    size: Size
    nodes: list[NodePlan]
    daemonsets: list[DaemonSetFacts]
    daemon_pods_on: list[int]
    """Bound daemon pods by node."""
    full: frozenset[int]
    """Nodes on which a daemon pod waits for room."""

    def serial(self, facts: DaemonSetFacts, place: int) -> int:
        """A number that the daemon pod at this place has to itself: events know its uid by it too."""
        return facts.plan.number * len(self.nodes) + place


def plan_cluster(size: Size) -> ClusterPlan:
    """The cluster of this size and seed."""
    chance = random.Random(size.seed)  # noqa: S311 - the same seed must give the same cluster
    nodes = _nodes(size.nodes, chance)
    bound = [0] * size.nodes
    full: set[int] = set()
    daemonsets = []
    for number in range(size.daemonsets):
        facts = _daemonset(plan_of(number), nodes, chance)
        daemonsets.append(facts)
        for pod in facts.pods:
            if pod.state == "pending":
                full.add(pod.node)
            else:
                bound[pod.node] += 1
    return ClusterPlan(size, nodes, daemonsets, bound, frozenset(full))


def _nodes(count: int, chance: random.Random) -> list[NodePlan]:
    """Exact shares in random places, so that every size has some of each kind."""
    kinds = [kind for share, kind in KINDS for _ in range(max(1, round(share * count)))][: count - 1]
    kinds += [GENERAL] * (count - len(kinds))
    chance.shuffle(kinds)
    names = sorted(f"ip-10-{number >> 8 & 255}-{number & 255}-{number % 7 + 1}" for number in range(count))
    return [
        NodePlan(number, name, kind, ZONES[number % len(ZONES)])
        for number, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]


def _daemonset(plan: DaemonSetPlan, nodes: list[NodePlan], chance: random.Random) -> DaemonSetFacts:
    verdicts = {}
    for node in nodes:
        if node.kind not in verdicts:
            verdicts[node.kind] = verdict(plan.spec, node_tree(node.kind, node.zone, 0))
    eligible = [node for node in nodes if verdicts[node.kind].should_run]
    tolerant = [
        node for node in nodes if not verdicts[node.kind].should_run and verdicts[node.kind].should_continue
    ]
    states = _on_eligible(plan, eligible, chance) | _left_behind(plan, tolerant, chance)
    suffixes = _suffixes(chance)
    pods = []
    for number, state in states.items():
        old = chance.random() < plan.outdated
        pods.append(PodPlan(f"{plan.name}-{next(suffixes)}", number, state, old))
    pods.sort()
    return DaemonSetFacts(plan, pods, _status(pods, {node.number for node in eligible}))


def _on_eligible(plan: DaemonSetPlan, nodes: list[NodePlan], chance: random.Random) -> dict[int, PodState]:
    """The state of each node's pod; nodes that lack it are left out."""
    states: dict[int, PodState] = {
        node.number: "ready" if node.kind.ready == "True" else "on a lost node" for node in nodes
    }
    troubles: dict[PodState | None, int] = {
        None: _share(plan.missing, nodes),
        "crashing": _share(plan.crashing, nodes),
        "terminating": _share(plan.terminating, nodes),
        "pending": _share(plan.pending, nodes),
    }
    unlucky = chance.sample([node.number for node in nodes], sum(troubles.values()))
    for trouble, count in troubles.items():
        for number in unlucky[:count]:
            if trouble is None:
                del states[number]
            else:
                states[number] = trouble
        del unlucky[:count]
    return states


def _left_behind(plan: DaemonSetPlan, nodes: list[NodePlan], chance: random.Random) -> dict[int, PodState]:
    """Pods on nodes that keep it out now and drive nobody out: all of lost nodes, and a few others."""
    lost = [node for node in nodes if node.kind.ready != "True"]
    others = [node for node in nodes if node.kind.ready == "True"]
    kept: dict[int, PodState] = {node.number: "on a lost node" for node in lost}
    return kept | {node.number: "ready" for node in chance.sample(others, _share(plan.left_behind, others))}


def _share(share: float, nodes: list[NodePlan]) -> int:
    """How many nodes a share is: at least one, unless there is none at all or the cluster is tiny."""
    return max(1, round(share * len(nodes))) if share and len(nodes) >= _TINY else 0


def _status(pods: list[PodPlan], eligible: set[int]) -> dict[str, int]:
    """Mirrors `updateDaemonSetStatus`: a terminating pod counts there like any other."""
    own = [pod for pod in pods if pod.node in eligible]
    ready = [pod for pod in own if pod.state == "ready"]
    return {
        "desiredNumberScheduled": len(eligible),
        "currentNumberScheduled": len(own),
        "numberMisscheduled": len(pods) - len(own),
        "numberReady": len(ready),
        "updatedNumberScheduled": sum(not pod.old for pod in own),
        "numberAvailable": len(ready),
        "numberUnavailable": len(eligible) - len(ready),
    }


def _suffixes(chance: random.Random) -> Iterator[str]:
    """Five characters of the alphabet that Kubernetes draws from, each time others."""
    seen: set[str] = set()
    while True:
        suffix = "".join(chance.choices("bcdfghjklmnpqrstvwxz2456789", k=5))
        if suffix not in seen:
            seen.add(suffix)
            yield suffix
