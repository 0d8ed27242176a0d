"""Coverage read off the rules one node and one pod at a time, with nothing shared, indexed or decided once.

What core/coverage.py answers for 150,000 pods in bulk has to be what this finds: the oracle of test_bulk.py.
"""

from collections.abc import Sequence
from typing import Any

from kubectl_ds.core.causes import _URGENCY
from kubectl_ds.core.coverage_reasons import cause_of, details_of
from kubectl_ds.core.coverage_report import STATES, DaemonSetCoverage, NodeCoverage
from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.label_selector import matches, selects_everything
from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.placement import place
from kubectl_ds.core.revisions import (
    HASH_LABEL,
    current_revision,
    is_pod_updated,
    revision_hash,
    template_generation,
)
from kubectl_ds.core.snapshot import ClusterSnapshot
from tests.clusters import NEW_HASH


def gates_of(snapshot: ClusterSnapshot) -> FeatureGates:
    specs = [one.spec.template.spec for one in snapshot.daemonsets] + [pod.spec for pod in snapshot.pods]
    used = {toleration.operator for spec in specs for toleration in spec.tolerations}
    return FeatureGates(taint_toleration_comparison_operators=bool(used & {"Gt", "Lt"}))


def claims(daemonset: DaemonSet, pod: Pod) -> bool:
    if pod.metadata.namespace != daemonset.metadata.namespace:
        return False
    if not matches(daemonset.spec.selector, pod.metadata.labels):
        return False
    controllers = [owner for owner in pod.metadata.owner_references if owner.controller]
    if controllers:
        return controllers[0].uid == daemonset.metadata.uid
    idle = daemonset.metadata.deletion_timestamp or selects_everything(daemonset.spec.selector)
    return not idle and pod.metadata.deletion_timestamp is None


def is_dead(pod: Pod) -> bool:
    return pod.status.phase in ("Failed", "Succeeded")


def pins(pod: Pod) -> list[tuple[str, ...]]:
    affinity = pod.spec.affinity and pod.spec.affinity.node_affinity
    required = affinity and affinity.required
    return [
        requirement.values
        for term in (required.node_selector_terms if required else ())
        for requirement in term.match_fields
        if (requirement.key, requirement.operator) == ("metadata.name", "In")
    ]


def target(pod: Pod) -> str | None:
    pinned = pins(pod)
    alone = pinned[0][0] if pinned and len(pinned[0]) == 1 else None
    return pod.spec.node_name or alone


def counted(snapshot: ClusterSnapshot, daemonset: DaemonSet, node: str) -> list[Pod]:
    """What the controller counts on the node: bound before unbound, old before young, then by name."""
    there = [
        pod
        for pod in snapshot.pods
        if claims(daemonset, pod)
        and target(pod) == node
        and not (is_dead(pod) and pod.metadata.deletion_timestamp)
    ]
    return sorted(
        there, key=lambda pod: (not pod.spec.node_name, pod.metadata.creation_timestamp, pod.metadata.name)
    )


def is_ready(pod: Pod) -> bool:
    return [one.status for one in pod.status.conditions if one.type == "Ready"][:1] == ["True"]


def surges(daemonset: DaemonSet) -> bool:
    strategy = daemonset.spec.update_strategy
    rolling = strategy.rolling_update
    return strategy.type == "RollingUpdate" and bool(rolling and rolling.max_surge)


def is_updated(snapshot: ClusterSnapshot, daemonset: DaemonSet, pod: Pod) -> bool:
    """Where no revision could be read, pods of one hash are taken for one revision."""
    if snapshot.lacks("controllerrevisions"):
        return pod.metadata.labels.get(HASH_LABEL) == NEW_HASH
    template = snapshot.daemonset_objects.get(daemonset.metadata.uid)
    current = current_revision(daemonset, template, snapshot.revisions)
    return is_pod_updated(pod, revision_hash(current), template_generation(daemonset))


