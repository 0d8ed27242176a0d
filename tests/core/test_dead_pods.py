"""Pods that end one after another, pods that something keeps, and namespaces and DaemonSets that are going."""

from datetime import timedelta

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_reasons import code_of
from kubectl_ds.core.ended_pods import ended_pods
from kubectl_ds.core.health import health
from kubectl_ds.output.reasons import sentence
from tests.clusters import (
    a_daemonset,
    a_namespace,
    a_node,
    a_pod,
    a_revision,
    ago,
    an_event,
    model,
    models,
    snapshot_of,
)

DS = a_daemonset("cni", status={"desiredNumberScheduled": 1})


def ended(pod, *, how="failed", node="n1", **when):
    verb = "kill" if how == "failed" else "delete"
    reason = "FailedDaemonPod" if how == "failed" else "SucceededDaemonPod"
    words = f"Found {how} daemon pod kube-system/{pod} on node {node}, will try to {verb} it"
    return an_event(DS, reason, words, **when)


def item_of(*objects, ds=DS, **options):
    snapshot = snapshot_of(ds, a_revision(ds), a_node("n1"), *objects, **options)
    (item,) = coverage(snapshot).items
    return item, snapshot.daemonsets[0]


def judged(*objects, **options):
    item, _ = item_of(*objects, **options)
    (node,) = item.nodes
    return [code_of(one) for one in node.reasons], node.outlook, " ".join(map(sentence, node.reasons))


# --- one after another -----------------------------------------------------------------------------


def test_events_tell_which_pods_ended_on_a_node():
    found = ended_pods(
        models(
            ended("a", last=timedelta(minutes=9)),
            ended("b", last=timedelta(minutes=2)),
            ended("c", node="n2", how="succeeded"),
            an_event(DS, "SuccessfulCreate", "Created pod: d"),
        )
    )
    assert {node: (one.how, one.last, one.count) for node, one in found.items()} == {
        "n1": ("Failed", "b", 2),
        "n2": ("Succeeded", "c", 1),
    }


@pytest.mark.parametrize(
    ("evicted", "outlook", "words"),
    [
        pytest.param(
            {"minutes": 20}, "heals", "The controller backs off", id="the controller may still wait"
        ),
        pytest.param(
            {"days": 2}, "unknown", "failed 2d ago, and the controller", id="it never waits so long"
        ),
    ],
)
def test_a_failed_pod_that_nobody_replaces_is_not_expected_to_heal(evicted, outlook, words):
    pod = a_pod(DS, "n1", phase="Failed", reason="Evicted")
    moment = {"type": "DisruptionTarget", "status": "True", "lastTransitionTime": ago(**evicted)}
    pod["status"]["conditions"] = [moment]
    codes, found, told = judged(pod)
    assert (codes, found) == (["Evicted", "CreateBackoff"], outlook)
    assert words in told


def test_another_way_of_ending_counts_from_one():
    events = [ended("a", last=timedelta(minutes=9)), ended("b", how="succeeded", last=timedelta(minutes=2))]
    assert ended_pods(models(*events))["n1"].count == 1


@pytest.mark.parametrize(
    ("how", "phase", "code", "later"),
    [("failed", "Failed", "Evicted", "unknown"), ("succeeded", "Succeeded", "PodSucceeded", "stuck")],
)
def test_the_third_in_a_row_does_not_heal(how, phase, code, later):
    pod = a_pod(DS, "n1", name="d", phase=phase, reason="Evicted" if phase == "Failed" else "")
    events = [ended(name, how=how) for name in "abc"]
    assert judged(pod, *events[:2])[1] == "heals"
    codes, outlook, words = judged(pod, *events)
    assert (codes[0], outlook) == (code, later)
    assert "3 have" in words


@pytest.mark.parametrize(
    ("event", "codes"),
    [
        pytest.param(ended("a", last=timedelta(seconds=5)), ["Failed"], id="one that has just failed"),
        pytest.param(ended("a", how="succeeded", last=timedelta(seconds=5)), ["PodSucceeded"], id="one that has just ended"),
        pytest.param(ended("a", node="n2", last=timedelta(seconds=5)), ["Unknown"], id="not one of another node"),
        pytest.param(ended("a", last=timedelta(minutes=5)), ["Unknown"], id="not one that ended minutes ago"),
    ],
)  # fmt: skip
def test_a_node_between_two_pods_tells_of_the_one_that_ended(event, codes):
    assert judged(event)[0] == codes


