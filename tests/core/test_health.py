"""Which states give which verdict."""

from datetime import timedelta
from typing import Any

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.health import Verdict, health
from kubectl_ds.core.snapshot import Gap
from tests.clusters import (
    OLD_HASH,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    a_term,
    affinity_to,
    an_event,
    model,
    snapshot_of,
)

GOOD = {"desiredNumberScheduled": 1, "currentNumberScheduled": 1, "numberReady": 1, "numberAvailable": 1}


def verdict(daemonset: dict[str, Any], *others: dict[str, Any], gaps: Any = ()) -> Verdict:
    snapshot = snapshot_of(daemonset, a_revision(daemonset), *others, gaps=gaps)
    (item,) = coverage(snapshot).items
    return health(item, snapshot.daemonsets[0])


def told(found: Verdict) -> tuple[str, str]:
    return found.state, found.reason


def test_every_node_served_is_healthy() -> None:
    cni = a_daemonset("cni", status={**GOOD, "updatedNumberScheduled": 1})
    assert told(verdict(cni, a_node("n1"), a_pod(cni, "n1"))) == ("Healthy", "")


EDGE = {"nodeSelector": {"role": "edge"}}
CORE = {"labels": {"role": "core"}}
TAINTED = {"taints": ["a=b:NoSchedule", "c=d:NoExecute"]}


@pytest.mark.parametrize(
    ("template", "nodes", "reason"),
    [
        pytest.param(EDGE, [], "the cluster has no nodes", id="no nodes"),
        pytest.param(EDGE, [{}], "no node has the label role", id="a label that exists nowhere"),
        pytest.param(EDGE, [CORE, CORE], "2 nodes have role with another value", id="another value on two nodes"),
        pytest.param(EDGE, [CORE, {}], "1 node has role with another value", id="another value on one node"),
        pytest.param({"nodeSelector": {"a": "b", "c": "d"}}, [{}], "no node has the label a, and 1 more", id="two labels"),
        pytest.param({"nodeName": "n9"}, [{}], "there is no node n9", id="a nodeName of no node"),
        pytest.param({"affinity": affinity_to(a_term(("role", "Gt", ["v5"])))}, [CORE], "the node affinity is malformed", id="a malformed term"),
        pytest.param({"affinity": affinity_to(a_term())}, [{}], "the node affinity has no terms", id="an empty term"),
        pytest.param({"affinity": affinity_to(a_term(("role", "DoesNotExist", [])))}, [CORE], "every node has role", id="a label that is forbidden"),
        pytest.param({"affinity": affinity_to(a_term(("role", "NotIn", ["core"])))}, [CORE], "every node has role=core", id="a value that is forbidden"),
        pytest.param({}, [TAINTED], "the taint a=b:NoSchedule is not tolerated, and 1 more", id="a taint on every node"),
        pytest.param({"nodeSelector": {"role": "core", "disk": "ssd"}}, [CORE, {"labels": {"disk": "ssd"}}], "no node is eligible (NodeSelectorMismatch)", id="requirements met apart and never together"),
    ],
)  # fmt: skip
def test_nowhere_to_be_is_idle(template: dict[str, Any], nodes: list[dict[str, Any]], reason: str) -> None:
    cni = a_daemonset("cni", **template)
    there = [a_node(f"n{place}", **options) for place, options in enumerate(nodes)]
    assert told(verdict(cni, *there)) == ("Idle", reason)


def test_being_deleted_is_progressing_whatever_else() -> None:
    assert told(verdict(a_daemonset("cni", deleting=True), a_node("n1"))) == ("Progressing", "being deleted")


def test_old_pods_are_progressing_under_rolling_update_and_healthy_under_on_delete() -> None:
    rolling = a_daemonset("cni")
    by_hand = a_daemonset("cni", strategy={"type": "OnDelete"}, template_generation=None)
    old = {"revision_hash": OLD_HASH}
    assert told(verdict(rolling, a_node("n1"), a_pod(rolling, "n1", **old))) == (
        "Progressing",
        "0 of 1 up to date",
    )
    assert told(verdict(by_hand, a_node("n1"), a_pod(by_hand, "n1", **old))) == (
        "Healthy",
        "1 outdated, OnDelete",
    )


