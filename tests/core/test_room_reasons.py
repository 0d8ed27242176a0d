"""What a full node tells: who holds the room, and which part of a request the template never made."""

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.output.reasons import sentence
from tests.clusters import a_container, a_daemonset, a_node, a_pod, a_revision, snapshot_of, unschedulable

FULL = unschedulable("0/1 nodes are available: 1 Insufficient cpu.")


def asking(*, limits=None, **requests):
    container = a_container(requests=requests)
    if limits:
        container["resources"]["limits"] = limits
    return a_daemonset("cni", containers=[container])


def tenant(name, **requests):
    return a_pod(None, "n1", name=name, containers=[a_container(requests=requests)])


def told(ds, *others, **pod):
    waiting = a_pod(ds, "n1", name="waits", bound=False, conditions=FULL, **pod)
    (item,) = coverage(snapshot_of(ds, a_revision(ds), a_node("n1"), waiting, *others)).items
    return sentence(item.nodes[0].reasons[0])


def test_the_pod_that_holds_most_is_named():
    words = told(
        asking(cpu="1"), tenant("small", cpu="500m"), tenant("large", cpu="3"), tenant("none", memory="1Gi")
    )
    assert "500m of 4 is free on the node, where kube-system/large holds 3; request less" in words


def test_of_equal_holders_the_first_by_name():
    assert "kube-system/a holds 2" in told(asking(cpu="1"), tenant("b", cpu="2"), tenant("a", cpu="2"))


def test_no_holder_where_the_node_offers_none():
    assert "holds" not in told(asking(**{"example.com/gpu": "1"}))


@pytest.mark.parametrize(
    ("ds", "pod", "words"),
    [
        pytest.param(asking(cpu="9"), {}, "requests 9 cpu and the node", id="all of it is the template's"),
        pytest.param(asking(), {"containers": [a_container(requests={"cpu": "9"})]}, "requests 9 cpu (9 a LimitRange's default or another admission plugin's, not the template's)", id="a default"),
        pytest.param(asking(limits={"cpu": "9"}), {"containers": [a_container(requests={"cpu": "9"})]}, "requests 9 cpu and the node", id="a limit of the template stands for the request"),
        pytest.param(asking(cpu="4"), {"overhead": {"cpu": "250m"}, "runtimeClassName": "kata"}, "requests 4250m cpu (250m the overhead of its RuntimeClass)", id="a RuntimeClass's overhead"),
        pytest.param(asking(cpu="1"), {"revision_hash": "old", "labels": {"pod-template-generation": "0"}, "containers": [a_container(requests={"cpu": "9"})]}, "requests 9 cpu and the node", id="an older template's request is nobody's addition"),
    ],
)  # fmt: skip
def test_what_of_a_request_the_template_never_made(ds, pod, words):
    assert words in told(ds, **pod)


def test_the_holder_of_a_port_is_named_with_what_manages_it():
    port = a_container(ports=[{"containerPort": 9100, "hostPort": 9100, "protocol": "TCP"}])
    other = a_daemonset("exporter", containers=[port])
    words = told(a_daemonset("cni", containers=[port]), a_pod(other, "n1", name="exporter-x"))
    assert "held by the pod kube-system/exporter-x of the DaemonSet exporter; move one" in words


def test_an_eviction_under_way_is_told_from_one_that_is_possible():
    ds = asking(cpu="1")
    waiting = a_pod(ds, "n1", name="waits", bound=False, conditions=FULL, priority=10)
    waiting["status"]["nominatedNodeName"] = "n1"
    (item,) = coverage(
        snapshot_of(ds, a_revision(ds), a_node("n1"), waiting, tenant("victim", cpu="4"))
    ).items
    assert item.nodes[0].outlook == "heals"
    assert "is evicting" in sentence(item.nodes[0].reasons[0])
