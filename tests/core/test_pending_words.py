"""Volumes in the scheduler's words, schedulers that do not come, and pods that admission changed."""

from datetime import timedelta

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_reasons import code_of
from kubectl_ds.output.reasons import sentence
from tests.clusters import (
    OLD_HASH,
    a_container,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    snapshot_of,
    unschedulable,
)

DATA = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]}
MADE = {"volumes": [{"name": "d", "ephemeral": {"volumeClaimTemplate": {}}}]}


def judged(*others, node=None, **pod):
    ds = a_daemonset("cni")
    waiting = a_pod(ds, "n1", name="waits", bound=False, **pod)
    (item,) = coverage(snapshot_of(ds, a_revision(ds), node or a_node("n1"), waiting, *others)).items
    return item.nodes[0].reasons[0], item.nodes[0].outlook


@pytest.mark.parametrize(
    ("cause", "pod", "words"),
    [
        pytest.param('persistentvolumeclaim "data" not found. not found', DATA, "The PersistentVolumeClaim data does not exist; create it", id="a claim that is missing, and what post-filters add"),
        pytest.param('persistentvolumeclaim "data" is being deleted.', DATA, "data is being deleted; create it anew", id="a claim that is going"),
        pytest.param("pod has unbound immediate PersistentVolumeClaims. not found", DATA, "No volume has been provided for the claim data", id="a provisioner that does not come"),
        pytest.param("pod has unbound immediate PersistentVolumeClaims.", MADE, "for a claim of the pod", id="a claim made for the pod alone"),
        pytest.param("1 node(s) didn't find available persistent volumes to bind.", DATA, "No free PersistentVolume fits the claim data on this node", id="no volume to be had"),
        pytest.param("1 node(s) didn't match PersistentVolume's node affinity.", DATA, "can be used from other nodes only; a DaemonSet", id="a volume of another node"),
        pytest.param("1 node(s) had volume node affinity conflict.", DATA, "can be used from other nodes only", id="the same in older words"),
        pytest.param("1 node(s) did not have enough free storage.", DATA, "too little room left", id="storage that is full"),
        pytest.param("1 node(s) exceed max volume count.", DATA, "as many volumes attached", id="too many volumes"),
        pytest.param("1 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod.", DATA, "in use by another pod", id="a volume for one pod only"),
        pytest.param("1 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).", DATA, "is gone; restore it", id="a volume that is gone"),
        pytest.param("1 node(s) had a volume of a new kind.", DATA, "had a volume of a new kind; the volume has to be usable", id="words never heard"),
    ],
)  # fmt: skip
def test_volumes(cause, pod, words):
    reason, outlook = judged(conditions=unschedulable(f"0/1 nodes are available: {cause}"), **pod)
    assert (code_of(reason), outlook) == ("VolumeConflict", "stuck")
    assert words in sentence(reason)


def served(scheduler):
    return a_pod(None, "n1", name="other", schedulerName=scheduler)


SECONDS = timedelta(seconds=3)