def state_of(eligible: bool, pods: Sequence[Pod]) -> str:
    live = [pod for pod in pods if not is_dead(pod) and not pod.metadata.deletion_timestamp]
    bound = [pod for pod in live if pod.spec.node_name]
    if not eligible:
        return "Extra" if pods else "Excluded"
    if not live:
        return "Missing"
    if not bound:
        return "Pending"
    return "Ready" if any(map(is_ready, bound)) else "NotReady"


def plain_nodes(snapshot: ClusterSnapshot, daemonset: DaemonSet) -> list[dict[str, Any]]:
    """Each node in natural order, with what can be told of it without a reason."""
    nodes = sorted(snapshot.nodes, key=lambda node: natural_key(node.metadata.name))
    return [_plain_node(snapshot, daemonset, node) for node in nodes]


def _plain_node(snapshot: ClusterSnapshot, daemonset: DaemonSet, node: Node) -> dict[str, Any]:
    placement = place(daemonset, node, gates_of(snapshot))
    pods = counted(snapshot, daemonset, node.metadata.name)
    live = [pod for pod in pods if not is_dead(pod) and not pod.metadata.deletion_timestamp]
    state = state_of(placement.should_run, pods)
    old = [not is_updated(snapshot, daemonset, pod) for pod in live]
    failing = [one.reason for one in placement.outcomes if one.reason is not None][:1]
    return {
        "node": node.metadata.name,
        "state": state,
        "eligible": placement.should_run,
        "duplicate": len(live) > 1 and not (len(live) == 2 and surges(daemonset) and old[0] != old[1]),
        "outdated": None if snapshot.lacks("controllerrevisions") else any(old),
        "is explained": state != "Ready" if len(pods) < 2 else None,
        "pods": [
            (
                pod.metadata.name,
                pod.status.phase,
                is_ready(pod),
                ("NodeAffinity" if pins(pod) else "NodeName") if pod.spec.node_name else "Unbound",
                pins(pod)[0][0] if pins(pod) and len(pins(pod)[0]) == 1 else None,
                pod.metadata.labels.get("controller-revision-hash"),
            )
            for pod in pods
        ],
        "failing": failing if state in ("Excluded", "Extra") else [],
    }


def plain_counts(item: DaemonSetCoverage) -> dict[str, int]:
    """The summary, counted off the nodes."""
    counts = {state: sum(node.state == state for node in item.nodes) for state in STATES}
    return counts | {
        "nodes": len(item.nodes),
        "eligible": sum(node.eligible for node in item.nodes),
        "duplicate": sum(bool(node.duplicate) for node in item.nodes),
        "outdated": sum(bool(node.outdated) for node in item.nodes),
    }


def plain_causes(nodes: Sequence[NodeCoverage]) -> list[tuple[Any, ...]]:
    """State, first node's reasons, all nodes, and whether details vary: each group found by comparing with all."""
    groups: list[list[NodeCoverage]] = []
    for node in nodes:
        if not node.reasons or node.state is None:
            continue
        fitting = [group for group in groups if _same_cause(group[0], node)]
        if fitting:
            fitting[0].append(node)
        else:
            groups.append([node])
    groups.sort(
        key=lambda group: (
            group[0].state == "Excluded",
            -len(group),
            group[0].state == "Extra",
            _URGENCY.index(group[0].outlook),
            STATES.index(group[0].state),
        )
    )
    return [
        (
            group[0].state,
            group[0].reasons,
            tuple(node.node for node in group),
            any(_details(node) != _details(group[0]) for node in group),
        )
        for group in groups
    ]


def _same_cause(one: NodeCoverage, other: NodeCoverage) -> bool:
    return (one.state, one.outlook, [cause_of(reason) for reason in one.reasons]) == (
        other.state,
        other.outlook,
        [cause_of(reason) for reason in other.reasons],
    )


def _details(node: NodeCoverage) -> list[Any]:
    return [detail for reason in node.reasons for detail in details_of(reason)]
