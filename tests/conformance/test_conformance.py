"""The controller's rules, case by case: what upstream's own tests and code demand. See README.md."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest

from kubectl_ds.core import controller_pass, revisions, status
from kubectl_ds.core.binding import pinned_affinity
from kubectl_ds.core.coverage_reasons import code_of, outlook_of
from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import ControllerRevision, DaemonSet, Node, Pod, PodSpec, Taint, Toleration
from kubectl_ds.core.ownership import PodIndex, pods_by_node, target_node_name
from kubectl_ds.core.placement import place, place_all
from kubectl_ds.core.placement.node_affinity import check_node_affinity, required_node_affinity
from kubectl_ds.core.placement.node_selector import check_node_selector
from kubectl_ds.core.revisions import is_pod_updated
from kubectl_ds.core.rollout_status import rollout_status
from kubectl_ds.core.scheduling import NoScheduler, SchedulingContext, pending_reasons
from kubectl_ds.core.scheduling.node_room import RoomIndex
from kubectl_ds.core.scheduling.pod_requests import pod_requests
from kubectl_ds.core.tolerations import merged_tolerations, untolerated_taints
from tests.clusters import a_taint
from tests.conformance import notation
from tests.conformance.cases import KINDS, Case, cases, files

Given = dict[str, Any]

UPSTREAM_CASES = {"placement": 67, "node_affinity": 62, "toleration": 49, "rollout": 77, "scheduling": 3}
"""The cases that follow from upstream's tests and code. Later finds come on top, with another origin."""
ORIGINS = {"upstream-table", "upstream-code", "control-plane"}


def decoded(raw: Any, kind: Any) -> Any:
    return msgspec.convert(without_nulls(raw), kind)


def without_nulls(tree: Any) -> Any:
    """A null collection means an absent one, as the decoder of live objects has it."""
    if isinstance(tree, dict):
        return {key: without_nulls(held) for key, held in tree.items() if held is not None}
    return [without_nulls(held) for held in tree] if isinstance(tree, list) else tree


def gates(given: Given) -> FeatureGates:
    known = {"TaintTolerationComparisonOperators": "taint_toleration_comparison_operators"}
    return FeatureGates(**{known[name]: True for name in given.get("feature_gates", ())})


def daemonset(given: Given) -> DaemonSet:
    return decoded(notation.daemonset(given.get("daemonset", {})), DaemonSet)


def nodes(given: Given) -> list[Node]:
    return [decoded(notation.node(short), Node) for short in given.get("nodes", ())]


def pods(given: Given) -> list[Pod]:
    return [decoded(notation.pod(short), Pod) for short in given.get("pods", ())]


def current_hash(given: Given) -> str:
    return given.get("current_hash", notation.CURRENT_HASH)


def now(given: Given) -> datetime:
    return datetime.fromisoformat(given.get("now", notation.NOW))


def placement(given: Given) -> Given:
    placed = place(daemonset(given), decoded(notation.node(given["node"]), Node), gates(given))
    return {"should_run": placed.should_run, "should_continue_running": placed.should_continue_running}


def node_affinity(given: Given) -> Given:
    spec = decoded(notation.pod_spec(given["pod"]), PodSpec)
    node = decoded(notation.node(given["node"]), Node)
    # A nodeSelector that fails hides what is wrong with the affinity, as it is looked at first.
    if check_node_selector(spec, node):
        return {"matches": False}
    mismatch = check_node_affinity(required_node_affinity(spec), node)
    return {"error": True} if mismatch and mismatch.errors else {"matches": mismatch is None}


def toleration(given: Given) -> Given:
    taints = decoded([a_taint(text) for text in given["taints"]], tuple[Taint, ...])
    tolerations = decoded(given["tolerations"], tuple[Toleration, ...])
    effects = frozenset(given.get("effects", [taint.effect for taint in taints]))
    return {"tolerates": not untolerated_taints(taints, tolerations, gates(given), effects=effects)}


def sync(given: Given) -> Given:
    result = controller_pass.sync(
        daemonset(given),
        nodes(given),
        pods(given),
        current_hash=current_hash(given),
        now=now(given),
        gates=gates(given),
    )
    return {
        "creates": len(result.creates),
        "deletes": len(result.deletes),
        "create_nodes": list(result.creates),
        "delete_pods": list(result.deletes),
    }


def counts(given: Given) -> Given:
    return msgspec.to_builtins(controller_pass.counts(daemonset(given), nodes(given), pods(given)))


def computed_status(given: Given) -> Given:
    owner = daemonset(given)
    by_node = pods_by_node(owner, PodIndex(pods(given)).claimed(owner))
    placements = place_all(owner, nodes(given), gates(given))
    computed = status.compute_status(owner, placements, by_node, current_hash(given), now(given))
    return {"status": msgspec.to_builtins(computed)}


