"""A Ready node whose old pod waits for the new one of a surge: silent while that is on its way, told when it halts."""

from datetime import timedelta

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_reasons import code_of
from kubectl_ds.core.health import health
from kubectl_ds.output.coverage import coverage_text
from kubectl_ds.output.documents import to_document
from kubectl_ds.output.reasons import sentence
from kubectl_ds.output.style import Style
from tests.clusters import (
    OLD_HASH,
    a_container,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    snapshot_of,
    unschedulable,
)
from tests.schema.validation import assert_valid

FULL = unschedulable(
    "0/5 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, "
    "4 node(s) didn't satisfy plugin(s) [NodeAffinity]."
)
PORT = a_container(ports=[{"containerPort": 9100, "hostPort": 9100, "protocol": "TCP"}])


def surging(**spec):
    return a_daemonset("cni", max_surge=1, **spec)


def snapshot(ds, new, *others):
    old = a_pod(ds, "n1", name="old", revision_hash=OLD_HASH)
    template = {**ds["spec"]["template"], "spec": {**ds["spec"]["template"]["spec"], "hostPID": True}}
    revisions = (a_revision(ds, 2), a_revision(ds, 1, revision_hash=OLD_HASH, template=template))
    return snapshot_of(ds, *revisions, a_node("n1"), old, new, *others)


def only(ds, new):
    report = coverage(snapshot(ds, new))
    assert_valid(to_document(report))
    (item,) = report.items
    return item


CRASHING = {
    "ready": False,
    "container_statuses": [a_container_status(waiting="CrashLoopBackOff", restarts=5)],
}


def test_the_old_pods_host_port_halts_it_for_good():
    ds = surging(containers=[PORT])
    item = only(ds, a_pod(ds, "n1", name="new", bound=False, conditions=FULL))
    (node,) = item.nodes
    assert (node.state, node.outdated, node.duplicate, node.outlook) == ("Ready", True, False, "stuck")
    assert [code_of(one) for one in node.reasons] == ["HostPortConflict"]
    assert "kube-system/old of this DaemonSet" in sentence(node.reasons[0])
    assert "use maxUnavailable" in sentence(node.reasons[0])


def test_a_node_without_room_for_both_halts_it_for_good():
    ds = surging(containers=[a_container(requests={"cpu": "3"})])
    item = only(ds, a_pod(ds, "n1", name="new", bound=False, conditions=FULL))
    (node,) = item.nodes
    assert [code_of(one) for one in node.reasons] == ["InsufficientCPU"]
    assert node.outlook == "stuck"
    assert "this DaemonSet's old pod" in sentence(node.reasons[0])


def test_a_new_pod_that_crashes_halts_it():
    item = only(surging(), a_pod(surging(), "n1", name="new", **CRASHING))
    (node,) = item.nodes
    assert (node.state, [code_of(one) for one in node.reasons]) == ("Ready", ["CrashLoopBackOff"])


@pytest.mark.parametrize(
    "new",
    [
        pytest.param({"ready": False, "phase": "Pending", "age": timedelta(seconds=5)}, id="a new pod that starts"),
        pytest.param({"bound": False, "age": timedelta(seconds=5)}, id="a new pod that the scheduler has yet to see"),
        pytest.param({}, id="a new pod that is Ready"),
    ],
)  # fmt: skip
def test_nothing_is_said_while_it_is_on_its_way(new):
    item = only(surging(), a_pod(surging(), "n1", name="new", **new))
    (node,) = item.nodes
    assert (node.state, node.reasons, node.outlook, node.is_problem) == ("Ready", (), None, False)
    assert not item.has_problems


def test_a_second_pod_without_a_surge_is_a_duplicate_and_no_halt():
    ds = a_daemonset("cni")
    (node,) = only(ds, a_pod(ds, "n1", name="new", **CRASHING)).nodes
    assert (node.duplicate, node.reasons) == (True, ())


def test_a_halted_surge_is_a_problem_that_the_verdict_tells():
    taken = snapshot(surging(), a_pod(surging(), "n1", name="new", **CRASHING))
    (item,) = coverage(taken, problems=True).items
    assert [node.node for node in item.nodes] == ["n1"]
    assert item.has_problems
    found = health(item, taken.daemonsets[0])
    assert (found.state, found.reason) == ("Stuck", "1 surge halted (CrashLoopBackOff), 0 of 1 up to date")


def test_the_text_says_that_the_old_pod_serves():
    taken = snapshot(surging(), a_pod(surging(), "n1", name="new", **CRASHING))
    text = coverage_text(coverage(taken), Style())
    assert "1 ready by the old pod, surge halted, stuck" in text
