"""Edges of the rules about what is there: missing, extra, not ready, pending, stale, idle (DS001 to DS009, DS012)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.audit.asked import findings
from tests.clusters import (
    NEW_HASH,
    OLD_HASH,
    Raw,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    a_term,
    affinity_to,
    ago,
    an_event,
    unschedulable,
)

CNI = a_daemonset("cni")
N1, N2 = a_node("n1"), a_node("n2")
THREE = [N1, N2, a_node("n3")]
SECONDS = timedelta(seconds=15)
YOUNG = a_daemonset("cni", age=timedelta(minutes=4))
ON_N1 = a_pod(CNI, "n1")
STARTING = [a_container_status(running=False)]
SURGING = a_daemonset("cni", max_surge=1, template_generation=None)
ROLLING = a_daemonset("cni", template_generation=None)
REVISIONS = [
    a_revision(ROLLING, 1, revision_hash=OLD_HASH, template={"metadata": {"labels": {"app": "cni"}}}),
    a_revision(ROLLING, 2, revision_hash=NEW_HASH),
]


def going(since: str) -> Raw:
    daemonset = a_daemonset("cni", deleting=True)
    daemonset["metadata"]["deletionTimestamp"] = since
    return daemonset


def probing(minutes: int) -> list[Raw]:
    status = a_container_status(ready=False)
    status["state"] = {"running": {"startedAt": ago(minutes=minutes)}}
    return [status]


def changed(since: str, subresource: str = "", **fields: Any) -> Raw:
    """A DaemonSet whose newest change the controller has not seen."""
    daemonset = a_daemonset("cni", generation=3, observed_generation=2, **fields)
    manager = {"manager": "kubectl", "operation": "Update", "time": since, "fieldsType": "FieldsV1"}
    daemonset["metadata"]["managedFields"] = [
        {**manager, "time": ago(days=9)},
        {**manager, "subresource": subresource} if subresource else manager,
    ]
    return daemonset


Told = list[tuple[str, tuple[str, ...]]]
CASES: dict[str, tuple[str, list[Raw], Told]] = {
    "a node between two pods is not told": (
        "missing-pods",
        [CNI, N1, a_pod(CNI, "n1", deleting=True)],
        [],
    ),
    "a node that has just joined is not told": (
        "missing-pods",
        [CNI, N1, ON_N1, a_node("n2", age=timedelta(seconds=5))],
        [],
    ),
    "pods that lack while the DaemonSet is being deleted are what somebody asked for": (
        "missing-pods",
        [going(ago(minutes=2)), N1],
        [],
    ),
    "a deletion that hangs is a warning": (
        "missing-pods",
        [going(ago(hours=2)), N1],
        [("warning", ("n1",))],
    ),
    "a quota that is used up is told however long ago the DaemonSet was made": (
        "missing-pods",
        [
            CNI,
            N1,
            an_event(CNI, "FailedCreate", 'Error creating: pods "cni-" is forbidden: exceeded quota: q'),
        ],
        [("error", ("n1",))],
    ),
    "a pod that the controller deletes next is a note": (
        "extra-pods",
        [CNI, a_node("n1", taints=["maintenance:NoExecute"]), ON_N1],
        [("info", ("n1",))],
    ),
    "a pod that is leaving the node that it does not belong on is not told": (
        "extra-pods",
        [CNI, a_node("n1", taints=["maintenance:NoExecute"]), a_pod(CNI, "n1", deleting=True)],
        [],
    ),
    "a taint of the node's owner beside one of its conditions is a warning": (
        "extra-pods",
        [
            CNI,
            a_node("n1", taints=["node.kubernetes.io/not-ready:NoSchedule", "dedicated:NoSchedule"]),
            ON_N1,
        ],
        [("warning", ("n1",))],
    ),
    "a pod that has been starting for a minute is not told": (
        "not-ready-pods",
        [
            CNI,
            N1,
            a_pod(
                CNI,
                "n1",
                ready=False,
                phase="Pending",
                age=timedelta(seconds=60),
                container_statuses=STARTING,
            ),
        ],
        [],
    ),
    "a probe that has not passed for an hour is told": (
        "not-ready-pods",
        [CNI, N1, a_pod(CNI, "n1", ready=False, container_statuses=probing(60))],
        [("error", ("n1",))],
    ),
    "a pod that no scheduler has taken up for hours is told": (
        "pending-forever",
        [CNI, N1, a_pod(CNI, "n1", bound=False)],
        [("error", ("n1",))],
    ),
    "a pod made this moment is not told": (
        "pending-forever",
        [CNI, N1, ON_N1, N2, a_pod(CNI, "n2", bound=False, age=timedelta(seconds=1))],
        [],
    ),
    "a scheduler's words that nobody understands are a warning": (
        "pending-forever",
        [CNI, N1, a_pod(CNI, "n1", bound=False, conditions=unschedulable("0/1 nodes: 1 the moon is full."))],
        [("warning", ("n1",))],
    ),
    "a second live pod is told where there is no surge": (
        "duplicate-pods",
        [CNI, N1, ON_N1, a_pod(CNI, "n1", name="second")],
        [("warning", ("n1",))],
    ),
    "a pod on its way out beside the next one is no duplicate": (
        "duplicate-pods",
        [CNI, N1, ON_N1, a_pod(CNI, "n1", name="second", deleting=True)],
        [],
    ),
    "a pod pinned to a node that is gone is orphaned too": (
        "orphaned-pods",
        [CNI, N1, ON_N1, a_pod(CNI, "gone", bound=False)],
        [("warning", ("gone",))],
    ),
    "a rollout under way is not told": (
        "rollout-stuck",
        [
            ROLLING,
            *REVISIONS,
            N1,
            N2,
            a_pod(ROLLING, "n1"),
            a_pod(ROLLING, "n2", revision_hash=OLD_HASH),
        ],
        [],
    ),
    "a rollout whose only place is taken by a probe that may yet pass is a warning": (
        "rollout-stuck",
        [
            ROLLING,
            *REVISIONS,
            N1,
            N2,
            a_pod(ROLLING, "n1", ready=False, container_statuses=probing(60)),
            a_pod(ROLLING, "n2", revision_hash=OLD_HASH),
        ],
        [("warning", ("n1",))],
    ),
    "a surge whose new pod cannot be placed is told though the node is served": (
        "rollout-stuck",
        [
            SURGING,
            *REVISIONS,
            N1,
            a_pod(SURGING, "n1", name="old", revision_hash=OLD_HASH),
            a_pod(
                SURGING,
                "n1",
                name="new",
                ready=False,
                container_statuses=[a_container_status(waiting="ErrImagePull")],
            ),
        ],
        [("error", ("n1",))],
    ),
    "a spec that the controller has not seen is a warning": (
        "rollout-stuck",
        [a_daemonset("cni", generation=3, observed_generation=2), N1, ON_N1],
        [("warning", ())],
    ),
    "a spec changed seconds ago is left to the controller": (
        "rollout-stuck",
        [changed(ago(seconds=5)), N1, ON_N1],
        [],
    ),
    "a spec changed minutes ago is not": (
        "rollout-stuck",
        [changed(ago(minutes=5)), N1, ON_N1],
        [("warning", ())],
    ),
    "a status written seconds ago is no change of the spec": (
        "rollout-stuck",
        [changed(ago(seconds=5), "status"), N1, ON_N1],
        [("warning", ())],
    ),
    "between two pods of a rollout under way a node may have none": (
        "missing-pods",
        [
            ROLLING,
            *REVISIONS,
            *THREE,
            a_pod(ROLLING, "n1", age=SECONDS),
            a_pod(ROLLING, "n2", revision_hash=OLD_HASH),
        ],
        [],
    ),
    "a rollout that has made no pod for a minute is not under way": (
        "missing-pods",
        [ROLLING, *REVISIONS, *THREE, a_pod(ROLLING, "n1"), a_pod(ROLLING, "n2", revision_hash=OLD_HASH)],
        [("error", ("n3",))],
    ),
    "a pod made anew outside of a rollout excuses no other node": (
        "missing-pods",
        [ROLLING, *REVISIONS, *THREE, a_pod(ROLLING, "n1", age=SECONDS), a_pod(ROLLING, "n2")],
        [("error", ("n3",))],
    ),
    "a DaemonSet of some minutes is still being filled while pods are made": (
        "missing-pods",
        [YOUNG, a_revision(YOUNG), *THREE, a_pod(YOUNG, "n1", age=SECONDS)],
        [],
    ),
    "what a quota refuses is told while others are made": (
        "missing-pods",
        [
            YOUNG,
            a_revision(YOUNG),
            N1,
            N2,
            a_pod(YOUNG, "n1", age=SECONDS),
            an_event(YOUNG, "FailedCreate", 'Error creating: pods "cni-" is forbidden: exceeded quota: q'),
        ],
        [("error", ("n2",))],
    ),
    "nodes that a change of seconds ago lets in are not missing yet": (
        "missing-pods",
        [changed(ago(seconds=5)), N1, ON_N1, N2],
        [],
    ),
    "nodes that a change of minutes ago lets in are": (
        "missing-pods",
        [changed(ago(minutes=5)), N1, ON_N1, N2],
        [("error", ("n2",))],
    ),
    "a pod that crashes outside of a rollout is no rollout's": (
        "rollout-stuck",
        [
            ROLLING,
            *REVISIONS,
            N1,
            a_pod(
                ROLLING,
                "n1",
                ready=False,
                container_statuses=[a_container_status(waiting="CrashLoopBackOff")],
            ),
        ],
        [],
    ),
    "old pods of a rolling DaemonSet are not those of OnDelete": (
        "stale-pods-under-on-delete",
        [ROLLING, *REVISIONS, N1, a_pod(ROLLING, "n1", revision_hash=OLD_HASH)],
        [],
    ),
    "the pin of a pod that a template with nodeName made is enough": (
        "bound-by-node-name",
        [a_daemonset("cni", nodeName="n1"), N1, ON_N1],
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_there(name: str):
    rule, objects, expected = CASES[name]
    assert [(one.level, one.nodes) for one in findings(rule, *objects)] == expected


OF_GKE = {"cloud.google.com/gke-os-distribution": "cos", "cloud.google.com/gke-accelerator": "nvidia-l4"}
OF_NVIDIA = {"nvidia.com/gpu.deploy.driver": "true", "nvidia.com/gpu.deploy.nvsm": "true"}
PLACES = [a_node("n1", labels={"disk": "nvme", **OF_GKE, **OF_NVIDIA}), a_node("n2", labels={"disk": "hdd"})]
IDLE: dict[str, tuple[dict[str, Any], str, Any]] = {
    "a misspelt value is an error with a ready patch": (
        {"nodeSelector": {"disk": "nvmee"}},
        "error",
        {"disk": "nvme"},
    ),
    "so is a misspelt key": (
        {"nodeSelector": {"disks": "nvme"}},
        "error",
        {"disks": None, "disk": "nvme"},
    ),
    "a key and a value that are both misspelt have no patch": (
        {"nodeSelector": {"disks": "tape"}},
        "error",
        None,
    ),
    "a value that no node with the label has is an error": (
        {"nodeSelector": {"disk": "tape"}},
        "error",
        None,
    ),
    "a label that no node has is a warning": ({"nodeSelector": {"gpu": "true"}}, "warning", None),
    "a label whose name says that it is for none is a note": (
        {"nodeSelector": {"example.com/non-existing": "true"}},
        "info",
        None,
    ),
    "a value that says so is a note as well": ({"nodeSelector": {"disk": "disabled"}}, "info", None),
    "another architecture is a note": ({"nodeSelector": {"kubernetes.io/arch": "s390x"}}, "info", None),
    "another architecture and a misspelt label are an error": (
        {"nodeSelector": {"kubernetes.io/arch": "s390x", "disks": "nvme"}},
        "error",
        None,
    ),
    "a provider's agent for machines that are not here is a note": (
        {"nodeSelector": {"cloud.google.com/metadata-proxy-ready": "true", "kubernetes.io/os": "linux"}},
        "info",
        None,
    ),
    "also where a label of the provider's looks like it": (
        {"affinity": affinity_to(a_term(("cloud.google.com/gke-tpu-accelerator", "Exists", [])))},
        "info",
        None,
    ),
    "and where the provider's nodes have another value": (
        {"nodeSelector": {"cloud.google.com/gke-os-distribution": "ubuntu"}},
        "info",
        None,
    ),
    "a label that shares no more than a vendor's prefix is no misspelling": (
        {"nodeSelector": {"nvidia.com/gpu.deploy.mig-manager": "true"}},
        "warning",
        None,
    ),
    "a misspelling under a vendor's prefix is one": (
        {"nodeSelector": {"nvidia.com/gpu.deploy.drivers": "true"}},
        "error",
        {"nvidia.com/gpu.deploy.drivers": None, "nvidia.com/gpu.deploy.driver": "true"},
    ),
    "a value of the provider's that is misspelt is an error": (
        {"nodeSelector": {"cloud.google.com/gke-accelerator": "nvidia-l5"}},
        "error",
        {"cloud.google.com/gke-accelerator": "nvidia-l4"},
    ),
    "affinity without terms is an error": ({"affinity": affinity_to()}, "error", None),
    "a node that is not there is an error": ({"nodeName": "n9"}, "error", None),
}


@pytest.mark.parametrize("name", IDLE)
def test_a_daemonset_that_belongs_on_no_node(name: str):
    spec, level, change = IDLE[name]
    (found,) = findings("selects-no-node", *PLACES, a_daemonset("scrubber", **spec))
    assert found.level == level
    body = None if change is None else {"spec": {"template": {"spec": {"nodeSelector": change}}}}
    assert (found.patch.body if found.patch else None) == body


def test_where_every_node_is_tainted_it_says_so():
    nodes = [a_node("n1", taints=["a:NoSchedule", "b:NoSchedule"]), a_node("n2", taints=["a:NoSchedule"])]
    (found,) = findings("selects-no-node", *nodes, a_daemonset("scrubber"))
    assert (found.level, found.message) == (
        "warning",
        "It belongs on none of the 2 nodes: the taint a:NoSchedule is not tolerated.",
    )


def test_a_malformed_term_is_left_to_its_own_rule():
    term = {"matchExpressions": [{"key": "disk", "operator": "In", "values": []}]}
    assert findings("selects-no-node", *PLACES, a_daemonset("scrubber", affinity=affinity_to(term))) == ()


def test_a_cluster_without_nodes_is_no_daemonsets_fault():
    assert findings("selects-no-node", a_daemonset("scrubber")) == ()
