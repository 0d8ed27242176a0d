"""What is decided once for many nodes, indexed and shared answers as node by node and pod by pod."""

from typing import Any

from hypothesis import given
from msgspec.structs import astuple, replace

from kubectl_ds.core import placement
from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_report import NodeCoverage
from kubectl_ds.core.feature_gates import infer_feature_gates
from kubectl_ds.core.near_miss import near_miss
from kubectl_ds.core.placement import NodeKinds, place, place_all
from kubectl_ds.core.revisions import RevisionIndex, current_revision
from tests.core.plain_coverage import gates_of, plain_causes, plain_counts, plain_nodes
from tests.random_clusters import random_snapshot, seeds


@given(seeds())
def test_every_node_is_decided_as_it_is_alone(seed: int):
    snapshot = random_snapshot(seed, most_nodes=20)
    gates = gates_of(snapshot)
    kinds = NodeKinds(snapshot.nodes)
    for daemonset in snapshot.daemonsets:
        alone = {node.metadata.name: place(daemonset, node, gates) for node in snapshot.nodes}
        assert place_all(daemonset, snapshot.nodes, gates) == alone
        assert place_all(daemonset, kinds, gates) == alone


@given(seeds())
def test_gates_are_inferred_as_from_each_object(seed: int):
    snapshot = random_snapshot(seed)
    assert infer_feature_gates(snapshot.daemonsets, snapshot.pods) == gates_of(snapshot)


@given(seeds())
def test_nodes_and_pods_are_what_they_are_one_by_one(seed: int):
    snapshot = random_snapshot(seed)
    if snapshot.lacks("nodes") or snapshot.lacks("pods"):
        return
    by_uid = {one.metadata.uid: one for one in snapshot.daemonsets}
    for item in coverage(snapshot).items:
        assert [told(node) for node in item.nodes] == plain_nodes(snapshot, by_uid[item.uid])


def told(node: NodeCoverage) -> dict[str, Any]:
    rules = [reason for reason in node.reasons if isinstance(reason, placement.PlacementReason)]
    return {
        "node": node.node,
        "state": node.state,
        "eligible": node.eligible,
        "duplicate": node.duplicate,
        "outdated": node.outdated,
        # Beside a Ready old pod a surge may have a new one to explain.
        "is explained": bool(node.reasons and node.outlook) if len(node.pods) < 2 else None,
        "pods": [astuple(pod) for pod in node.pods],
        "failing": rules[:1] if node.state in ("Excluded", "Extra") else [],
    }


@given(seeds())
def test_counts_and_causes_are_those_of_the_nodes(seed: int):
    snapshot = random_snapshot(seed)
    for item in coverage(snapshot).items:
        assert [(one.state, one.reasons, one.nodes, one.varies) for one in item.causes] == plain_causes(
            item.nodes
        )
        if snapshot.gaps:
            continue
        counts = item.summary
        assert plain_counts(item) == {
            "Ready": counts.ready,
            "NotReady": counts.not_ready,
            "Pending": counts.pending,
            "Missing": counts.missing,
            "Extra": counts.extra,
            "Excluded": counts.excluded,
            "nodes": counts.nodes,
            "eligible": counts.eligible,
            "duplicate": counts.duplicate,
            "outdated": counts.outdated,
        }


@given(seeds())
def test_the_current_revision_is_found_among_the_few_that_are_about_a_daemonset(seed: int):
    snapshot = random_snapshot(seed)
    # One is orphaned, one was taken by another DaemonSet, as after a DaemonSet was made anew.
    revisions = tuple(
        replace(one, metadata=replace(one.metadata, owner_references=owners))
        for position, one in enumerate(snapshot.revisions)
        for owners in [
            (one.metadata.owner_references, (), snapshot.revisions[0].metadata.owner_references)[position % 3]
        ]
    )
    index = RevisionIndex(revisions)
    for daemonset in snapshot.daemonsets:
        raw = snapshot.daemonset_objects[daemonset.metadata.uid]
        assert current_revision(daemonset, raw, index.about(daemonset)) == current_revision(
            daemonset, raw, revisions
        )


@given(seeds())
def test_what_almost_matched_does_not_depend_on_verdicts_being_shared(seed: int):
    snapshot = random_snapshot(seed)
    gates = gates_of(snapshot)
    for daemonset in snapshot.daemonsets:
        alone = {node.metadata.name: place(daemonset, node, gates) for node in snapshot.nodes}
        assert near_miss(daemonset, snapshot.nodes, gates) == near_miss(
            daemonset, snapshot.nodes, gates, alone
        )