def test_what_the_recorder_puts_in_front_is_left_out():
    words = (
        "(combined from similar events): Error creating: pods is forbidden: exceeded quota: q, used: pods=1"
    )
    said = judged(an_event(DS, "FailedCreate", words))[2]
    assert said.endswith("The server said: pods is forbidden: exceeded quota: q, used: pods=1")


# --- kept ------------------------------------------------------------------------------------------


def going(**more):
    pod = a_pod(DS, "n1", name="p", deleting=True)
    pod["metadata"] |= more
    return pod


@pytest.mark.parametrize(
    ("pod", "outlook", "words"),
    [
        pytest.param(going(finalizers=["a.example/hold"]), "heals", "it is kept until the finalizer a.example/hold is taken off", id="within its grace period"),
        pytest.param(going(finalizers=["a.example/x", "b.example/y"], deletionTimestamp=ago(minutes=9)), "stuck", "is kept by the finalizers a.example/x and b.example/y; whoever set them has to take them off", id="long after"),
    ],
)  # fmt: skip
def test_a_finalizer_that_keeps_a_pod_is_named(pod, outlook, words):
    codes, found, said = judged(pod)
    assert (codes, found) == (["PodTerminating"], outlook)
    assert words in said


def test_a_silent_kubelet_comes_before_a_finalizer():
    pod = going(finalizers=["a.example/hold"], deletionTimestamp=ago(minutes=9))
    snapshot = snapshot_of(DS, a_revision(DS), a_node("n1", ready=None), pod)
    (item,) = coverage(snapshot).items
    words = sentence(item.nodes[0].reasons[0])
    assert "kubelet is not there" in words
    assert "It is kept by the finalizer a.example/hold" in words


# --- DaemonSets and namespaces that are going ------------------------------------------------------


def deleted(*finalizers):
    ds = a_daemonset("cni", deleting=True)
    ds["metadata"]["finalizers"] = list(finalizers)
    return ds


@pytest.mark.parametrize(
    ("finalizers", "words", "verdict"),
    [
        pytest.param((), "once it is gone it can be created again.", "being deleted", id="nobody is waited for"),
        pytest.param(("foregroundDeletion",), "It waits for its pods to go (foregroundDeletion).", "being deleted", id="its pods are"),
        pytest.param(("foregroundDeletion", "a.example/hold"), "and for the finalizer a.example/hold, which whoever set it has to take off", "being deleted, kept by a.example/hold", id="and somebody's finalizer"),
    ],
)  # fmt: skip
def test_a_daemonset_that_is_going_says_what_it_waits_for(finalizers, words, verdict):
    ds = deleted(*finalizers)
    codes, _, said = judged(ds=ds)
    assert codes == ["DaemonSetDeleted"]
    assert words in said
    assert health(*item_of(ds=ds)).reason == verdict


def test_the_pod_that_its_deletion_waits_for_is_told_on_its_node():
    ds = deleted("foregroundDeletion")
    codes, _, said = judged(a_pod(ds, "n1", name="p", deleting=True), ds=ds)
    assert codes == ["DaemonSetDeleted", "PodTerminating"]
    assert "The pod p is terminating; no other comes after it" in said


HELD = "Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace"


@pytest.mark.parametrize(
    ("pods", "codes"),
    [
        pytest.param([], ["FailedCreate"], id="nothing can be created"),
        pytest.param(
            [going()], ["PodTerminating", "FailedCreate"], id="nor does anything come after a pod that goes"
        ),
    ],
)
def test_a_namespace_that_is_going_takes_no_pods(pods, codes):
    namespace = a_namespace("kube-system", deleting=True, held=[HELD])
    found, outlook, words = judged(*pods, namespace)
    assert (found, outlook) == (codes, "stuck")
    assert f"what holds the deletion up: {HELD}" in words
    assert "the next one comes" not in words
    verdict = health(*item_of(*pods, namespace))
    assert (verdict.state, verdict.reason) == ("Progressing", "its namespace is being deleted")


def test_a_namespace_that_is_well_is_not_suspected():
    _, _, words = judged(a_namespace("kube-system"))
    assert "namespace" not in words
    assert "namespace" in judged()[2]


def test_another_namespace_does_not_matter():
    assert judged(a_namespace("elsewhere", deleting=True))[0] == ["Unknown"]


def test_a_young_daemonset_whose_pod_has_just_gone_is_not_called_new():
    ds = a_daemonset(
        "cni", age=timedelta(seconds=9), status={"currentNumberScheduled": 1, "desiredNumberScheduled": 1}
    )
    item, _ = item_of(ds=ds)
    (reason,) = item.nodes[0].reasons
    assert (reason.behind, item.nodes[0].outlook) == ("status", "heals")
    assert model(ds).metadata.name == "cni"