@pytest.mark.parametrize(
    ("pod", "others", "outlook", "words"),
    [
        pytest.param({"age": SECONDS}, [], "heals", "default-scheduler is about to take it up", id="the default scheduler is given time"),
        pytest.param({"age": SECONDS, "schedulerName": "defualt-scheduler"}, [], "stuck", "did you mean default-scheduler?", id="a misspelt name at once"),
        pytest.param({"age": SECONDS, "schedulerName": "custom"}, [], "unknown", "see that a scheduler named custom runs", id="a stranger may be about to come"),
        pytest.param({"age": timedelta(seconds=15), "schedulerName": "custom"}, [], "stuck", "see that a scheduler named custom runs", id="a stranger is not given long"),
        pytest.param({"age": timedelta(seconds=15), "schedulerName": "custom"}, [served("custom")], "heals", "custom is about to take it up", id="one that has served the node is"),
        pytest.param({"age": SECONDS, "schedulerName": "batch-schedulr"}, [served("batch-scheduler")], "stuck", "did you mean batch-scheduler?", id="a misspelling of one that has"),
        pytest.param({"resourceClaims": [{"name": "gpu", "resourceClaimName": "big-gpu"}]}, [], "stuck", "waits until the ResourceClaim big-gpu of the pod is there", id="a claim that is not there"),
        pytest.param({"age": SECONDS, "resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "t"}]}, [], "unknown", "the ResourceClaim gpu", id="a claim that may be about to be made"),
    ],
)  # fmt: skip
def test_schedulers_that_do_not_come(pod, others, outlook, words):
    reason, found = judged(*others, **pod)
    assert (code_of(reason), found) == ("NoScheduler", outlook)
    assert words in sentence(reason)


@pytest.mark.parametrize(
    ("pod", "words"),
    [
        pytest.param({"nodeSelector": {"disk": "ssd"}}, "An admission plugin, a mutating policy or a webhook changed the pod; change that, or ask for the same in the template", id="nobody is known"),
        pytest.param({"nodeSelector": {"disk": "ssd"}, "runtimeClassName": "kata"}, "Its RuntimeClass kata, another admission plugin or a webhook changed the pod", id="a RuntimeClass may have"),
        pytest.param({"tolerations": []}, "its tolerations do not tolerate example.com/new:NoSchedule", id="tolerations that were taken off"),
    ],
)  # fmt: skip
def test_what_admission_changed(pod, words):
    ds = a_daemonset("cni", tolerations=[{"operator": "Exists"}])
    taints = [] if "nodeSelector" in pod else ["example.com/new:NoSchedule"]
    message = unschedulable("0/1 nodes are available: 1 node(s) had untolerated taint(s).")
    waiting = a_pod(ds, "n1", bound=False, conditions=message, **pod)
    (item,) = coverage(snapshot_of(ds, a_revision(ds), a_node("n1", taints=taints), waiting)).items
    (reason,) = item.nodes[0].reasons
    assert code_of(reason) == "AdmissionChangedPod"
    assert words in sentence(reason)


FULL_NODE = {"allocatable": {"cpu": "1"}}
HOLDER = a_pod(None, "n1", name="holder", containers=[a_container(requests={"cpu": "900m"})])
NO_CLAIM = 'persistentvolumeclaim "data" not found. not found'
NO_MATCH = "1 node(s) didn't match Pod's node affinity/selector."


@pytest.mark.parametrize(
    ("pod", "cause", "codes"),
    [
        pytest.param({"nodeSelector": {"disk": "ssd"}}, NO_MATCH, ["AdmissionChangedPod", "InsufficientCPU", "PreemptionCannotHelp"], id="a pod that admission sent elsewhere"),
        pytest.param(DATA, NO_CLAIM, ["InsufficientCPU", "PreemptionCannotHelp", "VolumeConflict"], id="a claim that is missing"),
    ],
)  # fmt: skip
def test_nothing_is_evicted_for_a_pod_that_more_than_room_keeps_off(pod, cause, codes):
    ds = a_daemonset("cni", containers=[a_container(requests={"cpu": "500m"})])
    conditions = unschedulable(f"0/1 nodes are available: {cause}")
    waiting = a_pod(ds, "n1", name="waits", bound=False, priority=1000, conditions=conditions, **pod)
    (item,) = coverage(snapshot_of(ds, a_revision(ds), a_node("n1", **FULL_NODE), waiting, HOLDER)).items
    (node,) = item.nodes
    assert ([code_of(reason) for reason in node.reasons], node.outlook) == (codes, "stuck")
    texts = " ".join(sentence(reason) for reason in node.reasons)
    assert "the scheduler evicts nothing for it" in texts
    assert "lower priority" not in texts


def test_the_room_of_an_old_pod_that_fits_the_node_no_more_is_nobodys_concern():
    ds = a_daemonset("cni", containers=[a_container(requests={"cpu": "500m"})])
    conditions = unschedulable(f"0/1 nodes are available: {NO_MATCH}")
    waiting = a_pod(
        ds,
        "n1",
        name="waits",
        bound=False,
        conditions=conditions,
        nodeSelector={"disk": "ssd"},
        revision_hash=OLD_HASH,
        labels={"pod-template-generation": "0"},
    )
    (item,) = coverage(snapshot_of(ds, a_revision(ds), a_node("n1", **FULL_NODE), waiting, HOLDER)).items
    (node,) = item.nodes
    assert ([code_of(reason) for reason in node.reasons], node.outlook) == (["OutdatedPod"], "heals")


def test_several_gates_are_them():
    gates = [{"name": "a.example/x"}, {"name": "b.example/y"}]
    reason, _ = judged(schedulingGates=gates)
    assert sentence(reason) == (
        "The scheduler waits for the gates a.example/x and b.example/y; whoever set them has to take them off."
    )
