"""Whether a node is ready for work: its DaemonSets, what counts, and which workloads are exposed."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from kubectl_ds.core.node import nodes
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.output.documents import to_document
from kubectl_ds.output.node import node_text
from kubectl_ds.output.style import PLAIN
from tests.clusters import (
    NOW,
    a_container,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    ago,
    snapshot_of,
)
from tests.schema.validation import assert_valid

CNI = a_daemonset("cni", containers=[a_container(requests={"cpu": "100m"})])
LOGS = a_daemonset("logs", containers=[a_container(requests={"cpu": "200m"})])
EDGE = a_daemonset("edge", nodeSelector={"role": "edge"})
N1 = a_node("n1")


def report(*objects, names=("n1",), required=(), **options):
    snapshot = snapshot_of(*objects, **options)
    found = nodes(snapshot, names, required=required)
    assert_valid(to_document(found))
    assert node_text(found, PLAIN, blocks=True)
    assert node_text(found, PLAIN, blocks=False)
    return found


def item(*objects, **options):
    (one,) = report(*objects, **options).items
    return one


def states(one):
    return {ds.name: ds.coverage.state for ds in one.daemonsets}


def test_what_belongs_there_is_listed_with_its_state_and_what_does_not_is_counted():
    one = item(CNI, LOGS, EDGE, N1, a_pod(CNI, "n1"), a_pod(LOGS, "n1", ready=False))
    assert states(one) == {"cni": "Ready", "logs": "NotReady"}
    assert (one.excluded, one.is_covered) == (1, False)
    assert [ds.name for ds in one.waiting] == ["logs"]


def test_a_node_with_all_of_them_ready_is_covered():
    assert item(CNI, N1, a_pod(CNI, "n1")).is_covered


def test_a_pod_that_does_not_belong_there_is_listed_and_does_not_count():
    one = item(EDGE, N1, a_pod(EDGE, "n1"))
    assert states(one) == {"edge": "Extra"}
    assert one.required == ()
    assert one.is_covered


@pytest.mark.parametrize(
    ("taint", "covered"),
    [
        pytest.param("node.kubernetes.io/not-ready:NoSchedule", False, id="until its node is Ready it is waited for"),
        pytest.param("node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule", False, id="and until the cloud has seen it"),
        pytest.param("dedicated=gpu:NoSchedule", True, id="where somebody wants it out, it is not"),
    ],
)  # fmt: skip
def test_a_daemonset_that_a_new_nodes_taint_keeps_out(taint, covered):
    one = item(CNI, a_node("n1", taints=[taint], ready="not-ready" not in taint))
    assert one.is_covered is covered
    assert states(one) == ({} if covered else {"cni": "Excluded"})


def test_requests_are_those_of_the_pods_there_and_what_lacks_is_not_in_the_sum():
    one = item(CNI, LOGS, N1, a_pod(CNI, "n1"))
    assert one.requests == {"cpu": 100}
    assert {ds.name: (ds.requests, ds.has_pod) for ds in one.daemonsets} == {
        "cni": ({"cpu": 100}, True),
        "logs": ({"cpu": 200}, False),
    }


@pytest.mark.parametrize(
    ("required", "covered", "counts"),
    [
        pytest.param([("kube-system", "cni")], True, ["cni"], id="one that is Ready narrows what counts"),
        pytest.param([("kube-system", "logs")], False, ["logs"], id="one that is not"),
        pytest.param(
            [("kube-system", "edge")], False, ["edge"], id="one that does not belong there counts too"
        ),
        pytest.param([("kube-system", "gone")], False, [], id="one that does not exist"),
    ],
)
def test_require_says_what_counts(required, covered, counts):
    one = item(CNI, LOGS, EDGE, N1, a_pod(CNI, "n1"), required=required)
    assert one.is_covered is covered
    assert [ds.name for ds in one.required] == counts
    assert one.missing == (("kube-system/gone",) if required == [("kube-system", "gone")] else ())


def test_a_node_that_is_not_there_is_named():
    found = report(CNI, N1, names=("n1", "n2"))
    assert (found.absent, found.is_covered) == (("n2",), False)


def test_without_names_all_nodes_in_natural_order():
    found = report(CNI, a_node("n10"), a_node("n2"), names=())
    assert [one.node for one in found.items] == ["n2", "n10"]


def test_a_node_that_is_not_ready_says_so():
    assert item(CNI, a_node("n1", ready=False), a_pod(CNI, "n1")).not_ready is not None


@pytest.mark.parametrize("resource", ["nodes", "pods"])
def test_nothing_is_said_of_nodes_when_something_is_unread(resource):
    found = report(CNI, N1, gaps=[Gap(resource=resource, message="forbidden")])
    assert (found.items, found.known, found.is_covered) == ((), False, False)
    assert to_document(found)["covered"] is None


def test_of_some_nodes_the_controllers_counts_are_not_held_against_it():
    stored = a_daemonset("cni", status={"desiredNumberScheduled": 900, "currentNumberScheduled": 900})
    snapshot = replace(snapshot_of(stored, N1), some_nodes=True)
    (one,) = nodes(snapshot, ("n1",)).items
    assert [reason.code for reason in one.daemonsets[0].coverage.reasons] == ["Unknown"]


# --- exposed pods ----------------------------------------------------------------------------------


def a_workload(name="web", *, running, restarts=0, **how):
    status = a_container_status("main", restarts=restarts)
    status["state"] = {"running": {"startedAt": ago(**running)}}
    return a_pod(None, "n1", name=name, container_statuses=[status], **how)


def exposed(*objects, **options):
    return [
        (pod.name, [(one.daemonset.partition("/")[2], one.until) for one in pod.without])
        for pod in item(*objects, N1, **options).exposed
    ]


def the_cni(*, created, ready_for):
    return a_pod(CNI, "n1", age=timedelta(**created), ready_for=timedelta(**ready_for))


def test_a_workload_runs_without_a_daemonset_that_has_no_pod_there():
    assert exposed(CNI, a_workload(running={"hours": 1})) == [("web", [("cni", None)])]


def test_a_workload_runs_without_one_that_is_not_ready():
    assert exposed(CNI, a_pod(CNI, "n1", ready=False), a_workload(running={"hours": 1})) == [
        ("web", [("cni", None)])
    ]


def test_a_workload_that_started_while_the_daemons_pod_was_not_ready_yet():
    cni = the_cni(created={"minutes": 10}, ready_for={"minutes": 4})
    assert exposed(CNI, cni, a_workload(running={"minutes": 7})) == [
        ("web", [("cni", NOW - timedelta(minutes=4))])
    ]


def test_a_workload_that_started_afterwards_is_not_exposed():
    cni = the_cni(created={"minutes": 10}, ready_for={"minutes": 9})
    assert exposed(CNI, cni, a_workload(running={"minutes": 7})) == []


def test_a_workload_older_than_a_daemon_pod_that_replaced_another_is_not_said_to_be_exposed():
    cni = the_cni(created={"minutes": 10}, ready_for={"minutes": 9})
    assert exposed(CNI, cni, a_workload(running={"hours": 7})) == []


def test_a_workload_older_than_the_daemonset_itself_was_exposed():
    young = a_daemonset("cni", age=timedelta(minutes=20))
    cni = a_pod(young, "n1", age=timedelta(minutes=19), ready_for=timedelta(minutes=18))
    assert exposed(young, cni, a_workload(running={"hours": 7})) == [
        ("web", [("cni", NOW - timedelta(minutes=18))])
    ]


@pytest.mark.parametrize(
    "pod",
    [
        pytest.param(a_workload(running={"hours": 1}, phase="Succeeded"), id="one that has ended"),
        pytest.param(a_workload(running={"hours": 1}, deleting=True), id="one that is going"),
        pytest.param(a_pod(None, "n1", name="web", phase="Pending"), id="one that has not started"),
        pytest.param(a_pod(LOGS, "n1"), id="another DaemonSet's pod"),
    ],
)
def test_what_is_no_running_workload_is_not_exposed(pod):
    assert exposed(CNI, pod) == []


def test_static_pods_are_no_workloads():
    static = a_workload("etcd-n1", running={"hours": 1})
    static["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Node", "name": "n1", "uid": "1", "controller": True}
    ]
    assert exposed(CNI, static) == []


def test_only_daemonsets_that_count_expose():
    web = a_workload(running={"hours": 1})
    assert exposed(CNI, LOGS, a_pod(CNI, "n1"), web, required=[("kube-system", "cni")]) == []