def test_a_spec_that_the_controller_has_not_seen_is_progressing() -> None:
    cni = a_daemonset("cni", generation=3, observed_generation=2)
    assert verdict(cni, a_node("n1"), a_pod(cni, "n1")).state == "Progressing"


def test_waiting_for_min_ready_seconds_is_progressing() -> None:
    cni = a_daemonset("cni", min_ready_seconds=60, status={**GOOD, "numberAvailable": 0})
    pod = a_pod(cni, "n1", ready_for=timedelta(seconds=5))
    assert told(verdict(cni, a_node("n1"), pod)) == ("Progressing", "0 of 1 available")


def test_a_crash_loop_is_stuck() -> None:
    cni = a_daemonset("cni")
    crashing = [a_container_status(waiting="CrashLoopBackOff", restarts=9)]
    pod = a_pod(cni, "n1", ready=False, container_statuses=crashing)
    assert told(verdict(cni, a_node("n1"), pod)) == ("Stuck", "1 not ready (CrashLoopBackOff)")


def test_a_quota_holds_up_every_missing_node() -> None:
    cni = a_daemonset("cni")
    event = an_event(
        cni, "FailedCreate", "Error creating: pods is forbidden: exceeded quota: q, used: pods=1"
    )
    found = verdict(cni, a_node("n1"), a_node("n2"), event)
    assert told(found) == ("Stuck", "2 missing (QuotaExceeded)")


def test_a_pod_left_running_beside_a_no_schedule_taint_is_degraded_and_not_stuck() -> None:
    cni = a_daemonset("cni")
    found = verdict(cni, a_node("n1", taints=["dedicated:NoSchedule"]), a_pod(cni, "n1"))
    assert told(found) == ("Degraded", "1 extra (UntoleratedTaint)")


def test_a_pod_that_the_controller_deletes_is_progressing() -> None:
    cni = a_daemonset("cni")
    found = verdict(cni, a_node("n1", taints=["dedicated:NoExecute"]), a_pod(cni, "n1"))
    assert told(found) == ("Progressing", "1 extra (UntoleratedTaint)")


def test_the_worst_of_several_troubles_decides_and_comes_first() -> None:
    cni = a_daemonset("cni")
    crashing = [a_container_status(waiting="CrashLoopBackOff", restarts=9)]
    found = verdict(
        cni,
        a_node("n1"),
        a_node("n2", taints=["dedicated:NoSchedule"]),
        a_node("n3", taints=["dedicated:NoSchedule"]),
        a_pod(cni, "n1", ready=False, container_statuses=crashing),
        a_pod(cni, "n2"),
        a_pod(cni, "n3"),
    )
    assert told(found) == ("Stuck", "1 not ready (CrashLoopBackOff), 2 extra (UntoleratedTaint)")


STATUS = [
    pytest.param({**GOOD, "updatedNumberScheduled": 1}, {}, "Healthy", id="all counters equal"),
    pytest.param({}, {}, "Idle", id="DESIRED 0"),
    pytest.param(GOOD, {}, "Progressing", id="not all up to date"),
    pytest.param(
        {**GOOD, "numberAvailable": 0, "updatedNumberScheduled": 1}, {}, "Degraded", id="not all available"
    ),
    pytest.param({**GOOD, "numberMisscheduled": 1}, {}, "Degraded", id="misscheduled"),
    pytest.param(GOOD, {"generation": 2, "observed_generation": 1}, "Progressing", id="a newer spec"),
]


@pytest.mark.parametrize(("status", "more", "state"), STATUS)
def test_the_status_alone_gives_a_verdict_that_says_so(
    status: dict[str, int], more: dict[str, int], state: str
) -> None:
    found = health(None, model(a_daemonset("cni", status=status, **more)))
    assert (found.state, found.by_status_alone) == (state, True)


@pytest.mark.parametrize("resource", ["nodes", "pods"])
def test_without_nodes_or_pods_the_status_decides(resource: Any) -> None:
    cni = a_daemonset("cni", status={**GOOD, "updatedNumberScheduled": 1})
    found = verdict(cni, gaps=[Gap(resource=resource, status=403, message="forbidden")])
    assert (found.state, found.by_status_alone) == ("Healthy", True)