def grouped(given: Given) -> Given:
    owner = daemonset(given)
    terminal = given.get("include_deleted_terminal", False)
    by_node = pods_by_node(owner, PodIndex(pods(given)).claimed(owner), include_deleted_terminal=terminal)
    return {"pods_by_node": {node: sorted(pod.metadata.name for pod in own) for node, own in by_node.items()}}


def target_node(given: Given) -> Given:
    node = target_node_name(decoded(notation.pod(given["pod"]), Pod))
    return {"error": True} if node is None else {"node": node}


def pod_updated(given: Given) -> Given:
    pod = decoded(notation.pod(given["pod"]), Pod)
    return {"updated": is_pod_updated(pod, given["current_hash"], given["template_generation"])}


def affinity_rewrite(given: Given) -> Given:
    return {"affinity": pinned_affinity(given["affinity"], given["node_name"])}


def created_pod_tolerations(given: Given) -> Given:
    merged = msgspec.to_builtins(merged_tolerations(daemonset(given).spec.template.spec))
    return {"tolerations": [{k: v for k, v in one.items() if v not in ("", None)} for one in merged]}


def current_revision(given: Given) -> Given:
    raw = notation.daemonset(given.get("daemonset", {}))
    made = decoded([notation.revision(short, raw) for short in given["revisions"]], list[ControllerRevision])
    return {
        "current_hash": revisions.revision_hash(
            revisions.current_revision(decoded(raw, DaemonSet), raw, made)
        )
    }


def requests(given: Given) -> Given:
    pod = decoded(notation.pod({"name": "asks", **given["pod"]}), Pod)
    return {"requests": pod_requests(pod, in_place=given.get("in_place", False))}


def pending(given: Given) -> Given:
    context = SchedulingContext(now=now(given), room=RoomIndex(pods(given)), gates=gates(given))
    waiting = decoded(notation.pod(given["pod"]), Pod)
    reasons = pending_reasons(waiting, decoded(notation.node(given["node"]), Node), context, outdated=False)
    claims = [claim for reason in reasons if isinstance(reason, NoScheduler) for claim in reason.claims]
    codes = [code_of(reason) for reason in reasons]
    return {"codes": codes, "claims": claims, "outlook": outlook_of(reasons)}


def rollout_message(given: Given) -> Given:
    message, done = rollout_status(daemonset(given))
    return {"message": message, "done": done}


QUESTIONS: dict[str, Callable[[Given], Given]] = {
    "placement": placement,
    "node_affinity": node_affinity,
    "toleration": toleration,
    "sync": sync,
    "counts": counts,
    "status": computed_status,
    "pods_by_node": grouped,
    "target_node": target_node,
    "pod_updated": pod_updated,
    "affinity_rewrite": affinity_rewrite,
    "created_pod_tolerations": created_pod_tolerations,
    "rollout_status": rollout_message,
    "current_revision": current_revision,
    "requests": requests,
    "pending": pending,
}
ALL = [case for kind in KINDS for case in cases(kind)]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.sentence) for case in ALL])
def test_the_rules_answer_as_upstream_does(case: Case):
    answer = QUESTIONS[case.given.get("op", case.kind)](case.given)
    assert {question: answer.get(question) for question in case.expected} == case.expected


def test_no_case_of_upstream_is_lost():
    assert Counter(case.kind for case in ALL if case.origin != "control-plane") == UPSTREAM_CASES


def test_every_case_has_a_name_of_its_own_and_says_where_it_comes_from():
    assert len({case.sentence for case in ALL}) == len(ALL)
    assert {case.origin for case in ALL} <= ORIGINS
    assert all(case.source and case.expected for case in ALL)


def test_every_file_is_read():
    on_disk = sum(len(files(kind)) for kind in KINDS)
    assert on_disk == len({(case.kind, case.theme) for case in ALL})


@pytest.mark.parametrize(
    ("expand", "short"),
    [
        pytest.param(notation.daemonset, {"nodeSelector": {"a": "b"}}, id="a template's field outside of it"),
        pytest.param(
            notation.daemonset, {"template": {"nodeSelektor": {}}}, id="a misspelt field of a template"
        ),
        pytest.param(notation.node, {"name": "n", "label": {}}, id="a misspelt field of a node"),
        pytest.param(notation.pod, {"name": "p", "node": "n", "hsah": "old"}, id="a misspelt field of a pod"),
    ],
)
def test_the_notation_refuses_what_it_would_otherwise_ignore(expand: Callable[[Given], Any], short: Given):
    with pytest.raises(ValueError, match="the notation has no"):
        expand(short)
