"""Who is where: which kind each node is of, and in which state each daemon pod on it is."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.clusters.daemonset_objects import DaemonSetPlan, plan_of
from bench.clusters.node_objects import GENERAL, KINDS, ZONES, NodeKind, node_tree
from bench.clusters.pod_objects import PodState
from bench.clusters.size import Size
from bench.rules import verdict


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


@dataclass
class DaemonSetFacts:
    """A DaemonSet with its pods by name, and the status that follows from them."""

    plan: DaemonSetPlan
    pods: list[PodPlan] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)
    missing: int = 0


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
    facts = DaemonSetFacts(plan)
    verdicts = {}
    for node in nodes:
        if node.kind not in verdicts:
            verdicts[node.kind] = verdict(plan.spec, node_tree(node.kind, node.zone, 0))
    suffixes = _suffixes(chance)
    eligible = misscheduled = 0
    for node in nodes:
        should_run, should_continue = verdicts[node.kind]
        eligible += should_run
        state = (
            _state(plan, node, chance) if should_run else _left_behind(plan, node, should_continue, chance)
        )
        if state is None:
            facts.missing += should_run
            continue
        misscheduled += not should_run and state != "terminating"
        old = chance.random() < plan.outdated
        facts.pods.append(PodPlan(f"{plan.name}-{next(suffixes)}", node.number, state, old))
    facts.pods.sort()
    facts.status = _status(
        facts, eligible, misscheduled, {node.number for node in nodes if verdicts[node.kind].should_run}
    )
    return facts


def _state(plan: DaemonSetPlan, node: NodePlan, chance: random.Random) -> PodState | None:
    shares: tuple[tuple[float, PodState | None], ...] = (
        (plan.missing, None),
        (plan.crashing, "crashing"),
        (plan.terminating, "terminating"),
        (plan.pending, "pending"),
    )
    point = chance.random()
    for share, state in shares:
        if point < share:
            return state
        point -= share
    return "ready" if node.kind.ready == "True" else "on a lost node"


def _left_behind(
    plan: DaemonSetPlan, node: NodePlan, should_continue: bool, chance: random.Random
) -> PodState | None:
    """A node that keeps it out: a pod from before stays there where no rule drives it out."""
    lost = node.kind.ready != "True"
    if should_continue and (lost or chance.random() < plan.left_behind):
        return "on a lost node" if lost else "ready"
    return None


def _status(facts: DaemonSetFacts, eligible: int, misscheduled: int, should: set[int]) -> dict[str, int]:
    """Mirrors `updateDaemonSetStatus`: a terminating pod counts there like any other."""
    own = [pod for pod in facts.pods if pod.node in should]
    ready = [pod for pod in own if pod.state == "ready"]
    return {
        "desiredNumberScheduled": eligible,
        "currentNumberScheduled": len(own),
        "numberMisscheduled": misscheduled,
        "numberReady": len(ready),
        "updatedNumberScheduled": sum(not pod.old for pod in own),
        "numberAvailable": len(ready),
        "numberUnavailable": eligible - len(ready),
    }


def _suffixes(chance: random.Random) -> Iterator[str]:
    """Five characters of the alphabet that Kubernetes draws from, each time others."""
    seen: set[str] = set()
    while True:
        suffix = "".join(chance.choices("bcdfghjklmnpqrstvwxz2456789", k=5))
        if suffix not in seen:
            seen.add(suffix)
            yield suffix
