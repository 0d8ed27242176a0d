"""That a wrong answer is noticed: a small cluster and its true report, and what is done to either."""

import copy
from collections.abc import Callable

import pytest

from tests.differential.comparison import Comparison
from tests.differential.moment import Moment
from tests.differential.room import shortages
from tests.differential.vocabulary import Raw

KEY = "kube-system/agent"
OWNER = {"kind": "DaemonSet", "name": "agent", "uid": "ds", "controller": True}
LABELS = {"app": "agent", "controller-revision-hash": "abc", "pod-template-generation": "1"}
FULL = (
    "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: "
    "0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling."
)


def meta(name: str, **fields: object) -> Raw:
    return {"name": name, "uid": name, "resourceVersion": "1", "labels": {}, **fields}


def a_node(name: str, cpu: str) -> Raw:
    return {"metadata": meta(name), "spec": {}, "status": {"allocatable": {"cpu": cpu, "pods": "110"}}}


def a_pod(name: str, node: str, conditions: list[Raw], **spec: object) -> Raw:
    pin = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [pin]}}
    container = {"name": "main", "resources": {"requests": {"cpu": "100m"}}}
    created = "2026-01-01T00:00:00Z"
    return {
        "metadata": meta(
            name, namespace="kube-system", labels=LABELS, ownerReferences=[OWNER], creationTimestamp=created
        ),
        "spec": {
            "schedulerName": "default-scheduler",
            "containers": [container],
            "affinity": {"nodeAffinity": required},
            **spec,
        },
        "status": {"phase": "Pending", "conditions": conditions},
    }


def a_cluster() -> Moment:
    """Two nodes that the DaemonSet belongs on: one has its pod, the other has no room for it."""
    template = {"metadata": {"labels": {"app": "agent"}}, "spec": {}}
    daemonset = {
        "metadata": meta(
            "agent", namespace="kube-system", annotations={"deprecated.daemonset.template.generation": "1"}
        ),
        "spec": {"template": template, "updateStrategy": {"type": "RollingUpdate"}},
        "status": {"desiredNumberScheduled": 2, "numberMisscheduled": 0},
    }
    daemonset["metadata"]["uid"] = "ds"
    revision = {
        "metadata": meta("agent-abc", namespace="kube-system", ownerReferences=[OWNER], labels=LABELS),
        "data": {"spec": {"template": {"$patch": "replace", **template}}},
        "revision": 1,
    }
    running = a_pod("agent-1", "n1", [{"type": "Ready", "status": "True"}], nodeName="n1")
    refused = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": FULL}
    return Moment(
        {
            "Node": [a_node("n1", "4"), a_node("n2", "50m")],
            "DaemonSet": [daemonset],
            "Pod": [running, a_pod("agent-2", "n2", [refused])],
            "ControllerRevision": [revision],
        }
    )


def a_report() -> Raw:
    reasons = [
        {"code": "InsufficientCPU", "message": "The pod requests 100m cpu."},
        {"code": "PreemptionCannotHelp", "message": "Nothing to evict."},
    ]
    both = {"eligible": True, "duplicate": False, "outdated": False}
    summary = dict.fromkeys(["notReady", "missing", "extra", "excluded"], 0)
    item = {
        "namespace": "kube-system",
        "name": "agent",
        "summary": {"eligible": 2, "ready": 1, "pending": 1, **summary},
        "controllerDisagrees": [],
        "orphaned": [],
        "nodes": [
            {"node": "n1", "state": "Ready", "pods": [{"name": "agent-1"}], "reasons": [], **both},
            {
                "node": "n2",
                "state": "Pending",
                "pods": [{"name": "agent-2"}],
                "outlook": "stuck",
                **both,
                "reasons": reasons,
            },
        ],
    }
    return {"incomplete": [], "items": [item]}


def sentences(moment: Moment, report: Raw, eligible: frozenset[str] = frozenset({"n1", "n2"})) -> list[str]:
    return [finding.sentence for finding in Comparison(moment, report).findings({KEY: eligible})]


def test_a_true_report_is_agreed_with():
    assert sentences(a_cluster(), a_report()) == []


def n2(report: Raw) -> Raw:
    node: Raw = report["items"][0]["nodes"][1]
    return node


def only(*codes: str) -> Callable[[Raw], object]:
    words = "The pod requests 100m cpu."
    return lambda report: n2(report).update(reasons=[{"code": code, "message": words} for code in codes])


@pytest.mark.parametrize(
    ("falsify", "noticed"),
    [
        pytest.param(lambda report: n2(report).update(eligible=False), "eligible is False", id="an eligible node less"),
        pytest.param(lambda report: n2(report).update(state="Missing"), "the state is Missing", id="another state"),
        pytest.param(lambda report: n2(report).update(outdated=True), "outdated is True", id="an outdated pod"),
        pytest.param(lambda report: n2(report).update(duplicate=True), "duplicate is True", id="a pod too many"),
        pytest.param(lambda report: n2(report).update(pods=[]), "other pods", id="a pod that is left out"),
        pytest.param(lambda report: n2(report).update(outlook="heals"), "the outlook is heals", id="hope where there is none"),
        pytest.param(lambda report: report["items"][0]["summary"].update(pending=0), "miscounts Pending", id="a miscount"),
        pytest.param(
            lambda report: report["items"][0].update(
                controllerDisagrees=[{"field": "numberReady", "status": 1, "computed": 2}]
            ),
            "status.numberReady is 1, and the program computes 2",
            id="a status field computed otherwise",
        ),
        pytest.param(only(), "with the reasons []", id="no cause"),
        pytest.param(only("PreemptionCannotHelp"), "the scheduler says ['Insufficient cpu']", id="the cause left out"),
        pytest.param(
            only("InsufficientCPU", "TooManyPods", "PreemptionCannotHelp"),
            "['Too many pods'] is not in the objects",
            id="a cause too many",
        ),
        pytest.param(
            only("InsufficientCPU", "HostPortConflict", "PreemptionCannotHelp"), "ports are free", id="a port that is free"
        ),
        pytest.param(only("InsufficientCPU"), "finds no victims", id="no word of preemption"),
        pytest.param(only("NoScheduler"), "the scheduler says", id="another cause altogether"),
        pytest.param(lambda report: report["items"].clear(), "differ in", id="a DaemonSet less"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_noticed(falsify: Callable[[Raw], object], noticed: str):
    report = a_report()
    falsify(report)
    if report["items"]:
        assert any(noticed in sentence for sentence in sentences(a_cluster(), report))
    else:
        assert noticed in str(Comparison(a_cluster(), report).findings({}))


def test_a_node_that_the_controller_leaves_out_is_noticed():
    found = sentences(a_cluster(), a_report(), frozenset({"n1"}))
    assert "eligible is True, and the controller says otherwise" in found


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        pytest.param({}, {"Insufficient cpu"}, id="the request of a container"),
        pytest.param({"resources": {"requests": {"cpu": "50m"}}}, set(), id="the pod's own request in its place"),
        pytest.param({"overhead": {"example.com/fpga": "1"}}, {"Insufficient cpu", "Insufficient example.com/fpga"}, id="overhead"),
    ],
)  # fmt: skip
def test_what_the_objects_say_of_the_room_on_a_node(spec: Raw, shown: set[str]):
    cluster = a_cluster()
    pod = copy.deepcopy(cluster.pods[1])
    pod["spec"] |= spec
    assert shortages(cluster, pod, cluster.nodes["n2"]) == shown
